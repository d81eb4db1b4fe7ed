"""Telling partners of what a run offered them: one message a person, however many opportunities it brought."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Min, Sum

from kanal.config.among import among, array, as_text
from kanal.directory.models import PartnerRole, Person
from kanal.distribution.actions.telling import offer_message
from kanal.distribution.models import AssignmentRun, Offer, OfferStatus, Outcome
from kanal.distribution.telling import Event
from kanal.notify.actions import Message, tell_many

_AT_A_TIME = 1_000  # partners whose people are told by one set of statements


class _Given(NamedTuple):
    """What one partner was offered, as far as its message is concerned.

    Attributes:
        partner: its key.
        number: how many offers.
        offer: the key of one of them.
        deadline: the first.
        amount: what they are worth together; None where that of none is known.
        currencies: in how many currencies.
        currency: one of them.
    """

    partner: uuid.UUID
    number: int
    offer: str
    deadline: datetime
    amount: Decimal | None
    currencies: int
    currency: str


def tell_partners(run: AssignmentRun) -> int:
    """Tell whoever answers offers at each partner what the run's last delivery brought; give how many were told.

    One opportunity is told as always; several in one message that leads to the list. Nobody is told twice, and of
    nothing that has been answered or withdrawn meanwhile.
    """
    given = sorted(_offers(run))
    return sum(
        tell_many(_told(run, given[start : start + _AT_A_TIME])) for start in range(0, len(given), _AT_A_TIME)
    )


def _offers(run: AssignmentRun) -> Iterable[_Given]:
    """Sum up by partner the offers of the last delivery that still wait, in two steps: one plan would guess badly."""
    offered = run.decisions.filter(outcome=Outcome.OFFERED)
    keys = array(offered.values_list(as_text("offer_id"), flat=True))
    waiting = among(Offer.objects.all(), "id", keys).filter(
        status=OfferStatus.PENDING, delivered_at__gte=run.began_at or run.at
    )
    rows = waiting.order_by().values_list("partner_id")
    found = rows.annotate(
        number=Count("pk"),
        offer=Min(as_text("pk")),
        first=Min("deadline"),
        amount=Sum("opportunity__estimated_revenue"),
        currencies=Count("opportunity__currency", distinct=True),
        currency=Min("opportunity__currency__code"),
    )
    return (_Given(*row) for row in found)


def _told(run: AssignmentRun, given: Sequence[_Given]) -> Sequence[tuple[uuid.UUID, Message]]:
    single = _single([one.offer for one in given if one.number == 1])
    messages = {one.partner: single.get(one.offer) or _several(run, one) for one in given}
    people = Person.objects.filter(
        partner__in=list(messages),
        partner_role__in=[PartnerRole.ADMINISTRATOR, PartnerRole.MANAGER],
        is_active=True,
    )
    pairs = people.order_by("pk").values_list("pk", "partner_id")
    return [(person, messages[partner]) for person, partner in pairs if partner]


def _single(keys: Sequence[str]) -> dict[str, Message]:
    offers = Offer.objects.filter(pk__in=keys).select_related(
        "partner__account", "delivered_by", "opportunity__currency", "opportunity__account"
    )
    return {str(offer.pk): offer_message(Event.DELIVERED, offer, vendor=False) for offer in offers}


def _several(run: AssignmentRun, given: _Given) -> Message:
    """Put several offers into one message: how many, until when the first, their worth where in one currency."""
    one = given.currencies == 1
    began = run.began_at or run.at
    facts = {
        "number": str(given.number),
        "deadline": given.deadline.isoformat(),
        "amount": str(given.amount) if given.amount and one else "",
        "currency": given.currency if one else "",
    }
    return Message(
        "offers_delivered", facts, "/portal/opportunities/", source=f"{run.pk} {began.timestamp():.6f}"
    )
