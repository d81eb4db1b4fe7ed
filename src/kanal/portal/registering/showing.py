"""Facts of deal registration as the portal's pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kanal.config import clock
from kanal.directory.models import Person
from kanal.registration.lifecycle import Status
from kanal.registration.models import Evidence, Link, Registration
from kanal.registration.terms import Terms
from kanal.registration.words import INTERNAL, reason_of, sentence
from kanal.web import words
from kanal.web.components import File, TimelineItem

# What each status looks like: a glyph and its hue.
LOOKS: dict[str, tuple[str, str]] = {
    Status.DRAFT: ("progress", "work"),
    Status.SUBMITTED: ("delivered", "wait"),
    Status.IN_REVIEW: ("delivered", "wait"),
    Status.INFORMATION_REQUESTED: ("expired", "alert"),
    Status.APPROVED: ("approved", "run"),
    Status.REJECTED: ("declined", "alert"),
    Status.DUPLICATE: ("canceled", "off"),
    Status.WITHDRAWN: ("canceled", "off"),
    Status.EXPIRED: ("expired", "off"),
    Status.REVOKED: ("declined", "alert"),
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
    "rejected": "ban",
    "duplicate": "copy",
    "lined_up": "hourglass",
    "promoted": "arrow-up",
    "withdrawn": "x",
    "expired": "clock",
    "unanswered": "clock",
    "revoked": "ban",
    "converted": "trophy",
    "reminded": "bell",
    "idle_warned": "bell",
    "extension_asked": "calendar",
    "extension_granted": "calendar",
    "extension_refused": "calendar",
    "overridden": "alert-triangle",
}
REGISTERS_AGAIN = frozenset({Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED})


@dataclass(frozen=True)
class Look:
    """A status as it is drawn: glyph, hue, word."""

    shape: str
    hue: str
    word: str | Promise


def look(registration: Registration) -> Look:
    """Give how a request's status is drawn; one that waits in line says so."""
    if registration.waits_in_line:
        return Look("hold", "wait", gettext_lazy("In line"))
    return Look(*LOOKS[registration.status], Status(registration.status).label)


@dataclass(frozen=True)
class Row:
    """A request in a list.

    Attributes:
        next: what comes next, and when, in words.
        hurry: the class of those words: red, amber, or none.
        more: what stands below them.
    """

    registration: Registration
    url: str
    look: Look
    next: str
    hurry: str = ""
    more: str = ""


def _day(moment: datetime) -> str:
    return words.day(timezone.localdate(moment))


def rows(found: Sequence[Registration]) -> list[Row]:
    """Give the rows of a list."""
    return [row(one) for one in found]


def row(one: Registration) -> Row:
    """Give a request as a list shows it."""
    url = reverse("portal:registration", args=[one.pk])
    return Row(one, url, look(one), *_next(one))


def _next(one: Registration) -> tuple[str, str, str]:
    """Say what comes next, how pressing that is, and what else there is to say."""
    now = clock.now()
    if one.status == Status.DRAFT:
        return _("Fill in and submit"), "", _("changed %(when)s") % {"when": words.ago(one.modified_at)}
    if one.status == Status.INFORMATION_REQUESTED and one.answer_by:
        soon = "k-late" if one.answer_by - now < timedelta(days=2) else "k-soon"
        return _("Answer by %(when)s") % {"when": words.moment(one.answer_by)}, soon, ""
    if one.line_since:
        return _("In line since %(day)s") % {"day": _day(one.line_since)}, "", ""
    if one.status in {Status.SUBMITTED, Status.IN_REVIEW} and one.decide_by:
        if one.decide_by < now:
            late = _("Promised for %(when)s") % {"when": words.moment(one.decide_by)}
            return _("Late"), "k-late", late
        return _("Decided by %(when)s") % {"when": words.moment(one.decide_by)}, "", ""
    if one.protection and one.protection.ends > now and one.status in {Status.APPROVED, Status.CONVERTED}:
        return _protected(one)
    return _day(one.status_since), "", reason(one)


def _protected(one: Registration) -> tuple[str, str, str]:
    assert one.protection is not None
    if one.idle_ends_at:
        return _("Ends %(day)s without activity") % {"day": _day(one.idle_ends_at)}, "k-late", ""
    last = one.protection.last_day
    soon = "k-soon" if last - clock.today() < timedelta(days=14) else ""
    return _("Until %(day)s") % {"day": words.day(last)}, soon, days_left(last)


def days_left(last: date) -> str:
    """Say how many days are left to the last one."""
    days = max(0, (last - clock.today()).days)
    return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": words.number(days)}


def reason(one: Registration) -> str:
    """Say why a request ended, by the closed lists; nothing where no reason is kept."""
    return reason_of(one.status, one.reason)


# ── The page of one ──────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Notice:
    """What stands at the top of a request's page: how it stands, and what to do.

    Attributes:
        kind: as the component `notice` takes it.
        head, text: what is said.
    """

    kind: str
    icon: str
    head: str
    text: str = ""


