"""Telling people about an offer."""

from __future__ import annotations

from kanal.distribution import deadlines
from kanal.distribution.models import Offer, OfferStatus
from kanal.distribution.telling import Event, receivers
from kanal.notify.actions import Message, tell


def tell_about(*, event: str, offer_id: str) -> int:
    """Tell everybody concerned what became of an offer; give how many were told.

    Told twice with the same facts, a person gets it once. Of a delivery nobody is told once the offer has ended: a
    late worker must not announce what can no longer be answered.
    """
    kind = Event(event)
    offer = Offer.objects.select_related(
        "partner__account",
        "delivered_by",
        "answered_by",
        "opportunity__owner",
        "opportunity__currency",
        "opportunity__account",
    ).get(pk=offer_id)
    if kind is Event.DELIVERED and not offer.is_pending:
        return 0
    return sum(
        tell(person=person, message=_message(kind, offer, vendor=person.is_vendor))
        for person in receivers(kind, offer)
    )


def _message(kind: Event, offer: Offer, *, vendor: bool) -> Message:
    """Put together what the message needs. Before it accepts, a partner is told of no person of the customer.

    A partner whose offer has ended no longer sees the opportunity, so the message leads it to its list.
    """
    opportunity = offer.opportunity
    account = opportunity.account
    facts = {
        "topic": opportunity.topic,
        "reference": opportunity.reference,
        "partner": offer.partner.name,
        "deadline": offer.deadline.isoformat(),
        "delivered": offer.delivered_at.isoformat(),
        "minutes_left": str(_minutes_left(offer)),
        "amount": str(opportunity.estimated_revenue) if opportunity.estimated_revenue is not None else "",
        "currency": opportunity.currency.code,
        "customer": account.name if account else "",
        "city": account.city if account else "",
    }
    if kind is not Event.DELIVERED:  # what waits has no answer yet
        facts |= {
            "who": offer.answered_by.name if offer.answered_by else "",
            "reason": offer.reason,
            "text": offer.text,
        }
    path = f"/sales/opportunities/{opportunity.pk}/" if vendor else "/portal/opportunities/"
    if not vendor and offer.status in {OfferStatus.PENDING, OfferStatus.ACCEPTED}:
        path += f"{opportunity.pk}/"
    return Message(kind.value, facts, path, source=f"{offer.pk}")


def _minutes_left(offer: Offer) -> int:
    """Say how many working minutes are left to answer; none where it is answered."""
    if not offer.is_pending:
        return 0
    return int(deadlines.time_left(offer.partner, offer.deadline).left.total_seconds() // 60)
