"""The figures of the partner dashboard: they start from the parts that the reader sees, so a seller's hold no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Avg,
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Min,
    Q,
    Sum,
    Value,
    When,
)

from kanal.directory.models import Person
from kanal.insights.attention import MANAGED_KINDS, Measure, Need
from kanal.insights.lists import Sums, running, with_details
from kanal.opportunities import access
from kanal.opportunities.lifecycle import Stage, State
from kanal.opportunities.models import Kind, Participation, TimelineEntry

# How many of the opportunities that something happened to last are looked through for activity: few, or else more.
_LOOKS = (20, 200)


@dataclass(frozen=True)
class StageSum:
    """How many are at one stage, and what they are worth in the base currency."""

    stage: Stage
    count: int
    value: Decimal


@dataclass(frozen=True)
class Overview:
    """What a partner has open, added up.

    Attributes:
        distributed: what waits for an answer.
        managed: what is managed; `shared` says how many of it in a collaboration.
        stages: what is managed at each stage, in their order, with those that are empty.
        age: for how long the managed ones have been managed on average; None where there are none.
        needs: how many of the managed ones need somebody, for each reason; one may count for several.
        attention: how many of the managed ones need somebody for any reason.
    """

    distributed: Sums
    managed: Sums
    stages: Sequence[StageSum]
    age: timedelta | None
    needs: Mapping[Need, int] = field(default_factory=dict)
    attention: int = 0


def overview(person: Person, measure: Measure) -> Overview:
    """Add up what is open, in one query over one index."""
    rows: list[Mapping[str, Any]] = list(
        running(person)
        .filter(state=State.OPEN)
        .order_by()
        .values("kind", "stage")
        .annotate(
            count=Count("pk"),
            total=Sum("value"),
            nearest=Min("answer_by"),
            age=Avg(ExpressionWrapper(Value(measure.now) - F("since"), DurationField())),
            attention=Count("pk", filter=_any_need(measure)),
            **{need.value: Count("pk", filter=measure.condition(need)) for need in Need},
        )
    )
    offered = [row for row in rows if row["kind"] == Kind.OFFERED]
    work = [row for row in rows if row["kind"] in MANAGED_KINDS]
    managed = _sums(work)
    return Overview(
        distributed=_sums(offered),
        managed=managed,
        stages=[_stage(stage, work) for stage in Stage],
        age=sum((row["age"] * row["count"] for row in work), timedelta()) / managed.count if work else None,
        needs={need: sum(row[need.value] for row in work) for need in Need},
        attention=sum(row["attention"] for row in work),
    )


def _any_need(measure: Measure) -> Q:
    found = Q(pk__in=[])
    for need in Need:
        found |= measure.condition(need)
    return found


def _sums(rows: Sequence[Mapping[str, Any]]) -> Sums:
    return Sums(
        count=sum(row["count"] for row in rows),
        value=sum((row["total"] or Decimal(0) for row in rows), Decimal(0)),
        nearest=min((row["nearest"] for row in rows if row["nearest"]), default=None),
        shared=sum(row["count"] for row in rows if row["kind"] == Kind.COLLABORATING),
    )


def _stage(stage: Stage, rows: Sequence[Mapping[str, Any]]) -> StageSum:
    sums = _sums([row for row in rows if row["stage"] == stage])
    return StageSum(stage, sums.count, sums.value)


def quarter_of(day: date) -> date:
    """Give the first day of the quarter that a day is in."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def won_since(person: Person, day: date) -> Sums:
    """Add up what was won on a day or later."""
    won = running(person).filter(state=State.WON, kind__in=MANAGED_KINDS, due_on__gte=day)
    found = won.aggregate(count=Count("pk"), total=Sum("value"))
    return Sums(found["count"], found["total"] or Decimal(0))


@dataclass(frozen=True)
class Needing:
    """Managed work that needs somebody.

    Attributes:
        part: the participation, with the details that rows show.
        need: the most pressing reason.
        question: what the vendor wrote, where that waits for an answer.
    """

    part: Participation
    need: Need
    question: TimelineEntry | None = None


def needing(person: Person, measure: Measure, *, limit: int) -> list[Needing]:
    """Give the managed work that needs somebody, the most pressing first: asked, then late, then silent."""
    open_ones = running(person).filter(_any_need(measure), state=State.OPEN)
    reasons = [When(measure.condition(need), then=Value(place)) for place, need in enumerate(Need)]
    late = When(measure.condition(Need.OVERDUE), then=F("due_on"))
    order = (Case(*reasons), "asked_at", Case(late).asc(nulls_last=True), "active_at", "pk")
    chosen = Participation.objects.filter(pk__in=open_ones.order_by(*order).values("pk")[:limit])
    parts = list(with_details(chosen).order_by(*order))
    questions = _questions([part for part in parts if part.asked_at])
    found = [(part, measure.need(part)) for part in parts]
    return [Needing(part, need, questions.get(part.opportunity_id)) for part, need in found if need]


def _questions(parts: Sequence[Participation]) -> dict[object, TimelineEntry]:
    """Give the note that has waited longest on each of these."""
    if not parts:
        return {}
    asked = Q(pk__in=[])
    for part in parts:
        asked |= Q(opportunity=part.opportunity_id, at=part.asked_at)
    notes = TimelineEntry.objects.filter(
        access.timelines(parts), asked, event="", author__isnull=False, company__isnull=True
    )
    return {note.opportunity_id: note for note in notes.select_related("author")}


def activity(person: Person, *, limit: int) -> list[TimelineEntry]:
    """Give what people did last on the opportunities of a person's company, as far as the person reads it.

    Whatever somebody does moves `active_at` of its opportunity, so the newest entries are found on those that are
    newest by it: it takes two short reads however long the timelines are.
    """
    newest = (
        running(person)
        .order_by("-active_at", "-pk")
        .only("opportunity", "kind", "partner", "since", "active_at")
    )
    found: list[TimelineEntry] = []
    for size in _LOOKS:
        parts = list(newest[:size])
        if not parts:
            break
        entries = TimelineEntry.objects.filter(access.timelines(parts), author__isnull=False)
        found = list(entries.select_related("author", "company__account", "opportunity")[:limit])
        if len(parts) < size or (len(found) == limit and found[-1].at >= parts[-1].active_at):
            break
    return found
