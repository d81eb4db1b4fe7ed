"""The labelled pairs of `conflicts.csv`, and how well `judge` tells those of one customer from those of two.

All companies are invented, and were written before the judging was. The pairs have three parts: those that the judging
was tuned on, a third that was held out, and ninety more that were written once it was tuned, to see whether it holds
for what it was not made for.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kanal.registration.conflicts.judging import Customer, Verdict, judge

FILE = Path(__file__).with_suffix("").with_name("conflicts.csv")
TUNED, HELD, LATE = "tuned", "held", "late"
_FIELDS = ("name", "number", "domain", "street", "postal_code", "city", "country")


@dataclass(frozen=True)
class Pair:
    """Two companies, and whether they are one customer.

    Attributes:
        language: da, de or en.
        kind: what makes it one customer, or nearly.
        part: `TUNED`, `HELD` or `LATE`.
        same: the truth.
    """

    language: str
    kind: str
    part: str
    same: bool
    one: Customer
    other: Customer


@dataclass(frozen=True)
class Outcome:
    """A pair and what the judging says of it."""

    pair: Pair
    verdict: Verdict

    @property
    def right(self) -> bool:
        return self.verdict.same_customer == self.pair.same


@dataclass(frozen=True)
class Quality:
    """How good the judging is: of what it calls one customer, how much is; of what is, how much it calls so."""

    precision: float
    recall: float
    pairs: int


@cache
def pairs() -> tuple[Pair, ...]:
    """Read all pairs."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Pair(
                language=row["language"],
                kind=row["kind"],
                part=row["part"] or TUNED,
                same=row["truth"] == "same",
                one=_customer(row, ""),
                other=_customer(row, "other_"),
            )
            for row in csv.DictReader(file)
        )


def outcomes(judged: Iterable[Pair]) -> list[Outcome]:
    """Judge pairs."""
    return [Outcome(pair, judge(pair.one, pair.other)) for pair in judged]


def quality(judged: Iterable[Outcome]) -> Quality:
    """Give precision and recall; 1 where nothing could go wrong."""
    rows = list(judged)
    called = [row for row in rows if row.verdict.same_customer]
    true = [row for row in rows if row.pair.same]
    both = len([row for row in called if row.pair.same])
    return Quality(both / len(called) if called else 1.0, both / len(true) if true else 1.0, len(rows))


def _customer(row: dict[str, str], before: str) -> Customer:
    return Customer(
        **{field: row[before + field] for field in _FIELDS},
        mail_domains=tuple(row[f"{before}mail"].split()),
    )
