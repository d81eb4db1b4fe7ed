"""Rates for assignment: drawn toward the average by what stands behind them, the same as a partner's page counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import hypothesis.strategies as st
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given

from kanal.distribution import actions
from kanal.distribution.rates import LEAST, MOST, Counts, Prior, counts_of, counts_since, prior, rates_of
from kanal.insights.answers import used_by_assignment
from tests.cast import Cast

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
AVERAGES = st.floats(0, 1, allow_nan=False)
STRENGTHS = st.floats(LEAST, MOST, allow_nan=False)
PAIRS = st.integers(0, 500).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@given(AVERAGES, STRENGTHS, PAIRS.filter(lambda pair: pair[1] > 0))
def test_a_shrunk_rate_lies_between_the_partners_own_and_the_average(average, strength, pair) -> None:
    part, whole = pair
    raw, mean = 10_000 * part / whole, 10_000 * average
    assert min(raw, mean) - 0.51 <= Prior(average, strength).shrink(part, whole) <= max(raw, mean) + 0.51


@given(AVERAGES, STRENGTHS)
def test_who_has_no_offers_has_the_average(average, strength) -> None:
    assert Prior(average, strength).shrink(0, 0) == round(10_000 * average)


@given(AVERAGES, STRENGTHS, st.integers(0, 100))
def test_with_many_offers_it_is_the_partners_own(average, strength, percent) -> None:
    assert abs(Prior(average, strength).shrink(percent * 100_000, 10_000_000) - percent * 100) <= 1


@given(st.lists(PAIRS, max_size=40))
def test_whatever_is_counted_the_prior_is_a_rate_and_its_strength_is_bounded(pairs) -> None:
    found = prior([part for part, _whole in pairs], [whole for _part, whole in pairs])
    assert 0 <= found.average <= 1
    assert LEAST <= found.strength <= MOST


def test_one_lucky_win_does_not_beat_fifty_of_sixty() -> None:
    lucky, steady, *others = (uuid4() for _ in range(12))
    counts = {lucky: Counts(won=1), steady: Counts(won=50, lost=10)}
    counts |= {one: Counts(won=8 + place, lost=20 - place) for place, one in enumerate(others)}
    first, second = rates_of(counts, [lucky, steady])
    assert first.win < second.win


def test_partners_that_differ_much_are_believed_sooner_than_partners_that_are_alike() -> None:
    apart = prior([5, 95, 10, 90, 20, 80], [100] * 6)
    alike = prior([50, 51, 49, 50, 52, 48], [100] * 6)
    assert apart.strength < alike.strength


def test_an_answer_time_is_drawn_toward_the_usual_one() -> None:
    quick, usual, new = uuid4(), uuid4(), uuid4()
    counts = {quick: Counts(timed=1, answer_minutes=10), usual: Counts(timed=50, answer_minutes=200)}
    found = rates_of(counts, [quick, usual, new])
    assert 10 < found[0].answer_minutes < 200
    assert found[2].answer_minutes == 105  # the median of both


@pytest.mark.django_db
def test_all_partners_are_counted_in_three_queries_and_as_each_alone(cast: Cast, freeze) -> None:
    freeze(MONDAY)
    for partner in (cast.nordlys, cast.fjord):
        cast.managed(partner)
        actions.withdraw(key=cast.delivered(partner).pk, by=cast.chris)
    actions.win(key=cast.managed().pk, reason="price", by=cast.mads)
    with CaptureQueriesContext(connection) as asked:
        found = counts_since(None)
    assert len(asked) == 3
    assert found == {one.pk: counts_of(one.pk) for one in (cast.nordlys, cast.fjord)}
    assert found[cast.nordlys.pk] == Counts(
        accepted=2, withdrawn=1, won=1, timed=2, answer_minutes=0, last_at=MONDAY
    )


@pytest.mark.django_db
def test_a_period_counts_what_was_delivered_in_it(cast: Cast, freeze) -> None:
    freeze(MONDAY)
    cast.managed()
    freeze(MONDAY + timedelta(days=1))
    cast.delivered()
    found = counts_of(cast.nordlys.pk, MONDAY + timedelta(hours=1))
    assert (found.waiting, found.accepted) == (1, 0)


@pytest.mark.django_db
def test_a_partners_page_shows_the_very_rates_that_assignment_uses(cast: Cast) -> None:
    for _ in range(3):
        cast.managed()
    used = used_by_assignment(cast.nordlys)
    assert used is not None
    [expected] = rates_of(counts_since(None), [cast.nordlys.pk])
    assert (used.touch, used.win, used.new) == (expected.touch, expected.win, True)
