"""The mail to somebody who was invited: a link with which they choose a password."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from kanal.directory.models import Person

_TEMPLATE = "directory/mail/invitation"


def send(*, person_id: str) -> None:
    """Send an invitation in the person's own language; nothing to one who may not sign in."""
    person = Person.objects.select_related("partner__account").filter(pk=person_id, is_active=True).first()
    if person is None:
        return
    with translation.override(person.language):
        facts = _facts(person)
        subject = " ".join(render_to_string(f"{_TEMPLATE}_subject.txt", facts).split())
        mail = EmailMultiAlternatives(subject, render_to_string(f"{_TEMPLATE}.txt", facts), to=[person.email])
        mail.attach_alternative(render_to_string(f"{_TEMPLATE}.html", facts), "text/html")
    mail.send()


def _facts(person: Person) -> dict[str, Any]:
    key = default_token_generator.make_token(person)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(person), key])
    return {
        "person": person,
        "vendor_name": settings.VENDOR_NAME,
        "company": person.partner.name if person.partner else "",
        "url": settings.BASE_URL + path,
        "days": timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT).days,
    }
