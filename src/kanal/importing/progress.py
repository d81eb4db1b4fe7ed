"""Saying how far a run is, while it runs."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from django.db import DEFAULT_DB_ALIAS, connections

from kanal.config import clock

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from kanal.importing.models import ImportRun

_SECONDS_BETWEEN = 0.3


class Tell(Protocol):
    """Somebody who wants to know how many rows of how many are done, such as a bar on a terminal."""

    def __call__(self, done: int, total: int) -> None:
        """Take note."""


def silent(done: int, total: int) -> None:
    """Tell nobody."""


class Progress:
    """Notes in a run's record how far it is.

    The run itself is one transaction, so nobody sees what it writes before it ends. Its progress goes by a
    second connection, where each note stands at once.
    """

    def __init__(self, run: ImportRun, tell: Tell) -> None:
        self._run, self._tell = run, tell
        self._connection: BaseDatabaseWrapper | None = None
        self._next = 0.0

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()

    def __call__(self, done: int, total: int) -> None:
        """Note that `done` rows of `total` are done."""
        self._tell(done, total)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS_BETWEEN
            self._note(done, total)

    def _note(self, done: int, total: int) -> None:
        if self._connection is None:
            self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE importing_importrun SET rows_done = %s, rows_total = %s, seen_at = %s WHERE id = %s",
                [done, total, clock.now(), self._run.pk],
            )
