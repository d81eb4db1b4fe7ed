"""Prices to begin from make a division faster, never worse, however wrong they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanal.distribution.matching import flow
from kanal.distribution.matching.pairs import Pairs

_FIRST = 10_000


@st.composite
def networks(draw):
    """Make pairs with their worth, and limits; some with a gate, some with rising costs, some with too little room."""
    rows, cols = draw(st.integers(1, 12)), draw(st.integers(1, 6))
    every = [(row, col) for row in range(rows) for col in range(cols)]
    chosen = sorted(draw(st.sets(st.sampled_from(every), min_size=1)))
    score = draw(st.lists(st.integers(1, 60), min_size=len(chosen), max_size=len(chosen)))
    room = draw(st.lists(st.integers(0, 4), min_size=cols, max_size=cols))
    rise = draw(st.lists(st.integers(0, 15), min_size=cols, max_size=cols))
    steps = [(col, 1, nth * rise[col]) for col in range(cols) for nth in range(room[col])]
    col, count, cost = np.array(steps, np.int64).reshape(-1, 3).T
    new = np.array(draw(st.lists(st.booleans(), min_size=cols, max_size=cols)))
    kept = draw(st.integers(0, 3))
    limits = flow.Limits(
        rows,
        np.array(room, np.int32),
        new,
        kept,
        _FIRST if kept else 0,
        flow.Steps(col.astype(np.int32), count, cost),
    )
    row, col = np.array(chosen, np.int32).T
    return Pairs(row, col, np.array(score, np.int32)), limits


def _divided(pairs, limits, near=None):
    return flow.divide(pairs, pairs.score.astype(np.int64) + _FIRST, limits, near)


@given(networks(), st.data(), st.sampled_from([0, 5, 100, 10**6]), st.integers(-_FIRST, 0))
def test_wrong_prices_give_a_division_that_is_worth_the_same(market, data, cap, gate):
    pairs, limits = market
    price = data.draw(st.lists(st.integers(0, 80), min_size=len(limits.room), max_size=len(limits.room)))
    near = flow.Prices(np.array(price, np.int64), gate, cap, exact=True)
    plain, hinted = _divided(pairs, limits), _divided(pairs, limits, near)
    assert hinted.worth(limits) == plain.worth(limits)
    assert (hinted.taken(limits) <= limits.room).all()


@given(networks(), st.data())
def test_where_it_need_not_be_the_best_its_bound_is_still_true(market, data):
    pairs, limits = market
    price = data.draw(st.lists(st.integers(0, 80), min_size=len(limits.room), max_size=len(limits.room)))
    rough = _divided(pairs, limits, flow.Prices(np.array(price, np.int64), 0, 30, exact=False))
    worth = pairs.score.astype(np.int64) + _FIRST
    reach = np.zeros(limits.rows, np.int64)
    np.maximum.at(reach, pairs.row, worth - rough.price[pairs.col])
    best = _divided(pairs, limits).worth(limits)
    assert rough.worth(limits) <= best <= rough.bound(limits, reach)


@pytest.mark.parametrize("shift", [0, 7])
def test_right_prices_lead_to_the_division_that_they_belong_to(shift):
    dice = np.random.default_rng(5)
    row, col = np.nonzero(dice.random((200, 30)) < 0.2)
    pairs = Pairs(
        row.astype(np.int32), col.astype(np.int32), dice.integers(1, 500, len(row)).astype(np.int32)
    )
    room = np.full(30, 9, np.int32)
    limits = flow.Limits(
        200,
        room,
        np.zeros(30, np.bool_),
        0,
        0,
        flow.Steps(np.arange(30, dtype=np.int32), room.astype(np.int64), np.zeros(30, np.int64)),
    )
    plain = _divided(pairs, limits)
    near = flow.Prices(plain.price + shift, 0, 40, exact=True)
    again = _divided(pairs, replace(limits), near)
    assert again.worth(limits) == plain.worth(limits)
