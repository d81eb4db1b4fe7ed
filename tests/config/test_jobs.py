"""The worker's way into the queue: what a job defers belongs to the transaction that it is deferred in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.config.jobs import run_worker
from kanal.distribution import tasks

pytestmark = [pytest.mark.engine, pytest.mark.django_db(transaction=True)]
NAME, QUEUE = "tests.config.deferring", "tests"


def empty_the_queue() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


@pytest.fixture
def worked() -> Iterator[Callable[[Callable[[], None]], list[str]]]:
    """Give a function that lets a worker do something; it gives the offers that people are to be told of then."""

    def run(job: Callable[[], None]) -> list[str]:
        app.task(name=NAME, queue=QUEUE)(job)
        app.tasks[NAME].defer()
        # In a thread of its own: a browser test of the same process leaves an event loop running in the main one.
        with ThreadPoolExecutor(1) as alone:
            alone.submit(_work_off).result()
        waiting = ProcrastinateJob.objects.filter(task_name="kanal.distribution.tasks.tell")
        return [args["offer_id"] for args in waiting.values_list("args", flat=True)]

    empty_the_queue()
    yield run
    app.tasks.pop(NAME, None)
    empty_the_queue()


def _work_off() -> None:
    try:
        run_worker(wait=False, queues=[QUEUE])
    finally:
        connections.close_all()


def tell_of(offer: str) -> None:
    tasks.tell.defer(event="offer_delivered", offer_id=offer)


def test_what_is_rolled_back_is_not_told(worked) -> None:
    def job() -> None:
        with transaction.atomic():
            tell_of("rolled back")
            transaction.set_rollback(True)
        with transaction.atomic():
            tell_of("kept")

    assert worked(job) == ["kept"]


def test_nobody_sees_a_job_before_what_caused_it(worked) -> None:
    seen: list[int] = []

    def job() -> None:
        with transaction.atomic():
            tell_of("not yet")
            other = connection.copy()
            with other.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args->>'offer_id' = 'not yet'")
                seen.append(cursor.fetchone()[0])
            other.close()

    assert worked(job) == ["not yet"]
    assert seen == [0]
