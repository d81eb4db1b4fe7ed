"""What the worker does for joining: ids in, one action."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@app.task(queue="mail", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def mail(*, application_id: str, kind: str, entry_id: str = "") -> None:
    """Tell an applicant by mail where their application stands."""
    from kanal.joining.mail import send

    send(application_id=application_id, kind=kind, entry_id=entry_id)


@app.task(queue="tell")
def tell(*, application_id: str, kind: str) -> None:
    """Tell those who decide of a new application, or of an answer."""
    from kanal.joining.telling import tell_deciders

    tell_deciders(application_id=application_id, kind=kind)


@app.periodic(cron="17 3 * * *")
@app.task(queue="clock", queueing_lock="remove_unconfirmed_applications")
def remove_unconfirmed(timestamp: int) -> None:  # noqa: ARG001 - when the job was due; the clock says what time it is
    """Remove, every night, what nobody confirmed."""
    from kanal.joining.actions import remove_unconfirmed as remove

    remove()
