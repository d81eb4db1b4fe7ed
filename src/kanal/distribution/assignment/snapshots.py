"""The partners as arrays: what seldom changes (`Table`, kept as a snapshot), what does by the minute (`Standing`).

A table is built in a fixed number of reads, whatever the number of partners, and kept in the process until the
directory or the rates have changed. Runs that saw the same partners share one stored snapshot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import Count, Max, Q
from numpy.typing import NDArray

from kanal.config import clock
from kanal.directory.models import Certification, Industry, Partner, PartnerStatus, ProductFamily, Territory
from kanal.distribution import rates
from kanal.distribution.assignment.packing import pack, unpack
from kanal.distribution.matching import Partners
from kanal.distribution.models import Offer, Snapshot
from kanal.opportunities.lifecycle import State
from kanal.opportunities.models import Participation

# Rates are counted anew when they are older than this; they move by one offer at a time.
FRESH = timedelta(minutes=15)
NOBODYS = ""  # the last column of languages: of all that no partner speaks
NEVER = 2**30  # minutes since the last offer, where there was none
_MOVING = ("load", "rest_minutes")
_RATES = ("touch", "feedback", "returns", "win", "answer_minutes")


@dataclass(frozen=True)
class Table:
    """The partners as arrays, with the keys that their indices stand for.

    Attributes:
        partners: for the engine; `load` and `rest_minutes` are those of nobody.
        territories, families, industries, languages: the keys of the columns.
        certificates: bool[families]: which of them need a certificate.
        parents: the place of each territory's parent, -1 is none.
    """

    partners: Partners
    territories: tuple[str, ...]
    families: tuple[str, ...]
    industries: tuple[str, ...]
    languages: tuple[str, ...]
    certificates: NDArray[np.bool_]
    parents: NDArray[np.int32]

    @cached_property
    def place_of(self) -> Mapping[str, int]:
        """Give the index of each partner by its key."""
        return {key: place for place, key in enumerate(self.partners.keys)}

    @cached_property
    def columns(self) -> Mapping[str, Mapping[str, int]]:
        """Give the index of each territory, family, industry and language by its key."""
        names = ("territories", "families", "industries", "languages")
        return {name: {key: place for place, key in enumerate(getattr(self, name))} for name in names}

    @cached_property
    def _rated(self) -> dict[tuple[int, int], Table]:
        return {}

    def rated(self, *, rate_days: int, new_offers: int) -> Table:
        """Give the same partners with their rates over another time; read once for this table.

        Args:
            rate_days: how far back the rates look.
            new_offers: a partner with fewer offers in that time is new.
        """
        known = self._rated.get((rate_days, new_offers))
        if known is None:
            keys = [UUID(key) for key in self.partners.keys]
            found: dict[str, Any] = dict(_rates(keys, rate_days, new_offers))
            known = replace(self, partners=replace(self.partners, **found))
            self._rated[rate_days, new_offers] = known
        return known

    @cached_property
    def data(self) -> bytes:
        """Give it as bytes, the same for equal tables."""
        arrays = {
            one.name: getattr(self.partners, one.name) for one in fields(Partners) if one.name != "keys"
        }
        arrays |= {"certificates": self.certificates, "parents": self.parents}
        names = ("territories", "families", "industries", "languages")
        facts = {"keys": self.partners.keys, **{name: getattr(self, name) for name in names}}
        return pack(facts, {name: array for name, array in arrays.items() if name not in _MOVING})

    @cached_property
    def digest(self) -> str:
        """Give the SHA-256 of `data`."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def _around(self) -> dict[str, frozenset[UUID]]:
        return {}

    def around(self, territory: str) -> frozenset[UUID]:
        """Give the key of a territory with the keys of those that it lies within."""
        known = self._around.get(territory)
        if known is None:
            place, found = self.columns["territories"].get(territory, -1), []
            while place >= 0:
                found.append(UUID(self.territories[place]))
                place = int(self.parents[place])
            known = self._around[territory] = frozenset(found)
        return known


def read(data: bytes | memoryview) -> Table:
    """Give the table that `Table.data` was."""
    facts, arrays = unpack(data)
    certificates, parents = arrays.pop("certificates"), arrays.pop("parents")
    count = len(facts["keys"])
    partners = Partners(
        keys=tuple(facts.pop("keys")),
        load=np.zeros(count, np.int32),
        rest_minutes=np.full(count, NEVER, np.int32),
        **arrays,
    )
    return Table(
        partners, certificates=certificates, parents=parents, **{k: tuple(v) for k, v in facts.items()}
    )


