"""A test database in a fraction of a second: the migrations run once, into a template that every run copies.

The template's name holds a digest of what the schema comes from, so that it is made anew when that changes.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from django.core.management import call_command
from django.db import connection

from tests.settings import HOME

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "kanal_template_"


def prepare() -> None:
    """Have a template, and let this process's test database be a copy of it."""
    name = PREFIX + digest()
    with _one_at_a_time(), connection._nodb_cursor() as cursor:
        names = _names(cursor)
        for old in names - {name}:
            if _is_left_over(old):
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}"')
        if name not in names:
            _make(cursor, name)
    # The number of the process in the name lets several runs share a server.
    connection.settings_dict["TEST"].update(NAME=f"test_kanal_{os.getpid()}", TEMPLATE=name)


def digest() -> str:
    """Sum up what the schema comes from: the migrations, and the packages that bring some."""
    paths = [ROOT / "requirements" / "run.txt", *sorted(ROOT.glob("src/kanal/*/migrations/*.py"))]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()[:16]


def _make(cursor: Any, name: str) -> None:
    draft = f"{name}_draft"
    cursor.execute(f'DROP DATABASE IF EXISTS "{draft}"')
    cursor.execute(f'CREATE DATABASE "{draft}"')
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = draft
    try:
        call_command("migrate", interactive=False, verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
    cursor.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')


def _names(cursor: Any) -> set[str]:
    cursor.execute("SELECT datname FROM pg_database")
    return {row[0] for row in cursor.fetchall()}


def _is_left_over(name: str) -> bool:
    """Recognize an old template, and the database of a run that was killed."""
    run = re.fullmatch(r"test_kanal_(\d+)", name)
    return name.startswith(PREFIX) or (run is not None and not psutil.pid_exists(int(run[1])))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (HOME / "template.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
