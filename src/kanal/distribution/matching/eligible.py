"""The eligible pairs with their scores, block by block: never a table of all opportunities times all partners.

Very many opportunities have in common what most rules and parts look at: the territory, the families, the place. What
follows from that is worked out once for all that are alike, and only looked up for each pair.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kanal.distribution.matching.pairs import Pairs
from kanal.distribution.matching.rules import (
    OF_KIND,
    OF_KIND_BY,
    OF_PAIR,
    OF_PARTNER,
    Market,
    broken,
    concerned,
)
from kanal.distribution.matching.scores import OF_PAIR_BY, Scorer
from kanal.distribution.matching.shape import Flags, Ints, Longs, Part, Rule

# So many pairs are looked at together: large enough to be fast, small enough to stay in a few megabytes.
BLOCK = 1_000_000
# Up to so many eligible pairs stay in memory (twelve bytes each); more are worked out again when needed.
KEPT = 40_000_000
# Markets up to this many opportunities are worked out by the thread that asks. In larger ones others go ahead of it:
# arithmetic on long arrays keeps nobody else from working.
_ALONE, _WORKERS = 2_000, 2


def alike(columns: Sequence[NDArray[Any]], count: int) -> Longs:
    """Number opportunities so that those that are equal in all columns have the same number, int64[count]."""
    flat = [np.ascontiguousarray(column).reshape(count, -1).view(np.uint8) for column in columns]
    if not count or not sum(part.shape[1] for part in flat):
        return np.zeros(count, np.int64)
    table = np.ascontiguousarray(np.concatenate(flat, axis=1))
    rows = table.view(np.dtype((np.void, table.shape[1]))).ravel()
    return np.unique(rows, return_inverse=True)[1].reshape(count).astype(np.int64)


@dataclass(frozen=True)
class _Kinds:
    """Opportunities of one territory that come in few kinds, each with the partners that fit it.

    Attributes:
        rows, kind: the opportunities, and the number of each one's kind.
        cols: the partners of the territory.
        first, count: where the partners of each kind begin in `place`, and how many they are.
        place: of each kind in turn, places in `cols`.
        score: what those are worth by what depends on the kind and the partner alone.
    """

    rows: Ints
    kind: Longs
    cols: Ints
    first: Longs
    count: Longs
    place: Longs
    score: Ints

    def blocks(self) -> Iterator[slice]:
        """Split the opportunities so that a block has few enough pairs."""
        ends, begin = np.cumsum(self.count[self.kind]), 0
        while begin < len(self.rows):
            before = int(ends[begin - 1]) if begin else 0
            end = max(begin + 1, int(np.searchsorted(ends, before + BLOCK, side="right")))
            yield slice(begin, end)
            begin = end


class Eligible:
    """All eligible pairs of a market, to be read as often as needed."""

    def __init__(self, market: Market) -> None:
        self.market, self.scorer = market, Scorer(market)
        self._least = market.rules.score_least * 10
        self._kept: list[Pairs] | None = None

    def __iter__(self) -> Iterator[Pairs]:
        if self._kept is not None:
            yield from self._kept
            return
        kept: list[Pairs] = []
        total = 0
        for block in self._found():
            total += len(block)
            if total <= KEPT:
                kept.append(block)
            yield block
        self._kept = kept if total <= KEPT else None

    def _found(self) -> Iterator[Pairs]:
        """Work the pairs out, those of large markets a few blocks ahead of who reads them."""
        if len(self.market.opportunities) <= _ALONE:
            yield from (work() for work in self._blocks())
            return
        ahead: deque[Future[Pairs]] = deque()
        with ThreadPoolExecutor(_WORKERS) as pool:
            for work in self._blocks():
                ahead.append(pool.submit(work))
                if len(ahead) > 2 * _WORKERS:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def _blocks(self) -> Iterator[Callable[[], Pairs]]:
        """Give what works out each block; those of one territory stand together: they share most partners."""
        opportunities, holds = self.market.opportunities, self.market.rules.holds
        pinned = np.flatnonzero(opportunities.pinned >= 0).astype(np.int32)
        for start in range(0, len(pinned), BLOCK):
            rows = pinned[start : start + BLOCK]
            yield partial(self._scored, rows, opportunities.pinned[rows])
        free = np.flatnonzero(opportunities.pinned < 0).astype(np.int32)
        if not len(free):
            return
        groups = opportunities.territory[free] if holds(Rule.TERRITORY) else np.zeros_like(free)
        columns = [opportunities.families, *(part for rule in OF_KIND for part in self._looked_at(rule))]
        kinds, self._alike = alike(columns, len(opportunities)), self._numbers()
        self._concerned = {rule: concerned(self.market, rule) for rule in OF_PAIR if holds(rule)}
        order = np.lexsort((kinds[free], groups))
        edges = np.flatnonzero(np.diff(groups[order])) + 1
        for rows in np.split(free[order], edges):
            yield from self._of_group(rows, kinds[rows])

    def _looked_at(self, rule: Rule) -> Iterable[NDArray[Any]]:
        if rule is Rule.TERRITORY or not self.market.rules.holds(rule):
            return ()
        return OF_KIND_BY[rule](self.market.opportunities)

    def _numbers(self) -> dict[Part, Longs]:
        """Number opportunities by what each part of the score looks at; families belong to the kind already."""
        asked, weights = self.market.opportunities, self.scorer.weights
        parts = [part for part in OF_PAIR_BY if weights[part] and part is not Part.PRODUCT]
        return {part: alike(OF_PAIR_BY[part](asked), len(asked)) for part in parts}

    def _of_group(self, rows: Ints, kinds: Longs) -> Iterator[Callable[[], Pairs]]:
        """Do that for the opportunities of one territory, which stand in the order of their kinds."""
        cols = np.arange(len(self.market.partners), dtype=np.int32)
        for rule in (*OF_PARTNER, Rule.TERRITORY):
            if self.market.rules.holds(rule):
                cols = cols[~broken(self.market, rule, rows[:1], cols)]
        begins = np.flatnonzero(np.append(True, kinds[1:] != kinds[:-1]))
        step = max(1, BLOCK // max(1, len(cols)))
        for start in range(0, len(begins) if len(cols) else 0, step):
            first = begins[start : start + step]
            end = begins[start + step] if start + step < len(begins) else len(rows)
            mine = slice(int(first[0]), int(end))
            kind = np.repeat(np.arange(len(first)), np.diff(np.append(first, end)))
            found = self._of_kinds(rows[mine], kind, rows[first], cols)
            for block in found.blocks():
                yield partial(self._of_block, found, block)

    def _of_kinds(self, rows: Ints, kind: Longs, example: Ints, cols: Ints) -> _Kinds:
        """Find the partners that fit each kind, by one opportunity of it."""
        out = np.zeros((len(example), len(cols)), np.bool_)
        for rule in OF_KIND:
            if rule is not Rule.TERRITORY and self.market.rules.holds(rule):
                out |= broken(self.market, rule, example[:, None], cols[None, :])
        number, place = np.nonzero(~out)
        count = np.bincount(number, minlength=len(example)).astype(np.int64)
        score = self.scorer.base[cols[place]]
        if self.scorer.weights[Part.PRODUCT]:
            score = score + self.scorer.part(Part.PRODUCT, example[number], cols[place])
        return _Kinds(rows, kind, cols, np.cumsum(count) - count, count, place, score)

    def _of_block(self, kinds: _Kinds, block: slice) -> Pairs:
        """Give the eligible pairs of a part of the opportunities: what is alike is looked up, the rest worked out."""
        rows, kind = kinds.rows[block], kinds.kind[block]
        count = kinds.count[kind]
        before = np.cumsum(count) - count
        at = np.arange(int(count.sum())) + np.repeat(kinds.first[kind] - before, count)
        place, score = kinds.place[at], kinds.score[at]
        row, col = np.repeat(rows, count), kinds.cols[place]
        for part, numbers in self._alike.items():
            score += self._looked_up(part, numbers[rows], kinds.cols, rows=rows, count=count, place=place)
        self._add_relations(row, col, score)
        fits = self._fits(row, col)
        if self._least:  # a pin asks for no score
            fits = np.flatnonzero(score >= self._least) if fits is None else fits[score[fits] >= self._least]
        found = Pairs(row, col, score)
        return found if fits is None else found.take(fits)

    def _looked_up(
        self, part: Part, numbers: Longs, cols: Ints, *, rows: Ints, count: Longs, place: Longs
    ) -> Ints:
        """Give what a part is worth for pairs: `count` of each of the rows, `place` says with which of the columns."""
        _numbers, example, number = np.unique(numbers, return_index=True, return_inverse=True)
        if len(example) * len(cols) > len(place):
            return self.scorer.part(part, np.repeat(rows, count), cols[place])
        table = self.scorer.part(part, rows[example][:, None], cols[None, :])
        found: Ints = np.ascontiguousarray(table).ravel()[np.repeat(number * len(cols), count) + place]
        return found

    def _add_relations(self, row: Ints, col: Ints, score: Ints) -> None:
        if self.scorer.weights[Part.RELATION] and len(self.market.related):
            known = np.flatnonzero(self.market.touched(self.market.related)[row])
            score[known] += self.scorer.part(Part.RELATION, row[known], col[known])

    def _fits(self, row: Ints, col: Ints) -> Longs | None:
        """Give the places of the pairs that break no rule of the pair; None is all."""
        out: Flags | None = None
        for rule, (rows, cols) in self._concerned.items():
            asked = np.arange(len(row)) if rows is None else np.flatnonzero(rows[row])
            asked = asked if cols is None else asked[cols[col[asked]]]
            if len(asked):
                out = np.zeros(len(row), np.bool_) if out is None else out
                out[asked] |= broken(self.market, rule, row[asked], col[asked])
        return None if out is None else np.flatnonzero(~out)

    def _scored(self, rows: Ints, cols: Ints) -> Pairs:
        """Leave out the pairs that break a rule, and give the scores of the others."""
        for rule in Rule:
            if self.market.rules.holds(rule) and len(rows):
                fits = ~broken(self.market, rule, rows, cols)
                rows, cols = rows[fits], cols[fits]
        return Pairs(rows, cols, self.scorer.total(rows, cols))
