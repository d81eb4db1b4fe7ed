"""Moving the demo's clock."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from kanal.config import clock
from kanal.demo.models import DemoClock
from kanal.distribution.models import Offer, OfferStatus, Protection
from kanal.distribution.tasks import assign_by_itself, expire_offers, remind_partners
from kanal.distribution.worktime import Calendar
from kanal.registration.tasks import run_clock

# Just behind a deadline, where an offer that nobody answered has ended.
_BEHIND = timedelta(seconds=5)


def next_deadline() -> datetime | None:
    """Give the moment at which the next offer ends, if one waits for an answer."""
    waiting = Offer.objects.filter(
        status=OfferStatus.PENDING, paused_at__isnull=True, deadline__gt=clock.now()
    )
    return waiting.order_by("deadline").values_list("deadline", flat=True).first()


def next_end() -> datetime | None:
    """Give the moment at which the next protection of a deal registration ends, if one holds."""
    running = Protection.objects.filter(ends__gt=clock.now(), registration__status="approved")
    return running.order_by("ends").values_list("ends", flat=True).first()


def working_day_later() -> datetime:
    """Give the moment that is one day of working hours away."""
    calendar = Calendar(settings.TIME_ZONE, "DK", settings.WORKDAY_START, settings.WORKDAY_END)
    return calendar.add(clock.now(), calendar.day_length)


def move_to(moment: datetime) -> None:
    """Move the clock to a moment and let what is due then happen."""
    _keep(ahead() + (moment - clock.now()))


def move_by(length: timedelta) -> None:
    """Move the clock forward and let what is due then happen."""
    _keep(ahead() + length)


def move_behind_next_deadline() -> bool:
    """Move the clock just behind the next deadline; False where no offer waits for an answer."""
    deadline = next_deadline()
    if deadline is None:
        return False
    move_to(deadline + _BEHIND)
    return True


def move_behind_next_end() -> bool:
    """Move the clock just behind the end of the next protection; False where none holds."""
    end = next_end()
    if end is None:
        return False
    move_to(end + _BEHIND)
    return True


def reset() -> None:
    """Let the clock show the real time again. What happened meanwhile stays as it is."""
    DemoClock.objects.filter(pk=1).delete()


def ahead() -> timedelta:
    """Give how far the clock is ahead of the real time, as it was last set."""
    return DemoClock.objects.filter(pk=1).values_list("ahead", flat=True).first() or timedelta()


def _keep(ahead: timedelta) -> None:
    with transaction.atomic():
        DemoClock.objects.update_or_create(pk=1, defaults={"ahead": ahead})
        for task in (expire_offers, remind_partners, assign_by_itself, run_clock):
            with suppress(AlreadyEnqueued), transaction.atomic():  # the same job may wait already
                task.configure().defer(timestamp=int((clock.now() + ahead).timestamp()))
