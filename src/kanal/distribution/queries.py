"""What a partner reads: one opportunity, who it works with, its answers. All start from the parts that it takes."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from kanal.config import clock
from kanal.directory.access import may_enter_portal
from kanal.directory.models import Contact, PartnerRole, Person
from kanal.directory.refusal import Missing
from kanal.distribution.models import Offer, OfferStatus
from kanal.opportunities import access
from kanal.opportunities.lifecycle import Verb
from kanal.opportunities.models import (
    Kind,
    Opportunity,
    OpportunityProduct,
    Participation,
    TimelineEntry,
    Visibility,
)

ANSWERS_DAYS = 30
# An entry that ends a part is written in the same step, a moment before or after.
_SAME_STEP = timedelta(minutes=1)


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
    return waiting.select_related("delivered_by", "partner__account").first()


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
    entry = _end_of(part)
    event, text = (entry.event, entry.body) if entry else ("", "")
    return Left(part, part.opportunity.reference, event, text)


def _end_of(part: Participation) -> TimelineEntry | None:
    """Give the entry that ended a part: one that its company could read, and that names it among those who left.

    What happened on the opportunity later is other partners' business, however alike their names are.
    """
    assert part.until is not None  # it has ended
    ended = TimelineEntry.objects.filter(
        Q(partner=part.partner_id) | Q(partner__isnull=True),
        opportunity=part.opportunity_id,
        visibility=Visibility.SHARED,
        event__in=["left", "taken_back", "returned"],
        at__gte=part.since,
        at__lte=part.until + _SAME_STEP,
    )
    name = part.partner.name
    for entry in ended.order_by("-at"):
        named = str(entry.facts.get("partner", ""))
        if name == named or name in named.split(", "):
            return entry
    return None


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
