"""Putting together the file that proves one registration, for somebody of the vendor or of its partner."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kanal import __version__
from kanal.config import clock
from kanal.directory.access import may_enter_desk
from kanal.directory.models import Person
from kanal.directory.refusal import Conflict
from kanal.registration.models import ChainHead, Link, Registration
from kanal.registration.proof import document, keys
from kanal.registration.proof.digests import FIRST, moment
from kanal.registration.proof.verifying import rows


def document_of(registration: Registration, *, by: Person) -> dict[str, Any]:
    """Give what proves a registration that a person sees.

    What is sealed in its links (who else is concerned, and what the vendor knows of them) is in the vendor's file
    alone; the partner's has its digests, so that both verify.

    Args:
        registration: one that `access.visible` gave.
        by: who reads it.

    Raises:
        Conflict: it was never submitted, so there is nothing to prove.
        KeyUnreadable: the installation's key can't be read.
    """
    reads_all = may_enter_desk(by)
    one, found, head = _at_one_moment(registration)
    if not found:
        raise Conflict(_("A draft proves nothing yet: the chain begins when it is submitted."))
    links = [link if reads_all else {**link, "sealed": None} for link in found]
    statement = {
        "installation": {"vendor": settings.VENDOR_NAME, "address": settings.BASE_URL},
        "registration": _of(one, found),
        "links": len(links),
        "last_link": {"number": links[-1]["number"], "digest": links[-1]["digest"]},
        "chain": {"links": head.count, "digest": head.digest},
        "reader": "vendor" if reads_all else "partner",
        "made_at": moment(clock.now()),
        "language": (get_language() or "en").split("-")[0],
        "written_by": written_by(),
    }
    said = {"schema": document.SCHEMA, "statement": statement, "how_to_verify": list(HOW)}
    key = keys.signing_key(settings.PROOF_DIR)
    public = keys.public_of(key)
    seal = {
        "algorithm": keys.ALGORITHM,
        "public_key": public,
        "fingerprint": keys.fingerprint_of(public),
        "signature": keys.sign(key, document.signed_text(said)),
    }
    return {
        "schema": document.SCHEMA,
        "statement": statement,
        "links": links,
        "seal": seal,
        "how_to_verify": said["how_to_verify"],
    }


def _at_one_moment(registration: Registration) -> tuple[Registration, list[dict[str, Any]], ChainHead]:
    """Read the registration, its links and the end of the chain as they were at one moment."""
    with transaction.atomic():
        # No step comes between: each takes this row first.
        head = _held_head()
        one = Registration.objects.select_related(
            "partner__account", "family", "opportunity", "protection"
        ).get(pk=registration.pk)
        found = [link for link, _row in rows(Link.objects.filter(registration=one).order_by("place"))]
    return one, found, head


def _held_head() -> ChainHead:
    """Give the end of the chain; held against steps, except where the transaction may only read."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        reads_only = cursor.fetchone() == ("on",)
    heads = ChainHead.objects.all() if reads_only else ChainHead.objects.select_for_update()
    return heads.first() or ChainHead(count=0, digest=FIRST)


def _of(one: Registration, found: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Say what is proved, from the last links: what they say of the end stands there even if it ended early."""
    return {
        "id": str(one.pk),
        "reference": one.reference,
        "partner": found[0]["content"].get("partner", one.partner.name),
        "customer": one.company,
        "family": found[0]["content"].get("family", one.family.name if one.family else ""),
        "opportunity": one.opportunity.reference,
        "status": found[-1]["status"],
        "submitted_at": found[0]["at"],
        "protected_from": document.begins_of(found),
        "protected_until": found[-1]["until"],
    }


def written_by() -> str:
    """Name what writes the file, so that its pages can be compared with those of the same version."""
    return f"kanal {__version__}, fpdf2 {_version('fpdf2')}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # pragma: no cover - it is one of our packages
        return "?"


HOW = (
    "kanal verify FILE does all of this, without a network or a database.",
    "The canonical form of a value is its JSON in UTF-8 without blanks, the keys of each object in the order of their "
    "code points, letters beyond ASCII as they are. A digest is the SHA-256 of a canonical form, in hexadecimal.",
    'For each link: digests.time is the digest of {"at"}; digests.actor that of the value of "actor"; digests.content '
    'that of {"kind", "status", "until", "content"}; digests.sealed that of the value of "sealed", or empty where '
    'nothing is sealed. In the partner\'s file "sealed" is null and only its digest is given.',
    'The link\'s own "digest" is the digest of {"id", "registration", "reference", "number", "place", "digests", '
    '"previous", "previous_own"}.',
    '"previous_own" is the "digest" of the link before it in this file; the first has 64 zeros. "place" counts from 1 '
    'without a gap. "previous" is that of the link with the "number" before, of whichever registration.',
    'The statement names the number of links and the digest of the last. "signature" is the Ed25519 signature, by the '
    'owner of "public_key", of the canonical form of {"schema", "statement", "how_to_verify"}.',
    "Compare the fingerprint of the key, the SHA-256 of its 32 bytes, with the one that the vendor has published.",
)
