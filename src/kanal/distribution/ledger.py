"""The offers of one opportunity, in order, with what assignment decided before, between and after them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kanal.distribution.deadlines import calendar_of
from kanal.distribution.models import Decision, Offer, Outcome
from kanal.opportunities.models import Opportunity


@dataclass(frozen=True)
class Entry:
    """One offer, or a decision that found nobody.

    Attributes:
        at: when.
        offer: the offer; None where nobody was found.
        decision: what assignment decided; None where a person chose by hand.
        waited: the working time until the offer was answered, ended or, while it waits, until now.
        day: how long the partner's working day is.
    """

    at: datetime
    offer: Offer | None
    decision: Decision | None
    waited: timedelta | None = None
    day: timedelta | None = None


def ledger(opportunity: Opportunity, now: datetime) -> list[Entry]:
    """Give what was offered to whom, newest first; two reads, however many there were.

    Args:
        opportunity: whose.
        now: the moment until which a waiting offer has waited.
    """
    decisions = (
        Decision.objects.filter(opportunity=opportunity, outcome__in=[Outcome.OFFERED, Outcome.NOBODY])
        .exclude(outcome=Outcome.NOBODY, run__state="proposed")
        .select_related("run__by", "version__policy", "moved_by", "partner__account")
        .defer("run__standing", "facts")
    )
    by_offer: dict[object, Decision] = {}
    found: list[Entry] = []
    for decision in decisions:
        if decision.offer_id:
            by_offer[decision.offer_id] = decision
        else:
            found.append(Entry(decision.at, None, decision))
    offers = Offer.objects.filter(opportunity=opportunity).select_related(
        "partner__account", "partner__tier", "delivered_by", "answered_by", "seen_by"
    )
    for offer in offers:
        calendar = calendar_of(offer.partner)
        if offer.waited_minutes is not None:
            waited = timedelta(minutes=offer.waited_minutes)
        else:  # it waits, or was answered before the time was kept
            waited = calendar.between(offer.delivered_at, offer.answered_at or now)
        found.append(Entry(offer.delivered_at, offer, by_offer.get(offer.pk), waited, calendar.day_length))
    return sorted(found, key=lambda entry: entry.at, reverse=True)
