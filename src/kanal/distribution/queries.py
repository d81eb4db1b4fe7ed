"""What a partner reads: its lists, one opportunity, its answers. All start from the parts that it takes."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Sum, Window

from kanal.config import clock
from kanal.directory.access import may_enter_portal
from kanal.directory.models import Contact, PartnerRole, Person
from kanal.directory.refusal import Missing
from kanal.distribution.models import Offer, OfferStatus
from kanal.opportunities import access, lifecycle
from kanal.opportunities.lifecycle import Stage, State, Status, Verb
from kanal.opportunities.models import (
    Kind,
    Opportunity,
    OpportunityProduct,
    Participation,
    TimelineEntry,
)

Parts = QuerySet[Participation, Participation]

MANAGED_KINDS = (Kind.MANAGING, Kind.COLLABORATING)
ANSWERS_DAYS = 30
_STATUSES = {state: [status for status in Status if lifecycle.state_of(status) is state] for state in State}
# What a row of a list shows; reading no more than that halves the time a long list takes.
_ROW = (
    *("kind", "since", "partner", "opportunity"),
    *(
        f"opportunity__{name}"
        for name in ("reference", "topic", "account", "account_name", "currency", "status", "stage")
    ),
    *(f"opportunity__{name}" for name in ("estimated_revenue", "estimated_close_date", "answer_by")),
    *(f"opportunity__{name}" for name in ("actual_revenue", "actual_close_date")),
    *(f"opportunity__account__{name}" for name in ("name", "city", "country")),
    "opportunity__currency__code",
)
_CONTACT = tuple(f"opportunity__contact__{name}" for name in ("name", "email", "phone"))

# What the lists can be sorted by; each name is also the key in the address.
SORTS = {
    "topic": "opportunity__topic",
    "customer": "opportunity__account_name",
    "value": "opportunity__estimated_revenue_base",
    "deadline": "opportunity__answer_by",
    "since": "since",
    "stage": "opportunity__stage",
    "status": "opportunity__status",
    "close": "opportunity__estimated_close_date",
}


def distributed(person: Person, *, search: str = "", order: str = "deadline") -> Parts:
    """Give the parts in opportunities that wait for the answer of a person's company.

    Args:
        person: somebody of a partner.
        search: words in the topic, the reference or the customer's name.
        order: a key of `SORTS`, with a leading minus for the other direction.
    """
    return _listed(person, [Kind.OFFERED], search, order)


def managed(person: Person, *, state: str = State.OPEN, search: str = "", order: str = "-since") -> Parts:
    """Give the parts in opportunities that a person's company manages, alone or with others.

    Args:
        person: somebody of a partner.
        state: a `State`: the open ones, or those that were won or lost.
        search: words in the topic, the reference or the customer's name.
        order: a key of `SORTS`, with a leading minus for the other direction.
    """
    wanted = _STATUSES[State(state) if state in State.values else State.OPEN]
    return _listed(person, MANAGED_KINDS, search, order).filter(opportunity__status__in=wanted)


def _parts(person: Person) -> Parts:
    if not may_enter_portal(person):
        return Participation.objects.none()
    return Participation.objects.filter(access.running(person))


def _listed(person: Person, kinds: Iterable[Kind], search: str, order: str) -> Parts:
    found = _parts(person).filter(kind__in=kinds)
    for word in search.split()[:8]:
        found = found.filter(
            Q(opportunity__topic__icontains=word)
            | Q(opportunity__reference__icontains=word)
            | Q(opportunity__account_name__icontains=word)
        )
    by = SORTS.get(order.removeprefix("-"), SORTS["since"])
    way = F(by).desc(nulls_last=True) if order.startswith("-") else F(by).asc(nulls_last=True)
    related = found.select_related("opportunity__account", "opportunity__currency")
    return related.only(*_ROW).order_by(way, "-opportunity_id")


def with_contacts(parts: Parts) -> Parts:
    """Add the customers' people to a list of `managed`, and to none other: its partner has accepted."""
    return parts.select_related("opportunity__contact").only(*_ROW, "opportunity__contact", *_CONTACT)


@dataclass(frozen=True)
class Sums:
    """What a list amounts to.

    Attributes:
        count: how many.
        value: what they are worth together, in the base currency.
        nearest: the next deadline among them.
        shared: how many of them are partner collaborations.
    """

    count: int = 0
    value: Decimal = Decimal(0)
    nearest: datetime | None = None
    shared: int = 0


