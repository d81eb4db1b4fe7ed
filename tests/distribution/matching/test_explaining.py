"""The explanation says what the decision did, to the last tenth of a point."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanal.distribution.matching import GROUPS, Part, decide, explain
from kanal.distribution.matching.measures import up_to
from kanal.distribution.matching.scores import falling
from tests.distribution.matching.small import markets, story, table

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


_FIELDS = {
    Part.TIER: ("tier", -1),
    Part.TOUCH: ("touch", -1),
    Part.FEEDBACK: ("feedback", -1),
    Part.WIN: ("win", -1),
    Part.RETURNS: ("returns", 1),
    Part.SPEED: ("answer_minutes", 1),
    Part.REST: ("rest_minutes", -1),
}


@_MANY
@given(markets())
def test_whoever_does_what_a_change_names_wins_and_a_little_less_is_not_enough(market):
    of, asked, rules = market
    for row, _found, why in _explained(market):
        for change in why.changes:
            second = why.runner_up.partner
            if change.part is Part.LOAD and change.now is not None:
                name, worse = "load", 1
                then, now = (int(of.capacity[second]) - places for places in (change.then, change.now))
            elif change.part in _FIELDS:
                name, worse = _FIELDS[change.part]
                then, now = change.then, change.now
            else:
                continue
            assert getattr(of, name)[second] == now or name == "load"
            best = _score_after(of, asked, rules, row, second, name, then)
            assert best > why.of(why.chosen).score
            if then != now:
                less = _score_after(of, asked, rules, row, second, name, then + worse)
                assert less is None or less <= why.of(why.chosen).score


def _score_after(of, asked, rules, row, partner, name, value):
    """Give the score of a partner once one thing about it has changed; None where a rule then leaves it out."""
    array = getattr(of, name).copy()
    array[partner] = value
    found = explain(replace(of, **{name: array}), asked, rules, row, None).of(partner)
    return found.score if found else None


@given(st.integers(1, 10_000), st.integers(0, 500), st.integers(1, 5000))
def test_the_farthest_that_still_gives_a_fraction_is_found(fraction, best, span):
    most = up_to(fraction, best, best + span)
    given_, beyond = falling(np.array([most, most + 1]), best, best + span)
    assert given_ >= fraction > beyond


@_MANY
@given(markets(most=5))
def test_who_was_better_and_did_not_get_it_is_full_or_gets_other_work_or_makes_way_for_a_new_one(market):
    of, asked, rules = market
    found = decide(of, asked, rules)
    for row, chosen in enumerate(found.chosen):
        if chosen < 0:
            continue
        why = explain(of, asked, rules, row, int(chosen), given=found.chosen)
        assert [one.partner for one in why.elsewhere] == [one.partner for one in why.better]
        for one in why.elsewhere:
            assert one.gains == why.of(one.partner).score - found.score[row] > 0
            crowded = rules.crowding and one.row is not None
            assert one.full or rules.share_new or crowded
            assert one.row is None or found.chosen[one.row] == one.partner
            if one.brings is not None:
                there = explain(of, asked, rules, one.row, one.partner)
                fit = [rival for rival in there.candidates if rival.score >= rules.score_least * 10]
                others = [rival.score for rival in fit if rival.partner != one.partner]
                assert there.of(one.partner).score - max(others) == one.brings


def test_the_story_of_a_better_partner_with_one_place_left():
    """Two partners, two opportunities: the better one for both is needed where it brings more."""
    of, asked, rules = story(capacity=[1, 9], win=[9_000, 8_000], related=[(0, 0, 1_000), (1, 0, 9_000)])
    found = decide(of, asked, rules)
    assert list(found.alone) == [0, 0]
    assert list(found.chosen) == [1, 0]
    why = explain(of, asked, rules, 0, 1, given=found.chosen)
    (away,) = why.elsewhere
    assert (away.partner, away.full, away.row) == (0, True, 1)
    assert away.brings > away.gains > 0


def test_a_pin_asks_for_no_score_and_goes_before_what_scores_more():
    of, asked, rules = story(capacity=[1, 0], win=[0, 0], related=[(0, 0, 9_000)])
    asked = replace(asked, pinned=np.array([-1, 0], np.int32))
    found = decide(of, asked, replace(rules, score_least=1))
    assert list(found.chosen) == [-1, 0]


def test_every_part_stands_in_one_group():
    parts = [part for group in GROUPS.values() for part in group]
    assert sorted(parts) == sorted(Part)
    assert len(parts) == len(np.unique(parts))
