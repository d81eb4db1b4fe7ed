"""The steps of a request in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import TextChoices
from django.utils import dateformat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from kanal.registration.lifecycle import EndReason, RejectReason, RevokeReason
from kanal.registration.models import Link

Text = str | Promise

# One sentence a step; who did it stands beside it.
SENTENCES: dict[str, Text] = {
    "submitted": _("Asked to register the deal"),
    "resubmitted": _("Answered: %(answer)s"),
    "taken_up": _("Took it up for review"),
    "asked": _("Asked for information: %(question)s"),
    "approved_step": _("Approved, step %(step)s of %(steps)s"),
    "approved": _("Approved: protected until %(day)s"),
    "approved_by_rule": _("Approved by the policy, without a conflict: protected until %(day)s"),
    "rejected": _("Rejected: %(reason)s"),
    "duplicate": _("Marked as a duplicate of %(original)s"),
    "lined_up": _("Waits in line behind another protection"),
    "promoted": _("Came up for review, as the protection before it ended"),
    "withdrawn": _("Withdrew the request"),
    "expired": _("The protection ended: %(reason)s"),
    "unanswered": _("Ended, as the question was not answered in time"),
    "revoked": _("Took the protection back: %(reason)s"),
    "converted": _("Became a sale"),
    "handed_over": _("Handed the decision over to %(person)s"),
    "reminded": _("Reminded: the protection ends %(day)s"),
    "idle_warned": _("Warned: without activity the protection ends %(day)s"),
    "extension_asked": _("Asked for %(days)s more days"),
    "extension_granted": _("Granted %(days)s more days, until %(day)s"),
    "extension_refused": _("Refused more time"),
    "overridden": _("Gave the customer to another partner in spite of the protection: %(reason)s"),
}

# Who at the vendor decides is the vendor's own affair: partners read nothing of these.
INTERNAL = frozenset({"handed_over"})

# The closed list from which a step's reason is, by its kind.
_REASONS: Mapping[str, type[TextChoices]] = {
    "rejected": RejectReason,
    "revoked": RevokeReason,
    "expired": EndReason,
    "unanswered": EndReason,
}


def sentence(link: Link) -> str:
    """Say what a step was, for people; a step of a later version of Kanal is named by its key."""
    template = SENTENCES.get(link.kind)
    if template is None:
        return link.kind
    facts = {name: _fact(link.kind, name, value) for name, value in link.content.items()}
    try:
        return str(template) % facts
    except KeyError:
        return link.kind


def _fact(kind: str, name: str, value: object) -> str:
    if name == "reason" and kind in _REASONS:
        return str(dict(_REASONS[kind].choices).get(str(value), value))
    if name == "day":
        # Translators: a day in Django's date format, as in "2 Dec 2026".
        return dateformat.format(date.fromisoformat(str(value)), pgettext("date format", "j M Y"))
    return str(value)


def reason_of(status: str, reason: str) -> str:
    """Say why a request ended: a key of the closed lists, read by the status that it led to."""
    lists: Mapping[str, type[TextChoices]] = {"rejected": RejectReason, "revoked": RevokeReason}
    return str(dict(lists.get(status, EndReason).choices).get(reason, "")) if reason else ""