def sums(parts: Parts) -> Sums:
    """Add a list up, in one query."""
    found = parts.aggregate(
        count=Count("pk"),
        value=Sum("opportunity__estimated_revenue_base"),
        nearest=Min("opportunity__answer_by"),
        shared=Count("pk", filter=Q(kind=Kind.COLLABORATING)),
    )
    return Sums(found["count"], found["value"] or Decimal(0), found["nearest"], found["shared"])


def sliced(parts: Parts, *, start: int, size: int) -> tuple[Sequence[Participation], Sums]:
    """Give some rows of a list, with how many it has in all and what they are worth, in one query.

    Counting apart would read a long list twice. Beyond the end there are no rows, but still the sums.
    """
    value = "opportunity__estimated_revenue_base"
    found = parts.annotate(all_count=Window(Count("pk")), all_value=Window(Sum(value)))
    rows = list(found[start : start + size])
    if rows:
        return rows, Sums(rows[0].all_count, rows[0].all_value or Decimal(0))
    return rows, sums(parts) if start else Sums()


@dataclass(frozen=True)
class StageSum:
    """How many of a list are at one stage, and what they are worth in the base currency."""

    stage: Stage
    count: int
    value: Decimal
    shared: int


def by_stage(parts: Parts) -> list[StageSum]:
    """Add a list up for each stage, in the order of the stages, in one query."""
    rows = (
        parts.order_by()
        .values("opportunity__stage")
        .annotate(
            count=Count("pk"),
            value=Sum("opportunity__estimated_revenue_base"),
            shared=Count("pk", filter=Q(kind=Kind.COLLABORATING)),
        )
    )
    found = {row["opportunity__stage"]: row for row in rows}
    nothing: dict[str, Any] = {"count": 0, "value": None, "shared": 0}
    return [
        StageSum(stage, row["count"], row["value"] or Decimal(0), row["shared"])
        for stage in Stage
        for row in [found.get(stage, nothing)]
    ]


def is_together(part: Participation) -> bool:
    """Tell whether a part is one in a partner collaboration."""
    return part.kind == Kind.COLLABORATING


def companions(parts: Sequence[Participation]) -> Mapping[uuid.UUID, list[str]]:
    """Give the names of the other partners in each collaboration among these parts, by opportunity."""
    shared = [part for part in parts if is_together(part)]
    names: defaultdict[uuid.UUID, list[str]] = defaultdict(list)
    if not shared:
        return names
    others = Participation.objects.filter(
        opportunity__in=[part.opportunity_id for part in shared], until__isnull=True
    ).exclude(partner=shared[0].partner_id)
    for key, name in others.order_by("since").values_list("opportunity_id", "partner__account__name"):
        names[key].append(name)
    return names


@dataclass(frozen=True)
class Opened:
    """One opportunity as a partner may see it.

    Attributes:
        opportunity: the record. Of the customer's people read `contact` only.
        part: the part that the person's company takes.
        verbs: what the person may do now.
        contact: the customer's person, once the partner has accepted.
        offer: the offer that waits for an answer.
        lines: its products.
        parts: everybody who takes part, where partners work together; else the one part.
        entries: the timeline.
    """

    opportunity: Opportunity
    part: Participation
    verbs: frozenset[Verb]
    contact: Contact | None
    offer: Offer | None
    lines: Sequence[OpportunityProduct]
    parts: Sequence[Participation]
    entries: Sequence[TimelineEntry]

    @property
    def is_offer(self) -> bool:
        """Tell whether the partner has still to answer."""
        return self.part.kind == Kind.OFFERED

    @property
    def together(self) -> bool:
        """Tell whether partners work on it together."""
        return is_together(self.part)


def opened(person: Person, key: uuid.UUID) -> Opened:
    """Give one opportunity, with all that a partner's page shows of it.

    Raises:
        Missing: there is none that this person may see.
    """
    found = (
        access.visible(person).select_related("account__industry", "currency", "owner").filter(pk=key).first()
    )
    part = access.participation(person, found) if found else None
    if found is None or part is None:
        raise Missing
    knows = access.knows_customer(person, part)
    return Opened(
        opportunity=found,
        part=part,
        verbs=frozenset(access.verbs(person, found, part)),
        contact=Contact.objects.filter(pk=found.contact_id).first() if knows and found.contact_id else None,
        offer=_pending(found, part) if part.kind == Kind.OFFERED else None,
        lines=list(found.lines.select_related("product")),
        parts=_taking_part(found, part),
        entries=access.entries(person, found, part),
    )


