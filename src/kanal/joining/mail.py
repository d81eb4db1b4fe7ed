"""The mails to an applicant, in the language that they applied in."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kanal.joining import links
from kanal.joining.lifecycle import Status
from kanal.joining.models import CONFIRM_WITHIN, Application, Entry

_HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
Text = str | Promise


class Kind(models.TextChoices):
    """Which mail."""

    CONFIRM = "confirm"
    RECEIVED = "received"
    IN_REVIEW = "in_review"
    ASKED = "asked"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Words:
    """What one kind of mail says: subject, sentence, and what its link is called."""

    subject: Text
    sentence: Text
    button: Text


# The first mail goes to an address that anybody may have typed: it repeats nothing of what they wrote.
WORDS: dict[str, Words] = {
    Kind.CONFIRM: Words(
        _("Confirm your application to %(vendor)s"),
        _(
            "With this mail address somebody applied to become a partner of %(vendor)s. If it was you, confirm it "
            "within %(days)s days. If not, do nothing: it is then deleted."
        ),
        _("Confirm the application"),
    ),
    Kind.RECEIVED: Words(
        _("%(vendor)s has your application"),
        _("The application of %(company)s is confirmed. We read it and tell you at each step."),
        _("Follow the application"),
    ),
    Kind.IN_REVIEW: Words(
        _("%(vendor)s is reading your application"),
        _("The application of %(company)s is in review."),
        _("Follow the application"),
    ),
    Kind.ASKED: Words(
        _("%(vendor)s has a question about your application"),
        _("Before we decide on the application of %(company)s we would like to know:"),
        _("Answer"),
    ),
    Kind.APPROVED: Words(
        _("Welcome: %(company)s is a partner of %(vendor)s"),
        _(
            "Your application is approved. A mail of its own brings your first administrator a link to choose a "
            "password."
        ),
        _("See the application"),
    ),
    Kind.REJECTED: Words(
        _("Our answer to your application to %(vendor)s"),
        _("Thank you for your interest. We can’t take %(company)s as a partner now."),
        _("See the application"),
    ),
    Kind.WITHDRAWN: Words(
        _("Your application to %(vendor)s is withdrawn"),
        _("Nothing more happens with the application of %(company)s. You may apply again at any time."),
        _("See the application"),
    ),
}


def send(
    *, application_id: str, kind: str, entry_id: str = "", connection: BaseEmailBackend | None = None
) -> None:
    """Send an applicant a mail; nothing where the application is gone, or was confirmed meanwhile.

    Args:
        application_id: whose.
        kind: which mail, a `Kind`.
        entry_id: what happened, where the mail quotes it.
        connection: how mail leaves, where it is not the installation's way.
    """
    application = Application.objects.filter(pk=application_id).first()
    if application is None or (kind == Kind.CONFIRM) != (application.status == Status.UNCONFIRMED):
        return
    entry = Entry.objects.filter(pk=entry_id, application=application).first() if entry_id else None
    with translation.override(application.language):
        compose(application, kind, entry, connection).send()


def compose(
    application: Application, kind: str, entry: Entry | None, connection: BaseEmailBackend | None = None
) -> EmailMultiAlternatives:
    """Write a mail in the language that is active; makes the link that it brings."""
    facts = _facts(application, kind, entry)
    mail = EmailMultiAlternatives(
        facts["subject"],
        render_to_string("joining/mail/message.txt", facts).strip() + "\n",
        to=[_receiver(application, kind)],
        headers=_HEADERS,
        connection=connection,
    )
    mail.attach_alternative(render_to_string("joining/mail/message.html", facts), "text/html")
    return mail


def _receiver(application: Application, kind: str) -> str:
    if kind == Kind.CONFIRM:
        return application.email
    return formataddr((" ".join(application.name.split()), application.email))


def _facts(application: Application, kind: str, entry: Entry | None) -> dict[str, Any]:
    words = WORDS[kind]
    known = {
        "vendor": settings.VENDOR_NAME,
        "company": application.company,
        "days": CONFIRM_WITHIN.days,
    }
    follow = kind != Kind.CONFIRM
    return {
        "subject": " ".join((str(words.subject) % known).split()),
        "sentence": str(words.sentence) % known,
        "button": str(words.button),
        "reason": application.get_reason_display() if kind == Kind.REJECTED else "",
        "quote": entry.body if entry else "",
        "url": settings.BASE_URL + links.to_follow(application) if follow else links.to_confirm(application),
        "follow": follow,
        "vendor_name": settings.VENDOR_NAME,
    }
