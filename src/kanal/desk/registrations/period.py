"""A small picture of time: the protection that is asked for, what others have, and today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import dateformat, timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kanal.config import clock
from kanal.desk.registrations.comparing import title_of
from kanal.distribution.models.protection import last_day
from kanal.registration.clashes import Clash, Kind
from kanal.web import words

WIDTH = 640
_TOP, _BAR, _STEP = 26, 20, 28
# What is older is cut off at the left; so many bars of others are drawn, and so many months named.
_BACK, _OTHERS, _MONTHS = timedelta(days=92), 3, 8
# About how wide a letter of the picture's text is.
_LETTER = 6.3


@dataclass(frozen=True)
class Mark:
    """A month's beginning on the axis."""

    x: str
    text_x: str
    label: str


@dataclass(frozen=True)
class Bar:
    """A span of time; all figures are texts, as a picture needs points in them in every language.

    Attributes:
        mine: it is the request's own.
        text: what stands on it, or beside it where it is too short: `place` is `on`, `after` or `before`.
    """

    x: str
    y: int
    width: str
    text: str
    text_x: str
    text_y: int
    place: str
    mine: bool


@dataclass(frozen=True)
class Picture:
    """The whole picture, with what it shows in words."""

    months: list[Mark]
    bars: list[Bar]
    today_x: str
    today_text_x: str
    today_y: int
    height: int
    said: str


@dataclass(frozen=True)
class Span:
    """From a day to another; without an end it goes on."""

    text: str
    begins: date
    ends: date | None
    mine: bool = False


@dataclass(frozen=True)
class _Axis:
    first: date
    last: date

    def x(self, day: date) -> float:
        whole = (self.last - self.first).days or 1
        return WIDTH * min(1.0, max(0.0, (day - self.first).days / whole))


def asked(begins: date, ends: date, *, granted: bool) -> Span:
    """Give the span of the request: what it asks for, or what it was granted."""
    days = (ends - begins).days
    text = ngettext(
        "%(what)s: %(first)s to %(last)s, %(n)d day", "%(what)s: %(first)s to %(last)s, %(n)d days", days
    )
    what = _("Protected") if granted else pgettext("period", "Asked")
    return Span(
        text % {"what": what, "first": _short(begins), "last": _short(ends), "n": days}, begins, ends, True
    )


def of_clashes(clashes: Sequence[Clash]) -> list[Span]:
    """Give the spans of what weighs against a request, the heaviest first."""
    weighing = [one for one in clashes if one.heavy and one.since and one.kind != Kind.CUSTOMER]
    return [_span(one) for one in weighing[:_OTHERS]]


def _span(clash: Clash) -> Span:
    text = ", ".join(part for part in (title_of(clash), clash.partner.name if clash.partner else "") if part)
    until = last_day(clash.until) if clash.until else None
    assert clash.since is not None
    return Span(text, timezone.localdate(clash.since), until)


def draw(spans: Sequence[Span]) -> Picture:
    """Draw spans of time below each other, the request's own first."""
    axis, today = _axis(spans), clock.today()
    bars = [_bar(axis, span, number) for number, span in enumerate(spans)]
    here = axis.x(today)
    return Picture(
        _months(axis),
        bars,
        _plain(here),
        _plain(max(here - 4, 34)),
        40 if spans[0].begins >= today and here > 40 else _TOP + _STEP * len(spans) + 12,
        _TOP + _STEP * len(spans) + (2 if spans[0].begins >= today and here > 40 else 16),
        get_text_list([_said(span) for span in spans], _("and")),
    )


def _axis(spans: Sequence[Span]) -> _Axis:
    today = clock.today()
    begin = max(min(span.begins for span in spans), today - _BACK)
    end = max([today, *(span.ends for span in spans if span.ends)])
    return _Axis(_month(min(begin, today), 0), _month(end, 1))


def _month(day: date, later: int) -> date:
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def _months(axis: _Axis) -> list[Mark]:
    days = [axis.first]
    while days[-1] < axis.last:
        days.append(_month(days[-1], 1))
    step = -(-len(days) // _MONTHS)
    return [
        Mark(_plain(axis.x(day) + 0.5), _plain(axis.x(day) + 6), dateformat.format(day, "M"))
        for day in days[:-1:step]
    ]


def _bar(axis: _Axis, span: Span, number: int) -> Bar:
    left = axis.x(span.begins)
    right = axis.x(span.ends) if span.ends else float(WIDTH)
    width, y, needed = max(3.0, right - left), _TOP + _STEP * number, len(span.text) * _LETTER + 20
    if needed <= width:
        place, x = "on", left + 10
    elif left + width + needed <= WIDTH:
        place, x = "after", left + width + 8
    else:
        place, x = "before", left - 8
    if place == "before" and needed > left:  # neither side has room for it
        place, x = "on", left + 10
    return Bar(_plain(left), y, _plain(width), span.text, _plain(x), y + 14, place, span.mine)


def _plain(number: float) -> str:
    return f"{number:.1f}"


def _short(day: date) -> str:
    return words.plain_day(day)


def _said(span: Span) -> str:
    if span.mine:
        return span.text
    if span.ends is None:
        return _("%(what)s since %(first)s") % {"what": span.text, "first": _short(span.begins)}
    return _("%(what)s from %(first)s to %(last)s") % {
        "what": span.text,
        "first": _short(span.begins),
        "last": _short(span.ends),
    }
