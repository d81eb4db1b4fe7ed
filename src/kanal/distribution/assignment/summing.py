"""Telling partners of what a run offered them: one message a person, however many opportunities it brought."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from kanal.directory.models import PartnerRole, Person
from kanal.distribution.actions.telling import offer_message
from kanal.distribution.models import AssignmentRun, Offer, OfferStatus, Outcome
from kanal.distribution.telling import Event
from kanal.notify.actions import Message, tell_many

_READ_AT_A_TIME = 5_000
_AT_A_TIME = 1_000  # partners whose people are told by one set of statements


class _Given(NamedTuple):
    """One offer, as far as its message is concerned."""

    partner: uuid.UUID
    offer: uuid.UUID
    deadline: datetime
    amount: Decimal | None
    currency: str


def tell_partners(run: AssignmentRun) -> int:
    """Tell whoever answers offers at each partner what the run's last delivery brought; give how many were told.

    One opportunity is told as always; several in one message that leads to the list. Nobody is told twice, and of
    nothing that has been answered or withdrawn meanwhile.
    """
    given: defaultdict[uuid.UUID, list[_Given]] = defaultdict(list)
    for row in _offers(run):
        given[row.partner].append(row)
    keys = sorted(given)
    return sum(
        tell_many(_told(run, {key: given[key] for key in keys[start : start + _AT_A_TIME]}))
        for start in range(0, len(keys), _AT_A_TIME)
    )


def _offers(run: AssignmentRun) -> Iterable[_Given]:
    """Give the offers of the last delivery that still wait, in two short steps: a plan for all would guess badly."""
    offered = run.decisions.filter(outcome=Outcome.OFFERED).order_by("place")
    keys = list(offered.values_list("offer_id", flat=True))
    for start in range(0, len(keys), _READ_AT_A_TIME):
        rows = Offer.objects.filter(
            pk__in=keys[start : start + _READ_AT_A_TIME],
            status=OfferStatus.PENDING,
            delivered_at__gte=run.began_at or run.at,
        ).order_by("pk")
        values = rows.values_list(
            *("partner_id", "pk", "deadline"),
            *("opportunity__estimated_revenue", "opportunity__currency__code"),
        )
        yield from (_Given(*row) for row in values)


def _told(run: AssignmentRun, given: dict[uuid.UUID, list[_Given]]) -> Sequence[tuple[uuid.UUID, Message]]:
    single = _single([rows[0].offer for rows in given.values() if len(rows) == 1])
    messages = {
        key: single[rows[0].offer] if len(rows) == 1 else _several(run, rows) for key, rows in given.items()
    }
    people = Person.objects.filter(
        partner__in=list(given),
        partner_role__in=[PartnerRole.ADMINISTRATOR, PartnerRole.MANAGER],
        is_active=True,
    )
    pairs = people.order_by("pk").values_list("pk", "partner_id")
    return [(person, messages[partner]) for person, partner in pairs if partner]


def _single(keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, Message]:
    offers = Offer.objects.filter(pk__in=keys).select_related(
        "partner__account", "delivered_by", "opportunity__currency", "opportunity__account"
    )
    return {offer.pk: offer_message(Event.DELIVERED, offer, vendor=False) for offer in offers}


def _several(run: AssignmentRun, rows: Sequence[_Given]) -> Message:
    """Put several offers into one message: how many, until when the first, their worth where in one currency."""
    currencies = {row.currency for row in rows}
    amount = sum((row.amount for row in rows if row.amount is not None), Decimal(0))
    began = run.began_at or run.at
    facts = {
        "number": str(len(rows)),
        "deadline": min(row.deadline for row in rows).isoformat(),
        "amount": str(amount) if amount and len(currencies) == 1 else "",
        "currency": next(iter(currencies)) if len(currencies) == 1 else "",
    }
    return Message(
        "offers_delivered", facts, "/portal/opportunities/", source=f"{run.pk} {began.timestamp():.6f}"
    )
