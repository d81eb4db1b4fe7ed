"""What a run that was killed may have left: a server without a watcher, or files that name a dead one."""

import signal
from contextlib import suppress
from pathlib import Path

import psutil


def clear(data: Path, socket_folder: Path) -> None:
    """Stop a server that nobody watches, and remove files that would keep a new one from starting."""
    note = data / "postmaster.pid"
    process = _process(note)
    if process is not None and _serves(process, data):
        _stop(process)
    elif process is not None:
        # The number has gone to a stranger since; PostgreSQL would take it for the old server.
        note.unlink()
    for path in socket_folder.glob(".s.PGSQL.*"):
        path.unlink()


def _process(note: Path) -> psutil.Process | None:
    try:
        return psutil.Process(int(note.read_text().split("\n", 1)[0]))
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None


def _serves(process: psutil.Process, data: Path) -> bool:
    try:
        return str(data) in process.cmdline()
    except psutil.Error:
        return False


def _stop(process: psutil.Process) -> None:
    """Stop fast, which rolls open transactions back; by force where that takes too long."""
    with suppress(psutil.NoSuchProcess):
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(5)
