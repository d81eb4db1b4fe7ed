"""Closing an opportunity, and opening it again."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import PartnerStatus, Person
from kanal.directory.money import in_base, rate_on
from kanal.directory.refusal import Invalid
from kanal.distribution.actions.delivering import close_offer
from kanal.distribution.actions.step import (
    Step,
    agree,
    begin,
    end_part,
    hold_partners_of,
    tell_the_others,
)
from kanal.distribution.telling import Happening
from kanal.opportunities.lifecycle import Status, Verb
from kanal.opportunities.models import CloseReason, Opportunity, Participation

MAX_COMPETITOR = 120
_TOLD = {
    Status.WON: Happening.WON,
    Status.LOST: Happening.LOST,
    Status.CANCELED: Happening.CANCELED,
}


def win(
    *,
    key: uuid.UUID,
    reason: str,
    by: Person,
    revenue: Decimal | None = None,
    on: date | None = None,
    text: str = "",
) -> Opportunity:
    """Close an opportunity as won.

    Args:
        key: which one.
        reason: a `CloseReason`.
        by: who.
        revenue: what it brought, in its currency; the estimate where it is left out.
        on: the day; today where it is left out.
        text: more, in their own words.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to close, or not in this status.
        Invalid: the reason is unknown, the revenue negative, the day in the future.
    """
    with acting(by):
        step = begin(key, Verb.WIN, by=by)
        step.opportunity.actual_revenue = step.opportunity.estimated_revenue if revenue is None else revenue
        if step.opportunity.actual_revenue is not None and step.opportunity.actual_revenue < 0:
            raise Invalid({"actual_revenue": _("Enter an amount of zero or more.")})
        _close(step, Status.WON, reason, on=on, text=text)
    return step.opportunity


def lose(
    *,
    key: uuid.UUID,
    reason: str,
    by: Person,
    on: date | None = None,
    text: str = "",
    competitor: str = "",
) -> Opportunity:
    """Close an opportunity as lost.

    Args:
        key: which one.
        reason: a `CloseReason`.
        by: who.
        on: the day; today where it is left out.
        text: more, in their own words.
        competitor: who won it, where that is known.

    Raises:
        Missing, NotAllowed, Conflict, Invalid: as `win` does.
    """
    with acting(by):
        step = begin(key, Verb.LOSE, by=by)
        if len(competitor.strip()) > MAX_COMPETITOR:
            raise Invalid({"competitor": _("Use %(limit)d characters at most.") % {"limit": MAX_COMPETITOR}})
        step.opportunity.competitor = competitor.strip() or step.opportunity.competitor
        step.opportunity.actual_revenue = Decimal(0)
        _close(step, Status.LOST, reason, on=on, text=text)
    return step.opportunity


def cancel(*, key: uuid.UUID, reason: str, by: Person, text: str = "") -> Opportunity:
    """Close an opportunity that comes to nothing; an offer that waits is withdrawn. Raises as `win` does."""
    with acting(by):
        step = begin(key, Verb.CANCEL, by=by)
        if step.opportunity.status == Status.DELIVERED:
            close_offer(step, by=by)
            step.opportunity.partner = None
        _close(step, Status.CANCELED, reason, text=text)
    return step.opportunity


def reopen(*, key: uuid.UUID, reason: str, by: Person) -> Opportunity:
    """Open a closed opportunity again: with its partners where they still take part, else in progress.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to reopen, or not closed.
        Invalid: no reason is given.
    """
    with acting(by):
        hold_partners_of(key)  # a partnership that ends meanwhile has ended, or waits and finds its work open
        step = begin(key, Verb.REOPEN, by=by)
        if not reason.strip():
            raise Invalid({"reason": _("Say why it is opened again.")})
        opportunity = step.opportunity
        working = _still_working(opportunity)
        opportunity.actual_revenue = opportunity.actual_revenue_base = opportunity.actual_close_date = None
        opportunity.close_reason = ""
        step.move(Status.ACCEPTED if working else Status.IN_PROGRESS)
        step.record("reopened", body=reason)
    return step.opportunity


def _still_working(opportunity: Opportunity) -> bool:
    """Tell whether a partner goes on with what is opened again; a partner that has ended meanwhile does not."""
    running = Participation.objects.filter(opportunity=opportunity, until__isnull=True)
    for part in running.filter(partner__status=PartnerStatus.ENDED).select_related("partner"):
        end_part(opportunity, part.partner)
        if opportunity.partner_id == part.partner_id:
            opportunity.partner = None
    going_on = running.select_related("partner__account").order_by("since", "id").first()
    if going_on is not None:
        opportunity.partner = opportunity.partner or going_on.partner
    agree(opportunity)
    return going_on is not None


def _close(step: Step, status: Status, reason: str, *, on: date | None = None, text: str) -> None:
    opportunity = step.opportunity
    if reason not in CloseReason.values:
        raise Invalid({"close_reason": _("Choose a reason.")})
    day = on or clock.today()
    if day > clock.today():
        raise Invalid({"actual_close_date": _("The day of the close can’t be in the future.")})
    opportunity.actual_close_date, opportunity.close_reason = day, reason
    rate = rate_on(opportunity.currency, day)
    opportunity.actual_revenue_base = in_base(opportunity.actual_revenue, rate, field="actual_revenue")
    step.move(status)
    entry = step.record(status.value, facts={"reason": reason}, body=text)
    tell_the_others(step, _TOLD[status], entry)
