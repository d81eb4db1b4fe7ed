"""Delivering a run while the world moves, with real threads, and while its process is killed, for real."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.directory.models import PartnerStatus
from kanal.directory.refusal import Conflict, Refusal
from kanal.distribution import actions
from kanal.distribution.actions.step import hold_partners
from kanal.distribution.assignment import writing
from kanal.distribution.models import AssignmentRun, Decision, Offer, Outcome, RunState, Skip
from kanal.notify.models import Notification
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry
from tests import cast as casting
from tests.distribution.runs import delivering, proposed
from tests.distribution.test_concurrency import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]
MANY = 24


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch) -> None:
    """Let a few opportunities be many chunks."""
    monkeypatch.setattr(writing, "CHUNK", 3)


def holds_together(run: AssignmentRun) -> None:
    """Check that offer, part, status, timeline and decision of each line say the same."""
    for line in Decision.objects.filter(run=run).select_related("opportunity"):
        offers = Offer.objects.filter(opportunity=line.opportunity, status="pending")
        parts = Participation.objects.filter(opportunity=line.opportunity, until=None, kind="offered")
        told = TimelineEntry.objects.filter(opportunity=line.opportunity, event="delivered")
        once = [offers.count(), parts.count(), told.count()]
        if line.outcome == Outcome.OFFERED:
            assert once == [1, 1, 1]
            assert line.opportunity.status == "delivered"
            assert line.offer == offers.get()
        else:
            assert once == [0, 0, 0]
            assert line.opportunity.status != "delivered"


def everybody_was_told_once() -> None:
    """Check that each notification has exactly one mail on its way."""
    told = Notification.objects.filter(kind="offers_delivered").values_list("pk", flat=True)
    jobs = ProcrastinateJob.objects.filter(task_name="kanal.notify.tasks.mail")
    mails = Counter(job.args["notification_id"] for job in jobs)
    assert {str(key): mails[str(key)] for key in told} == {str(key): 1 for key in told}


def carried_by_a_child(run: AssignmentRun, lives: float) -> bool:
    """Carry out a run in a process of its own that is killed after a while; tell whether it came to its end."""
    connection.close()
    child = os.fork()
    if not child:
        try:
            writing.carry_out(key=run.pk)
        finally:
            os._exit(0)
    time.sleep(lives)
    os.kill(child, signal.SIGKILL)
    _pid, state = os.waitpid(child, 0)
    return os.WIFEXITED(state)


def test_however_often_the_process_is_killed_each_is_offered_exactly_once() -> None:
    cast = casting.make()
    dice, killed = random.Random(20261127), 0
    for _round in range(3):
        pairs = [(cast.opportunity(), (cast.nordlys, cast.fjord)[n % 2]) for n in range(MANY)]
        Notification.objects.all().delete()
        run = delivering(pairs, by=cast.chris)
        for _kill in range(200):
            killed += not carried_by_a_child(run, dice.uniform(0.0, 0.3))
            run.refresh_from_db()
            if run.state == RunState.DONE:
                break
        else:
            writing.carry_out(key=run.pk)
        holds_together(run)
        assert set(run.decisions.values_list("outcome", flat=True)) == {Outcome.OFFERED}
        people = Counter(
            Notification.objects.filter(kind="offers_delivered").values_list("person", flat=True)
        )
        assert people == Counter([cast.anna.pk, cast.mads.pk, cast.bo.pk, cast.freja.pk])
        everybody_was_told_once()
    assert killed > 3


def test_two_that_carry_out_the_same_run_offer_each_once() -> None:
    cast = casting.make()
    for _round in range(5):
        run = delivering([(cast.opportunity(), cast.nordlys) for _ in range(MANY)], by=cast.chris)
        results = race(
            lambda key=run.pk: writing.carry_out(key=key),
            lambda key=run.pk: writing.carry_out(key=key),
        )
        assert all(isinstance(result, AssignmentRun) for result in results)
        run.refresh_from_db()
        holds_together(run)
        assert run.state == RunState.DONE
        assert run.decisions.filter(outcome=Outcome.OFFERED).count() == MANY


def test_of_two_who_deliver_the_same_proposal_one_is_told_that_it_is_none_any_more() -> None:
    cast = casting.make()
    for _round in range(10):
        run = proposed([(cast.opportunity(), cast.nordlys) for _ in range(3)], by=cast.chris)
        results = race(
            lambda key=run.pk: actions.deliver_proposed(key=key, by=cast.chris),
            lambda key=run.pk: actions.deliver_proposed(key=key, by=cast.ada),
        )
        assert sum(isinstance(result, Conflict) for result in results) == 1
        holds_together(run)


def test_what_is_held_closed_or_paused_meanwhile_is_skipped_and_nothing_fails() -> None:
    cast = casting.make()
    outcomes: Counter[str] = Counter()
    for _round in range(6):
        rows = [cast.opportunity() for _ in range(MANY)]
        pairs = [(row, (cast.nordlys, cast.fjord)[n % 2]) for n, row in enumerate(rows)]
        run = delivering(pairs, by=cast.chris)

        def hold(wanted: list[Opportunity] = rows) -> None:
            for row in wanted[::3]:
                try:
                    actions.hold(key=row.pk, reason="Budget", by=cast.chris)
                except Refusal:
                    outcomes["too late to hold"] += 1

        def cancel(wanted: list[Opportunity] = rows) -> None:
            for row in reversed(wanted[1::3]):
                actions.cancel(key=row.pk, reason="no_budget", by=cast.ada)

        race(lambda key=run.pk: writing.carry_out(key=key), hold, cancel, lambda: pause(cast))
        _check(run, outcomes)
        cast.fjord.status = PartnerStatus.ACTIVE
        cast.fjord.save()
    assert outcomes[Skip.FAILED] == 0
    assert outcomes["offered"] > 0


def pause(cast: casting.Cast) -> None:
    """Pause a partner as its page does: the partner is locked before anything of it is looked at."""
    with transaction.atomic():
        [partner] = hold_partners(cast.fjord)
        partner.status = PartnerStatus.PAUSED
        partner.save()


def _check(run: AssignmentRun, outcomes: Counter[str]) -> None:
    run.refresh_from_db()
    assert run.state == RunState.DONE
    for line in Decision.objects.filter(run=run).select_related("opportunity"):
        outcomes[line.why or line.outcome] += 1
        waits = Offer.objects.filter(opportunity=line.opportunity, status="pending").count()
        assert waits == (line.opportunity.status == "delivered")
        assert Offer.objects.filter(opportunity=line.opportunity).count() == (line.outcome == Outcome.OFFERED)
