"""The figures of the dashboard and the lists are what a plain recount says, for a whole company and for its seller."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanal.config import clock
from kanal.directory.models import Partner, Person
from kanal.distribution.models import WorkRules
from kanal.insights import dashboard, lists
from kanal.insights.attention import Measure, Need
from kanal.insights.lists import Wanted
from kanal.opportunities import access
from kanal.opportunities.lifecycle import Stage, Status, state_of
from kanal.opportunities.models import Kind, Opportunity, Participation, TimelineEntry, Visibility
from tests.cast import Cast

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MANAGED = ["accepted", "approved"]
# What a partner's part is like, and the statuses that go with it.
STATUSES = {
    Kind.OFFERED: [Status.DELIVERED],
    Kind.MANAGING: [Status.ACCEPTED] * 6 + [status for status in Status if status != Status.DELIVERED],
    Kind.COLLABORATING: [Status.ACCEPTED] * 3 + [Status.ON_HOLD, Status.WON, Status.LOST],
}


@dataclass(frozen=True)
class Note:
    """An entry: by the vendor, the partner or the system; about how many days ago; for whom."""

    author: str
    days: int
    event: bool
    audience: str


@dataclass(frozen=True)
class Fact:
    """One opportunity of a made-up company."""

    kind: Kind
    status: Status
    stage: Stage
    value: int | None
    due: int | None
    since: int
    quiet: int
    ended: bool
    ours: bool
    shared: bool
    mine: bool
    notes: list[Note]


NOTES = st.builds(
    Note,
    author=st.sampled_from(["chris", "mads", "freja", ""]),
    days=st.sampled_from([13, 14]) | st.integers(0, 40),
    event=st.booleans(),
    audience=st.sampled_from(["nordlys", "fjord", "all", "internal"]),
)
FACTS = st.sampled_from(list(Kind)).flatmap(
    lambda kind: st.builds(
        Fact,
        kind=st.just(kind),
        status=st.sampled_from(STATUSES[kind]),
        stage=st.sampled_from(list(Stage)),
        value=st.none() | st.integers(0, 5_000_000),
        due=st.sampled_from([-2, -1, 0, None]) | st.integers(-120, 120),
        since=st.integers(0, 90),
        quiet=st.sampled_from([13, 14, 45]),
        ended=st.sampled_from([False, False, False, True]),
        ours=st.sampled_from([True, True, True, False]),
        shared=st.booleans(),
        mine=st.booleans(),
        notes=st.lists(NOTES, max_size=3),
    )
)


def ago(days: int, step: int = 0) -> datetime:
    return NOW - timedelta(days=days) + timedelta(seconds=step)


def make(cast: Cast, number: int, fact: Fact) -> None:
    """Write one opportunity as an import would, with its part and what was said on it, in the order of time."""
    partner = cast.nordlys if fact.ours else cast.fjord
    closed = state_of(fact.status) != "open"
    money = None if fact.value is None else Decimal(fact.value)
    due = None if fact.due is None else NOW.date() + timedelta(days=fact.due)
    made = Opportunity.objects.create(
        reference=f"T-{number}",
        external_key=f"t:{number}",
        topic=f"Topic {number}",
        account=cast.lindholm,
        currency=cast.dkk,
        owner=cast.chris,
        status=fact.status,
        stage=fact.stage,
        status_before_hold=Status.ACCEPTED if fact.status == Status.ON_HOLD else "",
        partner=partner,
        answer_by=ago(-1) if fact.status == Status.DELIVERED else None,
        last_activity_at=ago(fact.quiet),
        **(
            {"actual_revenue": money, "actual_revenue_base": money, "actual_close_date": due}
            if closed
            else {}
        ),
        **({} if closed else {"estimated_revenue": money, "estimated_revenue_base": money}),
        **({} if closed else {"estimated_close_date": due}),
    )
    part = Participation.objects.create(
        opportunity=made,
        partner=partner,
        kind=fact.kind,
        since=ago(fact.since),
        until=NOW if fact.ended else None,
        assignee=cast.sofie if fact.mine and fact.ours else None,
    )
    if fact.shared and fact.ours:
        part.people.add(cast.sofie)
    for step, note in enumerate(sorted(fact.notes, key=lambda note: -note.days)):
        say(cast, made, note, step + number * 10)


def say(cast: Cast, made: Opportunity, note: Note, step: int) -> None:
    author: Person | None = getattr(cast, note.author) if note.author else None
    internal = note.audience == "internal" and (author is None or author.is_vendor)
    only: dict[str, Partner] = {"nordlys": cast.nordlys, "fjord": cast.fjord}
    entry = TimelineEntry.objects.create(
        opportunity=made,
        at=ago(note.days, step),
        event="resumed" if note.event else "",
        body="" if note.event else "Hello",
        author=author,
        company=author.partner if author else None,
        visibility=Visibility.INTERNAL if internal else Visibility.SHARED,
        partner=only.get(note.audience),
    )
    if entry.visibility == Visibility.SHARED and author:
        Opportunity.objects.filter(pk=made.pk).update(last_activity_at=entry.at)


@contextmanager
def company(cast: Cast, facts: list[Fact]) -> Iterator[None]:
    """Run a block in a company that is rolled back at its end."""
    with clock.frozen(NOW), timezone.override("Europe/Copenhagen"), transaction.atomic():
        for number, fact in enumerate(facts):
            make(cast, number, fact)
        yield
        transaction.set_rollback(True)


# ── The plain recount ────────────────────────────────────────────────────────────────────────────
def seen(person: Person) -> list[tuple[Participation, Opportunity]]:
    found = []
    for part in Participation.objects.select_related("opportunity").prefetch_related("people"):
        shared = person.partner_role != "seller" or person in part.people.all()
        if part.until is None and part.partner_id == person.partner_id and shared:
            found.append((part, part.opportunity))
    return found


def is_work(part: Participation, made: Opportunity, state: str = "open") -> bool:
    return part.kind != Kind.OFFERED and made.state == state


def worth(made: Opportunity) -> Decimal:
    return (made.estimated_revenue_base if made.is_open else made.actual_revenue_base) or Decimal(0)


def needs(part: Participation, made: Opportunity, rules: WorkRules) -> set[Need]:
    """Say from the opportunity and its timeline alone why it needs somebody."""
    if part.kind == Kind.OFFERED or made.status not in MANAGED:
        return set()
    today = timezone.localdate(NOW)
    found = set()
    if waiting(part, made):
        found.add(Need.ASKED)
    if made.estimated_close_date and (today - made.estimated_close_date).days >= rules.overdue_days:
        found.add(Need.OVERDUE)
    if NOW - made.last_activity_at >= timedelta(days=rules.stalled_days):
        found.add(Need.STALLED)
    return found


def waiting(part: Participation, made: Opportunity) -> datetime | None:
    asked = None
    for entry in made.timeline.filter(visibility="shared", author__isnull=False).order_by("at", "id"):
        if entry.company_id == part.partner_id:
            asked = None
        elif entry.company_id is None and not entry.event and entry.partner_id in {None, part.partner_id}:
            asked = asked or entry.at
    return asked


PEOPLE = ("mads", "sofie", "freja")
SETTINGS = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SETTINGS
@given(facts=st.lists(FACTS, max_size=12))
def test_every_figure_is_what_a_plain_recount_says(cast: Cast, facts: list[Fact]) -> None:
    with company(cast, facts):
        measure = Measure.current()
        for person in (getattr(cast, name) for name in PEOPLE):
            rows = seen(person)
            overview = dashboard.overview(person, measure)
            offers = [made for part, made in rows if part.kind == Kind.OFFERED and made.is_open]
            assert overview.distributed.count == len(offers)
            assert overview.distributed.value == sum(map(worth, offers))
            assert overview.distributed.nearest == min((made.answer_by for made in offers), default=None)
            work = [(part, made) for part, made in rows if is_work(part, made)]
            assert overview.managed.count == len(work)
            assert overview.managed.value == sum(worth(made) for _part, made in work)
            assert overview.managed.shared == sum(part.kind == Kind.COLLABORATING for part, _made in work)
            for each in overview.stages:
                at_stage = [made for _part, made in work if made.stage == each.stage]
                assert (each.count, each.value) == (len(at_stage), sum(map(worth, at_stage)))
            why = [needs(part, made, measure.rules) for part, made in work]
            assert overview.needs == {need: sum(need in found for found in why) for need in Need}
            assert overview.attention == sum(bool(found) for found in why)
            if work:
                ages = [NOW - part.since for part, _made in work]
                assert overview.age is not None
                assert abs(overview.age - sum(ages, timedelta()) / len(ages)) < timedelta(seconds=1)
            quarter = [
                made
                for part, made in rows
                if is_work(part, made, "won")
                and made.actual_close_date
                and made.actual_close_date >= date(2026, 10, 1)
            ]
            won = dashboard.won_since(person, dashboard.quarter_of(NOW.date()))
            assert (won.count, won.value) == (len(quarter), sum(map(worth, quarter)))


@SETTINGS
@given(facts=st.lists(FACTS, max_size=12))
def test_what_needs_somebody_and_what_happened_is_what_a_plain_recount_says(
    cast: Cast, facts: list[Fact]
) -> None:
    with company(cast, facts):
        measure = Measure.current()
        for person in (getattr(cast, name) for name in PEOPLE):
            rows = seen(person)
            wanting = {
                made.pk: min(found, key=list(Need).index)
                for part, made in rows
                if is_work(part, made) and (found := needs(part, made, measure.rules))
            }
            found = dashboard.needing(person, measure, limit=50)
            assert {each.part.opportunity_id: each.need for each in found} == wanting
            assert [each.need for each in found] == sorted(wanting.values(), key=list(Need).index)
            for each in found:
                asked = waiting(each.part, each.part.opportunity)
                assert (each.question.at if each.question else None) == asked
            read = [
                entry
                for part, made in rows
                for entry in TimelineEntry.objects.filter(access.timeline(person, made, part))
                if entry.author_id
            ]
            newest = sorted(read, key=lambda entry: (entry.at, entry.pk), reverse=True)
            for limit in (1, 3, 50):
                assert dashboard.activity(person, limit=limit) == newest[:limit]


@SETTINGS
@given(facts=st.lists(FACTS, max_size=10), data=st.data())
def test_every_filter_keeps_what_a_plain_recount_keeps(cast: Cast, facts: list[Fact], data: Any) -> None:
    wanted = data.draw(
        st.builds(
            Wanted,
            search=st.sampled_from(["", "topic 1", "LINDHOLM", "t-2 lind", "zebra", "%"]),
            state=st.sampled_from(["open", "won", "lost"]),
            stage=st.sampled_from(["", "quoting", "prospect", "nonsense"]),
            status=st.sampled_from(["", "accepted", "on_hold"]),
            need=st.sampled_from(["", *Need.values]),
            mine=st.booleans(),
            together=st.booleans(),
        )
    )
    with company(cast, facts):
        rules = WorkRules.current()
        for person in (cast.mads, cast.sofie):
            kept = {
                part.pk
                for part, made in seen(person)
                if is_work(part, made, wanted.state)
                and wanted.stage in {"", "nonsense", made.stage}
                and wanted.status in {"", made.status}
                and (not wanted.need or Need(wanted.need) in needs(part, made, rules))
                and (not wanted.mine or part.assignee_id == person.pk)
                and (not wanted.together or part.kind == Kind.COLLABORATING)
                and all(
                    word.upper() in f"{made.topic} {made.reference} {made.account_name}".upper()
                    for word in wanted.search.split()
                )
            }
            parts = lists.managed(person, wanted)
            assert {part.pk for part in parts} == kept
            assert lists.sums(parts).count == len(kept)
            assert {part.pk for part in lists.rows(parts, size=50)} == kept


@pytest.mark.parametrize("order", [f"{sign}{key}" for key in lists.SORTS for sign in ("", "-")])
def test_pages_of_a_list_follow_each_other_in_every_order(cast: Cast, order: str) -> None:
    for number in range(5):
        cast.managed(topic=f"Topic {number % 2}", estimated_revenue=Decimal(number % 3) or None)
    parts = lists.managed(cast.mads, Wanted(order=order))
    paged = [part.pk for start in range(0, 6, 2) for part in lists.rows(parts, start=start, size=2)]
    assert paged == [part.pk for part in parts]
    assert len(set(paged)) == 5


def test_stages_sort_in_the_order_of_the_sale(cast: Cast) -> None:
    for stage in ("quoting", "prospect", "closing", "contacting"):
        made = cast.managed()
        Opportunity.objects.filter(pk=made.pk).update(stage=stage)
    parts = lists.managed(cast.mads, Wanted(order="stage"))
    assert [part.stage for part in parts] == ["prospect", "contacting", "quoting", "closing"]


def test_a_list_adds_itself_up_beyond_the_rows_that_are_shown(cast: Cast) -> None:
    for value in (Decimal(100), Decimal(200), None):
        cast.delivered(estimated_revenue=value)
    cast.delivered(cast.fjord, estimated_revenue=Decimal(5000))
    parts = lists.distributed(cast.mads)
    sums = lists.sums(parts)
    assert (len(lists.rows(parts, size=2)), sums.count, sums.value) == (2, 3, Decimal(300))
    assert sums.nearest == min(part.answer_by for part in parts if part.answer_by)


def test_values_are_added_in_the_base_currency(cast: Cast) -> None:
    cast.managed(estimated_revenue=Decimal(100), currency=cast.eur)
    cast.managed(estimated_revenue=Decimal(100), currency=cast.dkk)
    assert lists.sums(lists.managed(cast.mads)).value == Decimal(846)
