"""The status machine of a deal registration request, as data.

Buttons, refusals, the trigger in the database and the page in the docs are made from `TRANSITIONS`, or tested against
it. This module knows no database and no person. Status and stage of the opportunity are apart from it.
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
    """Where a request stands."""

    DRAFT = "draft", pgettext_lazy("registration", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("registration", "Submitted")
    IN_REVIEW = "in_review", pgettext_lazy("registration", "In review")
    INFORMATION_REQUESTED = "information_requested", pgettext_lazy("registration", "Information requested")
    APPROVED = "approved", pgettext_lazy("registration", "Approved")
    REJECTED = "rejected", pgettext_lazy("registration", "Rejected")
    DUPLICATE = "duplicate", pgettext_lazy("registration", "Duplicate")
    WITHDRAWN = "withdrawn", pgettext_lazy("registration", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("registration", "Expired")
    REVOKED = "revoked", pgettext_lazy("registration", "Revoked")
    CONVERTED = "converted", pgettext_lazy("registration", "Converted")


class Actor(StrEnum):
    """Who may do something: the partner that asks, the vendor that decides, or the clock."""

    PARTNER = "partner"
    VENDOR = "vendor"
    CLOCK = "clock"


class Verb(models.TextChoices):
    """What can be done to a request."""

    SUBMIT = "submit", pgettext_lazy("registration", "Submit")
    TAKE_UP = "take_up", pgettext_lazy("registration", "Take up")
    ASK = "ask", pgettext_lazy("registration", "Ask for information")
    ANSWER = "answer", pgettext_lazy("registration", "Answer")
    APPROVE = "approve", pgettext_lazy("registration", "Approve")
    REJECT = "reject", pgettext_lazy("registration", "Reject")
    MARK_DUPLICATE = "mark_duplicate", pgettext_lazy("registration", "Mark as duplicate")
    LINE_UP = "line_up", pgettext_lazy("registration", "Put in line")
    WITHDRAW = "withdraw", pgettext_lazy("registration", "Withdraw")
    EXPIRE = "expire", pgettext_lazy("registration", "Expire")
    REVOKE = "revoke", pgettext_lazy("registration", "Revoke")
    CONVERT = "convert", pgettext_lazy("registration", "Convert")


class RejectReason(models.TextChoices):
    """Why a request is rejected: a closed list, which partners read beforehand."""

    PROTECTED = "protected", _("The customer is protected for somebody else")
    DIRECT = "direct", _("We are in direct sales with the customer")
    NOT_QUALIFIED = "not_qualified", _("There is no qualified need yet")
    NO_RELATION = "no_relation", _("The work done with the customer is not shown")
    TOO_LITTLE = "too_little", _("Too little was said to decide")
    NOT_SOLD_THERE = "not_sold_there", _("Outside what the partner may sell, or where")
    OTHER = "other", pgettext_lazy("registration reason", "Another reason")


class RevokeReason(models.TextChoices):
    """Why an approved one is taken back."""

    UNTRUE = "untrue", _("What was said turned out not to be true")
    CUSTOMER_ASKED = "customer_asked", _("The customer asked for another partner")
    TERMS_BROKEN = "terms_broken", _("The terms of registration were broken")
    PARTNERSHIP = "partnership", _("The partnership ends")
    MISTAKE = "mistake", _("It was approved by mistake")


class EndReason(models.TextChoices):
    """Why a protection ended otherwise than by a person's word about the request itself."""

    TIME = "time", _("Its time was over")
    SILENCE = "silence", _("Nothing happened for too long")
    UNANSWERED = "unanswered", _("The question was not answered in time")
    LOST = "lost", _("The opportunity was lost")
    CANCELED = "canceled", _("The opportunity was canceled")
    PARTNER_ENDED = "partner_ended", _("The partnership ended")


@dataclass(frozen=True)
class Transition:
    """One verb of the machine: from which statuses it leads where, and whose it is."""

    verb: Verb
    sources: frozenset[Status]
    target: Status
    actors: frozenset[Actor]


# What waits for the vendor's word; what waits for the partner's is apart.
TO_DECIDE = frozenset({Status.SUBMITTED, Status.IN_REVIEW})
PENDING = TO_DECIDE | {Status.INFORMATION_REQUESTED}
# What counts against the number that a partner may hold at a time.
HELD = PENDING | {Status.APPROVED}
ENDED = frozenset(status for status in Status if status not in HELD and status != Status.DRAFT)


def _row(verb: Verb, sources: Iterable[Status], target: Status, *actors: Actor) -> Transition:
    return Transition(verb, frozenset(sources), target, frozenset(actors))


TRANSITIONS: tuple[Transition, ...] = (
    _row(Verb.SUBMIT, [Status.DRAFT], Status.SUBMITTED, Actor.PARTNER),
    _row(Verb.TAKE_UP, [Status.SUBMITTED], Status.IN_REVIEW, Actor.VENDOR, Actor.CLOCK),
    _row(Verb.ASK, TO_DECIDE, Status.INFORMATION_REQUESTED, Actor.VENDOR),
    _row(Verb.ANSWER, [Status.INFORMATION_REQUESTED], Status.IN_REVIEW, Actor.PARTNER),
    _row(Verb.APPROVE, TO_DECIDE, Status.APPROVED, Actor.VENDOR, Actor.CLOCK),
    _row(Verb.REJECT, PENDING, Status.REJECTED, Actor.VENDOR),
    _row(Verb.MARK_DUPLICATE, PENDING, Status.DUPLICATE, Actor.VENDOR),
    _row(Verb.LINE_UP, [Status.IN_REVIEW], Status.SUBMITTED, Actor.VENDOR),
    _row(Verb.WITHDRAW, [Status.DRAFT, *HELD], Status.WITHDRAWN, Actor.PARTNER, Actor.CLOCK),
    _row(
        Verb.EXPIRE,
        [Status.APPROVED, Status.INFORMATION_REQUESTED],
        Status.EXPIRED,
        Actor.CLOCK,
    ),
    _row(Verb.REVOKE, [Status.APPROVED], Status.REVOKED, Actor.VENDOR),
    _row(Verb.CONVERT, [Status.APPROVED], Status.CONVERTED, Actor.CLOCK),
)
BY_VERB = {row.verb: row for row in TRANSITIONS}
# Every change of status that may ever be written; the database trigger is made from it.
PAIRS = frozenset((source, row.target) for row in TRANSITIONS for source in row.sources)


def refusal(verb: Verb, status: str) -> str | Promise | None:
    """Say why a verb can't be done in this status, or None where it can."""
    if Status(status) in BY_VERB[verb].sources:
        return None
    return _("“%(verb)s” can’t be done: the request is “%(status)s”.") % {
        "verb": verb.label,
        "status": Status(status).label,
    }


def verbs_from(status: str, actor: Actor) -> list[Verb]:
    """Give the verbs that somebody may do in this status, in the order of the table."""
    return [row.verb for row in TRANSITIONS if actor in row.actors and Status(status) in row.sources]
