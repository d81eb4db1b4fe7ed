"""Carrying out a run: it leaves what one delivery leaves, skips what no longer fits, and tells each person once."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db.models import Model
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.directory.models import PartnerStatus
from kanal.distribution import actions
from kanal.distribution.assignment import writing
from kanal.distribution.models import AssignmentRun, Decision, Offer, Outcome, RunState, Skip
from kanal.notify.models import Notification
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry
from tests.cast import Cast
from tests.distribution.runs import delivering
from tests.notify.test_telling import work

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_TABLES = (
    ("opportunities", "Opportunity", "pk"),
    ("opportunities", "OpportunityEvent", "pgh_obj_id"),
    ("opportunities", "Participation", "opportunity_id"),
    ("opportunities", "ParticipationEvent", "opportunity_id"),
    ("opportunities", "TimelineEntry", "opportunity_id"),
    ("distribution", "Offer", "opportunity_id"),
    ("distribution", "OfferEvent", "opportunity_id"),
)
# What tells two rows apart that are the same otherwise.
_OWN = {
    *("id", "opportunity_id", "reference", "created_at"),
    *("pgh_id", "pgh_obj_id", "pgh_context_id", "pgh_created_at"),
}


def plain(row: Model) -> dict[str, Any]:
    values = {
        item.attname: getattr(row, item.attname)
        for item in row._meta.concrete_fields
        if item.attname not in _OWN
    }
    if "words" in values:
        values["words"] = values["words"].count("\n")
    return values


def left_behind(opportunity: Opportunity) -> dict[str, list[dict[str, Any]]]:
    """Give every row of an opportunity, without what is its own."""
    found = {}
    for app, name, column in _TABLES:
        model = apps.get_model(app, name)
        rows = model.objects.filter(**{column: opportunity.pk}).order_by("pk")
        found[name] = [plain(row) for row in rows]
    return found


def carried(pairs, cast: Cast) -> AssignmentRun:
    run = delivering(pairs, by=cast.chris)
    return writing.carry_out(key=run.pk)


def reasons(run: AssignmentRun) -> list[str]:
    return list(run.decisions.order_by("place").values_list("why", flat=True))


def test_a_run_leaves_row_by_row_what_one_delivery_leaves(cast: Cast, freeze) -> None:
    freeze(MONDAY)
    alone, declined = cast.opportunity(), cast.delivered(cast.fjord)
    in_run, declined_too = cast.opportunity(), cast.delivered(cast.fjord)
    for one in (declined, declined_too):
        actions.decline(key=one.pk, reason="too_small", by=cast.bo)
    for one in (alone, declined):
        actions.deliver(key=one.pk, partner=cast.nordlys, by=cast.chris)
    carried([(in_run, cast.nordlys), (declined_too, cast.nordlys)], cast)
    for single, many in ((alone, in_run), (declined, declined_too)):
        expected, found = left_behind(single), left_behind(many)
        assert all(expected.values())
        assert found == expected


def test_the_history_of_a_run_names_who_delivered(cast: Cast) -> None:
    opportunity = cast.opportunity()
    carried([(opportunity, cast.nordlys)], cast)
    for app, name in (("opportunities", "OpportunityEvent"), ("distribution", "OfferEvent")):
        event = apps.get_model(app, name).objects.order_by("pk").last()
        assert event.pgh_context.metadata["person"] == str(cast.chris.pk)


def test_decisions_keep_their_offer_and_the_run_ends(cast: Cast) -> None:
    first, second = cast.opportunity(), cast.opportunity()
    run = carried([(first, cast.nordlys), (second, None)], cast)
    offered, nobody = run.decisions.order_by("place")
    assert (offered.outcome, nobody.outcome) == (Outcome.OFFERED, Outcome.NOBODY)
    assert offered.offer == Offer.objects.get(opportunity=first)
    assert offered.given == cast.nordlys
    assert (run.state, run.finished_at is not None) == (RunState.DONE, True)
    second.refresh_from_db()
    assert second.status == "in_progress"


def test_what_no_longer_fits_is_skipped_with_its_reason(cast: Cast) -> None:
    changed, held, declined, not_taken, fits = (cast.opportunity() for _ in range(5))
    pairs = [(changed, cast.fjord), (held, cast.fjord), (declined, cast.fjord), (not_taken, cast.nordlys)]
    actions.deliver(key=declined.pk, partner=cast.fjord, by=cast.chris)
    run = delivering([*pairs, (fits, cast.fjord)], by=cast.chris)
    actions.hold(key=held.pk, reason="Budget", by=cast.chris)
    actions.decline(key=declined.pk, reason="too_small", by=cast.bo)
    Decision.objects.filter(run=run, opportunity=declined).update(at=datetime(2100, 1, 1, tzinfo=UTC))
    actions.cancel(key=changed.pk, reason="mistake", by=cast.chris)
    actions.reopen(key=changed.pk, reason="mistake", by=cast.chris)
    cast.nordlys.status = PartnerStatus.PAUSED
    cast.nordlys.save()
    writing.carry_out(key=run.pk)
    assert reasons(run) == [Skip.CHANGED, Skip.STATUS, Skip.DECLINED, Skip.NOT_TAKEN, ""]
    assert list(Offer.objects.filter(status="pending").values_list("opportunity", flat=True)) == [fits.pk]


def test_no_partner_gets_more_than_it_has_room_for(cast: Cast) -> None:
    cast.nordlys.capacity = 2
    cast.nordlys.save()
    cast.managed()
    run = carried([(cast.opportunity(), cast.nordlys), (cast.opportunity(), cast.nordlys)], cast)
    assert sorted(reasons(run)) == ["", Skip.FULL]


def test_a_seller_delivers_only_what_they_own(cast: Cast) -> None:
    own, other = cast.opportunity(by=cast.sally), cast.opportunity()
    run = delivering([(own, cast.nordlys), (other, cast.nordlys)], by=cast.sally)
    writing.carry_out(key=run.pk)
    assert reasons(run) == ["", Skip.NOT_YOURS]


def test_a_person_is_told_once_of_many_and_as_always_of_one(cast: Cast, freeze) -> None:
    freeze(MONDAY)
    cast.mads.language = "da"
    cast.mads.save()
    pairs = [(cast.opportunity(), cast.nordlys) for _ in range(3)] + [(cast.opportunity(), cast.fjord)]
    carried(pairs, cast)
    work()
    told = {(row.person, row.kind) for row in Notification.objects.all()}
    assert told == {
        (cast.anna, "offers_delivered"),
        (cast.mads, "offers_delivered"),
        (cast.bo, "offer_delivered"),
        (cast.freja, "offer_delivered"),
    }
    subjects = {message.recipients()[0].split("<")[-1].strip(">"): message for message in mail.outbox}
    assert subjects["anna@nordlys.example"].subject == "Havn Systems offers you 3 opportunities"
    assert "Answer by Thursday 26 November" in subjects["anna@nordlys.example"].body
    assert "http://127.0.0.1:8000/portal/opportunities/\n" in subjects["anna@nordlys.example"].body
    assert subjects["mads@nordlys.example"].subject == "Havn Systems tilbyder jer 3 salgsmuligheder"
    assert subjects["bo@fjord.example"].subject == "Havn Systems offers you ERP renewal for 140 users"


def test_carrying_out_again_offers_and_tells_nothing_twice(cast: Cast) -> None:
    run = carried([(cast.opportunity(), cast.nordlys), (cast.opportunity(), cast.nordlys)], cast)
    AssignmentRun.objects.filter(pk=run.pk).update(state=RunState.DELIVERING)
    writing.carry_out(key=run.pk)
    work()
    assert Offer.objects.count() == 2
    assert TimelineEntry.objects.filter(event="delivered").count() == 2
    assert Participation.objects.count() == 2
    assert Notification.objects.count() == 2
    assert len(mail.outbox) == 2


def test_a_run_that_a_dead_process_left_is_taken_up_again(cast: Cast, freeze) -> None:
    freeze(MONDAY)
    run = delivering([(cast.opportunity(), cast.nordlys)], by=cast.chris)
    assert writing.resume_silent() == 0
    freeze(MONDAY.replace(hour=10))
    assert writing.resume_silent() == 1
    assert ProcrastinateJob.objects.filter(args__run_id=str(run.pk)).exists()


def test_one_line_that_fails_does_not_stop_the_others(cast: Cast) -> None:
    good, bad = cast.opportunity(), cast.opportunity()
    run = delivering([(good, cast.nordlys), (bad, cast.nordlys)], by=cast.chris)
    # A part that ended without its offer: only plain SQL leaves one, and the database refuses a second offer.
    Offer.objects.create(
        opportunity=bad,
        partner=cast.fjord,
        deadline=datetime(2100, 1, 1, tzinfo=UTC),
        delivered_by=cast.chris,
    )
    writing.carry_out(key=run.pk)
    assert reasons(run) == ["", Skip.FAILED]
    assert Offer.objects.filter(opportunity=good).exists()


def test_chunks_keep_what_one_partner_gets_together(monkeypatch) -> None:
    monkeypatch.setattr(writing, "CHUNK", 3)
    few, many = uuid.uuid4(), uuid.uuid4()
    lines = [("a", few), *((f"b{n}", many) for n in range(4)), ("c", few)]
    assert writing.chunks_of(lines) == [["a", "b0", "b1", "b2", "b3"], ["c"]]
    alone = [(f"{n}", many) for n in range(14)]
    assert [len(chunk) for chunk in writing.chunks_of(alone)] == [6, 6, 2]  # too many for one transaction
    assert writing.chunks_of([]) == []
