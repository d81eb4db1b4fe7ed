"""The mail of an invitation, and the link in it.

The link is made when the mail is: no job, no log and no backup of the database ever holds it, only its fingerprint.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from kanal.directory.models import Invitation, Person

_TEMPLATE = "directory/mail/invitation"
_BYTES = 32


def fingerprint(token: str) -> str:
    """Give what is kept of a link's token; it is long and random, so a plain hash can't be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue(invitation: Invitation) -> str:
    """Give an invitation a new token; the one before opens nothing any more."""
    token = secrets.token_urlsafe(_BYTES)
    invitation.token_hash = fingerprint(token)
    invitation.save(update_fields=["token_hash"])
    return token


def find(token: str) -> Invitation | None:
    """Give the invitation that a link belongs to, whatever became of it."""
    found = Invitation.objects.select_related("partner__account", "invited_by")
    return found.filter(token_hash=fingerprint(token)).first() if token else None


def send(*, invitation_id: str) -> None:
    """Mail an invitation, in its language; nothing where it was accepted or revoked meanwhile.

    An address that has an account already is told so, and gets no link.
    """
    with transaction.atomic():
        locked = Invitation.objects.select_for_update(of=("self",)).select_related("partner__account")
        invitation = locked.filter(pk=invitation_id).waiting().first()
        if invitation is None:
            return
        known = Person.objects.filter(email__iexact=invitation.email).exists()
        token = "" if known else issue(invitation)
    with translation.override(invitation.language):
        _mail(invitation, token).send()


def _mail(invitation: Invitation, token: str) -> EmailMultiAlternatives:
    facts = _facts(invitation, token)
    subject = " ".join(render_to_string(f"{_TEMPLATE}_subject.txt", facts).split())
    mail = EmailMultiAlternatives(subject, render_to_string(f"{_TEMPLATE}.txt", facts), to=[invitation.email])
    mail.attach_alternative(render_to_string(f"{_TEMPLATE}.html", facts), "text/html")
    return mail


def _facts(invitation: Invitation, token: str) -> dict[str, Any]:
    path = reverse("invitation:accept", args=[token]) if token else reverse("account_login")
    return {
        "invitation": invitation,
        "known": not token,
        "vendor_name": settings.VENDOR_NAME,
        "company": invitation.partner.name if invitation.partner else "",
        "who": invitation.invited_by.name,
        "url": settings.BASE_URL + path,
        "until": invitation.expires_at,
    }
