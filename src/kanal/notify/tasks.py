"""What the worker does for notify: ids in, one action."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@app.task(queue="mail", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def mail(*, notification_id: str) -> None:
    """Send a notification by mail; tries again for about a day where the mail server does not answer."""
    from kanal.notify.mail import send

    send(notification_id=notification_id)
