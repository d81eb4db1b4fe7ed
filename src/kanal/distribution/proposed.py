"""What the desk reads of assignment runs: a proposal by partner, what it would do to their load, who is left over."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from kanal.config import clock
from kanal.directory.access import may_enter_desk
from kanal.directory.models import Partner, Person, VendorRole
from kanal.directory.refusal import Missing
from kanal.distribution.models import AssignmentRun, Decision, Outcome, RunKind, RunState
from kanal.opportunities import figures

# A proposal that is older than this says so.
FRESH = timedelta(days=1)


def visible_runs(person: Person) -> QuerySet[AssignmentRun]:
    """Give the runs over many opportunities that a person may see, newest first; a seller sees those they asked for."""
    if not may_enter_desk(person):
        return AssignmentRun.objects.none()
    found = AssignmentRun.objects.filter(kind__in=[RunKind.QUEUE, RunKind.AUTOMATIC])
    found = found.defer("standing").order_by("-at", "-pk")
    return found.filter(by=person) if person.vendor_role == VendorRole.SELLER else found


def visible_run(person: Person, key: uuid.UUID) -> AssignmentRun:
    """Give one run.

    Raises:
        Missing: there is none that this person may see.
    """
    run = visible_runs(person).select_related("by", "delivered_by").filter(pk=key).first()
    if run is None:
        raise Missing
    return run


def is_old(run: AssignmentRun) -> bool:
    """Tell whether a proposal is so old that it should be worked out anew."""
    return run.state == RunState.PROPOSED and clock.now() - run.at > FRESH


@dataclass(frozen=True)
class Share:
    """What one partner gets of a run.

    Attributes:
        partner: who.
        number: how many.
        value: their worth in the base currency.
        load: how many open opportunities it has now, without what the proposal gives it.
        after: how many it will have.
    """

    partner: Partner
    number: int
    value: Decimal
    load: int
    after: int

    @property
    def is_full(self) -> bool:
        """Tell whether it has no place left afterwards."""
        return self.partner.capacity is not None and self.after >= self.partner.capacity

    @property
    def is_over(self) -> bool:
        """Tell whether it gets more than it has room for."""
        return self.partner.capacity is not None and self.after > self.partner.capacity


@dataclass(frozen=True)
class Overview:
    """The sums of a run.

    Attributes:
        total: how many opportunities it is about.
        given: how many have a partner, whether they are proposed or offered.
        waiting: how many can still be delivered.
        offered, skipped, nobody: how many ended so.
        value: the worth of those with a partner, in the base currency.
        score: their mean score, in tenths; None where there is none.
        shares: who gets what, the largest worth first.
    """

    total: int
    given: int
    waiting: int
    offered: int
    skipped: int
    nobody: int
    value: Decimal
    score: float | None
    shares: Sequence[Share]

    @cached_property
    def filled(self) -> int:
        """Count the partners that have no place left afterwards."""
        return sum(share.is_full for share in self.shares)

    @property
    def fraction(self) -> float:
        """Say how much of what has a partner is dealt with, from 0 to 1."""
        done = self.offered + self.skipped
        return done / (done + self.waiting) if done + self.waiting else 1.0


def overview(run: AssignmentRun) -> Overview:
    """Add up a run; four queries, however large it is."""
    counted = dict(run.decisions.order_by().values_list("outcome").annotate(number=Count("pk")))
    rows = list(
        _with_partner(run)
        .order_by()
        .values_list("given")
        .annotate(
            number=Count("pk"),
            new=Count("pk", filter=Q(outcome=Outcome.PROPOSED)),
            value=Coalesce(Sum("opportunity__estimated_revenue_base"), Decimal(0)),
            points=Sum("score"),
            scored=Count("score"),
        )
    )
    partners = Partner.objects.select_related("account", "tier").in_bulk([row[0] for row in rows])
    load = figures.open_work_of(list(partners))
    shares = [
        Share(partners[key], number, value, load[key], load[key] + new)
        for key, number, new, value, _points, _scored in rows
    ]
    scored = sum(row[5] for row in rows)
    return Overview(
        total=sum(counted.values()),
        given=sum(row[1] for row in rows),
        waiting=sum(row[2] for row in rows),
        offered=counted.get(Outcome.OFFERED, 0),
        skipped=counted.get(Outcome.SKIPPED, 0),
        nobody=counted.get(Outcome.NOBODY, 0),
        value=sum((row[3] for row in rows), Decimal(0)),
        score=sum(row[4] or 0 for row in rows) / scored if scored else None,
        shares=sorted(shares, key=lambda one: (-one.value, -one.number, one.partner.name)),
    )


def _with_partner(run: AssignmentRun) -> QuerySet[Decision, Decision]:
    found = run.decisions.filter(outcome__in=[Outcome.PROPOSED, Outcome.OFFERED])
    return found.filter(given__isnull=False)


@dataclass(frozen=True)
class Line:
    """One opportunity of a run.

    Attributes:
        decision: with its opportunity.
        runner_up: the best of the other candidates; None where there is none.
        runner_score: its score, in tenths.
        changed: the opportunity was changed after the proposal, so that it won't be delivered.
    """

    decision: Decision
    runner_up: Partner | None
    runner_score: int
    changed: bool

    @property
    def better(self) -> bool:
        """Tell whether the runner-up has more points, and the division still took the other."""
        return self.runner_up is not None and self.runner_score > (self.decision.score or 0)


def lines_of(run: AssignmentRun, partners: Sequence[Partner]) -> Mapping[uuid.UUID, Sequence[Line]]:
    """Give what partners get of a run, line by line; two queries."""
    keys = [one.pk for one in partners]
    rows = _lines(_with_partner(run).filter(given__in=keys))
    found: dict[uuid.UUID, list[Line]] = {key: [] for key in keys}
    for line in rows:
        assert line.decision.given_id is not None  # asked for
        found[line.decision.given_id].append(line)
    return found


def left_over(run: AssignmentRun, outcome: str, *, limit: int) -> Sequence[Line]:
    """Give the first lines that have no partner, or that were skipped, the most valuable first; two queries."""
    rows = run.decisions.filter(outcome=outcome).order_by(
        F("opportunity__estimated_revenue_base").desc(nulls_last=True), "place"
    )
    return _lines(rows[:limit])


def line(run: AssignmentRun, key: uuid.UUID) -> Line:
    """Give one line of a run.

    Raises:
        Missing: the run has none such.
    """
    found = _lines(run.decisions.filter(pk=key))
    if not found:
        raise Missing
    return found[0]


def _lines(rows: QuerySet[Decision, Decision]) -> list[Line]:
    found = list(
        rows.select_related(
            *("given__account", "moved_by", "version__policy"),
            *("opportunity__currency", "opportunity__account"),
        )
    )
    best = {row.pk: _runner_up(row) for row in found}
    partners = Partner.objects.select_related("account").in_bulk(
        {key for key, _score in filter(None, best.values())}
    )
    return [_made(row, best[row.pk], partners) for row in found]


def _made(row: Decision, best: tuple[uuid.UUID, int] | None, partners: Mapping[uuid.UUID, Partner]) -> Line:
    changed = row.outcome == Outcome.PROPOSED and row.opportunity.modified_at > row.at
    return Line(row, partners.get(best[0]) if best else None, best[1] if best else 0, changed)


def _runner_up(row: Decision) -> tuple[uuid.UUID, int] | None:
    taken = str(row.given_id or "")
    found = next(((key, score) for key, score in row.candidates if key != taken), None)
    return (uuid.UUID(found[0]), found[1]) if found else None


@dataclass(frozen=True)
class Place:
    """What one territory gets of a run: how many, and their worth in the base currency."""

    name: str
    number: int
    value: Decimal


def by_territory(run: AssignmentRun, *, limit: int = 8) -> Sequence[Place]:
    """Give the territories that a run serves, the largest worth first; one query."""
    rows = (
        _with_partner(run)
        .order_by()
        .values_list("opportunity__territory__name")
        .annotate(number=Count("pk"), value=Coalesce(Sum("opportunity__estimated_revenue_base"), Decimal(0)))
        .order_by("-value", "opportunity__territory__name")[:limit]
    )
    return [Place(name or "", number, value) for name, number, value in rows]


@dataclass(frozen=True)
class Counts:
    """How many lines of a run ended how."""

    total: int
    offered: int
    nobody: int


def counts(runs: Sequence[AssignmentRun]) -> Mapping[uuid.UUID, Counts]:
    """Count the lines of runs; one query for all of them."""
    rows = Decision.objects.filter(run__in=runs).order_by().values_list("run", "outcome")
    found: dict[uuid.UUID, dict[str, int]] = {run.pk: {} for run in runs}
    for key, outcome, number in rows.annotate(number=Count("pk")):
        found[key][outcome] = number
    return {
        key: Counts(sum(one.values()), one.get(Outcome.OFFERED, 0), one.get(Outcome.NOBODY, 0))
        for key, one in found.items()
    }


def delivered(run: AssignmentRun) -> int:
    """Count what the last delivery of a run offered."""
    since = run.began_at or run.at
    return run.decisions.filter(outcome=Outcome.OFFERED, offer__delivered_at__gte=since).count()
