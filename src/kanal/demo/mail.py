"""Where mail goes in the demo: into a table, for `/demo/mail/`."""

from __future__ import annotations

from collections.abc import Sequence
from email.header import decode_header, make_header

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from kanal.demo.models import DemoMail


class Backend(BaseEmailBackend):
    """Keeps mail instead of sending it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep each message; give how many there were."""
        return len([_keep(message) for message in email_messages])


def _keep(message: EmailMessage) -> DemoMail:
    whole = message.message()
    return DemoMail.objects.create(
        sender=message.from_email,
        to=", ".join(str(make_header(decode_header(one))) for one in message.recipients()),
        subject=str(message.subject),
        text=str(message.body),
        html=next(
            (str(part[0]) for part in getattr(message, "alternatives", []) if part[1] == "text/html"), ""
        ),
        headers={name: str(value) for name, value in whole.items()},
    )
