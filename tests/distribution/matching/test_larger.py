"""Markets too large for brute force: a linear program judges, and the order of what comes in still never matters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ortools.linear_solver import pywraplp

from bench import market
from kanal.distribution.matching import Part, decide
from tests.distribution.matching.small import room_of, shuffled, table

_TIGHT = {
    "none": {},
    "share": {"share_most": 40},
    "new": {"share_new": 300},
    "both": {"share_most": 60, "share_new": 200},
}


def _scarce(seed, *, asked=90, partners=40):
    of = market.partners(partners, seed)
    of = replace(of, capacity=np.where(of.capacity < 0, 4, of.load + of.capacity % 3).astype(np.int32))
    covers = np.where(
        np.arange(of.covers.shape[1])[None, :] % 3 == np.arange(partners)[:, None] % 3, 0, of.covers
    )
    return replace(of, covers=covers.astype(np.int8)), market.opportunities(asked, partners, seed + 1)


def _by_linear_program(of, asked, rules):
    """Give the greatest sum of scores with as many served, pinned and new as can be, by the simplex method."""
    eligible, score = table(of, asked, rules)
    solver = pywraplp.Solver.CreateSolver("GLOP")
    first = 1001 * len(asked) + 1
    kept = rules.share_new * len(asked) // 1000
    given = {
        (int(row), int(col)): solver.NumVar(0, 1, "") for row, col in zip(*np.nonzero(eligible), strict=True)
    }
    newcomers = solver.NumVar(0, kept, "")
    for row in range(len(asked)):
        solver.Add(sum(given[pair] for pair in given if pair[0] == row) <= 1)
    for col, room in enumerate(room_of(of, asked, rules)):
        solver.Add(sum(given[pair] for pair in given if pair[1] == col) <= int(room))
    solver.Add(newcomers <= sum(one for pair, one in given.items() if of.new[pair[1]]))
    worth = {pair: first * (1 + int(asked.pinned[pair[0]] >= 0)) + int(score[pair]) for pair in given}
    solver.Maximize(sum(worth[pair] * one for pair, one in given.items()) + first * newcomers)
    assert solver.Solve() == pywraplp.Solver.OPTIMAL
    return round(solver.Objective().Value()) % first


@pytest.mark.parametrize("tight", sorted(_TIGHT))
@pytest.mark.parametrize("seed", range(5))
def test_a_linear_program_finds_nothing_better(seed, tight):
    of, asked = _scarce(seed)
    rules = market.rules(**_TIGHT[tight])
    found = decide(of, asked, rules, best=1)
    assert 0 < found.served < len(asked)
    assert found.total == found.bound == _by_linear_program(of, asked, rules)


@pytest.mark.parametrize("seed", range(5))
def test_among_many_equal_divisions_the_keys_decide_not_the_order(seed):
    dice = np.random.default_rng(seed)
    of, asked = _scarce(seed, asked=300, partners=60)
    rules = market.rules(weights={Part.TIER: 60, Part.PRODUCT: 40}, share_new=150)
    rows, cols = dice.permutation(len(asked)), dice.permutation(len(of))
    moved = shuffled(of, asked, rows, cols)
    before, after = decide(of, asked, rules), decide(*moved, rules)
    names = np.array([*of.keys, "nobody"])
    moved_names = np.array([*moved[0].keys, "nobody"])
    assert list(names[before.chosen[rows]]) == list(moved_names[after.chosen])
    assert before.bound == before.total


def test_what_is_stopped_early_is_told_by_how_much():
    of, asked = _scarce(3, asked=300, partners=60)
    rules = market.rules()
    best, early = decide(of, asked, rules), decide(of, asked, rules, best=1, rounds=1)
    assert early.bound > early.total
    assert early.bound >= best.total == best.bound


@pytest.mark.parametrize("crowding", [False, True])
def test_a_market_with_half_the_room_is_proved_too(crowding):
    """Pairs that are let go between rounds come back where they are needed: it comes to an end with the best."""
    of, asked = market.partners(150), market.opportunities(3_000, 150)
    room = np.where(of.capacity < 0, 12, (of.capacity - of.load) // 2 + of.load)
    found = decide(replace(of, capacity=room.astype(np.int32)), asked, market.rules(crowding=crowding))
    assert 0 < found.served < len(asked)
    assert found.bound == found.total
