"""What policies do by themselves, and that nothing is lost where a process was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from kanal.config import clock
from kanal.directory.models import Partner
from kanal.distribution import actions
from kanal.distribution.actions import automatic
from kanal.distribution.assignment import writing
from kanal.distribution.models import Decision, Offer, OfferStatus, Outcome, RunKind
from kanal.opportunities.models import Opportunity, TimelineEntry
from tests.cast import Cast, policy

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2026, 12, 2, 9, 5, tzinfo=UTC)  # 10:05 in Copenhagen


def _jobs(task: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE %s", [f"%{task}"])
        return int(cursor.fetchone()[0])


def test_a_new_opportunity_is_assigned_by_itself_and_an_old_one_is_not(cast: Cast) -> None:
    old = cast.opportunity()
    policy(cast.chris, when="created")
    new = cast.opportunity()
    made = cast.made()
    run = automatic.assign_created()
    assert (run.kind, run.by) == (RunKind.AUTOMATIC, None)
    assert _jobs("deliver_run") == 1
    writing.carry_out(key=run.pk)
    assert set(Offer.objects.values_list("opportunity", flat=True)) == {new.pk}
    offer = Offer.objects.get()
    assert (offer.delivered_by, offer.decision.outcome) == (None, Outcome.OFFERED)
    assert (
        Opportunity.objects.get(pk=old.pk).status
        == Opportunity.objects.get(pk=made.pk).status
        == "in_progress"
    )
    assert automatic.assign_created() is None


def test_whom_nothing_suits_is_told_to_the_owner_once(cast: Cast) -> None:
    policy(cast.chris, when="created")
    Partner.objects.update(capacity=0)
    opportunity = cast.opportunity()
    run = automatic.assign_created()
    assert run.decisions.get().outcome == Outcome.NOBODY
    assert automatic.assign_created() is None
    assert TimelineEntry.objects.filter(opportunity=opportunity, event="nobody_found").count() == 1


def test_a_policy_that_is_asked_only_does_nothing_by_itself(cast: Cast) -> None:
    policy(cast.chris)
    cast.opportunity()
    assert automatic.assign_created() is None
    assert automatic.assign_scheduled() == []


def test_a_schedule_runs_once_at_its_time_and_is_made_up_for_within_the_hour(cast: Cast) -> None:
    policy(cast.chris, when="schedule", times=("10:00", "15:00"))
    cast.opportunity()
    with clock.frozen(WEDNESDAY - timedelta(minutes=10)):
        assert automatic.assign_scheduled() == []
    with clock.frozen(WEDNESDAY):
        [run] = automatic.assign_scheduled()
        assert run.decisions.count() == 1
        assert automatic.assign_scheduled() == []
    with clock.frozen(WEDNESDAY + timedelta(hours=2)):
        assert automatic.assign_scheduled() == []
    with clock.frozen(WEDNESDAY + timedelta(days=3)):  # a Saturday
        assert automatic.assign_scheduled() == []


def test_what_was_declined_is_passed_on_even_where_the_job_was_lost(cast: Cast) -> None:
    policy(cast.chris)
    opportunity = cast.opportunity()
    first = actions.assign_partner(key=opportunity.pk, by=cast.chris)
    who = cast.anna if first.partner == cast.nordlys else cast.bo
    actions.decline(key=opportunity.pk, reason="too_small", by=who)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert automatic.pass_on_left() == 0  # the job may still come
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        assert automatic.pass_on_left() == 1
        assert automatic.pass_on_left() == 0
    assert Decision.objects.filter(opportunity=opportunity).count() == 2
    assert Offer.objects.get(opportunity=opportunity, status=OfferStatus.PENDING).partner != first.partner


def test_what_a_person_took_in_hand_is_not_passed_on(cast: Cast) -> None:
    policy(cast.chris)
    opportunity = cast.opportunity()
    first = actions.assign_partner(key=opportunity.pk, by=cast.chris)
    who = cast.anna if first.partner == cast.nordlys else cast.bo
    actions.decline(key=opportunity.pk, reason="too_small", by=who)
    other = cast.fjord if first.partner == cast.nordlys else cast.nordlys
    actions.deliver(key=opportunity.pk, partner=other, by=cast.chris)
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        assert automatic.pass_on_left() == 0
        assert actions.offer_next(after=first.offer_id) is None


def test_a_partner_is_reminded_once_before_the_end(cast: Cast) -> None:
    policy(cast.chris, answer_hours=16, remind_hours=4)
    with clock.frozen(WEDNESDAY - timedelta(hours=2)):  # 8:05: until Thursday 16:05, which is Friday 8:05
        offer = actions.assign_partner(key=cast.opportunity().pk, by=cast.chris).offer
    assert offer.remind_at < offer.deadline
    with clock.frozen(offer.remind_at - timedelta(minutes=1)):
        assert actions.remind_due() == 0
    with clock.frozen(offer.remind_at + timedelta(minutes=1)):
        assert actions.remind_due() == 1
        assert actions.remind_due() == 0
    offer.refresh_from_db()
    assert offer.reminded_at is not None


def test_nobody_is_reminded_of_what_is_answered(cast: Cast) -> None:
    policy(cast.chris)
    opportunity = cast.opportunity()
    offer = actions.assign_partner(key=opportunity.pk, by=cast.chris).offer
    actions.accept(key=opportunity.pk, by=cast.anna if offer.partner == cast.nordlys else cast.bo)
    with clock.frozen(offer.remind_at + timedelta(minutes=1)):
        assert actions.remind_due() == 0
