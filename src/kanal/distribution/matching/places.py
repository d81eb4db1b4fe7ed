"""How far apart two places are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kanal.distribution.matching.shape import Ints

EARTH_KM = 6371.0088  # mean radius, IUGG
_FINE = 1 << 20  # a unit vector's coordinates as whole numbers: about six metres on the ground


def vectors(place: Ints) -> NDArray[np.int64]:
    """Give places (…, 2), in millionths of a degree, as vectors (…, 3) from the centre of the earth, whole numbers."""
    latitude, longitude = np.moveaxis(np.radians(place / 1e6), -1, 0)
    flat = np.cos(latitude)
    unit = np.stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)], axis=-1)
    found: NDArray[np.int64] = np.rint(unit * _FINE).astype(np.int64)
    return found


def apart(one: NDArray[np.int64], other: NDArray[np.int64]) -> Ints:
    """Give the great-circle distance between places given as `vectors`, in whole kilometres, int32.

    It is worked out from the chord (d = 2R asin(c / 2)), whose square is a whole number here, and rounded to a whole
    kilometre, so that the last bit of a sine does not show. Right across the date line and at the poles.
    """
    between = one - other
    chord = np.sqrt((between * between).sum(axis=-1)) / _FINE
    found: Ints = np.rint(2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1))).astype(np.int32)
    return found
