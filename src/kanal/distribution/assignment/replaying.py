"""Trying a policy on what has been: who would have got what, beside who did. Writes nothing.

Each day's opportunities are divided as a queue, in the order of the days. A partner's load is what it had on that day
besides, and what the replay has given it; each opportunity takes its place until the day on which it was closed in
fact. What a partner would have made of it is estimated by its own rates, shrunk, before and after alike. Profiles,
places and rates are those of today; what happened after an opportunity was given away is not looked at.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from numpy.typing import NDArray

from kanal.distribution import rates
from kanal.distribution.assignment import asking, snapshots
from kanal.distribution.assignment.asking import Asked
from kanal.distribution.assignment.deciding import rules_of, with_pin
from kanal.distribution.assignment.snapshots import NEVER, Table
from kanal.distribution.matching import decide
from kanal.distribution.policies import InForce

DAYS = 90
# Rates look back so far from the end of the period.
RATE_DAYS = timedelta(days=365)
_FAR = 2**40  # minutes; later than anything

# What partners got first of all, and what became of it: one row an opportunity.
_GIVEN = """
SELECT DISTINCT ON (m.opportunity_id)
       m.opportunity_id, m.partner_id, m.since, COALESCE(o.actual_revenue_base, o.estimated_revenue_base, 0),
       CASE WHEN o.status IN ('won', 'lost', 'canceled') THEN o.status_since END,
       EXISTS (SELECT 1 FROM opportunities_participation a
                WHERE a.opportunity_id = m.opportunity_id AND a.partner_id = m.partner_id AND a.kind <> 'offered'),
       o.status, o.partner_id = m.partner_id
  FROM opportunities_participation m
  JOIN opportunities_opportunity o ON o.id = m.opportunity_id
 WHERE o.made_by_partner_id IS NULL AND m.since >= %(since)s AND m.since < %(until)s
   AND NOT EXISTS (SELECT 1 FROM opportunities_participation e
                    WHERE e.opportunity_id = m.opportunity_id AND e.since < %(since)s)
 ORDER BY m.opportunity_id, m.since, m.id
"""
# What partners had besides, as spans of time.
_LOAD = """
SELECT m.partner_id, m.opportunity_id, m.since,
       LEAST(m.until, CASE WHEN o.status IN ('won', 'lost', 'canceled') THEN o.status_since END)
  FROM opportunities_participation m
  JOIN opportunities_opportunity o ON o.id = m.opportunity_id
 WHERE m.since < %(until)s AND (m.until IS NULL OR m.until >= %(since)s)
"""


@dataclass(frozen=True)
class Given:
    """What a partner got first.

    Attributes:
        value: in the base currency.
        closed: when it was closed; None where it is open.
        accepted: the partner took it.
        won, lost: it was closed so while the partner had it.
    """

    key: UUID
    partner: UUID
    since: datetime
    value: float
    closed: datetime | None
    accepted: bool
    won: bool
    lost: bool


@dataclass
class Side:
    """What a partner has in the period, in fact or in the replay.

    Attributes:
        count, value: what it gets.
        accepts, wins: how much of that it would take and win by its rates.
        most: the most that it had at one time, in percent of what it takes; None where it names no limit.
    """

    count: int = 0
    value: float = 0.0
    accepts: float = 0.0
    wins: float = 0.0
    most: int | None = None


@dataclass(frozen=True)
class Compared:
    """One partner before and after."""

    partner: UUID
    before: Side
    after: Side


@dataclass(frozen=True)
class Replay:
    """A policy beside what has been.

    Attributes:
        since, until: the period.
        total: how many opportunities the policy judges, of `given` that partners got first in the period.
        accepted, won: how many of those were accepted and won in fact.
        partners: who gets or got something, the most value first.
        unassigned: for how many nobody was found.
        score: the mean of the scores, in tenths of a point.
        same: how many go to whom they went.
    """

    since: datetime
    until: datetime
    given: int
    total: int
    accepted: int
    won: int
    partners: Sequence[Compared]
    unassigned: int
    score: int
    same: int

    def sum(self, side: str) -> Side:
        """Add up all partners, before or after."""
        sides = [getattr(one, side) for one in self.partners]
        return Side(
            count=sum(one.count for one in sides),
            value=sum(one.value for one in sides),
            accepts=sum(one.accepts for one in sides),
            wins=sum(one.wins for one in sides),
        )


def newest() -> date | None:
    """Give the last day on which a partner got something first; None where none ever did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(since) FROM opportunities_participation")
        [at] = cursor.fetchone()
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date() if at else None


