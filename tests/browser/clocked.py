"""Moving the time as a visitor of the demo does, and letting the worker do what is due then."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connections
from playwright.sync_api import Page, expect

from kanal.config import clock
from kanal.config.jobs import run_worker
from kanal.demo.offset import FRESH_FOR, Offset

MOVED = {"en": "The clock was moved.", "da": "Uret er stillet."}


def move(page: Page, button: str, *, language: str = "en") -> None:
    """Press a button of the demo's clock, and let the worker work until nothing is left.

    Args:
        page: of somebody who is signed in.
        button: the words on it.
        language: of that person.
    """
    clock.use(Offset())
    page.goto("/demo/clock/")
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_text(MOVED[language])).to_be_visible()
    time.sleep(FRESH_FOR)  # so long every process may take to see it
    work()


def work() -> None:
    """Let a worker do all that waits, in a thread of its own: a browser leaves an event loop running in this one."""
    with ThreadPoolExecutor(1) as alone:
        alone.submit(_work_off).result()


def _work_off() -> None:
    try:
        run_worker(wait=False)
    finally:
        connections.close_all()
