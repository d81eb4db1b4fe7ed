"""The applicant's two kinds of link: one that confirms, and those that show the state.

A confirming link is signed and needs no row: it works once, as it leads out of “not confirmed”. A link to the state
holds a secret of which only the digest is kept; each mail brings its own, made as it leaves.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from kanal.joining.models import Application, StatusLink

_BYTES = 32


def to_confirm(application: Application) -> str:
    """Give the address at which an applicant confirms."""
    return settings.BASE_URL + reverse("join:confirm", args=[_signer().sign(application.pk.hex)])


def confirmed_by(token: str) -> uuid.UUID | None:
    """Give the key of the application that a confirming link is for; None where the link is not ours."""
    try:
        return uuid.UUID(_signer().unsign(token))
    except (BadSignature, ValueError):
        return None


def to_follow(application: Application) -> str:
    """Make a new link to the state of an application, and give its address within Kanal."""
    secret = secrets.token_urlsafe(_BYTES)
    StatusLink.objects.create(application=application, digest=_digest(secret))
    return reverse("join:status", args=[secret])


def followed_by(secret: str) -> uuid.UUID | None:
    """Give the key of the application that a secret opens; None where it opens nothing."""
    return StatusLink.objects.filter(digest=_digest(secret)).values_list("application", flat=True).first()


def _digest(secret: str) -> str:
    # The secret is long and random: it needs neither salt nor a slow hash.
    return hashlib.sha256(secret.encode()).hexdigest()


def _signer() -> Signer:
    return Signer(salt="kanal.joining.confirm")