@dataclass(frozen=True)
class Standing:
    """How partners stand at a moment.

    Attributes:
        places: int32[k], whose.
        load: int32[k], open opportunities that they have or are offered.
        rest_minutes: int32[k], since their last offer.
    """

    places: NDArray[np.int32]
    load: NDArray[np.int32]
    rest_minutes: NDArray[np.int32]

    @property
    def data(self) -> bytes:
        """Give it as bytes."""
        arrays = {"places": self.places, "load": self.load, "rest_minutes": self.rest_minutes}
        return pack({}, arrays)

    @classmethod
    def read(cls, data: bytes | memoryview) -> Standing:
        """Give what `data` was; nothing is nobody's."""
        if not data:
            none = np.zeros(0, np.int32)
            return cls(none, none, none)
        return cls(**unpack(data)[1])

    def put_into(self, partners: Partners) -> Partners:
        """Give the partners as they stand; whoever is not in it keeps what it had."""
        load, rest = partners.load.copy(), partners.rest_minutes.copy()
        load[self.places], rest[self.places] = self.load, self.rest_minutes
        return partners.moved(load=load, rest_minutes=rest)


# For very many partners one pass over their work is cheapest; for few each one's is looked up by index.
_FEW = 2_000
_STANDING = """
SELECT (SELECT count(*) FROM opportunities_participation
         WHERE partner_id = asked.key AND until IS NULL AND state = %(open)s),
       (SELECT max(delivered_at) FROM distribution_offer WHERE partner_id = asked.key)
  FROM unnest(%(keys)s::uuid[]) WITH ORDINALITY AS asked(key, place)
 ORDER BY asked.place
"""


def standing(table: Table, places: NDArray[np.int32] | None = None) -> Standing:
    """Measure how partners stand now; one or two reads.

    Args:
        table: the partners.
        places: whose; None is all.
    """
    every = np.arange(len(table.partners), dtype=np.int32) if places is None else places
    keys = [table.partners.keys[place] for place in every]
    found = _one_by_one(keys) if len(keys) <= _FEW else _at_once(keys)
    now = clock.now()
    return Standing(
        every,
        np.array([load for load, _last in found], np.int32),
        np.array([_minutes(now, last) for _load, last in found], np.int32),
    )


def _one_by_one(keys: Sequence[str]) -> list[tuple[int, datetime | None]]:
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"keys": list(keys), "open": State.OPEN})
        found: list[tuple[int, datetime | None]] = cursor.fetchall()
    return found


def _at_once(keys: Sequence[str]) -> list[tuple[int, datetime | None]]:
    open_ = Participation.objects.filter(until__isnull=True, state=State.OPEN)
    load = dict(open_.order_by().values_list("partner").annotate(number=Count("pk")))
    last = dict(Offer.objects.order_by().values_list("partner").annotate(at=Max("delivered_at")))
    return [(load.get(key, 0), last.get(key)) for key in map(UUID, keys)]


