"""How long a request waited for the vendor's word, in the vendor's own working time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from kanal.config import clock
from kanal.distribution.worktime import Calendar
from kanal.registration.models import Link, Registration
from kanal.registration.policy import vendor_calendar

# Steps after which a request waits for the vendor, and those after which it waits for something else.
_BEGINS = frozenset({"submitted", "promoted"})
_GOES_ON, _PAUSES, _LINES_UP, _TAKEN_UP = "resubmitted", "asked", "lined_up", "taken_up"
KINDS = tuple(sorted({*_BEGINS, _GOES_ON, _PAUSES, _LINES_UP, _TAKEN_UP}))


def waited(steps: Iterable[Link], calendar: Calendar, until: datetime) -> timedelta | None:
    """Give the working time in which a request waited for the vendor, up to a moment.

    The time in which the partner owed an answer does not count, nor that in line behind another protection: there the
    vendor's time begins once it comes up. None where it has not begun.

    Args:
        steps: those of `KINDS`, in their order; others are left aside.
        calendar: the vendor's working hours.
        until: the moment of the decision.
    """
    total, since, in_line, begun = timedelta(0), None, False, False
    for step in steps:
        if step.kind == _LINES_UP or (step.kind == "submitted" and step.content.get("in_line")):
            total, since, in_line, begun = timedelta(0), None, True, False
        elif step.kind in _BEGINS or (step.kind == _TAKEN_UP and in_line):
            total, since, in_line, begun = timedelta(0), step.at, False, True
        elif step.kind == _GOES_ON:
            since = step.at
        elif step.kind == _PAUSES and since is not None:
            total, since = total + calendar.between(since, step.at), None
    if since is not None:
        total += calendar.between(since, until)
    return total if begun else None


def minutes_waited(registration: Registration) -> int | None:
    """Give for how many whole working minutes a request has waited for the vendor by now; None where it has not."""
    steps = registration.links.filter(kind__in=KINDS).order_by("place")
    time = waited(steps, vendor_calendar(), clock.now())
    return None if time is None else int(time.total_seconds() // 60)
