"""What the worker does for distribution: ids in, one action."""

from __future__ import annotations

import uuid

from procrastinate.contrib.django import app

from kanal.distribution.actions import automatic, bulk, expire_due, preferring, remind_due
from kanal.distribution.actions.telling import tell_about, tell_about_entry
from kanal.distribution.assignment import writing


@app.task(queue="tell", pass_context=False)
def tell(*, event: str, offer_id: str) -> None:
    """Tell everybody concerned what became of an offer."""
    tell_about(event=event, offer_id=offer_id)


@app.task(queue="tell", pass_context=False)
def tell_of_entry(
    *,
    happening: str,
    entry_id: str,
    partner_ids: list[str],
    person_ids: list[str],
    vendor: bool,
    text: str = "",
) -> None:
    """Tell people what a timeline entry says, or with it a text that is for them alone."""
    tell_about_entry(
        happening=happening,
        entry_id=entry_id,
        partner_ids=partner_ids,
        person_ids=person_ids,
        vendor=vendor,
        text=text,
    )


@app.task(queue="assign", pass_context=False, retry=3)
def find_next(*, offer_id: str) -> None:
    """Find the next partner for what one did not take."""
    preferring.offer_next(after=uuid.UUID(offer_id))


@app.task(queue="bulk", pass_context=False)
def carry_out_bulk(*, run_id: str) -> None:
    """Do what is left of one thing that somebody asked for many opportunities."""
    bulk.carry_out(key=uuid.UUID(run_id))


@app.periodic(cron="* * * * *")
@app.task(queue="clock", queueing_lock="resume_bulk")
def resume_bulk(timestamp: int) -> None:  # noqa: ARG001 - when the job was due
    """Take up again, every minute, what a process left when it died."""
    bulk.resume_silent()


@app.task(queue="bulk", pass_context=False)
def deliver_run(*, run_id: str) -> None:
    """Deliver what is left of an assignment run."""
    writing.carry_out(key=uuid.UUID(run_id))


@app.periodic(cron="* * * * *")
@app.task(queue="clock", queueing_lock="resume_runs")
def resume_runs(timestamp: int) -> None:  # noqa: ARG001 - when the job was due
    """Take up again, every minute, the deliveries that a process left when it died."""
    writing.resume_silent()


@app.periodic(cron="* * * * *")
@app.task(queue="clock", queueing_lock="expire_offers")
def expire_offers(timestamp: int) -> None:  # noqa: ARG001 - when the job was due; the clock says what time it is
    """Let offers end that nobody answered, every minute."""
    expire_due()


@app.periodic(cron="* * * * *")
@app.task(queue="clock", queueing_lock="remind_partners")
def remind_partners(timestamp: int) -> None:  # noqa: ARG001 - when the job was due
    """Remind partners of offers that soon end, every minute."""
    remind_due()


@app.periodic(cron="* * * * *")
@app.task(queue="clock", queueing_lock="assign_by_itself")
def assign_by_itself(timestamp: int) -> None:  # noqa: ARG001 - when the job was due
    """Do every minute what policies do by themselves, and what a process left when it died."""
    automatic.pass_on_left()
    automatic.assign_created()
    automatic.assign_scheduled()
