"""What people are told about an offer: who, and in which words."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import Q

from kanal.directory.models import PartnerRole, Person
from kanal.distribution.models import Offer


class Event(StrEnum):
    """What became of an offer; each is a kind of message in `notify.messages`."""

    DELIVERED = "offer_delivered"
    WITHDRAWN = "offer_withdrawn"
    ACCEPTED = "offer_accepted"
    DECLINED = "offer_declined"
    EXPIRED = "offer_expired"


TO_PARTNER = frozenset({Event.DELIVERED, Event.WITHDRAWN, Event.EXPIRED})
TO_VENDOR = frozenset({Event.ACCEPTED, Event.DECLINED, Event.EXPIRED})


def announce(event: Event, offer: Offer) -> None:
    """Put the telling of people into the queue, in the transaction that causes it."""
    from kanal.distribution import tasks

    tasks.tell.defer(event=event.value, offer_id=str(offer.pk))


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
