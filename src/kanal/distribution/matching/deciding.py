"""The decision: one opportunity or a hundred thousand, by the same steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kanal.distribution.matching import flow
from kanal.distribution.matching.pairs import (
    Eligible,
    Pairs,
    arranged,
    arranged_partners,
    digests,
    luck,
    standing,
    ties,
    together,
)
from kanal.distribution.matching.rules import Market
from kanal.distribution.matching.shape import (
    FEW,
    Ints,
    Longs,
    Opportunities,
    Outcome,
    Partners,
    Rules,
)

# Counts up when the same inputs may give another answer; a stored decision names the one that made it.
ENGINE = 1
# So many of the best pairs of each opportunity go into the first division; prices bring in the others that matter.
BEST = 28
ADDED = 12
ROUNDS = 12
# Up to so many opportunities ties are broken by luck; beyond, by the order of digests: costs must fit into 64 bits.
FINE_UP_TO = 20_000
_LUCK = 16


def decide(partners: Partners, opportunities: Opportunities, rules: Rules, *, best: int = BEST) -> Outcome:
    """Give each opportunity its partner.

    New partners are dealt their share first (`share_new`); then as many opportunities as possible get a partner, and
    among those divisions the one with the greatest sum of scores is taken. Nobody gets more than it has room for, nor
    more than `share_most` of all. Among equal divisions a digest of the keys decides.

    Args:
        partners: who there is.
        opportunities: what is to be given away.
        rules: the policy.
        best: how many pairs of each opportunity the first division weighs; the answer does not depend on it.
    """
    rows_order = np.argsort(digests(opportunities.keys), kind="stable")
    cols_order = np.argsort(digests(partners.keys), kind="stable")
    market = Market(
        arranged_partners(partners, cols_order), arranged(opportunities, rows_order, cols_order), rules
    )
    found = _Dealing(market, best).deal()
    back = np.empty(len(opportunities), np.int64)
    back[rows_order] = np.arange(len(opportunities))
    outside = np.append(cols_order, -1).astype(np.int32)
    return Outcome(
        chosen=outside[found.chosen[back]],
        score=found.score[back],
        alone=outside[found.alone[back]],
        alone_score=found.alone_score[back],
        candidates=found.candidates[back],
        best=outside[found.best[back]],
        best_score=found.best_score[back],
        bound=found.bound,
    )


@dataclass(frozen=True)
class _Prices:
    """What pairs are worth in one division: whole numbers that put first things first."""

    unit: int
    served: int
    of_rows: np.ndarray
    of_cols: np.ndarray

    def worth(self, pairs: Pairs) -> Longs:
        """Weigh pairs: that somebody gets it, then the score, then luck."""
        found = self.served + pairs.score.astype(np.int64) * self.unit
        return found + luck(self.of_rows, self.of_cols, pairs) if self.unit > 1 else found


class _Dealing:
    """One run over one market, in the order of digests."""

    def __init__(self, market: Market, best: int) -> None:
        self.market, self.best = market, best
        self.rows = len(market.opportunities)
        self.eligible = Eligible(market)
        self.ties = ties(market)
        most = max(1, market.rules.share_most * self.rows // 1000)
        self.room = np.minimum(market.free, most).astype(np.int32)
        self.chosen = np.full(self.rows, -1, np.int32)
        self.score = np.zeros(self.rows, np.int32)
        self.best_of = np.full((self.rows, FEW), -1, np.int32)
        self.best_score = np.zeros((self.rows, FEW), np.int32)
        self.candidates = np.zeros(self.rows, np.int32)
        highest = sum(max(0, weight) for weight in market.rules.weights.values()) * 10
        unit = _LUCK * max(1, self.rows) + 1 if self.rows <= FINE_UP_TO else 1
        self.scale = _Prices(unit, (highest * unit + _LUCK) * max(1, self.rows) + 1, *self.ties)
        self.bound = 0

    def deal(self) -> Outcome:
        """Do it."""
        first = self._first()
        for_new = self.market.rules.share_new * self.rows // 1000
        if for_new:
            self._deal_to_new(for_new)
        self._deal_to_all(first.take(self.chosen[first.row] < 0))
        return Outcome(
            chosen=self.chosen,
            score=self.score,
            alone=self.best_of[:, 0],
            alone_score=self.best_score[:, 0],
            candidates=self.candidates,
            best=self.best_of,
            best_score=self.best_score,
            bound=self.bound,
        )

    def _first(self) -> Pairs:
        """Read all pairs once: who would get each alone, how many there are, and the best few of each."""
        kept = []
        for block in self.eligible:
            self.candidates += np.bincount(block.row, minlength=self.rows).astype(np.int32)
            rank = block.score.astype(np.int64) * _LUCK + luck(*self.ties, block)
            place = standing(block, rank)
            kept.append(block.take(place < self.best))
            few = place < FEW
            self.best_of[block.row[few], place[few]] = block.col[few]
            self.best_score[block.row[few], place[few]] = block.score[few]
        return together(kept)

    def _take(self, pairs: Pairs, division: flow.Division) -> None:
        given = division.pick[division.pick >= 0]
        self.chosen[pairs.row[given]], self.score[pairs.row[given]] = pairs.col[given], pairs.score[given]
        self.room -= np.bincount(pairs.col[given], minlength=len(self.room)).astype(np.int32)
        self.bound += int(pairs.score[given].sum(dtype=np.int64))

    def _deal_to_new(self, limit: int) -> None:
        new = self.market.partners.new
        pairs = together([block.take(new[block.col]) for block in self.eligible])
        self._take(pairs, flow.divide(pairs, self.scale.worth(pairs), self.room, self.rows, most=limit))

    def _deal_to_all(self, pairs: Pairs) -> None:
        """Divide, ask the prices which pairs that were left out would do better, and divide again with them."""
        proved = False
        for _round in range(ROUNDS):
            worth = self.scale.worth(pairs)
            division = flow.divide(pairs, worth, self.room, self.rows)
            if len(pairs) >= self.candidates[self.chosen < 0].sum(dtype=np.int64):
                proved = True  # nothing was left out
                break
            price = flow.prices(pairs, worth, self.room, division)
            better, reach = self._better(pairs, worth, division, price)
            if not len(better):
                proved = True
                break
            pairs = together([pairs, better])
        over = 0 if proved else self._over(worth, division, price, reach)
        self._take(pairs, division)
        self.bound += over

    def _better(
        self, pairs: Pairs, worth: Longs, division: flow.Division, price: Longs
    ) -> tuple[Pairs, Longs]:
        """Give pairs that bring an opportunity more above their price than what it has, and how much at most."""
        has = np.zeros(self.rows, np.int64)
        given = np.flatnonzero(division.pick >= 0)
        picked = division.pick[given]
        has[given] = worth[picked] - price[pairs.col[picked]]
        reach, found = has.copy(), []
        for block in self.eligible:
            brings = self.scale.worth(block) - price[block.col]
            more = np.flatnonzero((brings > has[block.row]) & (self.chosen[block.row] < 0))
            np.maximum.at(reach, block.row[more], brings[more])
            chosen = block.take(more)
            found.append(chosen.take(standing(chosen, brings[more]) < ADDED))
        return together(found), reach

    def _over(self, worth: Longs, division: flow.Division, price: Longs, reach: Longs) -> int:
        """Give by how many tenths the bound of linear programming lies above an unproved division, rounded up."""
        dual = int(reach.sum()) + int((price * self.room).sum())
        primal = int(worth[division.pick[division.pick >= 0]].sum())
        return -(-(dual - primal) // self.scale.unit)


def in_score_order(scores: Ints, of_row: np.ndarray, of_cols: np.ndarray) -> Ints:
    """Give the candidates of one opportunity, the best first; ties are broken as in a division.

    Args:
        scores: int32[k], in tenths.
        of_row: uint64, the digest of the opportunity.
        of_cols: uint64[k], the digests of the candidates.
    """
    count = len(scores)
    pairs = Pairs(np.zeros(count, np.int32), np.arange(count, dtype=np.int32), scores)
    rank = scores.astype(np.int64) * _LUCK + luck(np.atleast_1d(of_row), of_cols, pairs)
    return np.lexsort((of_cols, -rank)).astype(np.int32)
