"""Guessing prices before anything is divided: what partners would cost if shares of an opportunity could be given.

Each opportunity asks for the partners that bring it most above their price, a little for those that bring it little
less; what many ask for gets dearer, as far as one more would cost the partner. After some rounds of that most prices
are within a point of those that the division has in the end. They only say which pairs are weighed first and where the
solver begins; what it finds is proved without them. Nothing here depends on the order of what comes in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kanal.distribution.matching.flow import Steps
from kanal.distribution.matching.pairs import Pairs, begins
from kanal.distribution.matching.shape import Ints, Longs

Floats = NDArray[np.float64]
ROUNDS = 26
# Pairs that bring an opportunity so many tenths of a point less than its best are asked for too: in the first round and
# in the last.
_WIDE, _CLOSE = 24, 12
# Beyond its room a partner gets dearer by so many tenths of a point with each opportunity that asks for it.
_STEEP = 40
# A price moves by so much of what it is wrong by, and by so much of how it moved before; by no more tenths than these
# in the first round and in the last.
_STEP, _SWING, _FAST, _SLOW = 0.8, 0.5, 33, 3
# After so many rounds, pairs that bring so many tenths less than the best are no longer looked at.
_NARROWED, _HOPELESS = 10, 60
_FINE = (
    1 << 20
)  # a whole opportunity; shares are whole numbers, so that it does not matter in which order they are summed
_DEEPEST = 512


def settled(pairs: Pairs, steps: Steps, room: Ints, unit: int) -> Longs:
    """Guess the price of a place at each partner, int64[n].

    Args:
        pairs: those of each opportunity in a row.
        steps: what further opportunities cost partners.
        room: int32[n], how many each takes.
        unit: what a tenth of a point is worth in `steps`, and in what is given.
    """
    price, moved = np.zeros(len(room)), np.zeros(len(room))
    table = _further(steps, room, unit, min(_DEEPEST, len(begins(pairs.row)) + 3))
    for number in range(ROUNDS if len(pairs) else 0):
        far = number / (ROUNDS - 1)
        less = short(pairs, np.rint(price).astype(np.int32))
        if number == _NARROWED:
            pairs, less = pairs.take(less <= _HOPELESS), less[less <= _HOPELESS]
        asked, falls = _asked(pairs, less, int(_WIDE - (_WIDE - _CLOSE) * far), len(room))
        wanted, rises = _at(table, asked)
        limit = _FAST + (_SLOW - _FAST) * far
        moved = np.clip(_SWING * moved + _STEP / (1 + rises * falls) * (wanted - price), -limit, limit)
        price = np.maximum(price + moved, 0)
    return np.rint(price).astype(np.int64) * unit


def short(pairs: Pairs, price: Ints) -> Ints:
    """Give how many tenths less than its best each pair brings its opportunity above the price, int32."""
    starts = begins(pairs.row)
    brought = pairs.score - price[pairs.col]
    best = np.maximum.reduceat(brought, starts)
    return np.asarray(np.repeat(best, np.diff(np.append(starts, len(pairs)))) - brought, np.int32)


def _asked(pairs: Pairs, less: Ints, spread: int, count: int) -> tuple[Floats, Floats]:
    """Give how many ask for each partner, and by how many fewer with each tenth that it gets dearer.

    An opportunity asks for partners by the square of what they are within the spread.
    """
    near = np.flatnonzero(less < spread)
    col, wish = pairs.col[near], (spread - less[near]).astype(np.int64)
    starts = begins(pairs.row[near])
    whole = np.repeat(np.add.reduceat(wish * wish, starts), np.diff(np.append(starts, len(near))))
    share = wish * wish * _FINE // whole
    falls = 2 * share * (_FINE - share) // (wish * _FINE)
    asked = np.bincount(col, weights=share, minlength=count) / _FINE
    return asked, np.bincount(col, weights=falls, minlength=count) / _FINE


def _further(steps: Steps, room: Ints, unit: int, deep: int) -> Ints:
    """Give what one more costs each partner that has 0, 1, … `deep` - 1, in tenths of a point, int32[n, deep]."""
    found = np.zeros((len(room), deep), np.int32)
    long = np.clip(deep - steps.begin, 0, steps.count)
    nth = np.arange(int(long.sum())) - np.repeat(np.cumsum(long) - long - steps.begin, long)
    found[np.repeat(steps.col, long), nth] = np.repeat(steps.cost // unit, long)
    last = found[np.arange(len(room)), np.clip(room - 1, 0, deep - 1)]
    beyond = np.arange(1, deep + 1, dtype=np.int32)[None, :] - np.minimum(room, deep)[:, None]
    return np.where(beyond > 0, last[:, None] + beyond * _STEEP, found).astype(np.int32)


def _at(table: Ints, asked: Floats) -> tuple[Floats, Floats]:
    """Read the table between whole numbers; give also how much it rises around there with one more."""
    every, deep = np.arange(len(table)), table.shape[1]
    below = np.minimum(asked.astype(np.int64), deep - 3)
    low, high, next_ = (table[every, below + more].astype(np.float64) for more in range(3))
    rest = np.minimum(asked - below, 1.0)
    return low + (high - low) * rest, np.maximum(high - low, next_ - high)
