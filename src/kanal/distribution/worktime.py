"""Working time: deadlines counted in the hours that people work. Pure; knows no database.

A day's working hours run from `start` to `end` o'clock in the calendar's own zone, Monday to Friday, public holidays
left out. Hours are wall-clock hours of that zone: a working day has the same length when the clocks change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

_SATURDAY = 5
# Far beyond any answer window; a calendar without a single working day would otherwise never end.
_HORIZON = timedelta(days=3660)


@lru_cache(maxsize=64)
def _holidays(country: str) -> holidays.HolidayBase | None:
    try:
        return holidays.country_holidays(country)
    except NotImplementedError:
        return None


@dataclass(frozen=True)
class Calendar:
    """When somebody works.

    Attributes:
        zone: the name of the time zone, such as Europe/Copenhagen.
        country: two letters, for its public holidays; empty, or a country that is not known, has none.
        start: the hour at which work begins, 0 to 23.
        end: the hour at which it ends, 1 to 24.
    """

    zone: str = "Europe/Copenhagen"
    country: str = ""
    start: int = 8
    end: int = 16

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= 24:
            raise ValueError(f"Working hours from {self.start} to {self.end} are no hours.")

    @property
    def day_length(self) -> timedelta:
        """Give the length of a working day."""
        return timedelta(hours=self.end - self.start)

    def works_on(self, day: date) -> bool:
        """Tell whether a day is a working day."""
        if day.weekday() >= _SATURDAY:
            return False
        known = _holidays(self.country) if self.country else None
        return known is None or day not in known

    def _spans(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Give the working hours from a moment on, as pairs of naive local times."""
        local = since.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        day, last = local.date(), local.date() + _HORIZON
        while day < last:
            if self.works_on(day):
                begin = datetime.combine(day, time(self.start))
                finish = datetime.combine(day, time()) + timedelta(hours=self.end)
                if finish > local:
                    yield max(begin, local), finish
            day += timedelta(days=1)

    def add(self, since: datetime, length: timedelta) -> datetime:
        """Give the moment at which `length` of working time has passed since a moment that names its zone.

        Raises:
            ValueError: the length is negative, or the calendar never gets there.
        """
        if length < timedelta(0):
            raise ValueError("A length of working time can't be negative.")
        left = length
        for begin, finish in self._spans(since):
            if left <= finish - begin:
                return (begin + left).replace(tzinfo=ZoneInfo(self.zone))
            left -= finish - begin
        raise ValueError("The calendar has too few working hours to get there.")

    def between(self, since: datetime, until: datetime) -> timedelta:
        """Give the working time from one moment to another; zero where the second is not later."""
        total = timedelta(0)
        stop = until.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        for begin, finish in self._spans(since):
            if begin >= stop:
                break
            total += min(finish, stop) - begin
        return total
