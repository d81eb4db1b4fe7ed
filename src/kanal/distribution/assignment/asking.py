"""What is known of opportunities that look for a partner, as plain values that a decision keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from kanal.config.among import among, array, as_text
from kanal.distribution import protection
from kanal.distribution.assignment.snapshots import NOBODYS, Table
from kanal.distribution.matching import Opportunities
from kanal.distribution.models import Decision, Offer, OfferStatus, Outcome
from kanal.distribution.policies import Traits
from kanal.opportunities.lifecycle import MANAGED, Status
from kanal.opportunities.models import Kind, Opportunity, OpportunityProduct, Participation

# How well a partner knows a customer, per 10,000: it won with it; works with it now.
WON_WITH, WORKS_WITH = 10_000, 7_000
# An offer that ended so is not made again by itself; one that the vendor withdrew may be.
_HAD = (OfferStatus.ACCEPTED, OfferStatus.EXPIRED)


class Facts(NamedTuple):
    """What the engine is given of one opportunity. Keys are texts; empty or None is unknown.

    Attributes:
        families: of its products.
        language: that of the customer's people, two letters.
        place: latitude and longitude of the customer, in millionths of a degree.
        value: in whole units of the base currency.
        pinned, holder, protected: partners, see `matching.Opportunities`.
        declined, offered: partners that had it before.
        related: partners that know the customer, with the strength per 10,000.
    """

    territory: str = ""
    families: tuple[str, ...] = ()
    industry: str = ""
    language: str = ""
    place: tuple[int, int] | None = None
    value: int | None = None
    pinned: str = ""
    holder: str = ""
    protected: str = ""
    declined: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    related: tuple[tuple[str, int], ...] = ()

    def plain(self) -> dict[str, Any]:
        """Give what is known as plain values."""
        return {name: value for name, value in zip(self._fields, self, strict=True) if value or value == 0}

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Facts:
        """Read what `plain` gave."""
        related = tuple((key, strength) for key, strength in data.get("related", ()))
        frozen: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
        }
        return cls(**{**frozen, "related": related})


class Asked(NamedTuple):
    """One opportunity that looks for a partner.

    Attributes:
        key: its own.
        account: its customer's, as text; empty is none.
        facts: for the engine; pins depend on the policy and come later.
        traits: for the filters of policies.
        attempts: how often it was offered by policy and not taken.
    """

    key: UUID
    account: str
    facts: Facts
    traits: Traits
    attempts: int


def ask(keys: Sequence[UUID], table: Table, *, before: datetime | None = None) -> list[Asked]:
    """Read what is known of opportunities, in the order of the keys; five reads, however many they are.

    Args:
        keys: the opportunities.
        table: the partners.
        before: leave out offers and relations that came at that moment or later, and protections; None is all there
            are.
    """
    wanted = array(keys)
    rows = {row[0]: row for row in _opportunities(wanted)}
    lines = among(OpportunityProduct.objects.all(), "opportunity", wanted).order_by("product__family_id")
    families = _grouped(
        lines.values_list(as_text("opportunity_id"), as_text("product__family_id")).distinct()
    )
    had = _grouped(_offers(wanted, before))
    related = _related({row[1] for row in rows.values() if row[1]}, before)
    attempts = _attempts(wanted)
    held = {} if before is not None else protection.holders(keys)
    protected = {str(key): str(partner) for key, partner in held.items()}
    asking = _Asking(table, families, had, related, protected)
    found = []
    for key in keys:
        name = str(key)
        if name in rows:
            row = rows[name]
            facts = asking.facts(row)
            found.append(Asked(key, row[1] or "", facts, asking.traits(row, facts), attempts.get(name, 0)))
    return found


def _opportunities(keys: str) -> Iterable[tuple[Any, ...]]:
    return among(Opportunity.objects.all(), "id", keys).values_list(
        *(as_text("pk"), as_text("account_id"), as_text("territory_id")),
        *("source", "rating", "estimated_revenue_base"),
        *(as_text("account__industry_id"), "account__language", "account__country"),
        *("account__latitude", "account__longitude", as_text("account__managing_partner_id")),
    )


def _offers(keys: str, before: datetime | None) -> Iterable[tuple[str, tuple[str, str]]]:
    ended = among(Offer.objects.all(), "opportunity", keys).filter(status__in=[*_HAD, OfferStatus.DECLINED])
    if before is not None:
        ended = ended.filter(answered_at__lt=before)
    rows = ended.order_by("pk").values_list(as_text("opportunity_id"), as_text("partner_id"), "status")
    for opportunity, partner, status in rows:
        yield opportunity, (partner, status)


def _related(accounts: Iterable[str], before: datetime | None) -> dict[str, dict[str, int]]:
    """Give for each customer the partners that won with it or work with it, and how well they know it."""
    parts = Participation.objects.filter(
        opportunity__account__isnull=False,
        until__isnull=True,
        kind__in=[Kind.MANAGING, Kind.COLLABORATING],
        status__in=[*MANAGED, Status.ON_HOLD, Status.WON],
    )
    parts = among(parts, f"{Opportunity._meta.db_table}.account_id", array(accounts))
    if before is not None:
        parts = parts.filter(since__lt=before)
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    rows = parts.values_list(as_text("opportunity__account_id"), as_text("partner_id"), "status")
    for account, partner, status in rows:
        strength = WON_WITH if status == Status.WON else WORKS_WITH
        found[account][partner] = max(strength, found[account].get(partner, 0))
    return found


def _attempts(keys: str) -> dict[str, int]:
    """Count the offers by policy that a partner declined or let pass, since anybody accepted."""
    made = among(Decision.objects.all(), "opportunity", keys).filter(outcome=Outcome.OFFERED).order_by("at")
    found: dict[str, int] = {}
    for key, status in made.values_list(as_text("opportunity_id"), "offer__status"):
        if status == OfferStatus.ACCEPTED:
            found[key] = 0
        elif status in {OfferStatus.DECLINED, OfferStatus.EXPIRED}:
            found[key] = found.get(key, 0) + 1
    return found


def _grouped(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


class _Asking:
    """What was read of many opportunities, to be put together for each; keys are texts."""

    def __init__(
        self,
        table: Table,
        families: Mapping[str, list[str]],
        had: Mapping[str, list[tuple[str, str]]],
        related: Mapping[str, Mapping[str, int]],
        protected: Mapping[str, str],
    ) -> None:
        self._table, self._families, self._had = table, families, had
        self._related, self._protected = related, protected
        self._keys: dict[str, UUID] = {}

    def facts(self, row: tuple[Any, ...]) -> Facts:
        """Give what the engine is told of one opportunity."""
        key, account, territory, _source, _rating, value, industry, language, _country, *place, holder = row
        knows = self._related.get(account, {})
        if holder:
            knows = {**knows, holder: WON_WITH}
        had = self._had.get(key, ())
        families = self._families.get(key, ())
        return Facts(
            territory or "",
            tuple(families) if len(families) < 2 else tuple(dict.fromkeys(families)),
            industry or "",
            language or "",
            (place[0], place[1]) if None not in place else None,
            None if value is None else int(value),
            holder=holder or "",
            protected=self._protected.get(key, ""),
            declined=tuple(sorted({one for one, status in had if status == OfferStatus.DECLINED}))
            if had
            else (),
            offered=tuple(sorted({one for one, status in had if status in _HAD})) if had else (),
            related=tuple(sorted(knows.items())) if knows else (),
        )

    def traits(self, row: tuple[Any, ...], facts: Facts) -> Traits:
        """Give what filters of policies look at."""
        return Traits(
            territories=self._table.around(facts.territory) if facts.territory else frozenset(),
            families=frozenset(map(self._key, facts.families)),
            industry=self._key(facts.industry) if facts.industry else None,
            source=row[3],
            rating=row[4],
            country=row[8] or "",
            value=row[5],
        )

    def _key(self, text: str) -> UUID:
        """Give a key of a family or an industry: there are few, and each is asked for again and again."""
        found = self._keys.get(text)
        if found is None:
            found = self._keys[text] = UUID(text)
        return found


def arrays(keys: Sequence[UUID], many: Sequence[Facts], table: Table) -> Opportunities:
    """Give opportunities as the engine wants them.

    Args:
        keys: what names each.
        many: their facts, in the same order; what names a partner that the table has not is left out.
        table: the partners.
    """
    count, columns = len(many), table.columns
    families = np.zeros((count, len(table.families)), np.bool_)
    for place, one in enumerate(many):
        for family in one.families:
            if family in columns["families"]:
                families[place, columns["families"][family]] = True
    return Opportunities(
        keys=tuple(str(key) for key in keys),
        territory=_places(columns["territories"], (one.territory for one in many)),
        families=families,
        certificates=families & table.certificates,
        industry=_places(columns["industries"], (one.industry for one in many)),
        language=_languages(table, (one.language for one in many)),
        place=np.array([one.place or (0, 0) for one in many], np.int32).reshape(-1, 2),
        placed=np.array([one.place is not None for one in many], np.bool_),
        value=np.array([-1 if one.value is None else one.value for one in many], np.int64),
        pinned=_places(table.place_of, (one.pinned for one in many)),
        holder=_places(table.place_of, (one.holder for one in many)),
        protected=_places(table.place_of, (one.protected for one in many)),
        declined=_pairs(table, (one.declined for one in many)),
        offered=_pairs(table, (one.offered for one in many)),
        related=_strengths(table, (one.related for one in many)),
    )


def _places(index: Mapping[str, int], keys: Iterable[str]) -> NDArray[np.int32]:
    return np.array([index.get(key, -1) for key in keys], np.int32)


def _languages(table: Table, codes: Iterable[str]) -> NDArray[np.int32]:
    """Give the column of each language; one that no partner speaks is not unknown, and has a column that nobody has."""
    index = table.columns["languages"]
    return np.array([index.get(code, index[NOBODYS]) if code else -1 for code in codes], np.int32)


def _pairs(table: Table, many: Iterable[Iterable[str]]) -> NDArray[np.int32]:
    index = table.place_of
    found = [(place, index[key]) for place, keys in enumerate(many) for key in keys if key in index]
    return np.array(found, np.int32).reshape(-1, 2)


def _strengths(table: Table, many: Iterable[Iterable[tuple[str, int]]]) -> NDArray[np.int32]:
    index = table.place_of
    found = [(row, index[key], much) for row, pairs in enumerate(many) for key, much in pairs if key in index]
    return np.array(found, np.int32).reshape(-1, 3)
