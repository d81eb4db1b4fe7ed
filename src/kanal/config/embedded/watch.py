"""Runs the embedded server, and stops it when no process uses it any more. A program; cluster.py starts it.

Needs the standard library alone, so that it is up at once and small.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

LARGEST_LOG = 5_000_000


def main(order: dict[str, Any]) -> int:
    """Run the server until it ends or nobody is left."""
    log = Path(order["log"])
    fresh = log.exists() and log.stat().st_size > LARGEST_LOG
    with log.open("wb" if fresh else "ab") as output:
        server = subprocess.Popen(  # noqa: S603 - the command is cluster.py's
            order["command"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            **order["identity"],
        )

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.send_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    threading.Thread(target=stop_when_unused, args=(server, Path(order["folder"])), daemon=True).start()
    return server.wait()


def stop_when_unused(server: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Wait until no process holds the file `users`; then, with newcomers kept waiting, stop the server."""
    with (folder / "users").open("ab") as users, (folder / "lock").open("ab") as lock:
        while True:
            fcntl.flock(users, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_UN)
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # Somebody came between the two locks.
                fcntl.flock(lock, fcntl.LOCK_UN)
                continue
            server.send_signal(signal.SIGINT)
            server.wait()
            os._exit(0)  # with the locks still held: they go with the process, all at once


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
