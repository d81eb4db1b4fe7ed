"""Answers leave at even times, so that how long one took says nothing of what was found."""

from __future__ import annotations

import random
from time import perf_counter, sleep

import pytest

from kanal.web.even import evenly, left
from tests.timing import told_apart

STEP = 0.02


def _work(seconds: float) -> None:
    sleep(seconds)


@pytest.mark.parametrize(
    ("taken", "more"), [(0.0, 0.08), (0.03, 0.05), (0.079, 0.001), (0.081, 0.079), (0.2, 0.12), (0.33, 0.31)]
)
def test_what_is_left_goes_up_to_one_two_four_and_so_on_steps(taken: float, more: float) -> None:
    assert left(taken, 0.08) == pytest.approx(more)


def test_an_answer_leaves_after_one_step_or_two() -> None:
    begun = perf_counter()
    evenly(STEP)(_work)(0.001)
    assert perf_counter() - begun >= STEP
    begun = perf_counter()
    evenly(STEP)(_work)(1.2 * STEP)
    assert perf_counter() - begun >= 2 * STEP


def test_a_refusal_leaves_as_late_as_an_answer() -> None:
    def refuse() -> None:
        raise ValueError("no")

    begun = perf_counter()
    with pytest.raises(ValueError, match="no"):
        evenly(STEP)(refuse)()
    assert perf_counter() - begun >= STEP


def test_without_it_two_milliseconds_are_told_apart_and_with_it_they_are_not() -> None:
    chance = random.Random(5)
    free = [abs(chance.gauss(0.030, 0.002)) for _ in range(100)]
    held = [abs(chance.gauss(0.032, 0.002)) for _ in range(100)]
    assert told_apart(free, held)
    # What a clock shows of a sleep is never quite what was asked for.
    even = [[taken + left(taken, 0.08) + chance.expovariate(5000) for taken in each] for each in (free, held)]
    assert not told_apart(*even)


def test_two_samples_of_one_kind_are_hardly_ever_told_apart() -> None:
    chance = random.Random(5)
    wrong = sum(
        told_apart([chance.gauss(80, 1) for _ in range(100)], [chance.gauss(80, 1) for _ in range(100)])
        for _ in range(400)
    )
    assert wrong == 0


def test_a_shift_and_a_spread_are_both_told_apart() -> None:
    chance = random.Random(5)
    base = [chance.gauss(80, 1) for _ in range(100)]
    assert told_apart(base, [chance.gauss(82, 1) for _ in range(100)])
    assert told_apart(base, [chance.gauss(80, 8) for _ in range(100)])
