"""What the terms of a policy may be. Pure: each refusal names the term, the value, and what would do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kanal.distribution.terms import ALWAYS, RULES, WEIGHTS, Terms, When

Text = str | Promise
# The least and the most that each whole number may be.
RANGES: Mapping[str, tuple[int, int]] = {
    "tier_least": (0, 1000),
    "near_km": (0, 20_000),
    "far_km": (1, 20_100),
    "quick_hours": (0, 400),
    "slow_hours": (1, 2000),
    "rest_days": (1, 730),
    "rate_days": (30, 3650),
    "score_least": (0, 100),
    "share_most": (1, 100),
    "share_new": (0, 100),
    "new_offers": (1, 1000),
    "answer_hours": (1, 400),
    "remind_hours": (0, 399),
    "attempts": (1, 20),
}
LARGEST_VALUE = 10**15
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def problems(terms: Terms) -> dict[str, Text]:
    """Say what is wrong with terms, by the plain name of each (see `term_words`); nothing where all is right."""
    found: dict[str, Text] = {}
    for name, text in _all(terms):
        found.setdefault(name, text)
    return found


def _all(terms: Terms) -> Iterator[tuple[str, Text]]:
    yield from _ranges(terms)
    yield from _weights(terms)
    yield from _orders(terms)
    yield from _values(terms)
    yield from _when(terms)
    for rule in terms.rules:
        if rule not in RULES or rule in ALWAYS:
            yield "rules", _("There is no rule “%(rule)s” to choose.") % {"rule": rule}


def _ranges(terms: Terms) -> Iterator[tuple[str, Text]]:
    for name, (least, most) in RANGES.items():
        value = getattr(terms, name)
        if not _whole(value) or not least <= value <= most:
            yield name, _out_of_range(value, least, most)


def _out_of_range(value: object, least: int, most: int) -> str:
    return _("%(value)s is not possible. Give a whole number from %(least)d to %(most)d.") % {
        "value": value,
        "least": least,
        "most": most,
    }


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _weights(terms: Terms) -> Iterator[tuple[str, Text]]:
    for part, points in terms.weights.items():
        if part not in WEIGHTS:
            yield "weights", _("There is no part “%(part)s” of the score.") % {"part": part}
        elif not _whole(points) or not 0 <= points <= 100:
            yield f"weight_{part}", _out_of_range(points, 0, 100)
    wrong = sum_problem(sum(points for points in terms.weights.values() if _whole(points)))
    if wrong is not None:
        yield "weights", wrong


def sum_problem(points: int) -> str | None:
    """Say what to do where the weights do not add up to 100, or None where they do."""
    if points == 100:
        return None
    words = {"sum": points, "by": abs(points - 100)}
    if points > 100:
        return _("The points add up to %(sum)d instead of 100. Take %(by)d away.") % words
    return _("The points add up to %(sum)d instead of 100. Give %(by)d more.") % words


def _orders(terms: Terms) -> Iterator[tuple[str, Text]]:
    pairs = (("near_km", "far_km"), ("quick_hours", "slow_hours"), ("remind_hours", "answer_hours"))
    for low, high in pairs:
        lower, higher = getattr(terms, low), getattr(terms, high)
        if _whole(lower) and _whole(higher) and lower >= higher:
            text = _("%(low)s is not less than %(high)s. Give a smaller first or a larger second number.")
            yield (low if low == "remind_hours" else high), text % {"low": lower, "high": higher}


def _values(terms: Terms) -> Iterator[tuple[str, Text]]:
    for prefix, place in (("", terms), ("takes_", terms.takes)):
        least, most = place.value_least, place.value_most
        for name, value in (("value_least", least), ("value_most", most)):
            if value is not None and (not _whole(value) or not 0 <= value <= LARGEST_VALUE):
                yield prefix + name, _out_of_range(value, 0, LARGEST_VALUE)
        if least is not None and most is not None and least > most:
            text = _("It is smaller than the least, %(least)s. Then nothing is left: give a larger one.")
            yield f"{prefix}value_most", text % {"least": least}


def _when(terms: Terms) -> Iterator[tuple[str, Text]]:
    if terms.when not in set(When):
        yield "when", _("Choose when it assigns.")
    if terms.when == When.SCHEDULE and not terms.times:
        yield "times", _("Give at least one time, such as 09:00.")
    for time in terms.times:
        if not _TIME.fullmatch(time):
            yield "times", _("“%(time)s” is no time. Write it as 09:00 or 14:30.") % {"time": time}
    if len(set(terms.times)) != len(terms.times):
        yield "times", _("A time stands there twice. Leave one of them out.")
