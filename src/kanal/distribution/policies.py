"""Which policies are in force, and which of them takes an opportunity. Judging one reads nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from kanal.distribution.models import PolicyPin, PolicyVersion
from kanal.distribution.terms import Filter, Terms


class Traits(NamedTuple):
    """What the filter of a policy looks at of one opportunity.

    Attributes:
        territories: the key of its territory with the keys of those that it lies within; none is unknown.
        families: the keys of the families of its products.
        industry: the key of its customer's industry.
        source, rating: its keys.
        country: two letters; empty is unknown.
        value: its estimated revenue in the base currency.
    """

    territories: frozenset[UUID] = frozenset()
    families: frozenset[UUID] = frozenset()
    industry: UUID | None = None
    source: str = ""
    rating: str = ""
    country: str = ""
    value: Decimal | None = None


Test = Callable[[Traits], bool]


@dataclass(frozen=True)
class InForce:
    """A policy as it stands.

    Attributes:
        version: the row that decisions name; its `policy` is read along.
        terms: what it says.
        pins: the customers that always go to one partner: the key of the account, and that of the partner.
    """

    version: PolicyVersion
    terms: Terms
    pins: Mapping[UUID, UUID] = field(default_factory=dict)

    def takes(self, traits: Traits) -> bool:
        """Tell whether it judges such an opportunity.

        Where the filter asks for something that is not known of the opportunity, it does not.
        """
        return all(test(traits) for test in self._tests)

    @cached_property
    def _tests(self) -> tuple[Test, ...]:
        """Make the few tests that the filter needs, once: thousands of opportunities are judged by them."""
        return tuple(_tests(self.terms.takes))


def _tests(takes: Filter) -> Iterable[Test]:
    if takes.territories:
        territories = _keys(takes.territories)
        yield lambda traits: not territories.isdisjoint(traits.territories)
    if takes.families:
        families = _keys(takes.families)
        yield lambda traits: not families.isdisjoint(traits.families)
    if takes.industries:
        industries = _keys(takes.industries)
        yield lambda traits: traits.industry in industries
    if takes.sources:
        yield lambda traits: traits.source in takes.sources
    if takes.ratings:
        yield lambda traits: traits.rating in takes.ratings
    if takes.countries:
        yield lambda traits: traits.country in takes.countries
    if takes.value_least is not None:
        least = takes.value_least
        yield lambda traits: traits.value is not None and traits.value >= least
    if takes.value_most is not None:
        most = takes.value_most
        yield lambda traits: traits.value is not None and traits.value <= most


def _keys(texts: Iterable[str]) -> frozenset[UUID]:
    return frozenset(UUID(text) for text in texts)


def first_that_takes(policies: Iterable[InForce], traits: Traits) -> InForce | None:
    """Give the policy that judges an opportunity: the first in order that takes it; None where none does."""
    return next((policy for policy in policies if policy.takes(traits)), None)


def takers(policies: Sequence[InForce], many: Iterable[Traits]) -> list[InForce | None]:
    """Give for each of many opportunities the policy that judges it, as `first_that_takes` does.

    Reads nothing; a hundred thousand are a matter of tenths of a second.
    """
    return [first_that_takes(policies, traits) for traits in many]


def of_version(version: PolicyVersion) -> InForce:
    """Give what one version says, in force or not; one read for its pins."""
    pins = PolicyPin.objects.filter(version=version).values_list("account_id", "partner_id")
    return InForce(version, Terms.read(version.data), dict(pins))


def in_force(at: datetime | None = None) -> list[InForce]:
    """Give the policies that are not archived, in the order in which they are asked, each in its newest version.

    Two reads, however many there are. An installation begins without any: then nothing is assigned by itself.

    Args:
        at: as they stood at that moment, in today's order; None is now.
    """
    versions = newest(at)
    pins: defaultdict[UUID, dict[UUID, UUID]] = defaultdict(dict)
    rows = PolicyPin.objects.filter(version__in=[version.pk for version in versions])
    for version, account, partner in rows.values_list("version_id", "account_id", "partner_id"):
        pins[version][account] = partner
    return [InForce(version, Terms.read(version.data), pins.get(version.pk, {})) for version in versions]


def newest(at: datetime | None = None, *, archived: bool = False) -> list[PolicyVersion]:
    """Give the newest version of each policy in order, with its policy and who saved it.

    Args:
        at: as they stood at that moment; None is now.
        archived: those that are put away now, instead of those that hold.
    """
    stands = Q(policy__archived_at__isnull=not archived)
    if at is not None:
        stands = Q(at__lte=at) & (stands | Q(policy__archived_at__gt=at))
    rows = PolicyVersion.objects.filter(stands).select_related("policy", "by")
    latest = rows.order_by("policy_id", "-number").distinct("policy_id")
    return sorted(latest, key=_order)


def _order(version: PolicyVersion) -> tuple[Any, ...]:
    return version.policy.position, version.policy.name, version.policy.pk
