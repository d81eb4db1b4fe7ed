"""Distances: great circles, right where maps end."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanal.distribution.matching.places import EARTH_KM, apart, vectors


def _km(one, other):
    place = np.array([one, other], np.float64) * 1e6
    return int(apart(*vectors(np.rint(place).astype(np.int32))))


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ((55.6761, 12.5683), (56.1629, 10.2039), 157),  # Copenhagen, Aarhus
        ((-16.5, 179.5), (-16.5, -179.5), 107),  # across the date line
        ((-18.1416, 178.4419), (-13.8333, -171.7667), 1151),  # Suva, Apia
        ((90, 0), (90, 120), 0),  # the pole is one place
        ((89.9, 0), (89.9, 180), 22),  # across the pole
        ((0, 0), (0, 180), 20015),  # half around
    ],
)
def test_a_distance_is_the_great_circle(one, other, km):
    assert _km(one, other) == km


@given(*[st.floats(-90, 90), st.floats(-180, 180)] * 2)
def test_a_distance_is_within_a_kilometre_of_the_haversine_formula(a, b, c, d):
    one, other = math.radians(a), math.radians(c)
    half = math.sin((other - one) / 2) ** 2
    half += math.cos(one) * math.cos(other) * math.sin(math.radians(d - b) / 2) ** 2
    expected = 2 * EARTH_KM * math.asin(math.sqrt(min(1, half)))
    near_antipode = expected > 19_900  # where a small step of the chord is a large one of the arc
    assert abs(_km((a, b), (c, d)) - expected) <= (10 if near_antipode else 1)
    assert _km((a, b), (c, d)) == _km((c, d), (a, b))
