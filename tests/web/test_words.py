"""Money, dates and lengths of time read as people write them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from kanal.config import clock
from kanal.web import words

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # a Monday, noon in Copenhagen


@pytest.fixture(autouse=True)
def monday():
    with clock.frozen(NOW), timezone.override("Europe/Copenhagen"):
        yield


def plain(text: str) -> str:
    return text.replace(words.NO_BREAK, " ")


@pytest.mark.parametrize(
    ("language", "amount", "currency", "shown"),
    [
        ("en", Decimal("1240000.0000"), "DKK", "DKK 1,240,000"),
        ("en", Decimal("99.5"), "EUR", "EUR 99.50"),
        ("en", Decimal("99.5"), "JPY", "JPY 100"),
        ("en", Decimal("-12"), "DKK", "DKK -12"),
        ("da", Decimal("1240000"), "DKK", "1.240.000 DKK"),
        ("da", Decimal("99.5"), "EUR", "99,50 EUR"),
        ("en", None, "DKK", ""),
    ],
)
def test_money_carries_its_currency_and_only_decimals_that_say_something(language, amount, currency, shown):
    with translation.override(language):
        assert plain(words.money(amount, currency)) == shown


@pytest.mark.parametrize(
    ("language", "moment", "shown"),
    [
        ("en", NOW, "today 12:00"),
        ("en", NOW + timedelta(days=1), "tomorrow 12:00"),
        ("en", NOW - timedelta(days=1), "yesterday 12:00"),
        ("en", NOW + timedelta(days=2), "Wed 25 Nov, 12:00"),
        ("en", NOW + timedelta(days=400), "28 Dec 2027, 12:00"),
        ("da", NOW, "i dag 12:00"),
        ("da", NOW + timedelta(days=2), "ons 25. nov., 12:00"),
    ],
)
def test_a_moment_is_told_in_words(language, moment, shown):
    with translation.override(language):
        assert words.moment(moment) == shown


def test_a_moment_is_told_in_the_readers_zone():
    with timezone.override("America/New_York"):
        assert words.moment(NOW) == "today 06:00"


def test_the_heading_of_a_day_names_the_year_only_where_it_is_another():
    assert words.long_day(date(2026, 11, 23)) == "Today"
    assert words.long_day(date(2026, 11, 20)) == "Friday 20 November"
    assert words.long_day(date(2025, 11, 20)) == "Thursday 20 November 2025"


@pytest.mark.parametrize(
    ("length", "hours_a_day", "shown"),
    [
        (timedelta(days=1, hours=5), 24, "1 d 5 h"),
        (timedelta(days=2), 24, "2 d"),
        (timedelta(hours=13), 8, "1 d 5 h"),
        (timedelta(hours=5, minutes=59), 24, "5 h"),
        (timedelta(minutes=40), 24, "40 min"),
        (timedelta(minutes=-5), 24, "0 min"),
    ],
)
def test_a_length_of_time_is_told_in_its_two_largest_parts(length, hours_a_day, shown):
    assert words.span(length, hours_a_day) == shown


def test_how_long_ago_is_told_in_the_readers_language():
    then = NOW - timedelta(days=3)
    assert words.ago(then) == "3 days ago"
    with translation.override("da"):
        assert words.ago(then) == "for 3 dage siden"
