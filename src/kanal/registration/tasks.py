"""What the worker does for deal registration: ids in, one action."""

from __future__ import annotations

import uuid

from procrastinate.contrib.django import app


@app.task(queue="tell", pass_context=False)
def tell(*, told: str, link_id: str, person_ids: list[str]) -> None:
    """Tell everybody concerned what a step of a request was."""
    from kanal.registration.telling import tell_about

    tell_about(told=told, link_id=link_id, person_ids=person_ids)


@app.task(queue="tell", pass_context=False, retry=3)
def note(*, link_id: str) -> None:
    """Let the timeline of the opportunity say a step of its request."""
    from kanal.registration.following import note as write

    write(link_id=uuid.UUID(link_id))


@app.task(queue="bulk", pass_context=False, retry=3)
def stop_offers(*, registration_id: str) -> None:
    """Withdraw offers to others of what has been protected."""
    from kanal.registration.actions import stop_offers as stop

    stop(key=uuid.UUID(registration_id))


@app.periodic(cron="* * * * *")
@app.task(queue="clock", queueing_lock="registration_clock")
def run_clock(timestamp: int) -> None:  # noqa: ARG001 - when the job was due; the clock says what time it is
    """End, every minute, what is over, promote who waits, and remind of what ends soon."""
    from kanal.registration.actions import run_clock as run

    run()


@app.periodic(cron="40 2 * * *")
@app.task(queue="bulk", queueing_lock="registration_proof")
def check_chain(timestamp: int) -> None:  # noqa: ARG001 - when the job was due
    """Check the whole chain of proof, every night, and tell of a fault."""
    from kanal.registration.proof.checking import check_and_tell

    check_and_tell()
