"""Answers that leave at even times, so that how long one took says nothing of what was found.

How long a question takes depends on what there is to find, and whoever asks often enough reads that from the
averages, however much chance is added. Here an answer leaves at a whole multiple of a fixed step after the question
came: all that takes less than one step looks the same to the asker. What may still show is which multiple it was. So
the step is chosen such that the work ends well within the first one; on a machine that is too busy for that, it is the
load that moves an answer to the next multiple, whatever is found.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from time import perf_counter, sleep
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def evenly(step: float) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function give its answer, or what it raises, at a whole multiple of a step after it was called.

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
    """Give how long it is to the next multiple of a step, in seconds.

    Args:
        taken: how long it has taken so far, in seconds.
        step: in seconds.
    """
    return step - taken % step
