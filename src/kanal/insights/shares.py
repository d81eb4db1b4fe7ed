"""Shares that sum to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

WHOLE = 10_000


def shares(values: Sequence[Decimal | int | float], whole: int = WHOLE) -> list[int]:
    """Divide a whole in proportion to values, in units that sum to it exactly.

    The method of the largest remainder (Hamilton): each gets the whole units of its quota, and those with the largest
    remainders one unit more until the whole is given out; the earlier one where remainders are equal.

    Args:
        values: none of them below zero.
        whole: how many units there are; 10,000 are hundredths of a percent.

    Returns:
        as many units as values; all zero where every value is.
    """
    total = sum(Decimal(value) for value in values)
    if not total:
        return [0] * len(values)
    quotas = [Decimal(value) * whole / total for value in values]
    given = [int(quota) for quota in quotas]
    places = sorted(range(len(values)), key=lambda place: (given[place] - quotas[place], place))
    for place in places[: whole - sum(given)]:
        given[place] += 1
    return given
