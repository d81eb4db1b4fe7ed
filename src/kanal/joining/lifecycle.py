"""The status machine of an application, as data.

Buttons, refusals and the trigger in the database are made from `TRANSITIONS`, or tested against it. This module knows
no database and no person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """Where an application stands."""

    UNCONFIRMED = "unconfirmed", pgettext_lazy("application", "Not confirmed")
    WAITING = "waiting", pgettext_lazy("application", "Received")
    IN_REVIEW = "in_review", pgettext_lazy("application", "In review")
    ASKED = "asked", pgettext_lazy("application", "Question asked")
    APPROVED = "approved", pgettext_lazy("application", "Approved")
    REJECTED = "rejected", pgettext_lazy("application", "Rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("application", "Withdrawn")


class Side(StrEnum):
    """Who may do something: the vendor's people, or the applicant by their link."""

    VENDOR = "vendor"
    APPLICANT = "applicant"


class Verb(models.TextChoices):
    """What can be done to an application."""

    CONFIRM = "confirm", pgettext_lazy("application", "Confirm")
    TAKE_UP = "take_up", pgettext_lazy("application", "Take up")
    ASK = "ask", pgettext_lazy("application", "Ask")
    ANSWER = "answer", pgettext_lazy("application", "Answer")
    APPROVE = "approve", pgettext_lazy("application", "Approve")
    REJECT = "reject", pgettext_lazy("application", "Reject")
    WITHDRAW = "withdraw", pgettext_lazy("application", "Withdraw")


@dataclass(frozen=True)
class Transition:
    """One verb of the machine: from which statuses it leads where, and whose it is."""

    verb: Verb
    sources: frozenset[Status]
    target: Status
    side: Side


# What waits for a decision; everything else has not begun or has ended.
OPEN = frozenset({Status.WAITING, Status.IN_REVIEW, Status.ASKED})
DECIDED = frozenset({Status.APPROVED, Status.REJECTED, Status.WITHDRAWN})


def _row(verb: Verb, sources: Iterable[Status], target: Status, side: Side) -> Transition:
    return Transition(verb, frozenset(sources), target, side)


TRANSITIONS: tuple[Transition, ...] = (
    _row(Verb.CONFIRM, [Status.UNCONFIRMED], Status.WAITING, Side.APPLICANT),
    _row(Verb.TAKE_UP, [Status.WAITING], Status.IN_REVIEW, Side.VENDOR),
    _row(Verb.ASK, [Status.WAITING, Status.IN_REVIEW], Status.ASKED, Side.VENDOR),
    _row(Verb.ANSWER, [Status.ASKED], Status.IN_REVIEW, Side.APPLICANT),
    _row(Verb.APPROVE, OPEN, Status.APPROVED, Side.VENDOR),
    _row(Verb.REJECT, OPEN, Status.REJECTED, Side.VENDOR),
    _row(Verb.WITHDRAW, OPEN, Status.WITHDRAWN, Side.APPLICANT),
)
BY_VERB = {row.verb: row for row in TRANSITIONS}
# Every change of status that may ever be written; the database trigger is made from it.
PAIRS = frozenset((source, row.target) for row in TRANSITIONS for source in row.sources)


def refusal(verb: Verb, status: str) -> str | Promise | None:
    """Say why a verb can't be done in this status, or None where it can."""
    if Status(status) in BY_VERB[verb].sources:
        return None
    return _("“%(verb)s” can’t be done: the application is “%(status)s”.") % {
        "verb": verb.label,
        "status": Status(status).label,
    }


def verbs_from(status: str, side: Side) -> list[Verb]:
    """Give the verbs that one side may do in this status, in the order of the table."""
    return [row.verb for row in TRANSITIONS if row.side is side and Status(status) in row.sources]
