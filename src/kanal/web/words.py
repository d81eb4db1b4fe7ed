"""Money, dates and lengths of time in the reader's language."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from babel import Locale, numbers
from babel.dates import format_timedelta
from django.conf import settings
from django.utils import dateformat, timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from kanal.config import clock

NO_BREAK = "\u00a0"


def locale() -> Locale:
    """Give Babel's locale of the active language."""
    return _locale(get_language() or settings.LANGUAGE_CODE)


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language.replace("-", "_"))


@cache
def _pattern(places: int) -> numbers.NumberPattern:
    """Read once how a number with so many decimals is written: a list has dozens of them."""
    shape = "#,##0" + ("." + "0" * places if places else "")
    return numbers.parse_pattern(shape)


def number(value: Decimal | float, places: int | None = None) -> str:
    """Give a number with the reader's separators.

    Args:
        value: the number.
        places: decimals to show; without it, none when it is whole, else as many as it has.
    """
    amount = Decimal(str(value))
    if places is None:
        exponent = amount.normalize().as_tuple().exponent
        places = max(0, -exponent) if isinstance(exponent, int) else 0
    return numbers.format_decimal(amount, _pattern(places), locale=locale())


def money(amount: Decimal | float | None, currency: str) -> str:
    """Give an amount with its currency, as `DKK 1,240,000`; decimals only where they say something."""
    if amount is None:
        return ""
    value = Decimal(str(amount))
    places = 0 if value == value.to_integral_value() else numbers.get_currency_precision(currency)
    figure = number(value, places)
    if locale().currency_formats["standard"].pattern.startswith("¤"):
        return f"{currency}{NO_BREAK}{figure}"
    return f"{figure}{NO_BREAK}{currency}"


def day(value: date) -> str:
    """Give a date in words: `today`, `24 Nov`, or `24 Nov 2027` in another year."""
    today = clock.today()
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get((value - today).days)
    return near or plain_day(value)


def plain_day(value: date) -> str:
    """Give a date without words such as today: `Tue 24 Nov`, or `24 Nov 2027` in another year."""
    if value.year == clock.today().year:
        # Translators: a date of this year, in Django's date format, as in "Tue 24 Nov".
        return dateformat.format(value, pgettext("date format", "D j M"))
    # Translators: a date of another year, in Django's date format, as in "24 Nov 2027".
    return dateformat.format(value, pgettext("date format", "j M Y"))


def long_day(value: date) -> str:
    """Give a date for a heading: `Today`, `Friday 20 November`, with the year where it is another."""
    if value == clock.today():
        return _("Today")
    if value.year == clock.today().year:
        # Translators: a heading, in Django's date format, as in "Friday 20 November".
        return dateformat.format(value, pgettext("date format", "l j F"))
    # Translators: a heading, in Django's date format, as in "Friday 20 November 2027".
    return dateformat.format(value, pgettext("date format", "l j F Y"))


def clock_time(value: datetime) -> str:
    """Give the time of day in the reader's zone: `16:00`."""
    return dateformat.format(timezone.localtime(value), "H:i")


def moment(value: datetime) -> str:
    """Give a moment in words, in the reader's zone: `today 14:00`, `Tue 24 Nov, 16:00`."""
    local = timezone.localtime(value)
    near = abs((local.date() - clock.today()).days) <= 1
    return f"{day(local.date())}{' ' if near else ', '}{clock_time(value)}"


def full_moment(value: datetime) -> str:
    """Give a moment with everything: `Tuesday 24 November 2026, 16:00 CET`."""
    # Translators: a full date with time and zone, in Django's date format.
    return dateformat.format(timezone.localtime(value), pgettext("date format", "l j F Y, H:i T"))


def ago(value: datetime) -> str:
    """Give how long ago, or in how long: `3 days ago`, `in 2 hours`."""
    return format_timedelta(value - clock.now(), add_direction=True, locale=locale())


def span(value: timedelta, hours_a_day: int = 24) -> str:
    """Give a length of time in its two largest parts: `1 d 5 h`, `40 min`.

    Args:
        value: the length; one that has passed counts as nothing.
        hours_a_day: hours that make a day, such as the hours of a working day.
    """
    minutes = max(0, int(value.total_seconds() // 60))
    days, rest = divmod(minutes, hours_a_day * 60)
    hours, left = divmod(rest, 60)
    if days:
        return _("%(days)s d %(hours)s h") % {"days": days, "hours": hours} if hours else _("%s d") % days
    if hours:
        return _("%s h") % hours
    return _("%s min") % left
