"""The division of a queue: the best there is, within every limit, whatever the order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanal.distribution.matching import Part, Rule, decide
from tests.distribution.matching.small import by_force, markets, only, room_of, shuffled, story, table

_MANY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_MANY
@given(markets())
def test_no_division_serves_more_or_scores_higher(market):
    of, asked, rules = market
    found = decide(of, asked, rules)
    every = by_force(of, asked, rules)
    served, pinned, new = (max(column) for column in list(zip(*every, strict=True))[:3])
    total = max(one[3] for one in every if one[:3] == (served, pinned, new))
    partner = found.chosen[found.chosen >= 0]
    kept = rules.share_new * len(asked) // 1000
    assert found.served == served
    assert (asked.pinned[found.chosen >= 0] >= 0).sum() == pinned
    assert min(kept, of.new[partner].sum()) == new
    assert found.total - found.crowding == total == found.bound - found.crowding


@_MANY
@given(markets(most=5))
def test_where_it_stops_early_it_says_how_much_better_the_best_could_be(market):
    of, asked, rules = market
    best, early = decide(of, asked, rules), decide(of, asked, rules, best=1, rounds=1)
    assert early.served <= best.served
    assert early.total <= early.bound
    assert early.bound - early.crowding >= best.total - best.crowding
    if (early.served, early.total - early.crowding) != (best.served, best.total - best.crowding):
        assert early.bound > early.total or early.total > best.total


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
    assert (np.bincount([col for _row, col in given_], minlength=len(of)) <= room_of(of, asked, rules)).all()
    assert all(asked.pinned[row] in {-1, col} for row, col in given_)
    assert all((row, col) not in {tuple(pair) for pair in asked.declined} for row, col in given_)


@_MANY
@given(markets(most=5))
def test_it_does_not_matter_how_few_pairs_the_first_division_weighs(market):
    of, asked, rules = market
    whole, narrow = decide(of, asked, rules), decide(of, asked, rules, best=1)
    assert whole.served == narrow.served
    assert whole.total - whole.crowding == narrow.total - narrow.crowding
    assert (whole.bound, narrow.bound) == (whole.total, narrow.total)


@_MANY
@given(markets())
def test_alone_each_opportunity_would_get_what_it_is_said_to(market):
    of, asked, rules = market
    rules = replace(rules, share_new=0)
    found = decide(of, asked, rules)
    for row in range(len(asked)):
        alone = decide(of, only(asked, row), rules)
        assert (alone.chosen[0], alone.score[0]) == (found.alone[row], found.alone_score[row])


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
        "protected",
    ]


def test_a_run_spreads_among_partners_that_suit_alike():
    of, asked, rules = story(capacity=[-1, -1, -1, -1], win=[5000] * 4, related=[], count=40)
    rules = replace(rules, weights={Part.WIN: 92, Part.LOAD: 8})
    assert sorted(np.bincount(decide(of, asked, rules).chosen)) == [10, 10, 10, 10]
    assert (
        sorted(np.bincount(decide(of, asked, replace(rules, crowding=False)).chosen, minlength=4)) != [10] * 4
    )
