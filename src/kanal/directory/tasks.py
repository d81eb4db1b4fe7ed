"""What the worker does for the directory: ids in, one action."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@app.task(queue="mail", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def send_invitation(*, invitation_id: str) -> None:
    """Send somebody the mail with which they begin."""
    from kanal.directory.invitations import send

    send(invitation_id=invitation_id)
