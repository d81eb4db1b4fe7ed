"""Dividing a queue among partners with limited room: minimum-cost flow, and the prices that prove it the best.

The prices are those of linear programming: what one more place at a partner would bring. No division reaches more than
the sum of the prices of all places and, for each opportunity, the most that any partner gives above its price (weak
duality); complementary slackness makes both equal at the optimum. See Ahuja, Magnanti and Orlin, Network Flows, 1993,
chapters 9 and 12.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

from kanal.distribution.matching.pairs import Pairs
from kanal.distribution.matching.shape import Ints, Longs


@dataclass(frozen=True)
class Division:
    """Who gets what of a set of pairs.

    Attributes:
        pick: int64[m], the place of the pair that each opportunity gets; -1 is none.
    """

    pick: Longs

    def of(self, pairs: Pairs) -> Ints:
        """Give the partner of each opportunity, -1 is nobody."""
        return (
            np.where(self.pick >= 0, pairs.col[self.pick], -1).astype(np.int32)
            if len(pairs)
            else (np.full(len(self.pick), -1, np.int32))
        )


def divide(pairs: Pairs, worth: Longs, room: Ints, rows: int, *, most: int | None = None) -> Division:
    """Give each opportunity at most one partner and each partner no more than it has room for, at the greatest worth.

    Args:
        pairs: which may be put together.
        worth: int64, above zero, what each pair is worth.
        room: int32[n], how many each partner takes.
        rows: how many opportunities there are.
        most: how many are given away in all; None is no limit.

    Raises:
        RuntimeError: the solver found no answer, which a network like this always has.
    """
    pick = np.full(rows, -1, np.int64)
    if not len(pairs):
        return Division(pick)
    used = np.unique(pairs.row)
    cols = np.unique(pairs.col)
    first, gate, sink = len(used), len(used) + len(cols), len(used) + len(cols) + 1
    tail = np.concatenate(
        [np.searchsorted(used, pairs.row), np.arange(first), first + np.arange(len(cols)), [gate]]
    )
    head = np.concatenate(
        [first + np.searchsorted(cols, pairs.col), np.full(first, sink), np.full(len(cols), gate), [sink]]
    )
    limit = first if most is None else min(most, first)
    capacity = np.concatenate([np.ones(len(pairs) + first, np.int64), np.minimum(room[cols], first), [limit]])
    cost = np.concatenate([-worth, np.zeros(first + len(cols) + 1, np.int64)])
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        tail.astype(np.int32), head.astype(np.int32), capacity.astype(np.int64), cost
    )
    flow.set_nodes_supplies(
        np.arange(sink + 1, dtype=np.int32),
        np.concatenate([np.ones(first, np.int64), np.zeros(len(cols) + 1, np.int64), [-first]]),
    )
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"No division was found: {status}.")
    taken = np.flatnonzero(flow.flows(np.arange(len(pairs), dtype=np.int32)) > 0)
    pick[pairs.row[taken]] = taken
    return Division(pick)


def prices(pairs: Pairs, worth: Longs, room: Ints, division: Division) -> Longs:
    """Give the least prices, int64[n], under which the division is the best of these pairs.

    The price of a place is what the best chain of moves that it would allow brings: somebody moves here, and the
    place that becomes free there is worth its own price. Found by iterating to the fixed point (Bellman and Ford).
    """
    pick = division.pick
    given = pick[pick >= 0]
    own = np.where(pick >= 0, worth[pick], 0) if len(pairs) else np.zeros(len(pick), np.int64)
    at = division.of(pairs)
    taken = (
        np.bincount(pairs.col[given], minlength=len(room)) if len(given) else np.zeros(len(room), np.int64)
    )
    full = taken >= room
    wanted = np.flatnonzero(full[pairs.col] & (at[pairs.row] != pairs.col))
    price = np.zeros(len(room) + 1, np.int64)  # the last place is for nobody, which costs nothing
    order = wanted[np.argsort(pairs.col[wanted], kind="stable")]
    col, gain, origin = pairs.col[order], worth[order] - own[pairs.row[order]], at[pairs.row[order]]
    if not len(order):
        return price[:-1]
    starts = np.flatnonzero(np.concatenate([[True], col[1:] != col[:-1]]))
    for _round in range(len(room) + 1):
        best = np.maximum(np.maximum.reduceat(gain + price[origin], starts), 0)
        if np.array_equal(best, price[col[starts]]):
            break
        price[col[starts]] = best
    return price[:-1]
