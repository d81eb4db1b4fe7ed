"""How applications and what happened to them look at the desk."""

from __future__ import annotations

from django.utils.safestring import SafeString

from kanal.joining.lifecycle import Status
from kanal.joining.models import Application, Entry, Happening
from kanal.web.components import TimelineItem
from kanal.web.ui import marks

_GLYPHS = {
    Status.WAITING: ("delivered", "wait"),
    Status.IN_REVIEW: ("progress", "work"),
    Status.ASKED: ("hold", "off"),
    Status.APPROVED: ("approved", "good"),
    Status.REJECTED: ("declined", "off"),
    Status.WITHDRAWN: ("canceled", "off"),
}
_ICONS = {
    Happening.CONFIRMED: "send",
    Happening.TAKEN_UP: "eye",
    Happening.ASKED: "help",
    Happening.APPROVED: "check",
    Happening.REJECTED: "x",
    Happening.WITHDRAWN: "arrow-back-up",
}


def glyph_of(status: str) -> SafeString:
    """Show the status of an application."""
    shape, hue = _GLYPHS[Status(status)]
    return marks.glyph(shape, Status(status).label, hue)


def item(entry: Entry, application: Application) -> TimelineItem:
    """Show something that happened."""
    kind = Happening(entry.kind)
    return TimelineItem(
        at=entry.at,
        sentence="" if kind is Happening.NOTE else str(kind.label),
        body=entry.body,
        author=entry.by.name if entry.by else application.name,
        company="" if entry.by else application.company,
        icon=_ICONS.get(kind, "message"),
        internal=kind is Happening.NOTE,
    )
