"""A worker that is killed at any of its steps loses no offer and makes none twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from kanal.config import clock
from kanal.directory.models import Person
from kanal.distribution import actions, tasks
from kanal.distribution.assignment import snapshots
from kanal.distribution.models import Decision, Offer, OfferStatus, Outcome
from kanal.notify import tasks as notify_tasks
from kanal.notify.models import Notification
from kanal.opportunities.lifecycle import Status
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry
from tests.cast import Cast, partner_company, partner_person, policy
from tests.config.test_jobs import empty_the_queue

pytestmark = [pytest.mark.engine, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[3]
EACH = 4  # opportunities of each kind


def database_url() -> str:
    """Name the database of this test, as DATABASE_URL does."""
    facts = connection.settings_dict
    who = quote(facts["USER"], safe="") + (
        f":{quote(facts['PASSWORD'], safe='')}" if facts["PASSWORD"] else ""
    )
    where = {"host": facts["HOST"]} if facts["HOST"] else {}
    port = f":{facts['PORT']}" if facts["PORT"] else ""
    return f"postgresql://{who}@localhost{port}/{facts['NAME']}?{urlencode(where)}"


@pytest.fixture
def worker() -> Iterator[Callable[[int], int]]:
    """Give a function that runs a worker which dies at a step; it gives how that ended."""
    empty_the_queue()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.distribution.assignment.dying"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings"},
    )
    assert process.stdin
    assert process.stdout

    def run(step: int) -> int:
        minute()
        process.stdin.write(f"{step}\n")
        process.stdin.flush()
        return int(process.stdout.readline())

    yield run
    process.stdin.close()
    process.wait(20)
    process.stdout.close()
    empty_the_queue()


def minute() -> None:
    """Let a minute pass: the hearts of dead workers have stood still, and the clock's jobs are due."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    for task in (notify_tasks.retry_stalled, tasks.expire_offers, tasks.assign_by_itself):
        with suppress(AlreadyEnqueued):
            task.defer(timestamp=0)


def who_answers(offer: Offer) -> Person:
    return Person.objects.filter(partner=offer.partner, partner_role="administrator").first()


def refuse(offer: Offer) -> None:
    actions.decline(key=offer.opportunity_id, reason="too_small", by=who_answers(offer))


def refused(cast: Cast) -> list[Opportunity]:
    """Make opportunities that one partner declined: they go to the next."""
    made = [cast.opportunity() for _each in range(EACH)]
    for one in made:
        refuse(actions.assign_partner(key=one.pk, by=cast.chris).offer)
    return made


def silent(cast: Cast) -> list[Opportunity]:
    """Make opportunities whose partner let the time pass; nobody has noted that yet."""
    with clock.frozen(clock.now() - timedelta(days=30)):
        made = [cast.opportunity() for _each in range(EACH)]
        for one in made:
            actions.assign_partner(key=one.pk, by=cast.chris)
    return made


def exhausted(cast: Cast) -> list[Opportunity]:
    """Make opportunities that as many partners declined as the policy says: they go to nobody."""
    made = [cast.opportunity() for _each in range(EACH)]
    for one in made:
        first = actions.assign_partner(key=one.pk, by=cast.chris)
        refuse(first.offer)
        refuse(actions.offer_next(after=first.offer_id).offer)
    return made


def in_step() -> None:
    """Hold every opportunity to what must be true at any moment."""
    pending = set(
        Offer.objects.filter(status=OfferStatus.PENDING).values_list("opportunity_id", "partner_id")
    )
    delivered = Opportunity.objects.filter(status=Status.DELIVERED)
    assert set(delivered.values_list("pk", "partner_id")) == pending
    running = Participation.objects.filter(until__isnull=True)
    assert set(running.values_list("opportunity_id", "partner_id")) == pending
    carried = Decision.objects.filter(outcome=Outcome.OFFERED)
    assert set(carried.values_list("offer_id", flat=True)) == set(Offer.objects.values_list("pk", flat=True))


def test_an_offer_is_never_lost_when_the_worker_is_killed(cast: Cast, worker: Callable[[int], int]) -> None:
    snapshots.forget()
    policy(cast.chris, attempts=2)
    for name in ("Granit", "Tindra"):
        partner_person(f"{name} Lund", partner_company(name, channel_manager=cast.chris), "administrator")
    goes_on, ends = [*refused(cast), *silent(cast)], exhausted(cast)
    waiting = ProcrastinateJob.objects.filter(task_name__endswith="find_next", status="todo")
    assert waiting.count() >= len(ends) + EACH

    step = 1
    while worker(step) == -9:
        in_step()
        step += 1
        assert step < 1_000, "the worker gets nowhere"
    assert step > 80, "each step of each job has been the last of a worker"
    for _twice in range(2):
        assert worker(0) == 0
        in_step()

    for opportunity in goes_on:  # exactly one other partner has it
        offers = Offer.objects.filter(opportunity=opportunity)
        assert Counter(offers.values_list("status", flat=True))[OfferStatus.PENDING] == 1
        assert (offers.count(), offers.values("partner").distinct().count()) == (2, 2)
        assert Opportunity.objects.get(pk=opportunity.pk).status == Status.DELIVERED
    for opportunity in ends:  # it waits for a person, with its story told once
        assert Opportunity.objects.to_distribute().filter(pk=opportunity.pk).exists()
        assert Offer.objects.filter(opportunity=opportunity).count() == 2
        assert Decision.objects.filter(opportunity=opportunity, outcome=Outcome.NOBODY).count() == 1
        assert TimelineEntry.objects.filter(opportunity=opportunity, event="nobody_found").count() == 1
    assert Notification.objects.filter(kind="opportunity_unassigned", person=cast.chris).count() == len(ends)
    everybody_is_told(goes_on)


def everybody_is_told(opportunities: list[Opportunity]) -> None:
    """Hold each pending offer to one notification for each who answers, and each notification to its mail."""
    told = Counter(Notification.objects.filter(kind="offer_delivered").values_list("source", "person_id"))
    for offer in Offer.objects.filter(opportunity__in=opportunities, status=OfferStatus.PENDING):
        people = Person.objects.filter(partner=offer.partner, partner_role__in=["administrator", "manager"])
        for person in people:
            assert told[str(offer.pk), person.pk] == 1
    assert not Notification.objects.filter(mailed_at__isnull=True).exists()
    assert not ProcrastinateJob.objects.exclude(status="todo").exists(), "no job has failed"
