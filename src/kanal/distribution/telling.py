"""Who is told what: about an offer, and about what else happens to an opportunity."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from django.db.models import Q

from kanal.directory.models import Partner, PartnerRole, Person
from kanal.distribution.models import Decision, Offer
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry


class Event(StrEnum):
    """What became of an offer; each is a kind of message in `notify.messages`."""

    DELIVERED = "offer_delivered"
    WITHDRAWN = "offer_withdrawn"
    ACCEPTED = "offer_accepted"
    DECLINED = "offer_declined"
    EXPIRED = "offer_expired"
    REMINDED = "offer_reminder"


TO_PARTNER = frozenset({Event.DELIVERED, Event.WITHDRAWN, Event.EXPIRED, Event.REMINDED})
TO_VENDOR = frozenset({Event.ACCEPTED, Event.DECLINED, Event.EXPIRED})


def announce(event: Event, offer: Offer) -> None:
    """Put the telling of people into the queue, in the transaction that causes it."""
    from kanal.distribution import tasks

    tasks.tell.defer(event=event.value, offer_id=str(offer.pk))


def look_further(offer: Offer) -> None:
    """Where assignment made an offer that was not taken: let it find the next partner, once this is written."""
    from kanal.distribution import tasks

    if Decision.objects.filter(offer=offer).exists():
        tasks.find_next.defer(offer_id=str(offer.pk))


def receivers(event: Event, offer: Offer) -> list[Person]:
    """Say who is told: whoever answers offers at the partner, and at the vendor the owner and the channel manager.

    Somebody who did it need not be told.
    """
    who = Q(pk__in=[])
    if event in TO_PARTNER:
        who |= Q(partner=offer.partner_id, partner_role__in=[PartnerRole.ADMINISTRATOR, PartnerRole.MANAGER])
    if event in TO_VENDOR:
        who |= Q(pk=offer.opportunity.owner_id)
        if offer.partner.channel_manager_id:
            who |= Q(pk=offer.partner.channel_manager_id)
    actor = offer.delivered_by_id if event is Event.DELIVERED else offer.answered_by_id
    found = Person.objects.filter(who, is_active=True)
    return list(found.exclude(pk=actor) if actor else found)


class Happening(StrEnum):
    """What else people are told; each is a kind of message in `notify.messages`, written from a timeline entry."""

    SHARED = "opportunity_shared"
    LEFT = "collaboration_left"
    ALONE = "collaboration_ended"
    TAKEN_BACK = "opportunity_taken_back"
    APPROVED = "opportunity_approved"
    REFUSED = "opportunity_refused"
    ASSIGNED = "opportunity_assigned"
    MADE = "opportunity_made"
    RETURNED = "opportunity_returned"
    WON = "opportunity_won"
    LOST = "opportunity_lost"
    CANCELED = "opportunity_canceled"
    EXTENDED = "opportunity_extended"
    SHARED_WITH = "opportunity_shared_with"
    UNASSIGNED = "opportunity_unassigned"
    ASKED = "offer_asked"
    ANSWERED = "offer_answered"


def announce_entry(
    happening: Happening,
    entry: TimelineEntry,
    *,
    partners: Iterable[Partner] = (),
    people: Iterable[Person] = (),
    vendor: bool = False,
    text: str = "",
) -> None:
    """Put the telling of people into the queue, in the transaction that causes it.

    Args:
        happening: what is told.
        entry: the timeline entry that says it; its facts, text and author go into the message.
        partners: companies whose administrators and managers, and those with whom it is shared, are told.
        people: others who are told.
        vendor: the owner and the channel managers of those partners are told.
        text: words for these people alone, instead of the entry's, which all who take part read.
    """
    from kanal.distribution import tasks

    tasks.tell_of_entry.defer(
        happening=happening.value,
        entry_id=str(entry.pk),
        partner_ids=[str(one.pk) for one in partners],
        person_ids=[str(one.pk) for one in people],
        vendor=vendor,
        text=text,
    )


def readers_of(
    opportunity: Opportunity, *, partner_ids: Iterable[str], person_ids: Iterable[str], vendor: bool
) -> Q:
    """Give the condition on the people that `announce_entry` names."""
    partners = [UUID(key) for key in partner_ids]
    shared_with = Participation.people.through.objects.filter(
        participation__opportunity=opportunity,
        participation__partner__in=partners,
        participation__until__isnull=True,
    )
    who = Q(pk__in=list(person_ids))
    who |= Q(partner__in=partners, partner_role__in=[PartnerRole.ADMINISTRATOR, PartnerRole.MANAGER])
    who |= Q(pk__in=shared_with.values("person_id"))
    if vendor:
        managers = Partner.objects.filter(pk__in=partners, channel_manager__isnull=False)
        who |= Q(pk=opportunity.owner_id) | Q(pk__in=managers.values("channel_manager_id"))
    return who