def notice(one: Registration, terms: Terms) -> Notice | None:
    """Say how a request stands; a draft, and a question with its form, say it themselves."""
    vendor = {"vendor": settings.VENDOR_NAME}
    if one.waits_in_line:
        head = _("You have been in line since %(when)s") % {
            "when": words.moment(one.line_since or clock.now())
        }
        text = _(
            "The customer is protected for now. Once that ends, requests come up in the order of their time."
        )
        return Notice("wait", "hourglass", head, text)
    if one.status in {Status.SUBMITTED, Status.IN_REVIEW} and one.decide_by:
        return _promise(one, terms)
    if one.status == Status.APPROVED and one.protection:
        return _holds(one)
    ended = {
        Status.REJECTED: _("%(vendor)s rejected this request"),
        Status.DUPLICATE: _("%(vendor)s closed this request as a duplicate of an earlier one"),
        Status.WITHDRAWN: _("This request was withdrawn"),
        Status.EXPIRED: _("This registration has ended"),
        Status.REVOKED: _("%(vendor)s took the protection back"),
        Status.CONVERTED: _("The deal is won: this registration became a sale"),
    }
    if one.status not in ended:
        return None
    won = one.status == Status.CONVERTED
    text = reason(one)
    if won and one.protection and one.protection.runs:
        text = _("The customer stays protected until %(day)s.") % {"day": words.day(one.protection.last_day)}
    kind, icon = ("good", "trophy") if won else ("shared", "info-circle")
    return Notice(kind, icon, ended[Status(one.status)] % vendor, text)


def _promise(one: Registration, terms: Terms) -> Notice:
    assert one.decide_by is not None
    facts = {
        "vendor": settings.VENDOR_NAME,
        "when": words.moment(one.decide_by),
        "hours": words.number(terms.decide_hours),
    }
    if one.decide_by < clock.now():
        head = _("%(vendor)s promised to decide by %(when)s, and is late") % facts
        return Notice(
            "wait", "clock", head, _("Somebody else there has been asked too. You need do nothing.")
        )
    head = _("%(vendor)s decides by %(when)s") % facts
    return Notice("wait", "clock", head, _("The promise: within %(hours)s working hours.") % facts)


def _holds(one: Registration) -> Notice:
    assert one.protection is not None
    last = one.protection.last_day
    if one.idle_ends_at:
        head = _("Without activity the protection ends %(day)s") % {"day": _day(one.idle_ends_at)}
        text = _("Write a note, move the stage or plan the next step on the opportunity, and it stays.")
        return Notice("wait", "alert-triangle", head, text)
    facts = {"day": words.day(last), "family": one.family, "left": days_left(last)}
    head = _("Protected until %(day)s, %(left)s") % facts
    text = _("Nobody else is given this customer for %(family)s in that time.") % facts
    return Notice("good", "shield-check", head, text)


@dataclass(frozen=True)
class Moment:
    """One day of a protection: when it begins, is reminded of, ends.

    Attributes:
        past: it has been.
    """

    day: date
    what: str
    past: bool


def moments(one: Registration, terms: Terms) -> list[Moment]:
    """Give the days of a protection in their order; none where there is none."""
    held = one.protection
    if held is None:
        return []
    runs, today = held.ends > clock.now(), clock.today()
    begun = timezone.localdate(held.begins)
    found = [(begun, 0, _("Approved"))]
    if runs and one.status == Status.APPROVED:
        for days in terms.remind_days:
            day = held.last_day - timedelta(days=days)
            said = ngettext("Reminder, %(n)s day before", "Reminder, %(n)s days before", days)
            if day > begun:
                found.append((day, 1, said % {"n": words.number(days)}))
    if one.idle_ends_at:
        found.append((timezone.localdate(one.idle_ends_at), 2, _("Ends here without activity")))
    found.append((held.last_day, 3, _("Last day of the protection") if runs else _("The protection ended")))
    return [Moment(day, what, day <= today and (order < 2 or not runs)) for day, order, what in sorted(found)]


def history(links: Sequence[Link], reader: Person) -> list[TimelineItem]:
    """Give the steps of a request in words, the latest first, without what is the vendor's own affair.

    Args:
        links: its chain, the latest first.
        reader: somebody of the partner; colleagues are named without their company.
    """
    ours = reader.partner.name if reader.partner else ""
    return [
        TimelineItem(
            at=one.at,
            sentence=sentence(one),
            body=_said(one),
            author=one.actor_name,
            company="" if one.actor_company == ours or not one.actor_name else _company(one),
            icon=ICONS.get(one.kind, "flag"),
        )
        for one in links
        if one.kind not in INTERNAL
    ]


def _company(link: Link) -> str:
    return link.actor_company or settings.VENDOR_NAME


def _said(link: Link) -> str:
    """Give what somebody wrote with a step, where the sentence does not say it."""
    return str(link.content.get("text", "")) if link.kind != "overridden" else ""


def files(evidence: Iterable[Evidence]) -> list[tuple[str, File]]:
    """Give the files of a request, each with the key by which it is taken off."""
    return [
        (
            str(one.pk),
            File(
                one.attachment.name,
                reverse("portal:file", args=[one.attachment_id]),
                filesizeformat(one.attachment.size),
            ),
        )
        for one in evidence
    ]