def _pending(opportunity: Opportunity, part: Participation) -> Offer | None:
    waiting = Offer.objects.filter(
        opportunity=opportunity, partner=part.partner_id, status=OfferStatus.PENDING
    )
    return waiting.select_related("delivered_by").first()


def _taking_part(opportunity: Opportunity, part: Participation) -> Sequence[Participation]:
    """Give everybody in a collaboration, else the own part: who had it before is nobody's business."""
    running = Participation.objects.filter(opportunity=opportunity, until__isnull=True)
    if part.kind != Kind.COLLABORATING:
        running = running.filter(pk=part.pk)
    return list(running.select_related("partner__account").prefetch_related("people").order_by("since"))


def last_offer(person: Person, key: uuid.UUID) -> Offer | None:
    """Give the last offer of an opportunity to a person's company, for those who answer offers there."""
    return _own_offers(person).filter(opportunity=key).first()


@dataclass(frozen=True)
class Left:
    """How a company came to take no part any more in what it managed.

    Attributes:
        part: the part that it had.
        reference: the opportunity's reference.
        event: `left`, `taken_back`, `returned`, or nothing where the timeline does not say.
        text: what was said with it.
    """

    part: Participation
    reference: str
    event: str
    text: str


def left(person: Person, key: uuid.UUID) -> Left | None:
    """Give how a person's company came to take no part any more in an opportunity that it managed.

    None where it never managed it, takes part still, or was only offered it last.
    """
    part = access.last_part(person, key)
    if part is None or part.kind == Kind.OFFERED:
        return None
    ended = TimelineEntry.objects.filter(
        opportunity=key, event__in=["left", "taken_back", "returned"], at__gte=part.since
    ).filter(facts__partner__icontains=part.partner.name)
    entry = ended.order_by("-at").first()
    event, text = (entry.event, entry.body) if entry else ("", "")
    return Left(part, part.opportunity.reference, event, text)


def _own_offers(person: Person) -> QuerySet[Offer, Offer]:
    if not may_enter_portal(person) or person.partner_role == PartnerRole.SELLER:
        return Offer.objects.none()
    return Offer.objects.filter(partner=person.partner_id).select_related("answered_by", "opportunity")


_ANSWER = (
    *("status", "answered_at", "answered_by__name", "on_behalf", "reason", "text"),
    *("opportunity__reference", "opportunity__topic"),
)


@dataclass(frozen=True)
class Answered:
    """How one of the company's own offers ended.

    Attributes:
        offer: the offer; of its opportunity read what stands here.
        reference: the opportunity's reference.
        topic: its topic, only while the company still takes part in it.
        visible: whether its page is open to the company.
    """

    offer: Offer
    reference: str
    topic: str
    visible: bool


def answers(person: Person, *, days: int = ANSWERS_DAYS, limit: int = 5) -> list[Answered]:
    """Give how the offers to a person's company ended of late, newest first.

    Args:
        person: somebody of a partner; a seller does not answer offers, so there are none.
        days: how far back.
        limit: how many at most.
    """
    mine = Participation.objects.filter(access.running(person), opportunity=OuterRef("opportunity_id"))
    ended = (
        _own_offers(person)
        .exclude(status=OfferStatus.PENDING)
        .filter(answered_at__gte=clock.now() - timedelta(days=days))
        .annotate(visible=Exists(mine))
        .only(*_ANSWER)
        .order_by("-answered_at", "-id")[:limit]
    )
    return [
        Answered(
            offer=offer,
            reference=offer.opportunity.reference,
            topic=offer.opportunity.topic if offer.visible else "",
            visible=offer.visible,
        )
        for offer in ended
    ]


def names(person: Person, keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Give names of opportunities: topics of those that a person sees, references of past offers."""
    wanted = list(keys)
    past = (
        _own_offers(person)
        .filter(opportunity__in=wanted)
        .values_list("opportunity_id", "opportunity__reference")
    )
    seen = access.visible(person).filter(pk__in=wanted).values_list("pk", "topic")
    return {**dict(past), **dict(seen)}


def partner_names(opportunity: Opportunity) -> list[str]:
    """Name the partners that take part in an opportunity now, in the order in which they came."""
    running = Participation.objects.filter(opportunity=opportunity, until__isnull=True)
    return list(running.order_by("since", "id").values_list("partner__account__name", flat=True))
