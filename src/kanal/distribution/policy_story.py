"""What policies say and how their versions differ, in words; for pages. A page of them needs a few reads."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from kanal.directory.countries import country_name
from kanal.directory.models import Account, Industry, Partner, ProductFamily, Territory
from kanal.distribution.models import PolicyPin, PolicyVersion
from kanal.distribution.policies import newest
from kanal.distribution.term_words import Difference, Naming, Text, differences, flat, label, said
from kanal.distribution.terms import Filter, Terms
from kanal.opportunities.models import Rating, Source

_RECORDS: Mapping[str, Any] = {"territories": Territory, "families": ProductFamily, "industries": Industry}
_CHOICES = {"sources": dict(Source.choices), "ratings": dict(Rating.choices)}
Pins = Mapping[uuid.UUID, uuid.UUID]


def naming(several: Iterable[Terms]) -> Naming:
    """Give what names everything that the filters of these terms name; at most one read for each kind of record."""
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for terms in several:
        for kind in _RECORDS:
            keys[kind].update(getattr(terms.takes, kind))
    known = {
        kind: dict(model.objects.filter(pk__in=keys[kind]).values_list("pk", "name")) if keys[kind] else {}
        for kind, model in _RECORDS.items()
    }

    def name(kind: str, key: str) -> str:
        if kind in known:
            return str(known[kind].get(uuid.UUID(key), "–"))
        if kind in _CHOICES:
            return str(_CHOICES[kind].get(key, key))
        return country_name(key) if kind == "countries" else key

    return name


def takes_words(takes: Filter, name: Naming) -> list[tuple[Text, str]]:
    """Say which opportunities a filter takes: each condition with its values; empty where it takes all."""
    plain, everything = flat(Terms(takes=takes)), flat(Terms())
    return [
        (label(term), said(term, value, name))
        for term, value in plain.items()
        if term.startswith("takes_") and value != everything[term]
    ]


@dataclass(frozen=True)
class Line:
    """A policy in a list.

    Attributes:
        version: the version that holds, with its policy and who saved it.
        terms: what it says.
        takes: which opportunities, in words; empty is all.
        pins: how many customers are pinned.
        shaded_by: the policy before it that takes everything, so that this one is never asked.
    """

    version: PolicyVersion
    terms: Terms
    takes: list[tuple[Text, str]]
    pins: int
    shaded_by: str


def lines(*, archived: bool = False) -> list[Line]:
    """Give the policies that hold, or those that are put away, in the order in which they are asked."""
    versions = newest(archived=archived)
    said_by = [Terms.read(version.data) for version in versions]
    name = naming(said_by)
    pins = dict(
        PolicyPin.objects.filter(version__in=[one.pk for one in versions])
        .values_list("version")
        .annotate(Count("pk"))
    )
    shown, taker = [], ""
    for version, terms in zip(versions, said_by, strict=True):
        takes = takes_words(terms.takes, name)
        shown.append(Line(version, terms, takes, pins.get(version.pk, 0), taker))
        taker = taker or ("" if takes or archived else version.policy.name)
    return shown


@dataclass(frozen=True)
class Told:
    """A version with what it says otherwise than the one before it; None for the first."""

    version: PolicyVersion
    changes: list[Difference] | None


def told(versions: QuerySet[PolicyVersion], *, first: int, last: int) -> list[Told]:
    """Tell some versions of one policy, the newest first.

    Args:
        versions: all of them, the newest first.
        first: from where, as in a slice.
        last: to where, as in a slice.
    """
    found = list(versions.select_related("by")[first : last + 1])
    between = comparing(found)
    pairs = zip(found, [*found[1:], None], strict=True)
    return [Told(new, between(old, new) if old else None) for new, old in pairs][: last - first]


def compare(before: PolicyVersion, after: PolicyVersion) -> list[Difference]:
    """Give everything that two versions say otherwise, pins included."""
    return comparing([before, after])(before, after)


def comparing(
    versions: Sequence[PolicyVersion],
) -> Callable[[PolicyVersion, PolicyVersion], list[Difference]]:
    """Give what compares any two of these versions; everything that it needs is read once."""
    said_by = {version.pk: Terms.read(version.data) for version in versions}
    name = naming(said_by.values())
    pins = pins_of(versions)
    names = _Names(pins.values())

    def between(before: PolicyVersion, after: PolicyVersion) -> list[Difference]:
        terms = differences(said_by[before.pk], said_by[after.pk], name)
        return [*terms, *names.differences(pins[before.pk], pins[after.pk])]

    return between


def pins_of(versions: Sequence[PolicyVersion]) -> dict[uuid.UUID, dict[uuid.UUID, uuid.UUID]]:
    """Give the pins of each version: the keys of account and partner; one read."""
    found: dict[uuid.UUID, dict[uuid.UUID, uuid.UUID]] = {version.pk: {} for version in versions}
    rows = PolicyPin.objects.filter(version__in=list(found))
    for version, account, partner in rows.values_list("version_id", "account_id", "partner_id"):
        found[version][account] = partner
    return found


def pins_by_name(pins: Pins) -> list[tuple[str, str]]:
    """Give the names of customer and partner of each pin, in the order of the alphabet."""
    names = _Names([pins])
    return sorted((names.account(one), names.partner(other)) for one, other in pins.items())


def pin_words(pins: Pins) -> str:
    """Say pins in words, for a comparison."""
    return ", ".join(f"{one} → {other}" for one, other in pins_by_name(pins)) or _("none")


class _Names:
    """The names of what pins name; two reads, or none where nothing is pinned."""

    def __init__(self, pins: Iterable[Pins]) -> None:
        every = list(pins)
        accounts = {key for one in every for key in one}
        partners = {key for one in every for key in one.values()}
        self._accounts: dict[uuid.UUID, str] = dict(
            Account.objects.filter(pk__in=accounts).values_list("pk", "name")
        )
        self._partners: dict[uuid.UUID, str] = dict(
            Partner.objects.filter(pk__in=partners).values_list("pk", "account__name")
        )

    def account(self, key: uuid.UUID) -> str:
        return self._accounts.get(key, "–")

    def partner(self, key: uuid.UUID | None) -> str:
        return self._partners.get(key, "–") if key else _("nobody")

    def differences(self, before: Pins, after: Pins) -> Iterator[Difference]:
        changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        for key in sorted(changed, key=self.account):
            text = _("Pin: %(name)s") % {"name": self.account(key)}
            yield Difference("pins", text, self.partner(before.get(key)), self.partner(after.get(key)))
