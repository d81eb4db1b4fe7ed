"""The division of a queue: the best there is, within every limit, whatever the order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanal.distribution.matching import Rule, decide
from kanal.distribution.matching.pairs import arranged
from tests.distribution.matching.small import best_by_force, markets, shuffled, table

_MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _room(of, asked, rules):
    free = of.free if rules.holds(Rule.CAPACITY) else np.full(len(of), 99)
    return np.minimum(free, max(1, rules.share_most * len(asked) // 1000))


@_MANY
@given(markets())
def test_no_division_serves_more_or_scores_higher(market):
    of, asked, rules = market
    rules = replace(rules, share_new=0)
    eligible, score = table(of, asked, rules)
    found = decide(of, asked, rules)
    assert (found.served, found.total) == best_by_force(eligible, score, _room(of, asked, rules))
    assert found.bound == found.total


@_MANY
@given(markets())
def test_the_share_of_new_partners_is_dealt_first_and_the_rest_as_well_as_it_can_be(market):
    of, asked, rules = market
    rules = replace(rules, share_new=500)
    eligible, score = table(of, asked, rules)
    limit, room = len(asked) // 2, _room(of, asked, rules)
    found = decide(of, asked, rules)
    for_new = best_by_force(eligible & of.new[None, :], score, room, most=limit)
    to_new = [row for row in range(len(asked)) if found.chosen[row] >= 0 and of.new[found.chosen[row]]]
    assert len(to_new) >= for_new[0]
    # Try each way to name those of the first deal; one of them must leave the best for the rest.
    from itertools import combinations

    ways = []
    for dealt in combinations(to_new, for_new[0]):
        if sum(int(found.score[row]) for row in dealt) != for_new[1]:
            continue
        left = room - np.bincount(found.chosen[list(dealt)], minlength=len(of)) if dealt else room
        rest = eligible.copy()
        rest[list(dealt)] = False
        served, total = best_by_force(rest, score, left)
        ways.append((served + for_new[0], total + for_new[1]))
    assert (found.served, found.total) in ways


@_MANY
@given(markets(), st.data())
def test_the_order_of_what_comes_in_never_matters(market, data):
    of, asked, rules = market
    rows = np.array(data.draw(st.permutations(range(len(asked)))))
    cols = np.array(data.draw(st.permutations(range(len(of)))))
    moved = shuffled(of, asked, rows, cols)
    before, after = decide(of, asked, rules), decide(*moved, rules)
    for new, old in enumerate(rows):
        partner = after.chosen[new]
        assert (of.keys[before.chosen[old]] if before.chosen[old] >= 0 else None) == (
            moved[0].keys[partner] if partner >= 0 else None
        )


@_MANY
@given(markets())
def test_nobody_gets_what_a_rule_forbids_or_more_than_it_has_room_for(market):
    of, asked, rules = market
    eligible, score = table(of, asked, rules)
    found = decide(of, asked, rules)
    given_ = [(row, col) for row, col in enumerate(found.chosen) if col >= 0]
    assert all(eligible[row, col] and found.score[row] == score[row, col] for row, col in given_)
    assert (np.bincount([col for _row, col in given_], minlength=len(of)) <= _room(of, asked, rules)).all()
    assert all(asked.pinned[row] in {-1, col} for row, col in given_)
    assert all((row, col) not in {tuple(pair) for pair in asked.declined} for row, col in given_)


@_MANY
@given(markets(most=5))
def test_it_does_not_matter_how_few_pairs_the_first_division_weighs(market):
    of, asked, rules = market
    whole, narrow = decide(of, asked, rules), decide(of, asked, rules, best=1)
    assert (whole.served, whole.total, whole.bound) == (narrow.served, narrow.total, narrow.bound)


@_MANY
@given(markets())
def test_alone_each_opportunity_would_get_what_it_is_said_to(market):
    of, asked, rules = market
    rules = replace(rules, share_new=0)
    found = decide(of, asked, rules)
    for row in range(len(asked)):
        one = _only(of, asked, row)
        alone = decide(of, one, rules)
        assert (alone.chosen[0], alone.score[0]) == (found.alone[row], found.alone_score[row])


def _only(of, asked, row):
    every = np.arange(len(of))
    order = np.array([row, *(other for other in range(len(asked)) if other != row)])
    moved = arranged(asked, order, every)
    kept = {
        name: value[:1] if name not in {"declined", "offered", "related"} else value[value[:, 0] == 0]
        for name, value in vars(moved).items()
    }
    return type(asked)(**kept)


@pytest.mark.parametrize("share", [0, 250, 400])
@_MANY
@given(market=markets(most=5))
def test_no_partner_gets_more_than_its_share_of_a_run(market, share):
    of, asked, rules = market
    found = decide(of, asked, replace(rules, share_most=share))
    most = max(1, share * len(asked) // 1000)
    assert (np.bincount(found.chosen[found.chosen >= 0], minlength=len(of)) <= most).all()


def test_every_rule_has_a_bit_that_stays():
    assert [rule.value for rule in Rule] == [
        *("active", "paused", "territory", "family", "industry", "certification", "tier", "language"),
        *("value", "capacity", "declined", "offered", "conflict", "pinned", "reach"),
    ]
