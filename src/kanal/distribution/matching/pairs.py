"""Pairs of an opportunity and a partner as arrays, and what breaks ties among them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kanal.distribution.matching.rules import Market
from kanal.distribution.matching.shape import Ints, Longs

# Among equal scores of one opportunity so many bits of luck decide.
RANK_BITS = 30
_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: Knuth's multiplicative hashing


@dataclass(frozen=True)
class Pairs:
    """Pairs of an opportunity and a partner, those of each opportunity in a row, with their scores in tenths."""

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


@dataclass(frozen=True)
class Ties:
    """What breaks ties: numbers that rest on the keys alone, so that it never matters where something stands.

    Attributes:
        rows, cols: uint64, a digest of each opportunity and each partner.
        row_rank, col_rank: int32, their places in the order of digests.
    """

    rows: NDArray[np.uint64]
    cols: NDArray[np.uint64]
    row_rank: Ints
    col_rank: Ints

    @classmethod
    def of(cls, market: Market) -> Ties:
        """Work them out."""
        rows, (cols, col_rank) = _digests(market.opportunities.keys), _of_partners(market.partners.keys)
        return cls(rows, cols, _ranks(rows), col_rank)

    def luck(self, pairs: Pairs, bits: int = RANK_BITS) -> Longs:
        """Give 0 to 2^bits - 1 for each pair, spread evenly, the same whatever stands around it."""
        if not bits:
            return np.zeros(len(pairs), np.int64)
        mixed = (self.rows[pairs.row] ^ self.cols[pairs.col]) * _ODD
        return (mixed >> np.uint64(64 - bits)).astype(np.int64)

    def rank(self, pairs: Pairs) -> Longs:
        """Give a number for each pair that is higher for a higher score and, among equal ones, for more luck."""
        return (pairs.score.astype(np.int64) << RANK_BITS) + self.luck(pairs)

    def renumbered(self, pairs: Pairs) -> tuple[Pairs, NDArray[np.int64]]:
        """Give pairs by rank instead of index, in the order of ranks, and for each its place in what was given."""
        row, col = self.row_rank[pairs.row], self.col_rank[pairs.col]
        order = np.lexsort((col, row))
        return Pairs(row[order], col[order], pairs.score[order]), order


def _digests(keys: Sequence[str]) -> NDArray[np.uint64]:
    raw = b"".join(hashlib.blake2b(key.encode(), digest_size=8).digest() for key in keys)
    return np.frombuffer(raw, dtype="<u8").astype(np.uint64)


def _ranks(digests: NDArray[np.uint64]) -> Ints:
    found = np.empty(len(digests), np.int32)
    found[np.argsort(digests, kind="stable")] = np.arange(len(digests), dtype=np.int32)
    return found


@lru_cache(maxsize=4)
def _of_partners(keys: tuple[str, ...]) -> tuple[NDArray[np.uint64], Ints]:
    """Give digests and ranks; kept, as the same partners are asked about again and again."""
    found = _digests(keys)
    return found, _ranks(found)


def best_of_each(
    pairs: Pairs, rank: Longs, col_rank: Ints, most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the places of the `most` highest ranks of each opportunity, the best first, and the how-manieth each is.

    Args:
        pairs: those of each opportunity in a row.
        rank: int64 for each pair; among equal ones the lower `col_rank` of the partner goes first.
        col_rank: int32 for each partner.
        most: how many of each opportunity.
    """
    high = not_below(pairs.row, rank, most)
    order = high[np.lexsort((col_rank[pairs.col[high]], -rank[high], pairs.row[high]))]
    nth = _place_in_run(pairs.row[order])
    kept = nth < most
    return order[kept], nth[kept]


def not_below(row: Ints, value: NDArray[Any], most: int) -> NDArray[np.int64]:
    """Give the places of the `most` highest values of each opportunity, and of all that equal the last of them."""
    return np.flatnonzero(value >= _last_taken(row, value, most))


def _last_taken(row: Ints, value: NDArray[Any], most: int) -> NDArray[Any]:
    """Give for each pair the value that comes at place `most` of its opportunity, so that few are left to be sorted."""
    starts, least = begins(row), np.iinfo(value.dtype).min
    long = np.diff(np.append(starts, len(row)))
    wide = int(long.max(initial=0))
    if wide <= most:
        return np.full(len(row), least, value.dtype)
    table = np.full((len(starts), wide), least, value.dtype)
    table[np.arange(wide)[None, :] < long[:, None]] = value
    table.partition(wide - most, axis=1)
    return np.repeat(table[:, wide - most], long)


def begins(row: Ints) -> NDArray[np.int64]:
    """Give where runs of equal numbers begin."""
    return np.flatnonzero(np.append(True, row[1:] != row[:-1])[: len(row)])


def _place_in_run(row: Ints) -> NDArray[np.int64]:
    """Count from 0 within each run of equal numbers."""
    starts = begins(row)
    return np.arange(len(row)) - np.repeat(starts, np.diff(np.append(starts, len(row))))
