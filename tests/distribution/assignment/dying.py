"""A worker that is killed at a chosen step: run by `test_killed.py` as a program of its own.

It is the worker of `kanal worker`, forked from a process that has loaded everything. The kernel kills it with SIGKILL
just before the n-th thing that it asks of the database, its own book-keeping of jobs included. A line read is the
number of that step, 0 for a worker that lives; the line written says how it ended.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg


def die_at(step: int) -> None:
    """Let this process be killed just before it asks the database for the `step`-th time; never where it is 0."""
    counted = itertools.count(1)

    def dying(method: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any, **options: Any) -> Any:
            if next(counted) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return method(*args, **options)

        return counting

    for kind in (psycopg.Cursor, psycopg.AsyncCursor):
        for name in ("execute", "executemany", "copy"):
            setattr(kind, name, dying(getattr(kind, name)))
    psycopg.Connection.commit = dying(psycopg.Connection.commit)  # type: ignore[method-assign]


def work(step: int) -> None:
    """Be a worker until nothing is left to do, or until the step at which it dies."""
    from kanal.config import clock
    from kanal.config.jobs import run_worker

    clock.use(
        lambda: timedelta(minutes=5)
    )  # what waits for some minutes, in case it is still being done, is due
    die_at(step)
    run_worker(wait=False)


def main() -> None:
    """Fork a worker for each line that is read, and say how it ended."""
    import django

    django.setup()
    from kanal.distribution import tasks  # noqa: F401 - so that every fork has it

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                work(int(line))
            except BaseException:  # noqa: BLE001 - the parent says so
                import traceback

                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
