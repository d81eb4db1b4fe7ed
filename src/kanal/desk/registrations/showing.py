"""How requests look at the desk: their status, the time that is left, what happened to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.distribution.worktime import Calendar
from kanal.registration import words as registration_words
from kanal.registration.lifecycle import Status
from kanal.registration.models import Link, Registration
from kanal.registration.reviewing import Promise, promise
from kanal.web import words
from kanal.web.components import TimelineItem
from kanal.web.ui import marks

_GLYPHS = {
    Status.DRAFT: ("progress", "off"),
    Status.SUBMITTED: ("delivered", "wait"),
    Status.IN_REVIEW: ("progress", "work"),
    Status.INFORMATION_REQUESTED: ("hold", "off"),
    Status.APPROVED: ("approved", "run"),
    Status.REJECTED: ("declined", "off"),
    Status.DUPLICATE: ("canceled", "off"),
    Status.WITHDRAWN: ("canceled", "off"),
    Status.EXPIRED: ("expired", "off"),
    Status.REVOKED: ("returned", "alert"),
    Status.CONVERTED: ("won", "good"),
}
ICONS = {
    "submitted": "send",
    "resubmitted": "message",
    "taken_up": "eye",
    "asked": "help",
    "approved_step": "check",
    "approved": "shield-check",
    "approved_by_rule": "shield-check",
    "rejected": "x",
    "duplicate": "copy",
    "lined_up": "list",
    "promoted": "arrow-up",
    "withdrawn": "arrow-back-up",
    "expired": "clock",
    "unanswered": "clock",
    "revoked": "arrow-back-up",
    "converted": "trophy",
    "handed_over": "user",
    "reminded": "bell",
    "idle_warned": "bell",
    "extension_asked": "calendar",
    "extension_granted": "calendar",
    "extension_refused": "calendar",
    "overridden": "alert-triangle",
}


def glyph_of(registration: Registration) -> SafeString:
    """Show the status of a request; one that waits its turn says so."""
    if registration.waits_in_line:
        return marks.glyph("hold", _("In line"), "off")
    shape, hue = _GLYPHS[Status(registration.status)]
    return marks.glyph(shape, Status(registration.status).label, hue)


@dataclass(frozen=True)
class Due:
    """What a request waits for, until when: two lines, and a class for the first."""

    text: str
    under: str = ""
    tone: str = ""


def due(registration: Registration, calendar: Calendar) -> Due:
    """Say what a request waits for and until when, or when it ended."""
    one = registration
    if one.waits_in_line:
        return Due(_("Since %(day)s") % {"day": words.day(_date(one.line_since))}, _behind(one))
    if one.status == Status.INFORMATION_REQUESTED and one.answer_by:
        late = one.answer_by <= clock.now()
        return Due(
            _("Answer by %(moment)s") % {"moment": words.moment(one.answer_by)}, tone="k-late" if late else ""
        )
    left = promise(one, calendar)
    if left is not None and left.by is not None:
        return Due(left_words(left), words.moment(left.by), tone_of(left))
    if one.status == Status.APPROVED and one.protection:
        return _protected(one)
    return Due(words.day(_date(one.status_since)), registration_words.reason_of(one.status, one.reason))


def _date(moment: datetime | None) -> date:
    return timezone.localdate(moment)


def _behind(one: Registration) -> str:
    if one.behind is None:
        return _("for your own sale")
    if one.behind.protection is not None:
        return _("behind %(reference)s, until %(day)s") % {
            "reference": one.behind.reference,
            "day": words.day(one.behind.protection.last_day),
        }
    return _("behind %(reference)s") % {"reference": one.behind.reference}


def _protected(one: Registration) -> Due:
    assert one.protection
    ends = one.protection.ends
    days = (one.protection.last_day - clock.today()).days
    until = _("until %(day)s") % {"day": words.day(one.protection.last_day)}
    if one.idle_ends_at and one.idle_ends_at < ends:
        quiet = _("ends %(day)s without activity") % {"day": words.day(_date(one.idle_ends_at))}
        return Due(until, quiet, "k-soon")
    return Due(until, words.ago(ends), "k-soon" if days <= 14 else "")


def left_words(left: Promise) -> str:
    """Say how much is left of the promise, or for how long it is broken."""
    if left.over:
        return _("Overdue for %(time)s") % {"time": words.span(left.late)}
    return _("%(time)s left") % {"time": words.span(left.left, left.hours_a_day)}


def tone_of(left: Promise) -> str:
    """Give the class of the time that is left."""
    return "k-late" if left.over else "k-soon" if left.urgent else ""


def item(link: Link) -> TimelineItem:
    """Show one step."""
    return TimelineItem(
        at=link.at,
        sentence=registration_words.sentence(link),
        author=link.actor_name,
        company=link.actor_company,
        icon=ICONS.get(link.kind, "flag"),
    )
