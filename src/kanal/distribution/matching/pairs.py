"""The eligible pairs with their scores, block by block: never a table of all opportunities times all partners."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kanal.distribution.matching.rules import OF_KIND, OF_PAIR, OF_PARTNER, Market, broken
from kanal.distribution.matching.scores import Scorer
from kanal.distribution.matching.shape import Ints, Longs, Opportunities, Partners, Rule

# So many pairs are looked at together: large enough to be fast, small enough to stay in a few megabytes.
BLOCK = 1_000_000
# Up to so many eligible pairs stay in memory (about eight bytes each); more are worked out again when needed.
KEPT = 60_000_000
_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: Knuth's multiplicative hashing


@dataclass(frozen=True)
class Pairs:
    """Pairs of an opportunity and a partner, in ascending order of the opportunity, with their scores in tenths."""

    row: Ints
    col: Ints
    score: Ints

    def __len__(self) -> int:
        return len(self.row)

    def take(self, wanted: NDArray[Any]) -> Pairs:
        """Give some of them."""
        return Pairs(self.row[wanted], self.col[wanted], self.score[wanted])


def together(parts: Sequence[Pairs]) -> Pairs:
    """Put pairs together, in the order of the opportunity."""
    row, col, score = (
        np.concatenate([getattr(part, name) for part in parts] or [np.zeros(0, np.int32)])
        for name in ("row", "col", "score")
    )
    order = np.argsort(row, kind="stable")
    return Pairs(row[order], col[order], score[order])


def digests(keys: Sequence[str]) -> NDArray[np.uint64]:
    """Give a number for each key that has nothing to do with where or when it stands."""
    raw = b"".join(hashlib.blake2b(key.encode(), digest_size=8).digest() for key in keys)
    return np.frombuffer(raw, dtype="<u8").astype(np.uint64)


def arranged_partners(partners: Partners, order: NDArray[Any]) -> Partners:
    """Give the partners in another order."""
    arrays = {one.name: getattr(partners, one.name)[order] for one in fields(partners) if one.name != "keys"}
    return replace(partners, keys=tuple(partners.keys[place] for place in order), **arrays)


_SPARSE = ("declined", "offered", "related")


def arranged(opportunities: Opportunities, order: NDArray[Any], cols: NDArray[Any]) -> Opportunities:
    """Give the opportunities in another order, of partners in another order.

    Args:
        opportunities: as they came.
        order: the opportunity that stands at each place.
        cols: the partner that stands at each place.
    """
    rows_to, cols_to = _back(order), np.append(_back(cols), -1)  # -1 stays -1
    given: dict[str, Any] = {}
    for one in fields(opportunities):
        value = getattr(opportunities, one.name)
        if one.name == "keys":
            given[one.name] = tuple(value[place] for place in order)
        elif one.name in _SPARSE:
            given[one.name] = value.copy()
            given[one.name][:, 0], given[one.name][:, 1] = rows_to[value[:, 0]], cols_to[value[:, 1]]
        else:
            given[one.name] = value[order]
    given["pinned"], given["holder"] = cols_to[given["pinned"]], cols_to[given["holder"]]
    return Opportunities(**given)


def _back(order: NDArray[Any]) -> Ints:
    found = np.empty(len(order), np.int32)
    found[order] = np.arange(len(order), dtype=np.int32)
    return found


def ties(market: Market) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Give what breaks ties: a number for each opportunity and each partner, of their keys alone."""
    return digests(market.opportunities.keys), digests(market.partners.keys)


def luck(of_rows: NDArray[np.uint64], of_cols: NDArray[np.uint64], pairs: Pairs) -> Longs:
    """Give 0 to 15 for each pair, spread evenly, the same whatever stands around it."""
    return (((of_rows[pairs.row] ^ of_cols[pairs.col]) * _ODD) >> np.uint64(60)).astype(np.int64)


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
        """Work the pairs out: opportunities of one territory together, as their partners are mostly the same."""
        opportunities = self.market.opportunities
        pinned = np.flatnonzero(opportunities.pinned >= 0).astype(np.int32)
        for start in range(0, len(pinned), BLOCK):
            yield self._scored(
                pinned[start : start + BLOCK], opportunities.pinned[pinned[start : start + BLOCK]]
            )
        free = np.flatnonzero(opportunities.pinned < 0).astype(np.int32)
        groups = (
            opportunities.territory[free] if self.market.rules.holds(Rule.TERRITORY) else np.zeros_like(free)
        )
        order = np.argsort(groups, kind="stable")
        edges = np.flatnonzero(np.diff(groups[order])) + 1
        for rows in np.split(free[order], edges):
            if len(rows):
                yield from self._of_group(rows)

    def _of_group(self, rows: Ints) -> Iterator[Pairs]:
        cols = np.arange(len(self.market.partners), dtype=np.int32)
        for rule in (*OF_PARTNER, Rule.TERRITORY):
            if self.market.rules.holds(rule):
                cols = cols[~broken(self.market, rule, rows[:1], cols)]
        step = max(1, BLOCK // max(1, len(cols)))
        for start in range(0, len(rows) if len(cols) else 0, step):
            yield self._of_table(rows[start : start + step], cols)

    def _of_table(self, rows: Ints, cols: Ints) -> Pairs:
        """Give the eligible pairs of a table of opportunities against partners."""
        out = np.zeros((len(rows), len(cols)), np.bool_)
        for rule in OF_KIND:
            if rule is not Rule.TERRITORY and self.market.rules.holds(rule):
                out |= broken(self.market, rule, rows[:, None], cols[None, :])
        row, col = np.nonzero(~out)
        return self._scored(rows[row], cols[col], OF_PAIR)

    def _scored(self, rows: Ints, cols: Ints, rules: Sequence[Rule] = tuple(Rule)) -> Pairs:
        """Leave out the pairs that break a rule, and give the scores of the others."""
        for rule in rules:
            if self.market.rules.holds(rule) and len(rows):
                fits = ~broken(self.market, rule, rows, cols)
                rows, cols = rows[fits], cols[fits]
        found = Pairs(rows, cols, self.scorer.total(rows, cols))
        return found.take(found.score >= self._least) if self._least else found


def standing(pairs: Pairs, rank: Longs) -> Longs:
    """Give where each pair stands among those of its opportunity, from 0, the highest rank first.

    Args:
        pairs: in any order.
        rank: int64 for each pair; among equal ones the later partner stands back.
    """
    order = np.lexsort((pairs.col, -rank, pairs.row))
    row = pairs.row[order]
    first = np.concatenate([[True], row[1:] != row[:-1]]) if len(row) else np.zeros(0, np.bool_)
    began = np.maximum.accumulate(np.where(first, np.arange(len(row)), 0))
    found = np.empty(len(row), np.int64)
    found[order] = np.arange(len(row)) - began
    return found
