"""The codes of deal registration requests."""

from __future__ import annotations

from django.db import connection

from kanal.config import clock


def next_reference() -> str:
    """Give the next code, such as DR-2026-000087; a code is never given twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('registration_reference')")
        [number] = cursor.fetchone()
    return f"DR-{clock.today().year}-{number:06d}"
