"""One embedded PostgreSQL server: made, started, shared by processes, and gone when the last of them ends.

Every process that uses the server holds a shared lock on the file `users` for as long as it lives. A watcher
process (watch.py) runs the server and waits to get that lock for itself: then nobody is left, and it stops
the server. Locks die with their process, however it dies, so nothing is left behind and nothing is counted.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, NoReturn

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.pq import PGconn, Ping

from kanal.config.embedded import files, leftovers

START_SECONDS = 60
MAJOR = "18"
_DYING = "still in use"  # what PostgreSQL says while processes of a killed server are on their way out

# For a laptop: some hundred megabytes of memory, a solid-state disk, short queries.
_TUNING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "wal_buffers": "64MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",  # a long run is not slowed by it in the middle
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # starting helpers costs more than our short queries take
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
_held: dict[Path, IO[bytes]] = {}
_threads = threading.Lock()


@dataclass(frozen=True)
class Cluster:
    """A server and its folder."""

    folder: Path
    durable: bool = True
    database: str = "kanal"
    user: str = "kanal"

    @property
    def data(self) -> Path:
        """The folder that PostgreSQL writes to."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server had to say."""
        return self.folder / "log"

    @cached_property
    def socket_folder(self) -> Path:
        """Where the server's socket is: in the folder, or in a short place where that is too long."""
        inside = self.folder / "run"
        if len(os.fsencode(inside)) <= files.LONGEST_SOCKET_FOLDER:
            return inside
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"kanal-{name}"

    def url(self, database: str = "") -> str:
        """Give the address of the server's database, or of another of its databases."""
        return f"postgresql://{self.user}@/{database or self.database}?host={self.socket_folder}"

    def start(self) -> None:
        """Start the server, or join the one that runs; it stops when the last process that asked for it ends.

        Raises:
            ImproperlyConfigured: it can't start; says why.
        """
        with _threads:
            if self.folder in _held:
                return
            try:
                _held[self.folder] = self._join()
            except OSError as error:
                raise ImproperlyConfigured(
                    f"The embedded PostgreSQL can't use {error.filename or self.folder}: {error.strerror}. "
                    "Point KANAL_DATA at a folder that you may write to, or set DATABASE_URL."
                ) from error

    def _join(self) -> IO[bytes]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._one_at_a_time():
            hold = (self.folder / "users").open("ab")
            try:
                fcntl.flock(hold, fcntl.LOCK_SH)
                self._launch()
                self._make_database()
            except BaseException:
                hold.close()
                raise
            return hold

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        with (self.folder / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _launch(self) -> None:
        """Have a watcher with a server that answers; under the lock."""
        for wait in (0, 1, 2, 4):
            time.sleep(wait)
            ours = self._start_watcher()
            while not self._answers():
                if ours:
                    break
                ours = self._start_watcher()  # the one that was there was just about to end
            else:
                return
            if _DYING not in self._end_of_log():
                break
        self._fail(self._end_of_log())

    def _start_watcher(self) -> bool:
        """Start a watcher with a server; False where there is a watcher already."""
        with (self.folder / "watcher").open("ab") as watcher:
            if not _taken(watcher):
                return False
            # The lock is ours, so no watcher lives: what it may have left is cleared, and the lock handed on.
            owner = files.owner()
            self._prepare(owner)
            leftovers.clear(self.data, self.socket_folder)
            self._watch(watcher, owner)
            return True

    def _prepare(self, owner: pwd.struct_passwd) -> None:
        if files.is_root():
            files.let_through(self.folder, owner)
            files.let_read(files.binaries().parent)
        files.private(self.socket_folder, owner)
        version = self.data / "PG_VERSION"
        if not version.exists():
            self._initialize(owner)
        elif (found := version.read_text().strip()) != MAJOR:
            raise ImproperlyConfigured(
                f"{self.data} was written by PostgreSQL {found}; the embedded one is {MAJOR}. "
                "Dump it with the release of Kanal that wrote it, then restore it into a new data folder."
            )

    def _initialize(self, owner: pwd.struct_passwd) -> None:
        """Make a new cluster beside its place and move it there, so that one broken off is never used."""
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        files.private(draft, owner)
        command = [
            str(files.binaries() / "initdb"),
            f"--pgdata={draft}",
            f"--username={self.user}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *(["--no-sync"] if not self.durable else []),
        ]
        made = subprocess.run(  # noqa: S603 - our own words
            command, capture_output=True, text=True, check=False, cwd="/", **files.identity(owner)
        )
        if made.returncode:
            self._fail(made.stderr)
        draft.rename(self.data)

    def _watch(self, watcher: IO[bytes], owner: pwd.struct_passwd) -> None:
        tuning = (
            _TUNING | ({} if self.durable else _FAST) | {"unix_socket_directories": str(self.socket_folder)}
        )
        options = [word for name, value in tuning.items() for word in ("-c", f"{name}={value}")]
        order = {
            "command": [str(files.binaries() / "postgres"), "-D", str(self.data), *options],
            "identity": files.identity(owner),
            "folder": str(self.folder),
            "log": str(self.log),
        }
        script = Path(__file__).with_name("watch.py")
        subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-I", "-S", str(script), json.dumps(order)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[watcher.fileno()],
            start_new_session=True,
            cwd="/",
        )

    def _answers(self) -> bool:
        """Wait until the server answers; False when its watcher gave it up."""
        address = self.url("postgres").encode()
        deadline = time.monotonic() + START_SECONDS
        while PGconn.ping(address) != Ping.OK:
            with (self.folder / "watcher").open("ab") as watcher:
                if _taken(watcher):
                    return False
            if time.monotonic() > deadline:
                self._fail(f"no answer in {START_SECONDS} seconds\n{self._end_of_log()}")
            time.sleep(0.02)
        return True

    def _end_of_log(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-8:])

    def _fail(self, reason: str) -> NoReturn:
        raise ImproperlyConfigured(
            f"The embedded PostgreSQL can't start in {self.folder}:\n{reason.strip()}\n"
            f"Its log is {self.log}. Or set DATABASE_URL to use a PostgreSQL server of your own."
        )

    def _make_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.database])
            if known.fetchone() is None:
                connection.execute(f'CREATE DATABASE "{self.database}"')


def _taken(lock: IO[bytes]) -> bool:
    """Take a lock for ourselves, without waiting."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
