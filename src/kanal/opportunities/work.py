"""What a person has in hand: the work that needs somebody else when they leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from kanal.directory.models import Partner, Person
from kanal.opportunities.lifecycle import OPEN
from kanal.opportunities.models import Opportunity, Participation

_Share = Participation.people.through


@dataclass(frozen=True)
class Work:
    """How much a person has in hand.

    Attributes:
        assigned: open opportunities that are assigned to them.
        shared: open ones that are assigned to others or nobody, and shared with them and no colleague.
        owned: for a person of the vendor: open ones that they own.
        partners: for a person of the vendor: partners that turn to them.
    """

    assigned: int = 0
    shared: int = 0
    owned: int = 0
    partners: int = 0

    def __bool__(self) -> bool:
        return bool(self.total or self.partners)

    @property
    def total(self) -> int:
        """Give how many opportunities it is in all."""
        return self.assigned + self.shared + self.owned


def work_of(person: Person) -> Work:
    """Count what a person has in hand."""
    if person.is_vendor:
        return Work(owned=owned(person).count(), partners=looked_after(person).count())
    parts = parts_of(person)
    assigned = parts.filter(assignee=person).count()
    return Work(assigned=assigned, shared=parts.exclude(assignee=person).filter(others=False).count())


def parts_of(person: Person) -> QuerySet[Any]:
    """Give the parts in open opportunities that are assigned to a person or shared with them.

    Each says with `others` whether it is shared with a colleague too.
    """
    shares = _Share.objects.filter(participation=OuterRef("pk"))
    mine = Q(assignee=person) | Q(pk__in=_Share.objects.filter(person=person).values("participation"))
    found = Participation.objects.filter(
        mine, partner=person.partner_id, until__isnull=True, opportunity__status__in=OPEN
    )
    return found.annotate(others=Exists(shares.exclude(person=person)))


def owned(person: Person) -> QuerySet[Opportunity]:
    """Give the open opportunities that a person of the vendor owns."""
    return Opportunity.objects.filter(owner=person, status__in=OPEN)


def looked_after(person: Person) -> QuerySet[Partner]:
    """Give the partners that turn to a person of the vendor."""
    return Partner.objects.filter(channel_manager=person)
