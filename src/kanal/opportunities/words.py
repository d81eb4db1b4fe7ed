"""An event of the timeline as a sentence, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kanal.opportunities.lifecycle import Stage
from kanal.opportunities.models import CloseReason, CollaborationRole, TimelineEntry
from kanal.opportunities.timeline import SENTENCES

# Choices that facts may hold by their key; `distribution` adds its own when it is loaded.
CHOICES: dict[str, str | Promise] = {
    **dict(Stage.choices),
    **dict(CloseReason.choices),
    **dict(CollaborationRole.choices),
}


def _fact(value: object) -> str:
    text = str(value)
    if text in CHOICES:
        return str(CHOICES[text])
    try:
        return formats.date_format(date.fromisoformat(text), "DATE_FORMAT")
    except ValueError:
        return text


def sentence(entry: TimelineEntry) -> str:
    """Give what happened, for people; an event of a later version of Kanal is named by its key."""
    template = SENTENCES.get(entry.event)
    if template is None:
        return entry.event
    facts: Mapping[str, object] = entry.facts
    known = {name: _fact(value) for name, value in facts.items()}
    try:
        return str(template) % known
    except KeyError:
        return _("%(event)s (some facts are missing)") % {"event": entry.event}
