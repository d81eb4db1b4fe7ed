"""What the worker does for the directory: ids in, one action."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@app.task(queue="mail", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def send_invitation(*, invitation_id: str) -> None:
    """Send somebody the mail with which they begin."""
    from kanal.directory.invitations import send

    send(invitation_id=invitation_id)


# One at a time: each reads the whole gazetteer.
@app.task(queue="places", lock="places", pass_context=False)
def locate() -> None:
    """Find where accounts are whose address is new: that of the change that asked for it, and all others that wait."""
    from kanal.directory.places import locate_waiting

    locate_waiting()


@app.periodic(cron="*/10 * * * *")
@app.task(queue="places", lock="places", queueing_lock="locate_rest")
def locate_rest(timestamp: int) -> None:  # noqa: ARG001 - when the job was due
    """Find, every ten minutes, where accounts are that came without anybody's asking, such as by an import."""
    from kanal.directory.places import locate_waiting

    locate_waiting()
