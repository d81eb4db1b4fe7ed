"""A believable market for the matching engine, made by dice: partners and opportunities as arrays, no database."""

from __future__ import annotations

from typing import Any

import numpy as np

from kanal.distribution.matching import Opportunities, Part, Partners, Rule, Rules
from kanal.distribution.terms import WEIGHTS

COUNTRIES, REGIONS = 12, 6  # territories: each country with its regions
TERRITORIES = COUNTRIES * (REGIONS + 1)
FAMILIES, INDUSTRIES, LANGUAGES = 10, 14, COUNTRIES
CITIES = 25  # of each region


def rules(**changes: Any) -> Rules:
    """Give a policy as most would have it."""
    enabled = {Rule.TERRITORY, Rule.FAMILY, Rule.CERTIFICATION, Rule.VALUE, Rule.CAPACITY, Rule.OFFERED}
    given = {"enabled": frozenset(enabled | {Rule.CONFLICT}), "weights": _weights(), "far_km": 400}
    return Rules(**{**given, **changes})


def _weights() -> dict[Part, int]:
    return {Part(name): points for name, points in WEIGHTS.items()}


def _cities(dice: np.random.Generator) -> Any:
    """Give int32[TERRITORIES, CITIES, 2]: the cities of each region, scattered around its middle."""
    middle = np.stack([dice.uniform(40, 65, TERRITORIES), dice.uniform(-8, 28, TERRITORIES)], axis=-1)
    around = dice.normal(0, 0.8, (TERRITORIES, CITIES, 2))
    return np.rint((middle[:, None, :] + around) * 1e6).astype(np.int32)


def _region(dice: np.random.Generator, count: int) -> Any:
    """Give regions, large countries more often than small ones."""
    weights = 1 / np.arange(1, COUNTRIES + 1)
    country = dice.choice(COUNTRIES, count, p=weights / weights.sum())
    return COUNTRIES + country * REGIONS + dice.integers(0, REGIONS, count)


def _country(region: Any) -> Any:
    return (region - COUNTRIES) // REGIONS


def partners(count: int, seed: int = 1) -> Partners:
    """Make partners: most in a region or two, one in eight in a whole country; a few families each, some certified."""
    dice = np.random.default_rng(seed)
    home = _region(dice, count)
    covers = np.full((count, TERRITORIES), -1, np.int8)
    every = np.arange(count)
    covers[every, home] = 0
    covers[every, _region(dice, count)] = 0
    national = dice.random(count) < 0.125
    for region in range(REGIONS):
        covers[national, COUNTRIES + _country(home[national]) * REGIONS + region] = 1
    covers[national, _country(home[national])] = 0
    covers[every, home] = np.where(national, 1, 0)
    families = dice.random((count, FAMILIES)) < 0.35
    capacity = dice.integers(8, 40, count).astype(np.int32)
    languages = np.zeros((count, LANGUAGES), np.bool_)
    languages[every, _country(home)] = True
    return Partners(
        keys=tuple(f"partner-{seed}-{number}" for number in range(count)),
        active=dice.random(count) < 0.97,
        paused=dice.random(count) < 0.03,
        covers=covers,
        families=families,
        certified=families & (dice.random((count, FAMILIES)) < 0.5),
        industries=dice.random((count, INDUSTRIES)) < 0.3,
        languages=languages,
        tier=dice.choice(4, count, p=[0.2, 0.4, 0.3, 0.1]).astype(np.int32),
        place=_cities(np.random.default_rng(0))[home, dice.integers(0, CITIES, count)],
        placed=dice.random(count) < 0.95,
        capacity=np.where(dice.random(count) < 0.1, -1, capacity).astype(np.int32),
        load=(capacity * dice.beta(2, 4, count)).astype(np.int32),
        touch=(dice.beta(8, 2, count) * 10_000).astype(np.int32),
        feedback=(dice.beta(6, 3, count) * 10_000).astype(np.int32),
        returns=(dice.beta(1, 9, count) * 10_000).astype(np.int32),
        win=(dice.beta(3, 6, count) * 10_000).astype(np.int32),
        answer_minutes=dice.gamma(2, 400, count).astype(np.int32),
        rest_minutes=dice.exponential(10 * 1440, count).astype(np.int32),
        new=dice.random(count) < 0.1,
        value_least=np.where(dice.random(count) < 0.1, 50_000, -1).astype(np.int64),
        value_most=np.where(dice.random(count) < 0.1, 2_000_000, -1).astype(np.int64),
    )


def opportunities(count: int, of: int, seed: int = 2) -> Opportunities:
    """Make opportunities: one family or two, a region, a city of it, a value of a long tail; some with a history.

    Args:
        count: how many.
        of: how many partners there are.
        seed: for the dice.
    """
    dice = np.random.default_rng(seed)
    region, every = _region(dice, count), np.arange(count)
    families = np.zeros((count, FAMILIES), np.bool_)
    families[every, dice.integers(0, FAMILIES, count)] = True
    also = dice.random(count) < 0.3
    families[every[also], dice.integers(0, FAMILIES, also.sum())] = True
    needs = np.zeros(FAMILIES, np.bool_)
    needs[:3] = True
    pair = np.stack([dice.integers(0, count, count // 10), dice.integers(0, of, count // 10)], axis=-1)
    pair = np.unique(pair.astype(np.int32), axis=0)
    strength = dice.integers(2_000, 10_001, len(pair)).astype(np.int32)
    return Opportunities(
        keys=tuple(f"opportunity-{seed}-{number}" for number in range(count)),
        territory=region.astype(np.int32),
        families=families,
        certificates=families & needs,
        industry=dice.integers(0, INDUSTRIES, count).astype(np.int32),
        language=_country(region).astype(np.int32),
        place=_cities(np.random.default_rng(0))[region, dice.integers(0, CITIES, count)],
        placed=dice.random(count) < 0.9,
        value=dice.lognormal(12.5, 1, count).astype(np.int64),
        pinned=np.where(dice.random(count) < 0.002, dice.integers(0, of, count), -1).astype(np.int32),
        holder=np.full(count, -1, np.int32),
        protected=np.full(count, -1, np.int32),
        declined=pair[::2].astype(np.int32),
        offered=pair[1::2].astype(np.int32),
        related=np.column_stack([pair, strength]),
    )
