"""What the desk reads of bulk runs: people see their own, administrators and auditors all."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from kanal.directory.access import may_enter_desk, may_see_settings
from kanal.directory.models import Partner, Person
from kanal.directory.refusal import Missing
from kanal.distribution.models import BulkRow, BulkRun, RowOutcome


def visible_runs(person: Person) -> QuerySet[BulkRun]:
    """Give the runs that a person may see, newest first."""
    if not may_enter_desk(person):
        return BulkRun.objects.none()
    found = BulkRun.objects.select_related("by", "owner", "giver__account")
    return found if may_see_settings(person) else found.filter(by=person)


def visible_run(person: Person, key: uuid.UUID) -> BulkRun:
    """Give one run.

    Raises:
        Missing: there is none that this person may see.
    """
    run = visible_runs(person).filter(pk=key).first()
    if run is None:
        raise Missing
    return run


def partners_of(run: BulkRun) -> list[Partner]:
    """Give the partners that a run gives to."""
    return list(
        Partner.objects.select_related("account").filter(pk__in=run.partners).order_by("account__name")
    )


@dataclass(frozen=True)
class Sums:
    """How many rows of a run have which outcome."""

    waiting: int
    done: int
    skipped: int
    failed: int

    @property
    def total(self) -> int:
        """Give how many rows there are."""
        return self.waiting + self.done + self.skipped + self.failed

    @property
    def over(self) -> int:
        """Give how many rows have their outcome."""
        return self.total - self.waiting

    @property
    def fraction(self) -> float:
        """Say how much is over, from 0 to 1."""
        return self.over / self.total if self.total else 0.0


def sums(run: BulkRun) -> Sums:
    """Count the rows of a run, in one query."""
    counted = dict(run.rows.order_by().values_list("outcome").annotate(number=Count("pk")))
    return Sums(**{outcome.value: counted.get(outcome.value, 0) for outcome in RowOutcome})


@dataclass(frozen=True)
class Reason:
    """Why rows were skipped or failed, and how many."""

    outcome: str
    why: str
    count: int


def reasons(run: BulkRun) -> Sequence[Reason]:
    """Give why rows were skipped or failed, the most frequent first; one query."""
    left = run.rows.filter(outcome__in=[RowOutcome.SKIPPED, RowOutcome.FAILED]).order_by()
    counted = left.values_list("outcome", "why").annotate(number=Count("pk")).order_by("-number", "why")
    return [Reason(outcome, why, number) for outcome, why, number in counted]


def rows(run: BulkRun, outcome: str) -> QuerySet[BulkRow]:
    """Give the rows of a run with one outcome, in their order."""
    found = run.rows.filter(outcome=outcome).select_related("opportunity", "partner__account")
    return found.only(
        "place",
        "outcome",
        "why",
        "run",
        "opportunity",
        "partner",
        "opportunity__reference",
        "opportunity__topic",
        "opportunity__account_name",
        "partner__account__name",
    ).order_by("place")
