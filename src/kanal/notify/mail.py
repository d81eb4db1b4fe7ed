"""Sending what people are told by mail, in their language and time zone."""

from __future__ import annotations

from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from kanal.config import clock
from kanal.notify import messages
from kanal.notify.models import Notification

# Answering machines keep quiet to mail that says it was written by a machine.
_HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def send(*, notification_id: str, connection: BaseEmailBackend | None = None) -> bool:
    """Send a notification; tell whether a mail left.

    Asked twice, it sends once. Where the mail server takes it but we learn nothing of that, it is sent again
    with the same Message-ID, so that mailboxes may drop the second.

    Args:
        notification_id: which one; nothing is sent where the person may no longer sign in.
        connection: how mail leaves, where it is not the installation's way.
    """
    with transaction.atomic():
        notification = (
            Notification.objects.select_for_update(of=("self",))
            .select_related("person")
            .filter(pk=notification_id, mailed_at__isnull=True, person__is_active=True)
            .first()
        )
        if notification is None:
            return False
        compose(notification, connection).send()
        notification.mailed_at = clock.now()
        notification.save(update_fields=["mailed_at"])
    return True


def compose(notification: Notification, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """Write the mail of a notification, in its receiver's language and time zone."""
    person = notification.person
    with translation.override(person.language), timezone.override(person.time_zone):
        told = messages.tell_in_words(notification)
        context = {
            "vendor_name": settings.VENDOR_NAME,
            "subject": told.subject,
            "told": told,
            "url": settings.BASE_URL + notification.path,
        }
        text = render_to_string("notify/mail/message.txt", context)
        html = render_to_string("notify/mail/message.html", context)
    mail = EmailMultiAlternatives(
        told.subject,
        text.strip() + "\n",
        to=[formataddr((" ".join(person.name.split()), person.email))],
        headers={**_HEADERS, "Message-ID": _message_id(notification)},
        connection=connection,
    )
    mail.attach_alternative(html, "text/html")
    return mail


def _message_id(notification: Notification) -> str:
    host = urlsplit(settings.BASE_URL).hostname or "kanal"
    return f"<notification-{notification.pk}@{host}>"
