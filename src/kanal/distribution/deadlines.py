"""How long a partner has to answer, and how much of it is left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kanal.config import clock
from kanal.directory.models import Partner
from kanal.distribution.models import Offer
from kanal.distribution.worktime import Calendar

# Of an offer made by hand the partner is reminded so many working hours before its end.
REMIND_HOURS = 4


def calendar_of(partner: Partner) -> Calendar:
    """Give the working hours of a partner: its zone, its country's holidays, the installation's hours."""
    return Calendar(partner.time_zone, partner.account.country, settings.WORKDAY_START, settings.WORKDAY_END)


def answer_by(partner: Partner, delivered: datetime, hours: int | None = None) -> datetime:
    """Give the moment until which a partner may answer an offer delivered then, in UTC.

    Args:
        partner: whose working hours, zone and holidays count.
        delivered: when the offer reaches it.
        hours: working hours that it has, as a policy says; None is what the installation gives.
    """
    window = timedelta(hours=settings.ANSWER_HOURS if hours is None else hours)
    return calendar_of(partner).add(delivered, window).astimezone(UTC)


@dataclass(frozen=True)
class Window:
    """How long an offer waits, in UTC.

    Attributes:
        deadline: until when it may be answered.
        remind_at: when the partner is reminded; None is never.
    """

    deadline: datetime
    remind_at: datetime | None


def window(
    partner: Partner, delivered: datetime, *, hours: int | None = None, remind: int | None = None
) -> Window:
    """Give how long an offer waits that is delivered then.

    Args:
        partner: whose working hours count.
        delivered: when it is offered.
        hours: working hours to answer; None is what the installation gives.
        remind: so many working hours before the end the partner is reminded, 0 is never; None is `REMIND_HOURS`.
    """
    length = settings.ANSWER_HOURS if hours is None else hours
    before = REMIND_HOURS if remind is None else remind
    early = answer_by(partner, delivered, length - before) if 0 < before < length else None
    return Window(answer_by(partner, delivered, length), early)


def waited(partner: Partner, since: datetime, until: datetime) -> int:
    """Give the working minutes of a partner from one moment to another."""
    return int(calendar_of(partner).between(since, until).total_seconds() // 60)


@dataclass(frozen=True)
class TimeLeft:
    """What is left of an answer window.

    Attributes:
        deadline: the moment itself.
        left: working time left.
        whole: working time that there was.
        day: the length of a working day.
        paused: the clock stands still, as the vendor owes an answer; the deadline then says nothing.
    """

    deadline: datetime
    left: timedelta
    whole: timedelta
    day: timedelta
    paused: bool = False

    @property
    def fraction(self) -> float:
        """Give the part of the window that is left, 0 to 1."""
        return min(1.0, self.left / self.whole) if self.whole else 0.0

    @property
    def urgent(self) -> bool:
        """Tell whether it ends within one working day."""
        return not self.paused and self.left <= self.day

    @property
    def over(self) -> bool:
        """Tell whether the deadline has passed."""
        return not self.paused and self.deadline <= clock.now()

    @property
    def by(self) -> str:
        """Say until when, in the reader's zone and language: “Friday 14:00”, or with the date beyond a week."""
        if self.paused:
            return _("The clock stands still")
        local, today = timezone.localtime(self.deadline), clock.today()
        at = formats.time_format(local, "H:i")
        if local.date() == today:
            return _("today %(time)s") % {"time": at}
        if timedelta(0) < local.date() - today < timedelta(days=7):
            return _("%(weekday)s %(time)s") % {"weekday": formats.date_format(local, "l"), "time": at}
        # Translators: a day, in Django's date format, as in "Friday 20 November".
        shape = pgettext("date format", "l j F")
        return _("%(date)s, %(time)s") % {"date": formats.date_format(local, shape), "time": at}

    @property
    def hours(self) -> str:
        """Say how much working time is left, in hours, or in minutes where it is less than one."""
        minutes = int(self.left.total_seconds() // 60)
        if minutes >= 60:
            return ngettext("%(n)d working hour left", "%(n)d working hours left", minutes // 60) % {
                "n": minutes // 60
            }
        return ngettext("%(n)d working minute left", "%(n)d working minutes left", minutes) % {"n": minutes}

    @property
    def short(self) -> str:
        """Say how much working time is left in the fewest letters: “1 d 5 h”, “5 h”, “40 min”."""
        minutes = int(self.left.total_seconds() // 60)
        days, rest = divmod(minutes, max(1, int(self.day.total_seconds() // 60)))
        hours = rest // 60
        if days:
            return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
        if hours:
            return _("%(hours)d h") % {"hours": hours}
        return _("%(minutes)d min") % {"minutes": rest}

    @property
    def words(self) -> str:
        """Say it in a sentence: “Answer by Friday 14:00, 6 working hours left”."""
        if self.paused:
            return _("The clock stands still until the question is answered, %(left)s after that") % {
                "left": self.hours
            }
        if self.over:
            return _("The time to answer ended %(when)s") % {"when": self.by}
        return _("Answer by %(when)s, %(left)s") % {"when": self.by, "left": self.hours}


def time_left(partner: Partner, deadline: datetime, delivered: datetime | None = None) -> TimeLeft:
    """Measure what is left until a deadline, in the partner's working hours.

    Args:
        partner: whose hours count.
        deadline: the moment until which it may answer.
        delivered: when the window began; without it the installation's answer window is taken as the whole.
    """
    calendar = calendar_of(partner)
    whole = calendar.between(delivered, deadline) if delivered else timedelta(hours=settings.ANSWER_HOURS)
    return TimeLeft(deadline, calendar.between(clock.now(), deadline), whole, calendar.day_length)


def left_of(offer: Offer) -> TimeLeft:
    """Measure what is left of an offer's time; while its clock stands still, that stays the same.

    Args:
        offer: with its partner and that one's account.
    """
    left = time_left(offer.partner, offer.deadline, offer.delivered_at)
    if offer.left_seconds is None:
        return left
    return replace(left, left=timedelta(seconds=offer.left_seconds), paused=True)
