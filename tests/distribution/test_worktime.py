"""Deadlines are counted in the hours that people work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanal.distribution.worktime import Calendar

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
DANISH = Calendar("Europe/Copenhagen", "DK", 8, 16)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=COPENHAGEN)


@pytest.mark.parametrize(
    ("since", "hours", "until"),
    [
        ("2026-11-23 09:00", 3, "2026-11-23 12:00"),
        ("2026-11-23 15:00", 2, "2026-11-24 09:00"),
        ("2026-11-20 15:00", 8, "2026-11-23 15:00"),  # over a weekend
        ("2026-11-21 12:00", 1, "2026-11-23 09:00"),  # from a Saturday
        ("2026-11-23 05:00", 1, "2026-11-23 09:00"),  # before work begins
        ("2026-11-23 20:00", 24, "2026-11-26 16:00"),  # three whole days
        ("2026-04-01 15:00", 2, "2026-04-07 09:00"),  # over Easter in Denmark
        ("2026-03-27 12:00", 8, "2026-03-30 12:00"),  # the clocks go forward in between
    ],
)
def test_working_hours_skip_nights_weekends_and_holidays(since: str, hours: int, until: str) -> None:
    assert DANISH.add(at(since), timedelta(hours=hours)) == at(until)


def test_a_country_that_is_not_known_has_no_holidays() -> None:
    assert Calendar("UTC", "XX").works_on(datetime(2026, 12, 25, tzinfo=UTC).date())
    assert not Calendar("UTC", "DE").works_on(datetime(2026, 12, 25, tzinfo=UTC).date())


@pytest.mark.parametrize(("start", "end"), [(16, 8), (8, 8), (-1, 8), (8, 25)])
def test_hours_that_are_no_hours_are_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="are no hours"):
        Calendar(start=start, end=end)


def test_a_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        DANISH.add(at("2026-11-23 09:00"), timedelta(hours=-1))


moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
lengths = st.integers(0, 60 * 200).map(lambda minutes: timedelta(minutes=minutes))
calendars = st.builds(
    Calendar,
    st.sampled_from(["Europe/Copenhagen", "UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]),
    st.sampled_from(["DK", "SE", "US", ""]),
    st.integers(6, 9),
    st.integers(15, 18),
)


@given(calendars, moments, lengths)
def test_what_is_added_is_what_lies_between(calendar: Calendar, since: datetime, length: timedelta) -> None:
    until = calendar.add(since, length)
    assert calendar.between(since, until) == length
    assert until >= since


@given(calendars, moments, lengths, lengths)
def test_more_work_never_ends_earlier(
    calendar: Calendar, since: datetime, one: timedelta, two: timedelta
) -> None:
    shorter, longer = sorted([one, two])
    assert calendar.add(since, shorter) <= calendar.add(since, longer)


@given(calendars, moments, moments, moments)
def test_time_between_adds_up(calendar: Calendar, one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted([one, two, three])
    whole = calendar.between(first, last)
    assert calendar.between(first, middle) + calendar.between(middle, last) == whole
    assert calendar.between(last, first) == timedelta(0)
