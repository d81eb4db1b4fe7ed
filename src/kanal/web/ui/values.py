"""Money, figures, dates and lengths of time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kanal.web import words
from kanal.web.ui.drawing import classes_of, nothing

register = template.Library()


@register.simple_tag
def money(amount: Decimal | float | None, currency: object, classes: str = "") -> SafeString:
    """Show an amount with its currency, in the reader's language; a dash where it is not known.

    Args:
        amount: the amount, or None.
        currency: the code, or an object with a `code`.
        classes: further classes.
    """
    if amount is None:
        return nothing()
    code = str(getattr(currency, "code", currency) or "")
    return format_html('<span class="{}">{}</span>', classes_of("k-num", classes), words.money(amount, code))


@register.simple_tag
def number(value: Decimal | float | None, places: int | None = None) -> SafeString:
    """Show a number with the reader's separators; a dash where it is not known."""
    return (
        nothing()
        if value is None
        else format_html('<span class="k-num">{}</span>', words.number(value, places))
    )


def _time(machine: str, title: str, text: str, classes: str) -> SafeString:
    return format_html(
        '<time class="{}" datetime="{}" title="{}">{}</time>',
        classes_of("k-num", classes),
        machine,
        title,
        text,
    )


@register.simple_tag
def when(value: datetime | None, classes: str = "") -> SafeString:
    """Show a moment in words, in the reader's zone: `today 14:00`, `Tue 24 Nov, 16:00`."""
    if value is None:
        return nothing()
    return _time(value.isoformat(), words.full_moment(value), words.moment(value), classes)


@register.simple_tag
def day(value: date | datetime | None, classes: str = "") -> SafeString:
    """Show a date in words: `today`, `Tue 24 Nov`, `24 Nov 2027`."""
    if value is None:
        return nothing()
    shown = timezone.localdate(value) if isinstance(value, datetime) else value
    return _time(shown.isoformat(), words.long_day(shown), words.day(shown), classes)


@register.simple_tag
def ago(value: datetime | None, classes: str = "") -> SafeString:
    """Show how long ago it was, or in how long it will be: `3 days ago`."""
    if value is None:
        return nothing()
    return _time(value.isoformat(), words.full_moment(value), words.ago(value), classes)


@register.filter
def span(value: timedelta, hours_a_day: int = 24) -> str:
    """Put a length of time into words, `1 d 5 h`; the argument says how many hours make a day."""
    return words.span(value, hours_a_day)


@register.filter
def clock_time(value: datetime) -> str:
    """Give the time of day in the reader's zone."""
    return words.clock_time(value)
