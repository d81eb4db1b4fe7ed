"""What a policy of preferred partner assignment says, as one plain value. Pure; knows no database.

A version of a policy keeps it as plain data. A version written before a term existed reads with that term's default,
so that old decisions stay readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any


class When(StrEnum):
    """When a policy assigns by itself."""

    ASKED = "asked"  # only when a person asks
    CREATED = "created"  # as soon as an opportunity stands in the queue
    SCHEDULE = "schedule"  # at set times, the whole queue at once


RULES = (
    *("active", "paused", "territory", "family", "industry", "certification", "tier", "language"),
    *("value", "capacity", "declined", "offered", "conflict", "pinned", "reach", "protected"),
)
# These hold whatever a policy says: a partner that takes no offers is offered none.
ALWAYS = frozenset({"active", "paused", "declined", "pinned", "protected"})
# Whole points; together 100.
WEIGHTS = {
    "territory": 18,
    "product": 18,
    "industry": 12,
    "tier": 8,
    "touch": 6,
    "feedback": 5,
    "returns": 4,
    "win": 9,
    "speed": 4,
    "load": 8,
    "rest": 4,
    "relation": 4,
}


@dataclass(frozen=True)
class Filter:
    """Which opportunities a policy takes; an empty list or None takes all.

    Attributes:
        territories, families, industries: keys as text; a territory takes those within it too.
        sources, ratings, countries: their keys.
        value_least, value_most: estimated revenue in whole units of the base currency; None is no limit.
    """

    territories: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    ratings: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    value_least: int | None = None
    value_most: int | None = None


@dataclass(frozen=True)
class Terms:
    """Everything that a version of a policy says.

    Attributes:
        takes: which opportunities it judges.
        rules: which hard rules hold, besides those that always do (`ALWAYS`).
        weights: how many points each part of the score gives at most; together 100.
        near_km, far_km: full points for nearness up to the first, none from the second on, which the rule reach needs.
        quick_hours, slow_hours: full points for a median answer up to the first, none from the second on.
        rest_days: full points for a partner that got no offer for so many days.
        tier_least: the rank that the rule tier demands.
        value_least, value_most: what the rule value demands of the opportunity, in whole units of the base currency,
            beside what the partner itself says.
        score_least: below so many points nobody is chosen and a person decides.
        share_most: the percentage of one run that one partner gets at most; 100 is no limit.
        share_new: the percentage of one run kept for new partners, where new ones are eligible.
        new_offers: a partner with fewer offers than this is new.
        rate_days: how far back the rates look.
        answer_hours: working hours that a partner has to answer.
        attempts: how many partners are tried before a person is asked.
        remind_hours: so many working hours before the deadline the partner is reminded; 0 is never.
        when: when it assigns by itself.
        times: for a schedule, the times of the day as “HH:MM”, on working days, in the vendor's zone.
    """

    takes: Filter = field(default_factory=Filter)
    rules: tuple[str, ...] = (
        "territory",
        "family",
        "certification",
        "value",
        "capacity",
        "offered",
        "conflict",
    )
    weights: Mapping[str, int] = field(default_factory=lambda: dict(WEIGHTS))
    near_km: int = 25
    far_km: int = 400
    quick_hours: int = 4
    slow_hours: int = 40
    rest_days: int = 30
    tier_least: int = 0
    value_least: int | None = None
    value_most: int | None = None
    score_least: int = 0
    share_most: int = 100
    share_new: int = 0
    new_offers: int = 5
    rate_days: int = 365
    answer_hours: int = 16
    attempts: int = 3
    remind_hours: int = 4
    when: str = When.ASKED
    times: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Give it as plain values, as a version keeps them."""
        return asdict(self)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Terms:
        """Read plain values; what is missing has its default, what is not known is left out."""
        known = {item.name for item in fields(cls)}
        values = {name: _frozen(value) for name, value in data.items() if name in known and name != "takes"}
        taken = {item.name for item in fields(Filter)}
        takes = {name: _frozen(value) for name, value in dict(data.get("takes", {})).items() if name in taken}
        return cls(takes=Filter(**takes), **values)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
