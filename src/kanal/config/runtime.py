"""How a long-lived process treats its memory and its threads."""

from __future__ import annotations

import gc
import sys

# A page makes some ten thousand short-lived objects and hardly a cycle. With Python's own figures the collector
# runs dozens of times a page; with these, now and then. Measured on the desk's list: a fifth less time.
_THRESHOLDS = (50_000, 50, 50)
# A thread whose answer has come from the database waits until the one that computes gives way, with Python's own figure
# up to five milliseconds each time. Measured on a run of assignment, which writes from two threads: a tenth less time.
_SWITCH_SECONDS = 0.0003


def settle() -> None:
    """Collect memory less often, never what was loaded at the start, and let waiting threads go on soon."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    sys.setswitchinterval(_SWITCH_SECONDS)
