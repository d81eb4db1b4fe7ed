"""The processes of a running Kanal: the web server, the worker, and how they start and stop together."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType

GRACE = 15  # seconds that a process has to finish what it does
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound
_DIE_WITH_PARENT = 1  # Linux's PR_SET_PDEATHSIG


class StopRequest(BaseException):
    """Somebody asked this program to stop, with Ctrl+C or SIGTERM."""


class ProcessEnded(Exception):  # noqa: N818 - says what happened
    """A process ended that should run for ever."""


def web_command(*, host: str, port: int, workers: int, threads: int) -> list[str]:
    """Give the command of the web server."""
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": str(port),
        "--http": "1",
        "--workers": str(workers),
        "--blocking-threads": str(threads),
        "--backpressure": str(threads * 16),
        "--workers-kill-timeout": str(GRACE - 5),
        "--log-level": "warning",
    }
    words = [word for pair in options.items() for word in pair]
    python = [sys.executable, "-m", "granian", *words, "--no-ws", "--respawn-failed-workers"]
    return [*python, "kanal.config.wsgi:application"]


def worker_command() -> list[str]:
    """Give the command of the worker, with one process' usual share of jobs."""
    return [sys.executable, "-m", "kanal.cli", "worker"]


def address(host: str, port: int) -> str:
    """Give the address under which a browser on this machine finds a server."""
    host = _ANY.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_free(host: str, port: int) -> bool:
    """Tell whether a server could listen there.

    Raises:
        OSError: it could not, for another reason than a server that is there already.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def stop_on_signals() -> None:
    """Let Ctrl+C and SIGTERM raise StopRequest, once: what is under way to stop is not broken off."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise StopRequest

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


class Processes:
    """Child processes that start together and stop together.

    They are in a session of their own, so that Ctrl+C reaches the parent alone, which stops them in order. If
    the parent is killed, they get SIGTERM, where the system is Linux.
    """

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Processes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, command: list[str]) -> None:
        """Start a process; `name` is what people know it by."""
        self._running[name] = subprocess.Popen(  # noqa: S603 - our own words
            command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent(os.getpid()),  # noqa: PLW1509 - this program has one thread
        )

    def check(self) -> None:
        """Look whether all still run.

        Raises:
            ProcessEnded: one does not.
        """
        for name, process in self._running.items():
            if process.poll() is not None:
                raise ProcessEnded(f"The {name} has ended by itself (exit code {process.returncode}).")

    def wait_for(self, url: str, *, seconds: float) -> None:
        """Wait until `url` answers.

        Raises:
            ProcessEnded: a process ended before, or there was no answer in time.
        """
        deadline = time.monotonic() + seconds
        while not _answers(url):
            self.check()
            if time.monotonic() > deadline:
                raise ProcessEnded(f"{url} does not answer after {seconds:.0f} seconds.")
            time.sleep(0.1)

    def wait(self) -> None:
        """Wait as long as all run.

        Raises:
            ProcessEnded: one does not any more.
        """
        while True:
            self.check()
            time.sleep(0.5)

    def stop(self) -> None:
        """Let all finish what they do, and end; those that take too long are ended by force."""
        for process in self._running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for process in self._running.values():
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._running.clear()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _end_with_parent(parent: int) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)

    def ask() -> None:
        library.prctl(_DIE_WITH_PARENT, signal.SIGTERM)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)

    return ask
