"""Dividing a queue among partners with limited room: minimum-cost flow, and the prices that prove it the best.

Each opportunity sends one unit to a partner or to nobody, each partner passes on as many as it has room for, and new
partners pass theirs on through a gate, where the first so many bring an extra reward. What a partner gets beyond its
first costs it ever more, as its room shrinks: its way out is one of rising steps. The prices are those of linear
programming: what one more place at a partner would bring. No division is worth more than what the prices say of places,
of the reward and, for each opportunity, of the most that any partner gives above its price (weak duality); at the
optimum both are equal. See Ahuja, Magnanti and Orlin, Network Flows, 1993, chapters 9, 11 and 14 (convex costs).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from ortools.graph.python import min_cost_flow

from kanal.distribution.matching.pairs import Pairs
from kanal.distribution.matching.shape import Flags, Ints, Longs


@dataclass(frozen=True)
class Steps:
    """What further opportunities cost a partner, as steps of equal cost; in the order of partners, then of costs.

    Attributes:
        col: int32[s], whose.
        count: int64[s], how many opportunities the step is long; together no fewer than the partner's room.
        cost: int64[s], what each of them costs, never falling from one step of a partner to the next.
    """

    col: Ints
    count: Longs
    cost: Longs

    @cached_property
    def begin(self) -> Longs:
        """Give how many opportunities lie before each step, int64[s]."""
        before = np.cumsum(self.count) - self.count
        first = (
            np.concatenate([[True], self.col[1:] != self.col[:-1]])
            if len(self.col)
            else np.zeros(0, np.bool_)
        )
        return before - np.maximum.accumulate(np.where(first, before, 0))

    def last(self, taken: Longs) -> Longs:
        """Give what the last opportunity of each partner costs, int64[n]; 0 for who has none."""
        return self._at(taken, (self.begin < taken[self.col]) & (taken[self.col] <= self.begin + self.count))

    def next(self, taken: Longs) -> Longs:
        """Give what one more would cost each partner, int64[n]."""
        return self._at(taken, (self.begin <= taken[self.col]) & (taken[self.col] < self.begin + self.count))

    def paid(self, taken: Longs) -> int:
        """Give what all of them cost together."""
        return int((np.clip(taken[self.col] - self.begin, 0, self.count) * self.cost).sum())

    def _at(self, taken: Longs, where: Flags) -> Longs:
        found = np.zeros(len(taken), np.int64)
        found[self.col[where]] = self.cost[where]
        return found

    def renumbered(self, place: Ints) -> Steps:
        """Give the same steps of partners that have other numbers: `place` is the new one of each."""
        order = np.lexsort((self.cost, place[self.col]))
        return Steps(place[self.col][order].astype(np.int32), self.count[order], self.cost[order])


@dataclass(frozen=True)
class Limits:
    """What a division has to keep to.

    Attributes:
        rows: how many opportunities there are.
        room: int32[n], how many each partner takes.
        new: bool[n], whose opportunities go through the gate.
        kept: how many of the gate's bring the reward.
        reward: what each of those brings; 0 where none is kept.
        steps: what further opportunities cost.
    """

    rows: int
    room: Ints
    new: Flags
    kept: int
    reward: int
    steps: Steps


class Prices(NamedTuple):
    """Prices to begin from, see `Division`.

    Attributes:
        price, gate: the prices.
        cap: costs that they leave above it are cut off there.
        exact: whether the answer has to be the best; where not, an opportunity that is hard to serve may get nobody.
    """

    price: Longs
    gate: int
    cap: int
    exact: bool


@dataclass(frozen=True)
class Division:
    """Who gets what of a set of pairs, and the prices under which that is the best.

    Attributes:
        partner: int32[m], who gets each opportunity; -1 is nobody.
        own: int64[m], what that is worth; 0 for nobody.
        price: int64[n], of a place at each partner, what it does for the reward taken off: a new partner's may be below
            zero.
        gate: what the price of a new partner with room left is: zero, or below.
    """

    partner: Ints
    own: Longs
    price: Longs
    gate: int

    def worth(self, limits: Limits) -> int:
        """Give what it is worth: its pairs and its rewards, less what further ones cost."""
        new = int(limits.new[self.partner[self.partner >= 0]].sum())
        paid = limits.steps.paid(self.taken(limits))
        return int(self.own.sum()) + limits.reward * min(new, limits.kept) - paid

    def taken(self, limits: Limits) -> Longs:
        """Give how many each partner gets, int64[n]."""
        return np.bincount(self.partner[self.partner >= 0], minlength=len(limits.room)).astype(np.int64)

    def bound(self, limits: Limits, reach: Longs) -> int:
        """Give what no division is worth more than.

        Args:
            limits: as they were for the division.
            reach: int64[m], the most that any pair of each opportunity is worth above the price, at least 0.
        """
        steps, own = limits.steps, self.price - np.where(limits.new, self.gate, 0)
        places = np.maximum(own[steps.col] - steps.cost, 0) * steps.count
        return int(reach.sum()) + int(places.sum()) + limits.kept * (limits.reward + self.gate)


def divide(pairs: Pairs, worth: Longs, limits: Limits, near: Prices | None = None) -> Division:
    """Give each opportunity at most one partner and each partner no more than it has room for, at the greatest worth.

    Args:
        pairs: which may be put together.
        worth: int64, above zero, what each pair is worth.
        limits: what to keep to.
        near: prices that are likely to be near those of the answer; with them it is found sooner.

    Raises:
        RuntimeError: the solver found no answer, which a network like this always has.
    """
    if near is not None and len(pairs):
        found = _from(pairs, worth, limits, near)
        if found is not None:
            return found
    taken = _solve(_network(pairs, worth, limits)) if len(pairs) else np.zeros(0, np.int64)
    return _division(pairs, worth, limits, taken)


def _division(pairs: Pairs, worth: Longs, limits: Limits, taken: Longs) -> Division:
    """Give the division that takes these of the pairs, with its prices."""
    partner, own = np.full(limits.rows, -1, np.int32), np.zeros(limits.rows, np.int64)
    partner[pairs.row[taken]], own[pairs.row[taken]] = pairs.col[taken], worth[taken]
    return Division(partner, own, *_prices(pairs, worth, limits, partner, own))


def _reach(pairs: Pairs, worth: Longs, limits: Limits, at: Prices | Division) -> Longs:
    """Give the most that any of these pairs brings each opportunity above its price, at least 0, int64[m]."""
    found = np.zeros(limits.rows, np.int64)
    np.maximum.at(found, pairs.row, worth - at.price[pairs.col])
    return found


def _from(pairs: Pairs, worth: Longs, limits: Limits, near: Prices) -> Division | None:
    """Divide beginning from prices; None where those lead astray.

    An opportunity of which one pair is left gets it, and the others are divided among what is then left of the room.
    """
    reach = _reach(pairs, worth, limits, near)
    only = (np.bincount(pairs.row, minlength=limits.rows)[pairs.row] == 1) & (reach[pairs.row] > near.cap)
    only &= (np.bincount(pairs.col[only], minlength=len(limits.room)) <= limits.room)[pairs.col]
    given = np.bincount(pairs.col[only], minlength=len(limits.room)).astype(np.int64)
    open_, taken, forgone = np.flatnonzero(~only), np.flatnonzero(only), np.zeros(0, np.int64)
    if len(open_):
        net = _network(pairs.take(open_), worth[open_], _less(limits, given))
        found = _solve_from(net, near, reach)
        if found is None:
            return None
        taken, forgone = np.concatenate([taken, open_[found[0]]]), found[1]
    if len(forgone) and near.exact:
        return None
    kept = np.flatnonzero(~np.isin(pairs.row, forgone))
    mine = np.searchsorted(kept, np.sort(taken))
    division = _division(pairs.take(kept), worth[kept], limits, mine)
    best = division.bound(limits, _reach(pairs.take(kept), worth[kept], limits, division))
    return division if best == division.worth(limits) else None


def _less(limits: Limits, given: Longs) -> Limits:
    """Give what is left of the limits when partners have got so many."""
    steps, new = limits.steps, int(given[limits.new].sum())
    left = np.clip(steps.begin + steps.count - given[steps.col], 0, steps.count)
    return replace(
        limits, kept=max(0, limits.kept - new), steps=Steps(steps.col, left.astype(np.int64), steps.cost)
    )


class _Network(NamedTuple):
    """Arcs, those of the pairs first; nodes: opportunities, partners, the gate, the sink."""

    rows: Longs
    cols: Longs
    tails: Ints
    heads: Ints
    capacities: Longs
    costs: Longs
    pairs: int


def _network(pairs: Pairs, worth: Longs, limits: Limits) -> _Network:
    (rows, tail), (cols, head) = _packed(pairs.row), _packed(pairs.col)
    gate, sink, none = len(rows) + len(cols), len(rows) + len(cols) + 1, np.zeros(len(rows), np.int64)
    steps, place = limits.steps, np.full(len(limits.room), -1, np.int64)
    place[cols] = np.arange(len(cols))
    mine = np.flatnonzero((place[steps.col] >= 0) & (steps.count > 0))
    beyond = np.where(limits.new[steps.col[mine]], gate, sink)
    arcs = [  # from, to, how many, at what cost
        (tail, len(rows) + head, np.ones(len(pairs), np.int64), -worth),
        (np.arange(len(rows)), none + sink, none + 1, none),
        (
            len(rows) + place[steps.col[mine]],
            beyond,
            np.minimum(steps.count[mine], len(rows)),
            steps.cost[mine],
        ),
        ([gate, gate], [sink, sink], [limits.kept, len(rows)], [-limits.reward, 0]),
    ]
    tails, heads, capacities, costs = (np.concatenate(column) for column in zip(*arcs, strict=True))
    return _Network(
        rows,
        cols,
        tails.astype(np.int32),
        heads.astype(np.int32),
        capacities.astype(np.int64),
        costs.astype(np.int64),
        len(pairs),
    )


def _flows(net: _Network, costs: Longs) -> Longs:
    """Give how much flows through each arc at the least cost."""
    sink, solver = len(net.rows) + len(net.cols) + 1, min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(net.tails, net.heads, net.capacities, costs)
    supplies = np.zeros(sink + 1, np.int64)
    supplies[: len(net.rows)], supplies[sink] = 1, -len(net.rows)
    solver.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supplies)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"No division was found: {status}.")
    found: Longs = solver.flows(np.arange(len(costs), dtype=np.int32)).astype(np.int64)
    return found


def _solve(net: _Network) -> Longs:
    """Give the places of the pairs that a best division takes."""
    return np.flatnonzero(_flows(net, net.costs)[: net.pairs] > 0)


def _solve_from(net: _Network, near: Prices, reach: Longs) -> tuple[Longs, Longs] | None:
    """Give the same with less work where prices are near, and who got nobody because of it; None where they are not.

    Costs less the prices are small where it is open what is taken (Ahuja, Magnanti and Orlin, section 2.4); the others
    are cut off, as the solver takes the longer the larger they are. Where nothing flows through what was made cheaper,
    and as much as can through what was made dearer, no other flow gains by the true costs: the answer is right.
    """
    price = np.concatenate([reach[net.rows], -near.price[net.cols], [-near.gate, 0]])
    true = net.costs + price[net.tails] - price[net.heads]
    costs = np.clip(true, -near.cap, near.cap)
    found = _flows(net, costs)
    astray = np.flatnonzero((true > costs) & (found > 0) | (true < costs) & (found < net.capacities))
    nobody = astray - net.pairs  # the arcs of who gets nobody come after those of the pairs
    if ((nobody < 0) | (nobody >= len(net.rows))).any():
        return None
    return np.flatnonzero(found[: net.pairs] > 0), net.rows[nobody]


def _packed(numbers: Ints) -> tuple[Longs, Longs]:
    """Give the numbers that occur, ascending, and for each its place among them."""
    used = np.flatnonzero(np.bincount(numbers))
    place = np.zeros(int(used[-1]) + 1, np.int64)
    place[used] = np.arange(len(used))
    return used, place[numbers]


def _prices(pairs: Pairs, worth: Longs, limits: Limits, partner: Ints, own: Longs) -> tuple[Longs, int]:
    """Give the least prices, int64[n], under which the division is the best of these pairs, and that of the gate.

    The price of a place is what the best chain of moves that it would allow brings: somebody moves here, and the place
    that becomes free there is worth its own price. Found by iterating to the fixed point (Bellman and Ford).
    """
    given, new, steps = partner[partner >= 0], limits.new, limits.steps
    taken = np.bincount(given, minlength=len(limits.room)).astype(np.int64)
    last, further, full = steps.last(taken), steps.next(taken), taken >= limits.room
    through = int(new[given].sum())
    gate = -limits.reward if through <= limits.kept else 0
    price = np.append(last + np.where(new, gate, 0), 0).astype(
        np.int64
    )  # the last place is nobody's, and free
    wanted = np.flatnonzero(partner[pairs.row] != pairs.col)
    order = wanted[np.argsort(pairs.col[wanted], kind="stable")]
    col, gain, origin = pairs.col[order], worth[order] - own[pairs.row[order]], partner[pairs.row[order]]
    starts = (
        np.flatnonzero(np.concatenate([[True], col[1:] != col[:-1]])) if len(col) else np.zeros(0, np.int64)
    )
    open_gate = np.flatnonzero(new & ~full) if through == limits.kept else np.zeros(0, np.int64)
    for _round in range(2 * len(limits.room) + 2 if len(starts) else 0):
        before = price.copy()
        price[col[starts]] = np.maximum(price[col[starts]], np.maximum.reduceat(gain + price[origin], starts))
        gate = int((price[open_gate] - further[open_gate]).max(initial=gate))
        price[:-1][new] = np.maximum(price[:-1][new], gate + last[new])
        if np.array_equal(before, price):
            break
    return price[:-1], gate
