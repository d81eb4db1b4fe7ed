"""Working an opportunity between acceptance and close."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import Person
from kanal.directory.refusal import Invalid
from kanal.distribution.actions.step import begin, end_part, take_part
from kanal.distribution.telling import Happening, announce_entry
from kanal.opportunities import timeline
from kanal.opportunities.lifecycle import Stage, Status, Verb
from kanal.opportunities.models import CloseReason, Kind, Opportunity, Participation


class ReturnReason(models.TextChoices):
    """Why a partner gives an accepted opportunity back."""

    NO_INTEREST = "no_interest", gettext_lazy("No interest")
    NO_RESPONSE = "no_response", gettext_lazy("No response")
    TIMEFRAME = "timeframe", gettext_lazy("Purchase more than 12 months away")
    BOUGHT_FROM_COMPETITOR = "bought_from_competitor", gettext_lazy("Purchased from a competitor")
    BOUGHT_FROM_PARTNER = "bought_from_partner", gettext_lazy("Purchased from another partner")
    NO_FUNDING = "no_funding", gettext_lazy("No funding")
    BAD_CONTACT = "bad_contact", gettext_lazy("Bad contact information")


def hold(*, key: uuid.UUID, reason: str, by: Person) -> Opportunity:
    """Pause an opportunity.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to pause, or not in this status.
        Invalid: no reason is given.
    """
    with acting(by):
        step = begin(key, Verb.HOLD, by=by)
        _need_reason(reason)
        step.opportunity.status_before_hold = step.opportunity.status
        step.move(Status.ON_HOLD)
        step.record("held", body=reason)
    return step.opportunity


def resume(*, key: uuid.UUID, by: Person) -> Opportunity:
    """Go on where an opportunity was paused.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to resume, or not on hold.
    """
    with acting(by):
        step = begin(key, Verb.RESUME, by=by)
        step.move(Status(step.opportunity.status_before_hold))
        step.record("resumed")
    return step.opportunity


def move_stage(*, key: uuid.UUID, stage: str, by: Person) -> Opportunity:
    """Move the sale to another stage; the status stays.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to move, or closed.
        Invalid: the stage is unknown.
    """
    with acting(by):
        step = begin(key, Verb.MOVE_STAGE, by=by)
        if stage not in Stage.values:
            raise Invalid({"stage": _("“%(stage)s” is no stage.") % {"stage": stage}})
        old = step.opportunity.stage
        if old != stage:
            step.opportunity.stage, step.opportunity.stage_since = stage, clock.now()
            step.save()
            step.record("stage_moved", facts={"old": old, "new": stage})
    return step.opportunity


def extend(*, key: uuid.UUID, until: date, reason: str, by: Person) -> Opportunity:
    """Move the expected close date further away.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to extend, or not in this status.
        Invalid: the date is not later, or no reason is given.
    """
    with acting(by):
        step = begin(key, Verb.EXTEND, by=by)
        _need_reason(reason)
        old = step.opportunity.estimated_close_date
        if until <= max(old or until, clock.today()):
            raise Invalid(
                {"estimated_close_date": _("Choose a date after today and after the one that stands now.")}
            )
        step.opportunity.estimated_close_date = until
        step.save()
        facts = {"old": old.isoformat() if old else "–", "new": until.isoformat()}
        step.record("extended", facts=facts, body=reason)
    return step.opportunity


def return_(*, key: uuid.UUID, reason: str, by: Person, text: str = "") -> Opportunity:
    """Give an accepted opportunity back to the vendor.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to return, or not in this status.
        Invalid: the reason is none of the seven.
    """
    with acting(by):
        step = begin(key, Verb.RETURN, by=by)
        if reason not in ReturnReason.values or step.part is None:
            raise Invalid({"reason": _("Choose one of the reasons.")})
        partner = step.part.partner
        timeline.record(
            step.opportunity,
            "returned",
            by=by,
            facts={"partner": partner.name, "reason": reason},
            body=text.strip(),
            partner=partner,
        )
        end_part(step.opportunity, partner)
        step.opportunity.partner = None
        step.move(Status.RETURNED)
    return step.opportunity


def approve(*, key: uuid.UUID, by: Person) -> Opportunity:
    """Approve an opportunity that a partner made; that partner manages it, and is told.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to approve, or not one that a partner made.
    """
    with acting(by):
        step = begin(key, Verb.APPROVE, by=by)
        partner = step.opportunity.made_by_partner
        assert partner is not None  # the lifecycle asked
        if not Participation.objects.filter(opportunity=key, partner=partner, until__isnull=True).exists():
            take_part(step.opportunity, partner, Kind.MANAGING)
        step.opportunity.partner = partner
        step.move(Status.APPROVED)
        entry = timeline.record(
            step.opportunity, "approved", by=by, facts={"partner": partner.name}, partner=partner
        )
        announce_entry(Happening.APPROVED, entry, partners=[partner])
    return step.opportunity


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
        _need_reason(reason)
        partners = step.partners()
        entry = step.record(
            "taken_back", facts={"partner": ", ".join(one.name for one in partners)}, body=reason
        )
        end_part(step.opportunity)
        step.opportunity.partner, step.opportunity.collaboration = None, False
        step.move(Status.IN_PROGRESS)
        announce_entry(Happening.TAKEN_BACK, entry, partners=partners)
    return step.opportunity


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid({"reason": _("Say why, in a few words.")})
