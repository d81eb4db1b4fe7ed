"""What the worker does for distribution: ids in, one action."""

from __future__ import annotations

from procrastinate.contrib.django import app

from kanal.distribution.actions import expire_due
from kanal.distribution.actions.telling import tell_about


@app.task(queue="tell", pass_context=False)
def tell(*, event: str, offer_id: str) -> None:
    """Tell everybody concerned what became of an offer."""
    tell_about(event=event, offer_id=offer_id)


@app.periodic(cron="* * * * *")
@app.task(queue="clock", queueing_lock="expire_offers")
def expire_offers(timestamp: int) -> None:  # noqa: ARG001 - when the job was due; the clock says what time it is
    """Let offers end that nobody answered, every minute."""
    expire_due()
