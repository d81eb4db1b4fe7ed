"""What a partner's declines say of its profile.

A partner that keeps declining one industry, product family or territory as not its own is asked whether that shall stay
on its profile. Nothing changes before the vendor has said yes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from kanal.config import clock
from kanal.directory import access
from kanal.directory.models import Industry, Partner, Person, ProductFamily, Territory
from kanal.distribution.models import ChangeState, DeclineReason, Offer, OfferStatus, ProfileChange, Subject
from kanal.opportunities.models import OpportunityProduct

# Half a year: long enough for a few offers of one kind, short enough to be how the company works today.
DAYS = 180
# Three declines may be chance or a busy month; four in half a year are a habit.
LEAST = 4
# Who takes one in four works in the field.
PERCENT = 75
# A quarter without the question.
PUT_OFF_DAYS = 90

# The reason that says of each that it is not the partner's.
FITTING: Mapping[Subject, DeclineReason] = {
    Subject.INDUSTRY: DeclineReason.NOT_OUR_FIELD,
    Subject.FAMILY: DeclineReason.NOT_OUR_FIELD,
    Subject.TERRITORY: DeclineReason.NOT_OUR_AREA,
}
FIELDS: Mapping[Subject, str] = {
    Subject.INDUSTRY: "industries",
    Subject.FAMILY: "families",
    Subject.TERRITORY: "territories",
}
_Key = tuple[Subject, UUID]


@dataclass(frozen=True)
class Suggestion:
    """Something that a partner could take off its profile.

    Attributes:
        subject: what it is.
        about: the record.
        declined: how many offers of it were declined for the fitting reason.
        answered: of how many that were answered.
    """

    subject: Subject
    about: Industry | ProductFamily | Territory
    declined: int
    answered: int


def suggestions(partner: Partner) -> list[Suggestion]:
    """Give what a partner's answers of the last half year suggest, the clearest first; a fixed number of queries."""
    held = {
        (subject, one.pk): one for subject, field in FIELDS.items() for one in getattr(partner, field).all()
    }
    counts = _counted(partner, {key for subject, key in held if subject == Subject.TERRITORY})
    quiet = _quiet(partner)
    found = [
        Suggestion(subject, held[subject, key], declined, answered)
        for (subject, key), (declined, answered) in counts.items()
        if (subject, key) in held
        and (subject, key) not in quiet
        and declined >= LEAST
        and declined * 100 >= answered * PERCENT
    ]
    return sorted(found, key=lambda one: (-one.declined, str(one.about)))


def _counted(partner: Partner, territories: set[UUID]) -> dict[_Key, tuple[int, int]]:
    since = clock.now() - timedelta(days=DAYS)
    answered = Offer.objects.filter(
        partner=partner, status__in=[OfferStatus.ACCEPTED, OfferStatus.DECLINED], delivered_at__gte=since
    )
    rows = list(
        answered.values_list(
            "opportunity_id", "reason", "opportunity__account__industry_id", "opportunity__territory_id"
        )
    )
    families: defaultdict[UUID, set[UUID]] = defaultdict(set)
    lines = OpportunityProduct.objects.filter(opportunity__in=[row[0] for row in rows])
    for key, family in lines.values_list("opportunity_id", "product__family_id"):
        families[key].add(family)
    parents = dict(Territory.objects.values_list("pk", "parent_id"))
    counts: defaultdict[_Key, list[int]] = defaultdict(lambda: [0, 0])
    for key, reason, industry, territory in rows:
        about: list[_Key] = [(Subject.INDUSTRY, industry)] if industry else []
        about += [(Subject.FAMILY, family) for family in families[key]]
        about += [(Subject.TERRITORY, one) for one in _nearest(territory, territories, parents)]
        for one in about:
            counts[one][0] += reason == FITTING[one[0]]
            counts[one][1] += 1
    return {one: (declined, whole) for one, (declined, whole) in counts.items()}


def _nearest(territory: UUID | None, among: set[UUID], parents: Mapping[UUID, UUID | None]) -> Iterable[UUID]:
    """Give the nearest of a partner's territories that holds one: that is why it was offered."""
    seen: set[UUID] = set()
    while territory is not None and territory not in seen:
        if territory in among:
            return [territory]
        seen.add(territory)
        territory = parents.get(territory)
    return []


def _quiet(partner: Partner) -> set[_Key]:
    """Give what is not suggested: what waits for the vendor, and what was put off or rejected not long ago."""
    lately = clock.now() - timedelta(days=PUT_OFF_DAYS)
    changes = ProfileChange.objects.filter(partner=partner).filter(
        Q(state=ChangeState.ASKED)
        | Q(state=ChangeState.PUT_OFF, show_again__gt=clock.today())
        | Q(state=ChangeState.REJECTED, decided_at__gt=lately)
    )
    return {
        (Subject(subject), industry or family or territory)
        for subject, industry, family, territory in changes.values_list(
            "subject", "industry_id", "family_id", "territory_id"
        )
    }


def visible_changes(person: Person) -> QuerySet[ProfileChange]:
    """Give the changes that a person may see: all that were asked for at the desk, their own company's on the portal.

    On the portal they are for whoever reads the company's profile.
    """
    asked = ProfileChange.objects.exclude(state=ChangeState.PUT_OFF).select_related(
        "partner__account", "industry", "family", "territory", "asked_by", "decided_by"
    )
    if access.may_enter_desk(person):
        return asked
    if access.refusal_to_read_company(person) is None:
        return asked.filter(partner=person.partner_id)
    return asked.none()
