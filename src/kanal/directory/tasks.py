"""What the worker does for the directory: ids in, one action."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@app.task(queue="mail", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def invite(*, person_id: str) -> None:
    """Send a person the mail with which they choose a password."""
    from kanal.directory.invitations import send

    send(person_id=person_id)
