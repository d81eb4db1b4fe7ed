"""What further opportunities of a run cost a partner: the points for room that it loses by those that it has got."""

from __future__ import annotations

import numpy as np

from kanal.distribution.matching.flow import Steps
from kanal.distribution.matching.rules import Market
from kanal.distribution.matching.scores import room_left, tenths
from kanal.distribution.matching.shape import Ints, Part

# After so many of one run the cost of one more stays as it is; no partner without a limit has much left to lose then.
MOST = 512


def steps(market: Market, room: Ints, unit: int) -> Steps:
    """Give what further opportunities cost each partner.

    Args:
        market: the run.
        room: int32[n], how many each may get.
        unit: what a tenth of a point is worth in a division.
    """
    partners, weight = market.partners, market.rules.weights.get(Part.LOAD, 0)
    length = np.minimum(room, len(market.opportunities)).astype(np.int64)
    if not (market.rules.crowding and weight):
        return Steps(np.arange(len(room), dtype=np.int32), length, np.zeros(len(room), np.int64))
    units = np.minimum(length, MOST)
    col = np.repeat(np.arange(len(room), dtype=np.int32), units)
    nth = np.arange(len(col)) - np.repeat(np.cumsum(units) - units, units)
    first = tenths(room_left(partners.capacity, partners.load), weight)
    now = tenths(room_left(partners.capacity[col], (partners.load[col] + nth).astype(np.int32)), weight)
    cost = np.maximum(first[col] - now, 0).astype(np.int64)
    changes = np.ones(len(col), np.bool_)
    changes[1:] = (col[1:] != col[:-1]) | (cost[1:] != cost[:-1])
    starts = np.flatnonzero(changes)
    count = np.diff(np.append(starts, len(col)))
    ends = np.append(col[starts][1:] != col[starts][:-1], True) if len(starts) else np.zeros(0, np.bool_)
    count[ends] += (length - units)[col[starts][ends]]
    return Steps(col[starts], count.astype(np.int64), cost[starts] * unit)
