"""The status machine of an opportunity, as data.

Buttons, refusals, the database trigger and the page in the docs are made from `TRANSITIONS`, or tested against it.
This module knows no database and no person: `access` says which `Actor` somebody is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where an opportunity stands."""

    IN_PROGRESS = "in_progress", _("In progress")
    ON_HOLD = "on_hold", _("On hold")
    DELIVERED = "delivered", _("Delivered")
    ACCEPTED = "accepted", _("Accepted")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")
    RETURNED = "returned", _("Returned")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    CANCELED = "canceled", _("Canceled")


class State(models.TextChoices):
    """Open, won or lost: derived from the status."""

    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class Stage(models.TextChoices):
    """How far the sale is; stage is apart from status."""

    PROSPECT = "prospect", _("Prospect")
    CONTACTING = "contacting", _("Contacting")
    INTEREST_CONFIRMED = "interest_confirmed", _("Interest confirmed")
    QUOTING = "quoting", _("Quoting")
    CLOSING = "closing", _("Closing")


CLOSED = {Status.WON: State.WON, Status.LOST: State.LOST, Status.CANCELED: State.LOST}
OPEN = frozenset(status for status in Status if status not in CLOSED)
MANAGED = frozenset({Status.ACCEPTED, Status.APPROVED})
NEEDS_PARTNER = frozenset({Status.IN_PROGRESS, Status.DECLINED, Status.EXPIRED, Status.RETURNED})

# What clients of the Dataverse kind see; 100000005 is read as Returned too.
STATUSCODES = {
    Status.IN_PROGRESS: 1,
    Status.ON_HOLD: 2,
    Status.DELIVERED: 100000001,
    Status.ACCEPTED: 100000003,
    Status.APPROVED: 100000003,
    Status.DECLINED: 100000006,
    Status.EXPIRED: 100000007,
    Status.RETURNED: 756150000,
    Status.WON: 3,
    Status.LOST: 5,
    Status.CANCELED: 4,
}


def state_of(status: str) -> State:
    """Give the state that a status means."""
    return CLOSED.get(Status(status), State.OPEN)


class Actor(StrEnum):
    """What somebody is to an opportunity at this moment."""

    VENDOR = "vendor"
    ASSIGNMENT = "assignment"
    CLOCK = "clock"
    OFFERED = "offered"
    MANAGING = "managing"
    COLLABORATING = "collaborating"
    MAKER = "maker"


class Verb(models.TextChoices):
    """What can be done to an opportunity: to its status, its stage, or by its partner to the work on it."""

    DELIVER = "deliver", _("Deliver")
    WITHDRAW = "withdraw", _("Withdraw")
    ACCEPT = "accept", _("Accept")
    DECLINE = "decline", _("Decline")
    ASK = "ask", _("Ask the vendor")
    EXPIRE = "expire", _("Expire")
    SHARE = "share", _("Share")
    TAKE_BACK = "take_back", _("Take back")
    APPROVE = "approve", _("Approve")
    REFUSE = "refuse", _("Refuse")
    HOLD = "hold", _("Put on hold")
    RESUME = "resume", _("Resume")
    MOVE_STAGE = "move_stage", _("Move stage")
    EXTEND = "extend", _("Extend")
    RETURN = "return", _("Return")
    WIN = "win", _("Win")
    LOSE = "lose", _("Lose")
    CANCEL = "cancel", _("Cancel")
    REOPEN = "reopen", _("Reopen")
    UPDATE = "update", _("Edit")
    ASSIGN = "assign", _("Assign")
    ADD_CONTACT = "add_contact", _("Add contact")


@dataclass(frozen=True)
class Transition:
    """One verb of the machine.

    Attributes:
        verb: what is done.
        sources: the statuses from which it may be done.
        targets: the statuses that it may lead to; none means that the status stays.
        actors: who may do it, before roles and persons are asked.
        made_by_partner: True where only an opportunity that a partner made will do, False where only one
            that the vendor made will, None where it is all one.
    """

    verb: Verb
    sources: frozenset[Status]
    targets: tuple[Status, ...]
    actors: frozenset[Actor]
    made_by_partner: bool | None = None


def _row(
    verb: Verb,
    sources: Iterable[Status],
    targets: Iterable[Status],
    actors: Iterable[Actor],
    *,
    made_by_partner: bool | None = None,
) -> Transition:
    return Transition(verb, frozenset(sources), tuple(targets), frozenset(actors), made_by_partner)


_S, _A = Status, Actor
_HOLDABLE = (_S.IN_PROGRESS, _S.ACCEPTED, _S.APPROVED)
_VENDOR, _LEAD = (_A.VENDOR,), (_A.VENDOR, _A.MANAGING)
# Whoever works on it at a partner. The vendor edits the whole record instead, and hands over to owners of its own.
_WORKING = (_A.MANAGING, _A.COLLABORATING)

