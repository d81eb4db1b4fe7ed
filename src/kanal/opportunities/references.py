"""Reference codes, such as OPP-2026-000123."""

from __future__ import annotations

from django.db import connection

from kanal.config import clock


def next_references(count: int = 1) -> list[str]:
    """Give `count` codes that nothing else has: the year, and numbers of one sequence.

    A code that a rolled-back transaction took is not given again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('opportunities_reference') FROM generate_series(1, %s)", [count])
        return [f"OPP-{clock.now().year}-{number:06d}" for (number,) in cursor.fetchall()]
