"""The explanation says what the decision did, to the last tenth of a point."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings

from kanal.distribution.matching import GROUPS, Part, decide, explain
from tests.distribution.matching.small import markets, table

_MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _explained(market):
    of, asked, rules = market
    found = decide(of, asked, rules)
    for row in range(len(asked)):
        chosen = int(found.chosen[row])
        yield row, found, explain(of, asked, rules, row, chosen if chosen >= 0 else None)


@_MANY
@given(markets())
def test_the_parts_sum_to_the_score(market):
    _eligible, score = table(*market)
    for row, found, why in _explained(market):
        for one in why.candidates:
            assert sum(one.parts.values()) == one.score == score[row, one.partner]
        if found.chosen[row] >= 0:
            assert why.of(int(found.chosen[row])).score == found.score[row]


@_MANY
@given(markets())
def test_whoever_is_left_out_is_told_by_which_rules_and_nobody_is_forgotten(market):
    of, _asked, rules = market
    for _row, _found, why in _explained(market):
        assert all(one.rules for one in why.excluded)
        assert all(rules.holds(rule) for one in why.excluded for rule in one.rules)
        named = [one.partner for one in (*why.candidates, *why.excluded)]
        assert sorted(named) == list(range(len(of)))


@_MANY
@given(markets())
def test_candidates_stand_in_the_order_in_which_they_would_get_it(market):
    for row, found, why in _explained(market):
        scores = [one.score for one in why.candidates]
        assert scores == sorted(scores, reverse=True)
        fit = [one for one in why.candidates if one.score >= why.score_least]
        assert (fit[0].partner if fit else -1) == found.alone[row]
        assert len(fit) == found.candidates[row]


@_MANY
@given(markets())
def test_a_change_that_is_named_is_the_least_with_which_the_second_wins(market):
    for _row, _found, why in _explained(market):
        chosen = why.of(why.chosen) if why.chosen is not None else None
        for change in why.changes:
            assert _with(market[2], why.runner_up, change.part, change.needs) > chosen.score
            less = _with(market[2], why.runner_up, change.part, change.needs - 1)
            assert change.needs == change.has or less <= chosen.score


def _with(rules, candidate, part, fraction):
    """Give the score of a candidate, had one part another fraction of one."""
    points = (fraction * rules.weights[part] * 10 + 5000) // 10_000
    return candidate.score - candidate.parts[part] + points


def test_every_part_stands_in_one_group():
    parts = [part for group in GROUPS.values() for part in group]
    assert sorted(parts) == sorted(Part)
    assert len(parts) == len(np.unique(parts))