# A managing partner is one that manages alone: in a collaboration every partner, the first one too, is
# `COLLABORATING`, so that nobody closes, returns, extends or holds what is shared.
TRANSITIONS: tuple[Transition, ...] = (
    _row(Verb.DELIVER, NEEDS_PARTNER, [_S.DELIVERED], [_A.VENDOR, _A.ASSIGNMENT]),
    _row(Verb.WITHDRAW, [_S.DELIVERED], [_S.IN_PROGRESS], _VENDOR),
    _row(Verb.ACCEPT, [_S.DELIVERED], [_S.ACCEPTED], [_A.OFFERED, _A.VENDOR]),
    _row(Verb.DECLINE, [_S.DELIVERED], [_S.DECLINED], [_A.OFFERED, _A.VENDOR]),
    _row(Verb.ASK, [_S.DELIVERED], [], [_A.OFFERED]),
    _row(Verb.EXPIRE, [_S.DELIVERED], [_S.EXPIRED], [_A.CLOCK]),
    _row(Verb.SHARE, NEEDS_PARTNER | MANAGED, [_S.ACCEPTED], _VENDOR),
    _row(Verb.TAKE_BACK, [_S.ACCEPTED], [_S.IN_PROGRESS], _VENDOR, made_by_partner=False),
    _row(Verb.APPROVE, [_S.IN_PROGRESS], [_S.APPROVED], _VENDOR, made_by_partner=True),
    _row(Verb.REFUSE, [_S.IN_PROGRESS], [_S.CANCELED], _VENDOR, made_by_partner=True),
    _row(Verb.HOLD, _HOLDABLE, [_S.ON_HOLD], _LEAD),
    _row(Verb.RESUME, [_S.ON_HOLD], _HOLDABLE, _LEAD),
    _row(Verb.MOVE_STAGE, OPEN, [], [*_LEAD, _A.COLLABORATING]),
    _row(Verb.EXTEND, MANAGED, [], _LEAD),
    _row(Verb.RETURN, [_S.ACCEPTED], [_S.RETURNED], [_A.MANAGING], made_by_partner=False),
    _row(Verb.WIN, MANAGED | {_S.IN_PROGRESS}, [_S.WON], _LEAD),
    _row(Verb.LOSE, MANAGED | {_S.IN_PROGRESS}, [_S.LOST], _LEAD),
    _row(Verb.CANCEL, OPEN, [_S.CANCELED], [_A.VENDOR, _A.MAKER]),
    _row(Verb.REOPEN, CLOSED, [_S.IN_PROGRESS, _S.ACCEPTED], _VENDOR),
    _row(Verb.UPDATE, OPEN, [], _WORKING),
    _row(Verb.ASSIGN, OPEN, [], _WORKING),
    _row(Verb.ADD_CONTACT, OPEN, [], _WORKING),
)

BY_VERB = {row.verb: row for row in TRANSITIONS}


def _pairs(rows: Iterable[Transition]) -> frozenset[tuple[Status, Status]]:
    return frozenset(
        (source, target)
        for row in rows
        for source in row.sources
        for target in row.targets
        if source != target
    )


# Every change of status that may ever be written; the database trigger is made from it.
PAIRS = _pairs(TRANSITIONS)
# Those of them that only a collaboration may take: they skip the offer and its answer.
SHARED_PAIRS = PAIRS - _pairs(row for row in TRANSITIONS if row.verb is not Verb.SHARE)


def refusal(verb: Verb, status: str, *, made_by_partner: bool) -> str | Promise | None:
    """Say why a verb can't be done in this status, or None where it can."""
    row = BY_VERB[verb]
    if Status(status) not in row.sources:
        return _("“%(verb)s” can’t be done while the status is “%(status)s”.") % {
            "verb": verb.label,
            "status": Status(status).label,
        }
    if row.made_by_partner is True and not made_by_partner:
        return _("Only an opportunity that a partner made can be approved or refused.")
    if verb is Verb.SHARE and made_by_partner and status == Status.IN_PROGRESS:
        return _("A partner made it: approve it first, then share it.")
    if row.made_by_partner is False and made_by_partner:
        return _("What a partner made itself goes back to nobody; it can be canceled.")
    return None


def verbs_from(status: str, actors: Iterable[Actor], *, made_by_partner: bool) -> list[Verb]:
    """Give the verbs that these actors may do in this status, in the order of the table."""
    who = frozenset(actors)
    return [
        row.verb
        for row in TRANSITIONS
        if who & row.actors and refusal(row.verb, status, made_by_partner=made_by_partner) is None
    ]


def verb_to(source: str, target: str, *, made_by_partner: bool, collaboration: bool) -> Verb | None:
    """Say which verb of the vendor leads from one status to another, as the field *Status* at the desk asks it.

    A collaboration reaches *Accepted* by sharing; everything else by the one verb that leads there.
    """
    if target == Status.ACCEPTED and collaboration and source in BY_VERB[Verb.SHARE].sources:
        return Verb.SHARE
    for row in TRANSITIONS:
        if row.verb is Verb.SHARE or Actor.VENDOR not in row.actors or Status(source) not in row.sources:
            continue
        if (
            Status(target) in row.targets
            and refusal(row.verb, source, made_by_partner=made_by_partner) is None
        ):
            return row.verb
    return None