def _minutes(now: datetime, then: datetime | None) -> int:
    return NEVER if then is None else max(0, int((now - then).total_seconds() // 60))


# What a table rests on; it changes when any record of it does. Places of partners stand in their accounts. The newest
# key tells one database from another that was filled in the same way.
_STATE = """
SELECT (SELECT array[count(*), sum(p.version), sum(a.version), sum(a.latitude::bigint), sum(a.longitude::bigint)]
          FROM directory_partner p JOIN directory_account a ON a.id = p.account_id),
       (SELECT array[count(*), sum(version)] FROM directory_certification),
       (SELECT array[count(*), sum(version)] FROM directory_territory),
       (SELECT array[count(*), sum(version)] FROM directory_productfamily),
       (SELECT array[count(*), sum(version)] FROM directory_industry),
       (SELECT array[count(*), sum(version)] FROM directory_tier),
       (SELECT id FROM directory_partner ORDER BY id DESC LIMIT 1)
"""
_kept: dict[tuple[int, int], tuple[Any, datetime, Table]] = {}


def current(*, rate_days: int, new_offers: int) -> Table:
    """Give the partners as they are; from the process's memory where nothing has changed.

    Args:
        rate_days: how far back the rates look.
        new_offers: a partner with fewer offers in that time is new.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        state = (clock.today(), repr(cursor.fetchone()))
    now = clock.now()
    kept = _kept.get((rate_days, new_offers))
    if kept is not None and kept[0] == state and timedelta(0) <= now - kept[1] < FRESH:
        return kept[2]
    table = build(rate_days=rate_days, new_offers=new_offers)
    _kept[rate_days, new_offers] = (state, now, table)
    return table


def forget() -> None:
    """Forget what the process keeps."""
    _kept.clear()


def stored(table: Table) -> Snapshot:
    """Give the stored snapshot of a table; equal tables share one."""
    found = Snapshot.objects.defer("data").filter(digest=table.digest).first()
    if found is None:
        Snapshot.objects.bulk_create([Snapshot(digest=table.digest, data=table.data)], ignore_conflicts=True)
        found = Snapshot.objects.defer("data").get(digest=table.digest)
    return found


def build(*, rate_days: int, new_offers: int) -> Table:
    """Build the table from the database, in a fixed number of reads."""
    rows = list(
        Partner.objects.order_by("pk").values_list(
            *("pk", "status", "archived_at", "paused_until", "tier__rank", "capacity", "languages"),
            *("value_least", "value_most", "account__latitude", "account__longitude"),
        )
    )
    keys = [row[0] for row in rows]
    at = {key: place for place, key in enumerate(keys)}
    territories, parents = _territories()
    families = list(ProductFamily.objects.order_by("pk").values_list("pk", "certificate"))
    industries = list(Industry.objects.order_by("pk").values_list("pk", flat=True))
    languages = [*sorted({code for row in rows for code in row[6]}), NOBODYS]
    today = clock.today()
    certified = Certification.objects.filter(archived_at__isnull=True).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    )
    family_keys = [key for key, _needs in families]
    spoken = [(row[0], code) for row in rows for code in row[6]]
    placed = np.array([row[9] is not None and row[10] is not None for row in rows], np.bool_)
    partners = Partners(
        keys=tuple(str(key) for key in keys),
        active=np.array([row[1] == PartnerStatus.ACTIVE and row[2] is None for row in rows], np.bool_),
        paused=np.array([row[3] is not None and row[3] > today for row in rows], np.bool_),
        covers=_covers(_flags(at, territories, _pairs("territories", "territory")), parents),
        families=_flags(at, family_keys, _pairs("families", "productfamily")),
        certified=_flags(at, family_keys, certified.values_list("partner_id", "family_id")),
        industries=_flags(at, industries, _pairs("industries", "industry")),
        languages=_flags(at, languages, spoken),
        tier=np.array([row[4] or 0 for row in rows], np.int32),
        place=np.array([(row[9] or 0, row[10] or 0) for row in rows], np.int32).reshape(-1, 2),
        placed=placed,
        capacity=np.array([-1 if row[5] is None else row[5] for row in rows], np.int32),
        load=np.zeros(len(rows), np.int32),
        rest_minutes=np.full(len(rows), NEVER, np.int32),
        value_least=np.array([-1 if row[7] is None else row[7] for row in rows], np.int64),
        value_most=np.array([-1 if row[8] is None else row[8] for row in rows], np.int64),
        **_rates(keys, rate_days, new_offers),
    )
    return Table(
        partners,
        territories=tuple(str(key) for key in territories),
        families=tuple(str(key) for key in family_keys),
        industries=tuple(str(key) for key in industries),
        languages=tuple(languages),
        certificates=np.array([needs for _key, needs in families], np.bool_),
        parents=parents,
    )


@dataclass(frozen=True)
class Used:
    """What assignment reads of one partner's answers, as `rates.Rates` says."""

    touch: int
    feedback: int
    returns: int
    win: int
    answer_minutes: int
    new: bool


def used_of(partner: UUID, *, rate_days: int, new_offers: int) -> Used | None:
    """Give the shrunk rates of a partner as assignment uses them now; None where it does not know the partner."""
    table = current(rate_days=rate_days, new_offers=new_offers)
    place = table.place_of.get(str(partner))
    if place is None:
        return None
    found = {name: int(getattr(table.partners, name)[place]) for name in _RATES}
    return Used(**found, new=bool(table.partners.new[place]))


def _rates(keys: Sequence[UUID], rate_days: int, new_offers: int) -> dict[str, NDArray[Any]]:
    counted = rates.counts_since(clock.now() - timedelta(days=rate_days))
    found = rates.rates_of(counted, keys)
    arrays: dict[str, NDArray[Any]] = {
        name: np.array([getattr(one, name) for one in found], np.int32) for name in _RATES
    }
    return arrays | {"new": np.array([one.counts.is_new(new_offers) for one in found], np.bool_)}


def _territories() -> tuple[list[UUID], NDArray[np.int32]]:
    """Give the territories, and the place of each one's parent."""
    rows = list(Territory.objects.order_by("pk").values_list("pk", "parent_id"))
    at = {key: place for place, (key, _parent) in enumerate(rows)}
    return [key for key, _parent in rows], np.array([at.get(parent, -1) for _key, parent in rows], np.int32)


def _pairs(field: str, column: str) -> Iterable[tuple[Any, Any]]:
    through = getattr(Partner, field).through
    found: Iterable[tuple[Any, Any]] = through.objects.values_list("partner_id", f"{column}_id")
    return found


def _flags(
    rows: Mapping[Any, int], columns: Sequence[Any], pairs: Iterable[tuple[Any, Any]]
) -> NDArray[np.bool_]:
    """Give bool[rows, columns], true where there is a pair."""
    at = {key: place for place, key in enumerate(columns)}
    found = np.zeros((len(rows), len(columns)), np.bool_)
    places = [(rows[row], at[column]) for row, column in pairs if row in rows and column in at]
    if places:
        found[tuple(np.array(places).T)] = True
    return found


def _covers(works_in: NDArray[np.bool_], parents: NDArray[np.int32]) -> NDArray[np.int8]:
    """Give how many levels up the nearest territory of each partner lies that holds each territory; -1 is none."""
    found = np.where(works_in, 0, -1).astype(np.int8)
    for place in range(len(parents)):
        above, levels, seen = int(parents[place]), 1, {place}
        while above >= 0 and above not in seen:
            nearer = (found[:, place] < 0) & works_in[:, above]
            found[nearer, place] = levels
            seen.add(above)
            above, levels = int(parents[above]), levels + 1
    return found
