"""What the worker does for notify: ids in, one action."""

from __future__ import annotations

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status


@app.periodic(cron="* * * * *")
@app.task(queue="clock", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - when the job was due
    """Take up again, every minute, the jobs of a worker that has died: its heart has not beaten for half a minute.

    A job of the clock that waits again already, for this minute, does what the dead one left.
    """
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs():
        try:
            await jobs.retry_job(job)
        except UniqueViolation:
            await jobs.finish_job(job, Status.ABORTED, delete_job=True)


@app.task(queue="mail", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def mail(*, notification_id: str) -> None:
    """Send a notification by mail; tries again for about a day where the mail server does not answer."""
    from kanal.notify.mail import send

    send(notification_id=notification_id)