def replay(policy: InForce, *, last: date, days: int = DAYS) -> Replay:
    """Try a policy on a period; in a transaction that can't write.

    Args:
        policy: what it would say, saved or not.
        last: the last day of the period.
        days: how long the period is.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    until = datetime(last.year, last.month, last.day, tzinfo=zone) + timedelta(days=1)
    since = until - timedelta(days=days)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        year = _given(until - RATE_DAYS, until)
        given = [one for one in year if one.since >= since]
        terms = policy.terms
        table = snapshots.current(rate_days=terms.rate_days, new_offers=terms.new_offers)
        asked = {one.key: one for one in asking.ask([one.key for one in given], table, before=since)}
        judged = [one for one in given if one.key in asked and policy.takes(asked[one.key].traits)]
        spans = _spans(since, until, {one.key for one in judged}, table)
    return _Replaying(policy, table, judged, asked=asked, spans=spans, year=year).run(
        since, until, len(given)
    )


def _given(since: datetime, until: datetime) -> list[Given]:
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, {"since": since, "until": until})
        rows = cursor.fetchall()
    found = [
        Given(
            key=key,
            partner=partner,
            since=at,
            value=float(value),
            closed=closed,
            accepted=accepted,
            won=bool(kept) and status == "won",
            lost=bool(kept) and status == "lost",
        )
        for key, partner, at, value, closed, accepted, status, kept in rows
    ]
    return sorted(found, key=lambda one: (one.since, one.key))


@dataclass(frozen=True)
class _Spans:
    """Work besides: whose (int32), from when and until when (int64, minutes)."""

    whose: NDArray[np.int32]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]

    def load(self, minute: int, partners: int) -> NDArray[np.int32]:
        """Count what each partner has at a moment."""
        there = (self.begin <= minute) & (self.end > minute)
        return np.bincount(self.whose[there], minlength=partners).astype(np.int32)


def _minutes(at: datetime | None) -> int:
    return _FAR if at is None else int(at.timestamp() // 60)


def _spans(since: datetime, until: datetime, judged: set[UUID], table: Table) -> _Spans:
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, {"since": since, "until": until})
        rows = [row for row in cursor.fetchall() if row[1] not in judged and str(row[0]) in table.place_of]
    return _Spans(
        np.array([table.place_of[str(row[0])] for row in rows], np.int32),
        np.array([_minutes(row[2]) for row in rows], np.int64),
        np.array([_minutes(row[3]) for row in rows], np.int64),
    )


class _Replaying:
    """One replay: day by day, each as a queue of its own."""

    def __init__(
        self,
        policy: InForce,
        table: Table,
        judged: Sequence[Given],
        *,
        asked: dict[UUID, Asked],
        spans: _Spans,
        year: Sequence[Given],
    ) -> None:
        self.policy, self.table, self.judged, self.asked, self.spans = policy, table, judged, asked, spans
        self.rules = rules_of(policy.terms)
        self.accept, self.win = _chances(year, table)
        self.last = np.full(len(table.partners), -NEVER, np.int64)
        self.sides: dict[str, defaultdict[int, Side]] = {
            "before": defaultdict(Side),
            "after": defaultdict(Side),
        }
        self.held: list[tuple[int, int]] = []  # what the replay has given: place, end in minutes

    def run(self, since: datetime, until: datetime, given: int) -> Replay:
        """Go through the days and compare."""
        places = self.table.place_of
        chosen: dict[UUID, int] = {}
        scores: list[int] = []
        for one in self.judged:
            if str(one.partner) in places:
                self._count("before", places[str(one.partner)], one)
        for day in self._days():
            for one, place, score in self._divide(day):
                chosen[one.key] = place
                scores.append(score)
                self._count("after", place, one)
        partners = [
            Compared(
                UUID(self.table.partners.keys[place]), self.sides["before"][place], self.sides["after"][place]
            )
            for place in {*self.sides["before"], *self.sides["after"]}
        ]
        return Replay(
            since=since,
            until=until,
            given=given,
            total=len(self.judged),
            accepted=sum(one.accepted for one in self.judged),
            won=sum(one.won for one in self.judged),
            partners=sorted(partners, key=lambda one: (-one.after.value, -one.before.value, one.partner)),
            unassigned=len(self.judged) - len(chosen),
            score=sum(scores) // max(1, len(scores)),
            same=sum(chosen.get(one.key) == places.get(str(one.partner), -1) for one in self.judged),
        )

    def _days(self) -> Iterator[list[Given]]:
        zone = ZoneInfo(settings.TIME_ZONE)
        for _day, group in groupby(self.judged, key=lambda one: one.since.astimezone(zone).date()):
            yield list(group)

    def _divide(self, day: Sequence[Given]) -> Iterator[tuple[Given, int, int]]:
        now = _minutes(day[-1].since)
        table = self.table
        load = self.spans.load(now, len(table.partners))
        busy = Counter(place for place, end in self.held if end > now)
        for place, number in busy.items():
            load[place] += number
        self._note_most(load)
        rest = np.minimum(now - self.last, NEVER).astype(np.int32)
        partners = replace(table.partners, load=load, rest_minutes=rest)
        facts = [with_pin(self.asked[one.key], self.policy) for one in day]
        dealt = decide(partners, asking.arrays([one.key for one in day], facts, table), self.rules)
        for one, place, score in zip(day, dealt.chosen, dealt.score, strict=True):
            if place >= 0:
                self.held.append((int(place), _minutes(one.closed)))
                self.last[place] = now
                yield one, int(place), int(score)

    def _note_most(self, load: NDArray[np.int32]) -> None:
        capacity = self.table.partners.capacity
        for place, side in self.sides["after"].items():
            if capacity[place] > 0:
                side.most = max(side.most or 0, int(load[place] * 100 // capacity[place]))

    def _count(self, name: str, place: int, one: Given) -> None:
        side = self.sides[name][place]
        side.count += 1
        side.value += one.value
        side.accepts += self.accept[place]
        side.wins += self.accept[place] * self.win[place]


def _chances(year: Sequence[Given], table: Table) -> tuple[list[float], list[float]]:
    """Give how likely each partner takes what it is given, and wins what it takes: its own rates, shrunk."""
    given, taken, won, closed = (Counter[str]() for _each in range(4))
    for one in year:
        key = str(one.partner)
        given[key] += 1
        taken[key] += one.accepted
        won[key] += one.won
        closed[key] += one.won or one.lost
    keys = table.partners.keys
    accept = rates.prior([taken[key] for key in keys], [given[key] for key in keys])
    win = rates.prior([won[key] for key in keys], [closed[key] for key in keys])
    return (
        [accept.shrink(taken[key], given[key]) / rates.WHOLE for key in keys],
        [win.shrink(won[key], closed[key]) / rates.WHOLE for key in keys],
    )
