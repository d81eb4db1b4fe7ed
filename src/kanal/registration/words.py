"""The steps of a request in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
