"""The embedded server is shared, and gone with its last user, however that ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from kanal.config.embedded.cluster import Cluster

USER = """
import sys, time
from pathlib import Path
from kanal.config.embedded.cluster import Cluster
Cluster(Path(sys.argv[1]), durable=False).start()
print("ready", flush=True)
sys.stdin.read()
"""
SECONDS = 20


class User:
    """A process that uses the server until it is told to end."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ready(self) -> User:
        assert self.process.stdout.readline() == "ready\n", self.process.stderr.read()
        return self

    def end(self) -> None:
        self.process.communicate("", timeout=SECONDS)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "postgres"
    for process in (*servers(tmp_path / "postgres"), *watchers(tmp_path / "postgres")):
        with suppress(psutil.NoSuchProcess):
            process.kill()


def processes(wanted: Callable[[list[str]], bool]) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] and wanted(p.info["cmdline"])]


def servers(folder: Path) -> list[psutil.Process]:
    return processes(lambda words: words[1:3] == ["-D", str(folder / "data")])


def watchers(folder: Path) -> list[psutil.Process]:
    return processes(lambda words: any("watch.py" in w for w in words) and str(folder) in words[-1])


def gone(folder: Path) -> bool:
    deadline = time.monotonic() + SECONDS
    while servers(folder) or watchers(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def ask(folder: Path, query: str) -> object:
    with psycopg.connect(Cluster(folder).url()) as connection:
        return connection.execute(query).fetchone()[0]


def test_processes_share_a_server_that_ends_with_the_last(folder):
    users = [User(folder) for _ in range(3)]
    for user in users:
        user.ready()
    assert len(servers(folder)) == 1
    users[0].end()
    users[1].end()
    assert ask(folder, "SELECT current_database()") == "kanal"
    assert ask(folder, "SHOW timezone") == "UTC"
    users[2].end()
    assert gone(folder)


def test_nothing_is_left_of_a_user_that_was_killed(folder):
    User(folder).ready().kill()
    assert gone(folder)


def test_a_server_that_lost_its_watcher_is_replaced(folder):
    user = User(folder).ready()
    (watcher,) = watchers(folder)
    (orphan,) = servers(folder)
    watcher.kill()
    user.kill()
    assert orphan.is_running()

    later = User(folder).ready()
    assert ask(folder, "SELECT 1") == 1
    assert [server.pid for server in servers(folder)] != [orphan.pid]
    later.end()
    assert gone(folder)


def test_a_note_that_names_a_stranger_does_not_keep_the_server_from_starting(folder):
    User(folder).ready().end()
    assert gone(folder)
    note = folder / "data" / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{folder / 'data'}\n1\n5432\n\n\n\nready\n")
    os.chown(note, (folder / "data").stat().st_uid, -1)

    user = User(folder).ready()
    user.end()
    assert gone(folder)


def test_a_server_that_can_not_start_says_why(folder):
    User(folder).ready().end()
    assert gone(folder)
    with (folder / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write("nonsense = on\n")

    user = User(folder)
    out, error = user.process.communicate(timeout=SECONDS)
    assert out == ""
    assert 'unrecognized configuration parameter "nonsense"' in error
    assert "DATABASE_URL" in error
    assert gone(folder)


def test_the_watcher_stops_the_server_when_the_system_goes_down(folder):
    user = User(folder).ready()
    (watcher,) = watchers(folder)
    watcher.send_signal(signal.SIGTERM)
    assert gone(folder)
    user.end()
