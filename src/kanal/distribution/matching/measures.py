"""The other way round: what a partner would have to have for a part of its score to give so much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kanal.distribution.matching.rules import Market
from kanal.distribution.matching.scores import WHOLE, cover
from kanal.distribution.matching.shape import Part


@dataclass(frozen=True)
class _Asked:
    """A part of the score of one pair: what fraction of one it is, and what it would have to be."""

    market: Market
    row: int
    partner: int
    has: int
    needs: int


def up_to(fraction: int, best: int, worst: int) -> int:
    """Give the largest value for which `scores.falling` still gives this fraction of one, per 10,000."""
    return worst - -(-fraction * max(1, worst - best) // WHOLE)


def _kilometres(asked: _Asked) -> tuple[int | None, int | None]:
    market, rows, cols = asked.market, np.array([asked.row]), np.array([asked.partner])
    far, near = int(market.kilometres(rows, cols)[0]), asked.needs
    if market.opportunities.territory[asked.row] >= 0:  # then nearness is half of it
        near = 2 * asked.needs - int(cover(market, rows, cols)[0])
    if far < 0 or near > WHOLE:
        return None, None
    return far, up_to(near, market.rules.near_km, market.rules.far_km)


def _places(asked: _Asked) -> tuple[int | None, int | None]:
    partners, who = asked.market.partners, asked.partner
    capacity = int(partners.capacity[who])
    if capacity < 1:
        return None, None
    return max(0, capacity - int(partners.load[who])), -(-asked.needs * capacity // WHOLE)


def _rank(asked: _Asked) -> tuple[int | None, int | None]:
    market = asked.market
    return int(market.partners.tier[asked.partner]), -(-asked.needs * market.ranks // WHOLE)


def _answer(asked: _Asked) -> tuple[int | None, int | None]:
    market, rules = asked.market, asked.market.rules
    within = up_to(asked.needs, rules.quick_minutes, rules.slow_minutes)
    return int(market.partners.answer_minutes[asked.partner]), within


def _rest(asked: _Asked) -> tuple[int | None, int | None]:
    whole = asked.market.rules.rest_days * 1440
    short = ((WHOLE - asked.needs + 1) * whole - 1) // WHOLE  # so much of the whole may be missing
    return int(asked.market.partners.rest_minutes[asked.partner]), whole - short


def _rate(asked: _Asked) -> tuple[int | None, int | None]:
    return asked.has, asked.needs


_MEASURES: dict[Part, Callable[[_Asked], tuple[int | None, int | None]]] = {
    Part.TERRITORY: _kilometres,
    Part.PRODUCT: lambda _asked: (None, None),
    Part.INDUSTRY: lambda _asked: (None, None),
    Part.TIER: _rank,
    Part.TOUCH: _rate,
    Part.FEEDBACK: _rate,
    Part.RETURNS: lambda asked: (WHOLE - asked.has, WHOLE - asked.needs),
    Part.WIN: _rate,
    Part.SPEED: _answer,
    Part.LOAD: _places,
    Part.REST: _rest,
    Part.RELATION: _rate,
}


def measured(
    market: Market, row: int, partner: int, part: Part, *, has: int, needs: int
) -> tuple[int | None, int | None]:
    """Give what a partner has and would need for a part, in the part's own measure.

    territory: kilometres, at most; tier: rank, at least; touch, feedback, win, relation: per 10,000, at least; returns:
    per 10,000, at most; speed: minutes until an answer, at most; load: free places, at least; rest: minutes since the
    last offer, at least. None where a part has no measure (product, industry), or cannot get there by it alone (a
    territory that is covered from too high above, a partner without a limit).

    Args:
        market: the market.
        row: the opportunity.
        partner: the partner.
        part: the part.
        has: what fraction of one the part is, per 10,000.
        needs: what it would have to be.
    """
    return _MEASURES[part](_Asked(market, row, partner, has, needs))
