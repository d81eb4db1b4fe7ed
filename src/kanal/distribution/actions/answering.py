"""The partner's answer to an offer, and what the clock does without one."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import Person
from kanal.directory.refusal import Conflict, Invalid
from kanal.distribution import deadlines
from kanal.distribution.actions.step import (
    Step,
    begin,
    begin_by_clock,
    end_offer,
    end_part,
    pending,
    take_part,
)
from kanal.distribution.models import DeclineReason, Offer, OfferStatus
from kanal.distribution.telling import Event, announce, look_further
from kanal.opportunities import access, timeline
from kanal.opportunities.lifecycle import Status, Verb
from kanal.opportunities.models import Kind, Opportunity

MAX_TEXT = 2000


def accept(*, key: uuid.UUID, by: Person) -> Offer:
    """Accept an offer: the partner manages the opportunity from now on.

    Args:
        key: the opportunity.
        by: an administrator or manager of the partner, or the vendor on its behalf.

    Raises:
        Missing, NotAllowed: it is not theirs to see, or to answer.
        Conflict: it has been answered or withdrawn, or the deadline has passed.
    """
    with acting(by):
        step = begin(key, Verb.ACCEPT, by=by)
        offer = _answer(step, OfferStatus.ACCEPTED, by=by)
        step.move(Status.ACCEPTED)
        take_part(step.opportunity, offer.partner, Kind.MANAGING)
        timeline.record(
            step.opportunity, "accepted", by=by, facts={"partner": offer.partner.name}, partner=offer.partner
        )
        announce(Event.ACCEPTED, offer)
    return offer


def decline(*, key: uuid.UUID, reason: str, by: Person, text: str = "") -> Offer:
    """Decline an offer. It is remembered: this partner is not offered the opportunity again by itself.

    Args:
        key: the opportunity.
        reason: a `DeclineReason`.
        by: an administrator or manager of the partner, or the vendor on its behalf.
        text: in the partner's own words; needed where the reason is `other`.

    Raises:
        Missing, NotAllowed, Conflict: as for `accept`.
        Invalid: the reason is missing or unknown, or needs words.
    """
    check_reason(reason, text)
    with acting(by):
        step = begin(key, Verb.DECLINE, by=by)
        offer = _answer(step, OfferStatus.DECLINED, by=by, reason=reason, text=text.strip())
        end_part(step.opportunity, offer.partner)
        step.opportunity.partner = None
        step.move(Status.DECLINED)
        timeline.record(
            step.opportunity,
            "declined",
            by=by,
            facts={"partner": offer.partner.name, "reason": reason},
            body=text.strip(),
            partner=offer.partner,
        )
        announce(Event.DECLINED, offer)
        look_further(offer)
    return offer


def expire(*, key: uuid.UUID) -> bool:
    """Let an offer end that nobody answered in time; tell whether it did.

    The clock may come late, or twice: an offer that is no longer pending, or not yet due, is left alone.
    """
    with acting(None):
        step = begin_by_clock(key, Verb.EXPIRE)
        if step is None:
            return False
        offer = pending(step.opportunity)
        if offer.paused_at is not None or offer.deadline > clock.now():
            return False
        end_offer(offer, OfferStatus.EXPIRED)
        offer.save()
        end_part(step.opportunity, offer.partner)
        step.opportunity.partner = None
        step.move(Status.EXPIRED)
        timeline.record(
            step.opportunity, "expired", by=None, facts={"partner": offer.partner.name}, partner=offer.partner
        )
        announce(Event.EXPIRED, offer)
        look_further(offer)
    return True


def expire_due(*, limit: int = 500) -> int:
    """Let every offer end whose deadline has passed, each in a transaction of its own; give how many did."""
    due = Offer.objects.filter(
        status=OfferStatus.PENDING, paused_at__isnull=True, deadline__lte=clock.now()
    ).order_by("deadline")
    return sum(expire(key=key) for key in due.values_list("opportunity_id", flat=True)[:limit])


def remind_due(*, limit: int = 500) -> int:
    """Remind partners of offers that wait and soon end, each once; give of how many.

    One that is due when it ends already is not reminded of.
    """
    now = clock.now()
    with transaction.atomic():
        due = Offer.objects.select_for_update(of=("self",), skip_locked=True).filter(
            status=OfferStatus.PENDING,
            paused_at__isnull=True,
            reminded_at__isnull=True,
            remind_at__lte=now,
            deadline__gt=now,
        )
        offers = list(due.order_by("remind_at")[:limit])
        Offer.objects.filter(pk__in=[offer.pk for offer in offers]).update(reminded_at=now)
        for offer in offers:
            announce(Event.REMINDED, offer)
    return len(offers)


def mark_seen(*, opportunity: Opportunity, by: Person) -> None:
    """Note the first time that somebody of the partner opened the offer."""
    part = access.participation(by, opportunity)
    if part is None or part.kind != Kind.OFFERED:
        return
    unseen = Offer.objects.filter(
        opportunity=opportunity, partner=part.partner_id, status=OfferStatus.PENDING, seen_at__isnull=True
    )
    if unseen.exists():
        with acting(by):
            unseen.update(seen_at=clock.now(), seen_by=by)


def _answer(step: Step, status: OfferStatus, *, by: Person, reason: str = "", text: str = "") -> Offer:
    """Write the answer to the pending offer of a locked opportunity.

    Raises:
        Conflict: the deadline has passed; says when.
    """
    offer = pending(step.opportunity)
    now = clock.now()
    check_in_time(offer)
    end_offer(offer, status, by=by)
    offer.on_behalf, offer.reason, offer.text = by.is_vendor, reason, text
    if offer.seen_at is None and not by.is_vendor:
        offer.seen_at, offer.seen_by = now, by
    offer.save()
    return offer


def check_in_time(offer: Offer) -> None:
    """Refuse what comes after the deadline of an offer whose clock runs.

    Raises:
        Conflict: says when the time ended.
    """
    if offer.paused_at is None and clock.now() > offer.deadline:
        words = deadlines.left_of(offer).words
        raise Conflict(_("%(words)s, so this offer can no longer be answered.") % {"words": words})


def check_reason(reason: str, text: str) -> None:
    """Refuse a reason to decline that is missing or unknown, or needs words.

    Raises:
        Invalid: says what to mend.
    """
    if reason not in DeclineReason.values:
        raise Invalid({"reason": _("Choose a reason; it helps to find a better match next time.")})
    if reason == DeclineReason.OTHER and not text.strip():
        raise Invalid({"text": _("Say in a few words why, as the reason is “Other”.")})
    if len(text) > MAX_TEXT:
        raise Invalid(
            {
                "text": _("The text has %(length)d characters; %(limit)d fit.")
                % {"length": len(text), "limit": MAX_TEXT}
            }
        )
