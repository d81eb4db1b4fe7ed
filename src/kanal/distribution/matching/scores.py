"""What a pair is worth: every part once, in tenths of a point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kanal.distribution.matching.rules import Index, Market, families_of
from kanal.distribution.matching.shape import Ints, Opportunities, Part

WHOLE = 10_000  # a fraction of one is kept per 10,000
# A partner without a limit counts as if it had this much room beyond what it has.
ROOMY = 10
# Each level that a territory lies above the one that is asked for takes this much off.
A_LEVEL = 2_500
CARRIES, HOLDS = 7_000, 3_000  # selling a family; and a certificate for it


def falling(value: Ints, best: int, worst: int) -> Ints:
    """Give 10,000 up to `best`, 0 from `worst` on, and a straight line between."""
    span = max(1, worst - best)
    return (np.clip(worst - value.astype(np.int64), 0, span) * WHOLE // span).astype(np.int32)


def cover(market: Market, rows: Index, cols: Index) -> Ints:
    """Give how near the territory that a partner works in lies above the one that is asked for, per 10,000."""
    kinds, covers = market.opportunities.territory, market.partners.covers
    if not covers.shape[1]:
        return np.zeros(np.broadcast_shapes(rows.shape, cols.shape), np.int32)
    depth = covers[cols, np.maximum(kinds[rows], 0)].astype(np.int32)
    known = (kinds[rows] >= 0) & (depth >= 0)
    return np.where(known, np.maximum(WHOLE - depth * A_LEVEL, 0), 0).astype(np.int32)


def _territory(market: Market, rows: Index, cols: Index) -> Ints:
    """Cover and nearness, the mean of both where both are known."""
    covered, far = cover(market, rows, cols), market.kilometres(rows, cols)
    near = falling(far, market.rules.near_km, market.rules.far_km)
    both = np.where(market.opportunities.territory[rows] < 0, near, (covered + near) // 2)
    return np.where(far < 0, covered, both).astype(np.int32)


def _product(market: Market, rows: Index, cols: Index) -> Ints:
    """How much of what the customer would buy the partner sells, and is certified for."""
    wanted, partners = market.opportunities.families, market.partners
    found = np.zeros(np.broadcast_shapes(rows.shape, cols.shape), np.int32)
    for family in families_of(wanted, rows):
        worth = partners.families[:, family] * CARRIES + partners.certified[:, family] * HOLDS
        found += wanted[rows, family] * worth[cols].astype(np.int32)
    counted = np.maximum(wanted.sum(axis=1), 1).astype(np.int32)
    shared: Ints = found // counted[rows]
    return shared


def _industry(market: Market, rows: Index, cols: Index) -> Ints:
    kinds, table = market.opportunities.industry, market.partners.industries
    if not table.shape[1]:
        return np.zeros(np.broadcast_shapes(rows.shape, cols.shape), np.int32)
    return ((kinds[rows] >= 0) & table[cols, np.maximum(kinds[rows], 0)]) * np.int32(WHOLE)


def room_left(capacity: Ints, load: Ints) -> Ints:
    """Give what of its room is left to a partner, per 10,000; who has no limit has less the more it has."""
    room = np.where(capacity < 0, load + ROOMY, np.maximum(capacity, 1))
    free = np.clip(room - load, 0, room).astype(np.int64)
    return (free * WHOLE // np.maximum(room, 1)).astype(np.int32)


def _relation(market: Market, rows: Index, cols: Index) -> Ints:
    known = market.among(market.related, rows, cols)
    if not len(market.related):
        return known.astype(np.int32)
    wanted = rows.astype(np.int64) * len(market.partners) + cols
    place = np.minimum(np.searchsorted(market.related, wanted), len(market.related) - 1)
    return np.where(known, market.strength[place], 0).astype(np.int32)


# What depends on the partner alone, as a fraction of one for each partner.
OF_PARTNER: dict[Part, Callable[[Market], Ints]] = {
    Part.TIER: lambda market: (market.partners.tier.astype(np.int64) * WHOLE // market.ranks).astype(
        np.int32
    ),
    Part.TOUCH: lambda market: market.partners.touch,
    Part.FEEDBACK: lambda market: market.partners.feedback,
    Part.RETURNS: lambda market: (WHOLE - market.partners.returns).astype(np.int32),
    Part.WIN: lambda market: market.partners.win,
    Part.SPEED: lambda market: falling(
        market.partners.answer_minutes, market.rules.quick_minutes, market.rules.slow_minutes
    ),
    Part.LOAD: lambda market: room_left(market.partners.capacity, market.partners.load),
    Part.REST: lambda market: WHOLE - falling(market.partners.rest_minutes, 0, market.rules.rest_days * 1440),
}
# What depends on the pair, as a fraction of one for each pair.
OF_PAIR: dict[Part, Callable[[Market, Index, Index], Ints]] = {
    Part.TERRITORY: _territory,
    Part.PRODUCT: _product,
    Part.INDUSTRY: _industry,
    Part.RELATION: _relation,
}
# What a part looks at of an opportunity: those that are equal in it get the same for the same partner. What is missing
# here differs from pair to pair.
OF_PAIR_BY: dict[Part, Callable[[Opportunities], tuple[NDArray[Any], ...]]] = {
    Part.TERRITORY: lambda asked: (asked.territory, asked.place, asked.placed),
    Part.PRODUCT: lambda asked: (asked.families,),
    Part.INDUSTRY: lambda asked: (asked.industry,),
}


def tenths(fraction: Ints, weight: int) -> Ints:
    """Give a fraction of one, per 10,000, as tenths of a point of a part that gives `weight` points at most."""
    return ((fraction.astype(np.int64) * weight * 10 + WHOLE // 2) // WHOLE).astype(np.int32)


class Scorer:
    """Scores pairs of one market; what depends on partners alone is worked out once."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.weights = {part: market.rules.weights.get(part, 0) for part in Part}
        self.own = {part: tenths(give(market), self.weights[part]) for part, give in OF_PARTNER.items()}
        self.base = sum(self.own.values(), np.zeros(len(market.partners), np.int32))

    def fraction(self, part: Part, rows: Index, cols: Index) -> Ints:
        """Give what a part is of one, per 10,000, for each pair."""
        if part in OF_PAIR:
            return OF_PAIR[part](self.market, rows, cols)
        return np.broadcast_to(
            OF_PARTNER[part](self.market)[cols], np.broadcast_shapes(rows.shape, cols.shape)
        )

    def part(self, part: Part, rows: Index, cols: Index) -> Ints:
        """Give the tenths of a point that a part gives each pair."""
        if part in self.own:
            return np.broadcast_to(self.own[part][cols], np.broadcast_shapes(rows.shape, cols.shape))
        return tenths(OF_PAIR[part](self.market, rows, cols), self.weights[part])

    def total(self, rows: Index, cols: Index) -> Ints:
        """Give the score of each pair, in tenths of a point: the sum of its parts."""
        found = np.array(np.broadcast_to(self.base[cols], np.broadcast_shapes(rows.shape, cols.shape)))
        for part in OF_PAIR:
            if self.weights[part]:
                found += self.part(part, rows, cols)
        return found
