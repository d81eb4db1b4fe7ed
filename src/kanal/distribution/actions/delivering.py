"""Giving an opportunity to a partner, and taking the offer back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import Partner, Person
from kanal.directory.refusal import Conflict, Invalid
from kanal.distribution import deadlines, protection
from kanal.distribution.actions.step import (
    Step,
    begin,
    end_offer,
    end_part,
    hold_partners,
    pending,
    take_part,
)
from kanal.distribution.models import Offer, OfferStatus, Override
from kanal.distribution.signals import overridden
from kanal.distribution.telling import Event, announce
from kanal.distribution.terms import Terms
from kanal.opportunities import timeline
from kanal.opportunities.lifecycle import Status, Verb
from kanal.opportunities.models import Kind
from kanal.opportunities.targets import at_work


def deliver(*, key: uuid.UUID, partner: Partner, by: Person, override_reason: str = "") -> Offer:
    """Offer an opportunity to one partner, who is told at once and has until the deadline to answer.

    Args:
        key: the opportunity.
        partner: to whom.
        by: who delivers.
        override_reason: why it goes to a partner that declined it before, or in spite of another's protection; needed
            only then.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to deliver, or not in this status; the customer is
            protected for another partner and the policy lets nobody override it.
        Invalid: the partner does not take offers, or has declined this one before, or the customer is protected for
            another; names `partner`.
    """
    with acting(by):
        [partner] = hold_partners(partner)
        step = begin(key, Verb.DELIVER, by=by)
        _check_partner(step, partner, override_reason.strip())
        override(step, [partner], override_reason.strip())
        return open_offer(step, partner, override_reason=override_reason.strip())


def open_offer(
    step: Step, partner: Partner, *, terms: Terms | None = None, override_reason: str = ""
) -> Offer:
    """Offer a locked opportunity to a locked partner; the caller has checked that it may get it.

    Args:
        step: the opportunity, and who delivers; None is assignment by itself.
        partner: to whom.
        terms: the policy that chose the partner, which says how long it may think; None is the installation's word.
        override_reason: why it goes to a partner that declined it before.
    """
    now = clock.now()
    window = deadlines.window(
        partner,
        now,
        hours=terms.answer_hours if terms else None,
        remind=terms.remind_hours if terms else None,
    )
    offer = Offer.objects.create(
        opportunity=step.opportunity,
        partner=partner,
        delivered_at=now,
        delivered_by=step.by,
        deadline=window.deadline,
        remind_at=window.remind_at,
        override_reason=override_reason,
    )
    step.opportunity.partner = partner
    step.opportunity.answer_by = offer.deadline
    step.move(Status.DELIVERED)
    take_part(step.opportunity, partner, Kind.OFFERED)
    timeline.record(
        step.opportunity, "delivered", by=step.by, facts={"partner": partner.name}, partner=partner
    )
    announce(Event.DELIVERED, offer)
    return offer


def withdraw(*, key: uuid.UUID, by: Person, reason: str = "") -> Offer:
    """Take back an offer that waits for an answer; the partner is told.

    Args:
        key: the opportunity.
        by: who withdraws.
        reason: what the partner is told, if anything.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to withdraw, or not delivered.
    """
    with acting(by):
        step = begin(key, Verb.WITHDRAW, by=by)
        offer = close_offer(step, by=by, text=reason)
        step.opportunity.partner = None
        step.move(Status.IN_PROGRESS)
    return offer


def close_offer(step: Step, *, by: Person, text: str = "") -> Offer:
    """Withdraw the pending offer of a locked opportunity; the caller writes the status."""
    offer = pending(step.opportunity)
    end_offer(offer, OfferStatus.WITHDRAWN, by=by)
    offer.text = text.strip()
    offer.save()
    end_part(step.opportunity, offer.partner)
    timeline.record(
        step.opportunity,
        "withdrawn",
        by=by,
        facts={"partner": offer.partner.name},
        body=text.strip(),
        partner=offer.partner,
    )
    announce(Event.WITHDRAWN, offer)
    return offer


def override(step: Step, partners: Sequence[Partner], reason: str) -> None:
    """Hold to the protections of a locked opportunity's customer, or note that they are overridden and why.

    Args:
        step: the opportunity, and who gives it away.
        partners: who gets it.
        reason: why, where the customer is protected for somebody else.

    Raises:
        Conflict: it is, and the policy lets nobody override it.
        Invalid: it is, and no reason is given; names `partner`.
    """
    held = [(one, partner) for partner in partners for one in protection.against(step.opportunity, partner)]
    if not held:
        return
    why = protection.why_protected([one for one, _partner in held])
    refused = protection.refusal_to_override([one for one, _partner in held])
    if refused is not None or step.by is None:
        raise Conflict(f"{why} {refused or ''}".strip())
    if not reason:
        raise Invalid(
            {"partner": why, "override_reason": _("Say why it goes to another partner; the holder reads it.")}
        )
    for one, partner in held:
        Override.objects.create(
            protection=one, opportunity=step.opportunity, partner=partner, by=step.by, reason=reason[:500]
        )
        overridden.send(sender=Override, protection=one, partner=partner, by=step.by, reason=reason[:500])
        timeline.record(
            step.opportunity,
            "overridden",
            by=step.by,
            facts={"partner": partner.name},
            body=reason,
            shared=False,
        )


def declined_before(opportunity_key: uuid.UUID, partner: Partner) -> bool:
    """Tell whether a partner has declined this opportunity once."""
    return Offer.objects.filter(
        opportunity=opportunity_key, partner=partner, status=OfferStatus.DECLINED
    ).exists()


def why_not_taken(partner: Partner) -> str | None:
    """Say why a partner takes no offers now, or None where it does."""
    if partner.takes_offers:
        return None
    return _("%(partner)s takes no offers now: its status is “%(status)s”. Choose another partner.") % {
        "partner": partner.name,
        "status": partner.get_status_display(),
    }


def why_declined(partner: Partner) -> str:
    """Say that a partner declined the opportunity before."""
    return _(
        "%(partner)s declined this opportunity before. "
        "Choose another partner, or say why it should get it again."
    ) % {"partner": partner.name}


def why_at_work(partner: Partner) -> str:
    """Say that a partner works on the opportunity, so that it can’t be delivered to another."""
    return _(
        "%(partner)s works on this opportunity. Approve or cancel it; it can’t be delivered meanwhile."
    ) % {"partner": partner.name}


def _check_partner(step: Step, partner: Partner, override_reason: str) -> None:
    not_taken = why_not_taken(partner)
    if not_taken:
        raise Invalid({"partner": not_taken})
    working = at_work(step.opportunity)
    if working is not None:
        raise Conflict(why_at_work(working.partner))
    if declined_before(step.opportunity.pk, partner) and not override_reason:
        raise Invalid(
            {
                "partner": why_declined(partner),
                "override_reason": _("Say why it goes to this partner again."),
            }
        )
