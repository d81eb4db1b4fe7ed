"""Telling by statistics whether two things take the same time."""

from __future__ import annotations

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

# Below this, what is seen is no chance. A true difference that matters gives far less.
RARE = 1e-5
WARM_UP = 5


def interleaved(
    acts: Mapping[str, Callable[[], object]], *, times: int, seed: int = 7
) -> dict[str, list[float]]:
    """Time several acts so many times each, in rounds of mixed order, so that a busy machine is busy for all of them.

    Gives the seconds of each, without those of the first rounds.
    """
    chance = random.Random(seed)
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for turn in range(times + WARM_UP):
        names = list(acts)
        chance.shuffle(names)
        for name in names:
            begun = perf_counter()
            acts[name]()
            if turn >= WARM_UP:
                taken[name].append(perf_counter() - begun)
    return taken


def told_apart(first: Sequence[float], second: Sequence[float]) -> bool:
    """Tell whether two samples differ by more than chance: by the rank test, or by the shape of their distribution."""
    return min(mann_whitney(first, second), kolmogorov_smirnov(first, second)) < RARE


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> float:
    """Give the two-sided p of the rank test, by its normal approximation.

    Mann & Whitney, On a test of whether one of two random variables is stochastically larger than the other, Annals of
    Mathematical Statistics 18, 1947.
    """
    n, m = len(first), len(second)
    ordered = sorted(second)
    wins = sum((bisect_right(ordered, value) + bisect_left(ordered, value)) / 2 for value in first)
    spread = math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(wins - n * m / 2) / spread / math.sqrt(2))


def kolmogorov_smirnov(first: Sequence[float], second: Sequence[float]) -> float:
    """Give the p of the largest distance between two empirical distributions, by Kolmogorov's series."""
    a, b = sorted(first), sorted(second)
    distance = max(abs(bisect_right(a, x) / len(a) - bisect_right(b, x) / len(b)) for x in (*a, *b))
    scaled = distance * math.sqrt(len(a) * len(b) / (len(a) + len(b)))
    if scaled < 0.2:  # the series converges slowly there, and its sum is 1
        return 1.0
    return 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 100))
