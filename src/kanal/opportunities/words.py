"""An event of the timeline as a sentence, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils import dateformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kanal.opportunities.lifecycle import Stage
from kanal.opportunities.models import CloseReason, CollaborationRole, Opportunity, TimelineEntry
from kanal.opportunities.timeline import SENTENCES

# Choices that facts may hold by their key; `distribution` adds its own when it is loaded.
CHOICES: dict[str, str | Promise] = {
    **dict(Stage.choices),
    **dict(CloseReason.choices),
    **dict(CollaborationRole.choices),
}


def _fields(text: str) -> str:
    """Give the names of changed fields, in words; facts hold their keys with commas between them."""
    known = {item.name: item for item in Opportunity._meta.concrete_fields}
    return ", ".join(
        str(known[name].verbose_name) if name in known else _("Products") for name in text.split(",")
    )


def _fact(name: str, value: object) -> str:
    text = str(value)
    if name == "fields":
        return _fields(text)
    if text in CHOICES:
        return str(CHOICES[text])
    try:
        # Translators: a day in Django's date format, as in "2 Dec 2026".
        return dateformat.format(date.fromisoformat(text), pgettext("date format", "j M Y"))
    except ValueError:
        return text


def sentence(entry: TimelineEntry) -> str:
    """Give what happened, for people; an event of a later version of Kanal is named by its key."""
    template = SENTENCES.get(entry.event)
    if template is None:
        return entry.event
    facts: Mapping[str, object] = entry.facts
    known = {name: _fact(name, value) for name, value in facts.items()}
    try:
        return str(template) % known
    except KeyError:
        return _("%(event)s (some facts are missing)") % {"event": entry.event}
