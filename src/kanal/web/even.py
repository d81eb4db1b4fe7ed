"""Answers that leave at even times, so that how long one took says nothing of what was found.

How long a question takes depends on what there is to find, and whoever asks often enough reads that from the
averages, however much chance is added. Here an answer leaves after a fixed step, or, where the work took longer, after
twice, four times, eight times that: always a whole multiple of the step. All that takes less than one step looks the
same to the asker, and on a machine that is too busy for one step the next ones are so far apart that it is the load
that chooses among them, whatever is found. So the step is chosen such that the work ends well within the first one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from time import perf_counter, sleep
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def evenly(step: float) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function give its answer, or what it raises, one, two, four, … steps after it was called.

    Args:
        step: in seconds; more than the work takes nearly always. The thread sleeps for what is left of it, so the
            function should hold no lock when it returns.
    """

    def hold(work: Callable[P, R]) -> Callable[P, R]:
        @wraps(work)
        def even(*args: P.args, **kwargs: P.kwargs) -> R:
            begun = perf_counter()
            try:
                return work(*args, **kwargs)
            finally:
                sleep(left(perf_counter() - begun, step))

        return even

    return hold


def left(taken: float, step: float) -> float:
    """Give how long it is to the next of one, two, four, … steps, in seconds.

    Args:
        taken: how long it has taken so far, in seconds.
        step: in seconds.
    """
    until = step
    while until <= taken:
        until *= 2
    return until - taken
