"""What the vendor's policy of deal registration says, as one plain value. Pure; knows no database.

A version of the policy keeps it as plain data. A version written before a term existed reads with that term's default,
so that old decisions stay readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Terms:
    """Everything that a version of the policy says.

    Attributes:
        protect_days: how many days an approval protects.
        extensions: how often that may be extended; `extension_days`: by how many days at most each time.
        remind_days: so many days before the end the partner is reminded, the longest first.
        activity_days: a protection without activity of the partner for so many days ends; 0 is never.
        warn_days: so many days before it ends for that the partner is told the day.
        decide_hours: working hours in which the vendor decides.
        answer_days: days that a partner has to answer a question.
        cap: how many a partner holds at most at a time, pending and approved.
        cap_by_tier: the same for a tier, by its key as text; a tier that is not named has `cap`.
        cap_bonus: so many more for a partner that turned `bonus_percent` of what it had approved into sales.
        auto_below: a request worth less, in whole units of the base currency, without any conflict, is approved by
            itself; 0 is none.
        auto_rank: the lowest rank of a tier for which that holds.
        two_above: from this value on a second person approves; 0 is never.
        two_for_conflict: a second person approves where another partner or the vendor itself is concerned.
        line_most: how many may wait in line for one customer and product family.
        checks_a_day: how many customers one person may check a day; `checks_a_company`: all of one partner.
        may_override: whether a manager may deliver against a protection, with a reason that its holder reads.
        protect_direct: whether a customer that the vendor sells to directly is protected like one of a partner.
        alike: from this score on, 0 to 100, another record counts as a conflict.
        terms: what the partner accepts when it submits.
    """

    protect_days: int = 90
    extensions: int = 1
    extension_days: int = 60
    remind_days: tuple[int, ...] = (30, 14, 7)
    activity_days: int = 45
    warn_days: int = 7
    decide_hours: int = 16
    answer_days: int = 10
    cap: int = 20
    cap_by_tier: Mapping[str, int] = field(default_factory=dict)
    cap_bonus: int = 10
    bonus_percent: int = 40
    auto_below: int = 0
    auto_rank: int = 0
    two_above: int = 1_000_000
    two_for_conflict: bool = True
    line_most: int = 5
    checks_a_day: int = 25
    checks_a_company: int = 100
    may_override: bool = True
    protect_direct: bool = True
    alike: int = 20
    terms: str = ""

    def plain(self) -> dict[str, Any]:
        """Give it as plain values, as a version keeps them."""
        return asdict(self)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Terms:
        """Read plain values; what is missing has its default, what is not known is left out."""
        known = {item.name for item in fields(cls)}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in data.items()
            if name in known
        }
        return cls(**values)

    def cap_of(self, tier: str, *, proven: bool) -> int:
        """Give how many requests a partner holds at most.

        Args:
            tier: the key of its tier as text; empty for none.
            proven: it turned enough of what it had approved into sales.
        """
        return self.cap_by_tier.get(tier, self.cap) + (self.cap_bonus if proven else 0)
