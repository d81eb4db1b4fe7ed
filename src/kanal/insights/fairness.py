"""Who is offered how much, against what they are able to take.

- A partner's *share of value* is its part of the estimated revenue of all offers delivered in the period. Withdrawn
  offers don't count, nor what partners made themselves.
- Its *capability* is its capacity (the median of all capacities where it has no limit, one where nobody has any) times
  how many of the opportunities offered in the period lie in a territory that it covers: one that it works in, or one
  within that; an opportunity without a territory is in reach of all. Partners that are not active have none. The
  *share of capability* is its part of all.

By territory, an offer's value stands at the territory of its opportunity, and capability at the territory where the
opportunities were that it rests on; by tier, both stand at the partner's. All shares are in hundredths of a percent and
sum to 100 % exactly (`shares`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from kanal.directory.models import Partner, Territory
from kanal.distribution.assignment.snapshots import Table, current
from kanal.distribution.models import WorkRules
from kanal.distribution.terms import Terms
from kanal.insights.shares import shares

_OFFERED = """
SELECT o.partner_id, p.territory_id, count(*), coalesce(sum(p.estimated_revenue_base), 0)
  FROM distribution_offer o
  JOIN opportunities_opportunity p ON p.id = o.opportunity_id
 WHERE o.delivered_at >= %s AND o.delivered_at < %s AND o.status <> 'withdrawn'
   AND p.made_by_partner_id IS DISTINCT FROM o.partner_id
 GROUP BY o.partner_id, p.territory_id
"""


@dataclass(frozen=True)
class Line:
    """One partner, tier or territory.

    Attributes:
        key: of the partner; None of a group, or of a partner that is nobody's.
        name: what it is called; empty is what has none.
        tier: of a partner.
        offers, value: what was offered.
        share, capability: per 10,000 of all.
        too_much: the partner's share is above the set one.
        nothing: a capable partner was offered nothing.
    """

    key: UUID | None
    name: str
    tier: str
    offers: int
    value: Decimal
    share: int
    capability: int
    too_much: bool = False
    nothing: bool = False


@dataclass(frozen=True)
class Fairness:
    """The report: by partner, the most offered first; by tier; by territory; and the share that is warned of."""

    partners: Sequence[Line]
    tiers: Sequence[Line]
    territories: Sequence[Line]
    warn_percent: int


@dataclass(frozen=True)
class _Cell:
    """What was offered, and what can be taken, by one partner in one territory."""

    partner: UUID
    territory: UUID | None
    offers: int
    value: Decimal
    able: Decimal


def fairness(since: datetime, until: datetime) -> Fairness:
    """Make the report of a period; a fixed number of queries."""
    with connection.cursor() as cursor:
        cursor.execute(_OFFERED, [since, until])
        offered = {(row[0], row[1]): (row[2], row[3]) for row in cursor.fetchall()}
    cells = _cells(offered)
    names = {
        key: (name, tier or "")
        for key, name, tier in Partner.objects.values_list("pk", "account__name", "tier__name")
    }
    territories = dict(Territory.objects.values_list("pk", "name"))
    warn = WorkRules.current().share_warning
    partners = _lines(cells, lambda cell: cell.partner, names)
    return Fairness(
        [_judged(line, warn) for line in partners],
        _lines(cells, lambda cell: names[cell.partner][1], {}),
        _lines(cells, lambda cell: territories.get(cell.territory, "") if cell.territory else "", {}),
        warn,
    )


def _cells(offered: Mapping[tuple[UUID, UUID | None], tuple[int, Decimal]]) -> list[_Cell]:
    """Put what was offered beside what could be taken; only where there is either."""
    counts: defaultdict[UUID | None, int] = defaultdict(int)
    for (_partner, territory), (number, _value) in offered.items():
        counts[territory] += number
    terms = Terms()
    able = _able(current(rate_days=terms.rate_days, new_offers=terms.new_offers), counts)
    return [
        _Cell(*pair, *offered.get(pair, (0, Decimal(0))), able.get(pair, Decimal(0)))
        for pair in offered.keys() | able.keys()
    ]


def _able(table: Table, counts: Mapping[UUID | None, int]) -> dict[tuple[UUID, UUID | None], Decimal]:
    """Give capacity times covered opportunities, by partner and territory."""
    partners = table.partners
    limits = partners.capacity[partners.active & (partners.capacity >= 0)]
    usual = int(np.median(limits)) if len(limits) else 1
    capacity = np.where(partners.capacity < 0, usual, partners.capacity) * partners.active
    found = {}
    for territory, number in counts.items():
        covers = _covering(table, territory)
        for place in np.flatnonzero(covers & (capacity > 0)):
            found[UUID(partners.keys[place]), territory] = Decimal(int(capacity[place]) * number)
    return found


def _covering(table: Table, territory: UUID | None) -> NDArray[np.bool_]:
    if territory is None:
        return np.ones(len(table.partners), np.bool_)
    place = table.columns["territories"].get(str(territory))
    if place is None:
        return np.zeros(len(table.partners), np.bool_)
    covers: NDArray[np.bool_] = table.partners.covers[:, place] >= 0
    return covers


def _lines(
    cells: Sequence[_Cell], group: Callable[[_Cell], Any], names: Mapping[Any, tuple[str, str]]
) -> list[Line]:
    """Add cells up by group, and give each its shares, the most offered first."""
    sums: defaultdict[Any, list[Any]] = defaultdict(lambda: [0, Decimal(0), Decimal(0)])
    for cell in cells:
        held = sums[group(cell)]
        held[0] += cell.offers
        held[1] += cell.value
        held[2] += cell.able
    keys = sorted(sums, key=lambda key: (-sums[key][1], -sums[key][2], str(key)))
    value, able = shares([sums[key][1] for key in keys]), shares([sums[key][2] for key in keys])
    return [
        Line(
            key if key in names else None,
            *names.get(key, (str(key), "")),
            offers=sums[key][0],
            value=sums[key][1],
            share=value[place],
            capability=able[place],
            nothing=not sums[key][0] and sums[key][2] > 0,
        )
        for place, key in enumerate(keys)
    ]


def _judged(line: Line, warn_percent: int) -> Line:
    return Line(**{**line.__dict__, "too_much": line.share > warn_percent * 100})
