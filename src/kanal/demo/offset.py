"""How far the demo's clock is ahead, as every process of the demo sees it."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import DatabaseError, connection

FRESH_FOR = 1.0  # seconds; the web process and the worker agree on the time after that at the latest


class Offset:
    """Reads how far the clock is ahead from the database, once a second.

    Before the table is made, and where the database does not answer, the clock keeps the offset that it had.
    """

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._read_at = float("-inf")
        self._has_table = False

    def __call__(self) -> timedelta:
        """Give how far the clock is ahead."""
        if time.monotonic() - self._read_at >= FRESH_FOR:
            self._read_at = time.monotonic()
            try:
                self._ahead = self._read()
            except DatabaseError:
                return self._ahead
        return self._ahead

    def _read(self) -> timedelta:
        with connection.cursor() as cursor:
            if not self._has_table:
                # Asked for first, as a query that fails would end the transaction that it is part of.
                cursor.execute("SELECT to_regclass('demo_democlock') IS NOT NULL")
                self._has_table = bool(cursor.fetchone()[0])
            if not self._has_table:
                return timedelta()
            cursor.execute("SELECT ahead FROM demo_democlock WHERE id = 1")
            row = cursor.fetchone()
        return row[0] if row else timedelta()
