"""How far apart two places are, in whole kilometres, to the bit the same on every machine.

Sines of a processor differ in their last bit; sums, products and square roots do not (IEEE 754). So sines are worked
out here by their series, and the one arc sine that is left only guesses: a table of whole numbers has the last word.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kanal.distribution.matching.shape import Ints

EARTH_KM = 6371.0088  # mean radius, IUGG
_FINE = 1 << 29  # a unit vector's coordinates as whole numbers: about a centimetre on the ground
_QUARTER = 90_000_000  # a right angle, in millionths of a degree
Floats = NDArray[np.float64]


def _series(x: Floats) -> tuple[Floats, Floats]:
    """Give sine and cosine of radians within an eighth of a turn: Taylor, to less than half a unit of the last bit."""
    square = x * x
    sine, cosine = np.zeros_like(x), np.zeros_like(x)
    for power in range(8, -1, -1):
        cosine = cosine * square + (-1) ** power / math.factorial(2 * power)
        sine = sine * square + (-1) ** power / math.factorial(2 * power + 1)
    return sine * x, cosine


def _sine_cosine(angle: NDArray[Any]) -> tuple[Floats, Floats]:
    """Give sine and cosine of angles in millionths of a degree."""
    turned = angle.astype(np.int64)
    quarter = (turned + _QUARTER // 2) // _QUARTER
    radians: Floats = (turned - quarter * _QUARTER).astype(np.float64) * (math.pi / 2 / _QUARTER)
    sine, cosine = _series(radians)
    which = quarter % 4
    return (
        np.choose(which, [sine, cosine, -sine, -cosine]),
        np.choose(which, [cosine, -sine, -cosine, sine]),
    )


def vectors(place: Ints) -> Ints:
    """Give places (…, 2), in millionths of a degree, as vectors (…, 3) from the centre of the earth, whole numbers."""
    sine, flat = _sine_cosine(place[..., 0])
    east, ahead = _sine_cosine(place[..., 1])
    unit = np.stack([flat * ahead, flat * east, sine], axis=-1)
    found: Ints = np.rint(unit * _FINE).astype(np.int32)
    return found


def _limits() -> NDArray[np.int64]:
    """Give the largest squared chord that still rounds to 0, 1, 2, … kilometres, up to half around the earth."""
    half_arc = (np.arange(math.ceil(math.pi * EARTH_KM)) + 0.5) / (2 * EARTH_KM)
    small = half_arc <= math.pi / 4
    near, _unused = _series(np.where(small, half_arc, 0))
    _unused, far = _series(np.where(small, 0, math.pi / 2 - half_arc))
    chord = np.where(small, near, far) * (2 * _FINE)
    found = np.floor(chord * chord).astype(np.int64)
    found[half_arc >= math.pi / 2] = np.iinfo(np.int64).max
    return np.append(found, np.iinfo(np.int64).max)


_LIMITS = _limits()


def apart(one: Ints, other: Ints) -> Ints:
    """Give the great-circle distance between places given as `vectors`, in whole kilometres, int32.

    It follows from the chord (d = 2R asin(c / 2)), whose square is a whole number here. Right across the date line
    and at the poles.
    """
    shape = np.broadcast_shapes(one.shape[:-1], other.shape[:-1])
    square = np.zeros(shape, np.int64)
    for axis in range(3):
        between = (one[..., axis] - other[..., axis]).astype(np.int64)
        square += between * between
    chord = np.sqrt(square.astype(np.float64)) / (2 * _FINE)
    guess = np.rint(2 * EARTH_KM * np.arcsin(np.minimum(chord, 1))).astype(np.int32)
    guess += square > _LIMITS[guess]
    guess -= (guess > 0) & (square <= _LIMITS[guess - 1])
    return guess
