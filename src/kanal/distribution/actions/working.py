"""What the vendor decides on what partners made or accepted: approve, refuse, take back."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import Person
from kanal.directory.refusal import Invalid
from kanal.distribution.actions.step import (
    Step,
    begin,
    begin_by_clock,
    end_part,
    need_reason,
    take_part,
)
from kanal.distribution.telling import Happening, announce_entry
from kanal.opportunities import timeline
from kanal.opportunities.lifecycle import Status, Verb
from kanal.opportunities.models import CloseReason, Kind, Opportunity, Participation


def approve(*, key: uuid.UUID, by: Person) -> Opportunity:
    """Approve an opportunity that a partner made; that partner manages it, and is told.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to approve, or not one that a partner made.
    """
    with acting(by):
        step = begin(key, Verb.APPROVE, by=by)
        _approve(step)
    return step.opportunity


def approve_made(key: uuid.UUID, *, by: Person | None) -> None:
    """Approve what a partner made, as its registration has been approved; nothing where it waits no longer.

    Who decided on the registration has been asked; the caller holds the opportunity locked.

    Args:
        key: which one.
        by: who approved the registration; None is the system, by the vendor's policy.
    """
    step = begin_by_clock(key, Verb.APPROVE)
    if step is not None:
        step.by = by
        _approve(step)


def _approve(step: Step) -> None:
    partner = step.opportunity.made_by_partner
    assert partner is not None  # the lifecycle asked
    running = Participation.objects.filter(opportunity=step.opportunity, partner=partner, until__isnull=True)
    if not running.exists():
        take_part(step.opportunity, partner, Kind.MANAGING)
    step.opportunity.partner = partner
    step.move(Status.APPROVED)
    entry = timeline.record(
        step.opportunity, "approved", by=step.by, facts={"partner": partner.name}, partner=partner
    )
    announce_entry(Happening.APPROVED, entry, partners=[partner])


def refuse(*, key: uuid.UUID, reason: str, by: Person, text: str = "") -> Opportunity:
    """Refuse an opportunity that a partner made; the partner is told why, and still reads it.

    Args:
        key: which one.
        reason: a `CloseReason`.
        by: who.
        text: more, in their own words; the partner reads it.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to refuse, or not one that waits for approval.
        Invalid: the reason is unknown.
    """
    with acting(by):
        step = begin(key, Verb.REFUSE, by=by)
        if reason not in CloseReason.values:
            raise Invalid({"reason": _("Choose a reason.")})
        step.opportunity.close_reason = reason
        step.opportunity.actual_close_date = clock.today()
        step.move(Status.CANCELED)
        entry = step.record("refused", facts={"reason": reason}, body=text)
        announce_entry(Happening.REFUSED, entry, partners=step.partners())
    return step.opportunity


def take_back(*, key: uuid.UUID, reason: str, by: Person) -> Opportunity:
    """Take an accepted opportunity back from its partner, or from all that collaborate; they are told why.

    Args:
        key: which one.
        reason: why, in words; the partners are told it.
        by: who.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to take back, or no partner has accepted it.
        Invalid: no reason is given.
    """
    with acting(by):
        step = begin(key, Verb.TAKE_BACK, by=by)
        need_reason(reason)
        partners = step.partners()
        entry = step.record(
            "taken_back", facts={"partner": ", ".join(one.name for one in partners)}, body=reason
        )
        end_part(step.opportunity)
        step.opportunity.partner, step.opportunity.collaboration = None, False
        step.move(Status.IN_PROGRESS)
        announce_entry(Happening.TAKEN_BACK, entry, partners=partners)
    return step.opportunity
