"""Telling people about an offer, and about what else happens to an opportunity."""

from __future__ import annotations

from kanal.directory.models import Person
from kanal.distribution import deadlines
from kanal.distribution.models import Offer, OfferStatus
from kanal.distribution.telling import Event, Happening, readers_of, receivers
from kanal.notify.actions import Message, tell
from kanal.opportunities.models import Participation, TimelineEntry


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
    if kind in {Event.DELIVERED, Event.REMINDED} and not offer.is_pending:
        return 0
    return sum(
        tell(person=person, message=offer_message(kind, offer, vendor=person.is_vendor))
        for person in receivers(kind, offer)
    )


def offer_message(kind: Event, offer: Offer, *, vendor: bool) -> Message:
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
    return int(deadlines.left_of(offer).left.total_seconds() // 60)


def tell_about_entry(
    *,
    happening: str,
    entry_id: str,
    partner_ids: list[str],
    person_ids: list[str],
    vendor: bool,
    text: str = "",
) -> int:
    """Tell people what a timeline entry says; see `telling.announce_entry`. Give how many were told."""
    entry = TimelineEntry.objects.select_related(
        "author", "opportunity__owner", "opportunity__currency", "opportunity__account"
    ).get(pk=entry_id)
    who = readers_of(entry.opportunity, partner_ids=partner_ids, person_ids=person_ids, vendor=vendor)
    people = Person.objects.filter(who, is_active=True).select_related("partner").distinct()
    return sum(
        tell(person=person, message=_entry_message(Happening(happening), entry, person, text))
        for person in people
        if person.pk != entry.author_id
    )


def _entry_message(happening: Happening, entry: TimelineEntry, person: Person, text: str) -> Message:
    """Put together what the message needs; it leads to the list where the reader no longer sees the opportunity."""
    opportunity = entry.opportunity
    account = opportunity.account
    facts = {
        **{name: str(value) for name, value in entry.facts.items()},
        "topic": opportunity.topic,
        "reference": opportunity.reference,
        "amount": str(opportunity.estimated_revenue) if opportunity.estimated_revenue is not None else "",
        "currency": opportunity.currency.code,
        "customer": account.name if account else "",
        "city": account.city if account else "",
        "who": entry.author.name if entry.author else "",
        "text": text or entry.body,
    }
    return Message(happening.value, facts, _path(entry, person), source=f"{entry.pk}")


def _path(entry: TimelineEntry, person: Person) -> str:
    if person.is_vendor:
        return f"/sales/opportunities/{entry.opportunity_id}/"
    sees = Participation.objects.filter(
        opportunity=entry.opportunity_id, partner=person.partner_id, until__isnull=True
    )
    return "/portal/opportunities/" + (f"{entry.opportunity_id}/" if sees.exists() else "")
