"""Preferred partner assignment end to end: read, decided, kept, written and notified, in a database of its own."""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import filling, market, table

QUEUES = ((10_000, 1_000), (100_000, 10_000))
_STEPS = ("decided", "kept", "written")


def measure(rounds: int) -> dict[str, Any]:
    """Fill databases with markets, assign one by one and whole queues, print the table.

    Args:
        rounds: how many single assignments.
    """
    from kanal.config import runtime

    runtime.settle()  # as the worker does
    figures = []
    for count, of in QUEUES:
        filled = _fresh(count, of)
        if of == QUEUES[-1][1]:
            once = _once(filled, rounds)
        figures.append(_queue(filled, count, of))
    table.show(
        ["end to end", "partners", *_STEPS, "seconds", "busy", "offered", "people told", "mails", "MB"],
        [_cells(item) for item in figures],
    )
    print(
        f"one automatic assignment among {QUEUES[-1][1]:,} partners: {once['wall']:.1f} ms (median of {rounds})"
    )
    print(f"of it processor time of this process: {once['cpu']:.1f} ms")
    return {"once": once, "queues": figures}


def kept(found: dict[str, Any]) -> dict[str, bool]:
    """Say which promises the figures keep."""
    small, large = found["queues"]
    return {
        "end to end: one among 10,000 partners under 50 ms (median)": found["once"]["wall"] < 50,
        "end to end: 10,000 over 1,000 under 5 seconds": small["seconds"] < 5,
        "end to end: 100,000 over 10,000 under 30 seconds": large["seconds"] < 30,
        "end to end: memory of all processes under 2 GB": large["mb"] < 2048,
        "end to end: every offer stands once, everybody is told once": all(
            item["offered"] == item["distinct"] and item["told"] == item["mails"] for item in found["queues"]
        ),
    }


def _fresh(count: int, of: int) -> filling.Filled:
    from django.core.management import call_command

    from kanal.distribution.assignment import snapshots

    call_command("flush", verbosity=0, interactive=False)
    snapshots.forget()
    return filling.fill(market.partners(of), market.opportunities(count, of))


def _once(filled: filling.Filled, rounds: int) -> dict[str, float]:
    """Assign opportunities one at a time, as the worker does when they are made; the first fills what is remembered."""
    from kanal.distribution.actions import assign_partner
    from kanal.opportunities.models import Opportunity

    keys = list(Opportunity.objects.to_distribute().values_list("pk", flat=True)[: rounds + 1])
    wall, cpu = [], []
    for key in keys:
        began, busy = time.perf_counter(), time.process_time()
        assign_partner(key=key, by=filled.manager)
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - busy) * 1000)
    return {"wall": statistics.median(wall[1:]), "cpu": statistics.median(cpu[1:])}


def _queue(filled: filling.Filled, count: int, of: int) -> dict[str, Any]:
    from procrastinate.contrib.django.models import ProcrastinateJob

    from kanal.config import clock
    from kanal.distribution.assignment import deciding, storing, writing
    from kanal.distribution.models import Offer, RunKind, RunState
    from kanal.notify.models import Notification
    from kanal.opportunities import access

    before = Offer.objects.filter(status="pending").count(), Notification.objects.count()
    jobs = ProcrastinateJob.objects.filter(task_name="kanal.notify.tasks.mail")
    mails = jobs.count()
    seconds: dict[str, float] = {}
    busy = _busy()
    with _Memory() as memory:
        keys = list(
            access.to_deliver(filled.manager).order_by("created_at", "pk").values_list("pk", flat=True)
        )
        decided = [_timed(seconds, "decided", lambda: deciding.decide_for(keys))]
        run = _timed(  # given away: whoever delivers has only what is kept
            seconds, "kept", lambda: storing.store(decided.pop(), kind=RunKind.QUEUE, by=filled.manager)
        )
        run.state, run.began_at, run.delivered_by = RunState.DELIVERING, clock.now(), filled.manager
        run.save()
        _timed(seconds, "written", lambda: writing.carry_out(key=run.pk))
    pending = Offer.objects.filter(status="pending")
    return {
        "opportunities": count,
        "partners": of,
        **seconds,
        "seconds": sum(seconds.values()),
        "busy": _busy() - busy,
        "offered": pending.count() - before[0],
        "distinct": pending.values("opportunity").distinct().count() - before[0],
        "told": Notification.objects.exclude(kind="assignment_delivered").count() - before[1],
        "mails": jobs.count() - mails - 1,  # one goes to whoever delivered
        "mb": memory.peak / 1024**2,
    }


def _timed(seconds: dict[str, float], name: str, work: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    found = work()
    seconds[name] = time.perf_counter() - began
    return found


def _cells(item: dict[str, Any]) -> list[str]:
    steps = [f"{item[name]:.1f}" for name in _STEPS]
    return [
        *(f"{item['opportunities']:,}", f"{item['partners']:,}", *steps, f"{item['seconds']:.1f}"),
        f"{item['busy']:.1f}",
        *(f"{item[name]:,}" for name in ("offered", "told", "mails")),
        f"{item['mb']:,.0f}",
    ]


class _Memory:
    """The most memory that this process and those of the database had at once; shared pages count in part."""

    def __init__(self) -> None:
        self.peak, self._over = 0, threading.Event()

    def __enter__(self) -> _Memory:
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._over.wait(0.25):
            self.peak = max(self.peak, sum(_bytes(pid) for pid in _processes()))


def _processes() -> list[str]:
    """Give this process, and the processes of the database in this benchmark's folder."""
    data = os.environ["KANAL_DATA"]
    lock = Path(data) / "postgres" / "data" / "postmaster.pid"
    server = lock.read_text().splitlines()[0] if lock.exists() else ""
    found = [str(os.getpid())]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if server and (parent == server or stat.parent.name == server):
            found.append(stat.parent.name)
    return found


def _busy() -> float:
    """Give the processor time of this process and of the database so far, in seconds; others' load is not in it."""
    found, own = 0, str(os.getpid())
    for pid in _processes():
        try:
            words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found += sum(int(word) for word in words[11 : 13 if pid == own else 15])
    return found / os.sysconf("SC_CLK_TCK")


def _bytes(pid: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
