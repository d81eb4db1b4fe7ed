"""The decision: one opportunity or a hundred thousand, by the same steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kanal.distribution.matching import crowding, flow, settling
from kanal.distribution.matching.eligible import Eligible
from kanal.distribution.matching.pairs import Pairs, Ties, best_of_each, not_below, together
from kanal.distribution.matching.rules import Market, room_of
from kanal.distribution.matching.shape import FEW, Ints, Longs, Opportunities, Outcome, Partners, Rules

# Counts up when the same inputs may give another answer, such as another of several that are equally good; a stored
# decision names the one that made it.
ENGINE = 2
# So many of the best pairs of each opportunity go into the first division; prices bring in the others that matter.
BEST = 12
ADDED = 12
# So many pairs of each opportunity may be left, on the average, when all that could still matter are weighed at once.
NARROW = 8
ROUNDS = 40
# Pairs that fall so many tenths of a point short of the best are kept for the next division.
NEAR = 12
# By guessed prices, so many.
FAR = 34
# Costs beyond so many tenths of a point are cut off where prices are known.
CUT = 400
# In so many rounds pairs are let go; later ones only add, so that it comes to an end.
NARROWED = 3
# The solver multiplies costs by the number of nodes and adds them up along paths; this much fits into its 64 bits.
_LARGEST = 2**58


def decide(
    partners: Partners, opportunities: Opportunities, rules: Rules, *, best: int = BEST, rounds: int = ROUNDS
) -> Outcome:
    """Give each opportunity its partner.

    As many opportunities as possible get a partner; as many as possible of those that are pinned are among them, and
    `share_new` of all, or as many as can, go to new partners. None of the three takes from another: by the theorem of
    Mendelsohn and Dulmage (1958) there is a division that reaches them all. Among those divisions the one with the
    greatest sum of scores is taken, less what points for room fall by as a partner gets more (`Rules.crowding`). Nobody
    gets more than it has room for, nor more than `share_most` of all. Among
    equal divisions a digest of the keys decides.

    Args:
        partners: who there is.
        opportunities: what is to be given away.
        rules: the policy.
        best: how many pairs of each opportunity the first division weighs; the worth of the answer does not depend on
            it.
        rounds: after so many divisions it stops, and `Outcome.bound` tells how much better the best could be.
    """
    return _Dealing(Market(partners, opportunities, rules), best).deal(rounds)


class _Dealing:
    """One run over one market."""

    def __init__(self, market: Market, best: int) -> None:
        self.market, self.best = market, best
        self.eligible, self.ties = Eligible(market), Ties.of(market)
        rows, rules = len(market.opportunities), market.rules
        self.outcome = Outcome(
            chosen=np.full(rows, -1, np.int32),
            score=np.zeros(rows, np.int32),
            alone=np.full(rows, -1, np.int32),
            alone_score=np.zeros(rows, np.int32),
            candidates=np.zeros(rows, np.int32),
            best=np.full((rows, FEW), -1, np.int32),
            best_score=np.zeros((rows, FEW), np.int32),
            crowding=0,
            bound=0,
        )
        self._weigh()
        kept = rules.share_new * rows // 1000
        room, reward = room_of(market), self.first if kept else 0
        steps = crowding.steps(market, room, self.unit)
        self.limits = flow.Limits(rows, room, market.partners.new, kept, reward, steps)

    def _weigh(self) -> None:
        """Set what comes first: `first` outweighs all scores together, `unit` (a tenth of a point) all luck together.

        `served` is what it is worth that each opportunity gets somebody: a pinned one twice as much.

        Luck is left away where costs would not fit into the solver's numbers; then the order of digests breaks ties.
        """
        rows, cols = len(self.market.opportunities), len(self.market.partners)
        highest = sum(max(0, weight) for weight in self.market.rules.weights.values()) * 10
        for self.bits in (16, 12, 8, 4, 0):
            self.unit = rows * ((1 << self.bits) - 1) + 1
            self.first = (highest + 1) * self.unit * rows + 1
            if 3 * self.first * (rows + cols) < _LARGEST:
                break
        self.served = self.first * (1 + (self.market.opportunities.pinned >= 0).astype(np.int64))

    def worth(self, pairs: Pairs) -> Longs:
        """Weigh pairs: that it is served, that a pinned one is, then the score, then luck."""
        found = self.served[pairs.row] + pairs.score.astype(np.int64) * self.unit
        return found + self.ties.luck(pairs, self.bits) if self.bits else found

    def deal(self, rounds: int) -> Outcome:
        """Divide, ask the prices which pairs that were left out would do better, and divide again with them."""
        pairs = self._read()
        if self._uncontested():
            return self._taken(self.outcome.alone, 0)
        over, narrow = 1, False
        near = None
        if (
            int(self.limits.room.sum(dtype=np.int64)) >= self.limits.rows
        ):  # where room is scarce, guesses are far off
            guess = settling.settled(pairs, self.limits.steps, self.limits.room, self.unit)
            pairs, near = self._likely(guess), self._prices(guess, 0, exact=False)
        for number in range(rounds):
            division = self._divide(pairs, near)
            near = self._prices(division.price, division.gate, exact=True)
            if narrow:
                over = 0
            else:
                better, reach = self._better(division)
                over = division.bound(self.limits, reach) - division.worth(self.limits)
            if not over:
                break
            few = self._within(division, reach, over)
            narrow = few is not None
            if few is None:
                left = self._near(pairs, division, reach) if number < NARROWED else pairs
                pairs = together([left, better])
            else:
                pairs = few
        return self._taken(division.partner, -(-over // self.unit))

    def _read(self) -> Pairs:
        """Read all pairs once: who would get each alone, how many there are, and the best few of each."""
        kept, outcome = [], self.outcome
        for block in self.eligible:
            outcome.candidates[:] += np.bincount(block.row, minlength=len(outcome.chosen)).astype(np.int32)
            most = max(self.best, FEW)
            high = not_below(block.row, block.score, most)
            likely = block.take(high)
            places, nth = best_of_each(likely, self.ties.rank(likely), self.ties.col_rank, most)
            near = likely.take(places)
            few = nth < FEW
            outcome.best[near.row[few], nth[few]] = near.col[few]
            outcome.best_score[near.row[few], nth[few]] = near.score[few]
            kept.append(near.take(nth < self.best))
            if self.limits.kept:
                kept.append(self._newcomers(block, high[places[nth < self.best]]))
        outcome.alone[:], outcome.alone_score[:] = outcome.best[:, 0], outcome.best_score[:, 0]
        return together(kept)

    def _newcomers(self, block: Pairs, taken: Longs) -> Pairs:
        """Give the best few new partners of each opportunity that are not taken yet."""
        new = self.market.partners.new[block.col]
        new[taken] = False
        left = block.take(new)
        return left.take(best_of_each(left, self.ties.rank(left), self.ties.col_rank, ADDED // 2)[0])

    def _uncontested(self) -> bool:
        """Tell whether each can have the partner that it would get alone; then that is the best for all."""
        given = self.outcome.alone[self.outcome.alone >= 0]
        taken = np.bincount(given, minlength=len(self.market.partners)).astype(np.int64)
        free = not self.limits.steps.paid(taken) and bool((taken <= self.limits.room).all())
        return free and bool(self.limits.new[given].sum() >= self.limits.kept)

    def _likely(self, guess: Longs) -> Pairs:
        """Give those of all pairs that fall little short of the best by guessed prices."""
        tenths = (guess // self.unit).astype(np.int32)
        return together(
            [block.take(settling.short(block, tenths) <= FAR) for block in self.eligible if len(block)]
        )

    def _prices(self, price: Longs, gate: int, *, exact: bool) -> flow.Prices | None:
        """Give prices to begin from; None where some get nobody for want of room.

        A place is then worth as much as being served, and with each pair that comes in such prices may fall to nothing.
        """
        scarce = int(price.max(initial=0)) >= self.first // 2
        return None if scarce else flow.Prices(price, gate, CUT * self.unit, exact)

    def _divide(self, pairs: Pairs, near: flow.Prices | None) -> flow.Division:
        """Divide by rank, so that the solver sees the same network whatever the order of what came in."""
        ties, limits = self.ties, self.limits
        by_rank, order = ties.renumbered(pairs)
        of_rank = np.append(np.argsort(ties.col_rank), -1).astype(np.int32)  # -1 stays nobody
        cols = of_rank[:-1]
        ranked = replace(
            limits,
            room=limits.room[cols],
            new=limits.new[cols],
            steps=limits.steps.renumbered(ties.col_rank),
        )
        by_rank_near = near and near._replace(price=near.price[cols])
        found = flow.divide(by_rank, self.worth(pairs)[order], ranked, by_rank_near)
        partner, own = of_rank[found.partner[ties.row_rank]], found.own[ties.row_rank]
        return flow.Division(partner, own, found.price[ties.col_rank], found.gate)

    def _brought(self, block: Pairs, division: flow.Division) -> Longs:
        """Give what pairs are worth above the price of their partner."""
        return self.worth(block) - division.price[block.col]

    def _near(self, pairs: Pairs, division: flow.Division, reach: Longs) -> Pairs:
        """Give those of the pairs that fall little short of the reach: the next division hardly needs the others.

        It only makes the next division faster; whether that is the best is judged by all pairs again.
        """
        short = reach[pairs.row] - self._brought(pairs, division)
        given = division.partner[pairs.row] == pairs.col
        return pairs.take((short <= NEAR * self.unit) | given)

    def _within(self, division: flow.Division, reach: Longs, over: int) -> Pairs | None:
        """Give all pairs that a division as good as this one or better may hold, where they are not too many.

        The bound lies `over` above this division, and every pair of a division takes what it falls short of the reach
        off the bound. So a pair that falls shorter than `over` is in none that is as good: the answer lies among the
        others, and dividing those proves it.
        """
        found, count = [], 0
        for block in self.eligible:
            found.append(block.take(reach[block.row] - self._brought(block, division) <= over))
            count += len(found[-1])
            if count > NARROW * self.limits.rows:
                return None
        return together(found)

    def _better(self, division: flow.Division) -> tuple[Pairs, Longs]:
        """Give pairs that bring an opportunity more above their price than what it has, and the most that any brings.

        The most is at least 0, which is what nobody brings.
        """
        has = np.maximum(division.own - np.append(division.price, 0)[division.partner], 0)
        reach, found = has.copy(), []
        for block in self.eligible:
            gain = self._brought(block, division) - has[block.row]
            more = np.flatnonzero(gain > 0)
            chosen = block.take(more)
            np.maximum.at(reach, chosen.row, gain[more] + has[chosen.row])
            found.append(chosen.take(best_of_each(chosen, gain[more], self.ties.col_rank, ADDED)[0]))
        return together(found), reach

    def _taken(self, partner: Ints, over: int) -> Outcome:
        """Write down who gets what, and by how many tenths the bound lies above it."""
        self.outcome.chosen[:] = partner
        rows = np.flatnonzero(partner >= 0)
        self.outcome.score[rows] = self.eligible.scorer.total(rows, partner[rows])
        taken = np.bincount(partner[rows], minlength=len(self.market.partners)).astype(np.int64)
        crowded = int(self.limits.steps.paid(taken)) if len(rows) else 0
        return replace(self.outcome, crowding=crowded // self.unit, bound=self.outcome.total + over)
