"""The file that somebody takes away: the proof of one registration as JSON or as PDF."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kanal.directory.models import Person
from kanal.directory.refusal import Conflict, Missing
from kanal.registration import access
from kanal.registration.proof import document, pages
from kanal.registration.proof.exporting import document_of
from kanal.registration.proof.keys import KeyUnreadable

CONTENT_TYPES = {"json": "application/json", "pdf": "application/pdf"}


@dataclass(frozen=True)
class ProofFile:
    """A file with its name and its kind."""

    name: str
    content_type: str
    data: bytes


def file_of(key: uuid.UUID, kind: str, *, by: Person) -> ProofFile:
    """Give the proof of a registration as a file, for whoever reads it.

    Args:
        key: of the registration.
        kind: a key of `CONTENT_TYPES`.
        by: who; a partner's file withholds what is sealed for the vendor.

    Raises:
        Missing: this person sees no such registration, or there is no such kind of file.
        Conflict: it was never submitted, or it can't be sealed.
    """
    found = access.visible(by).filter(pk=key).first()
    if found is None or kind not in CONTENT_TYPES:
        raise Missing
    try:
        record = document_of(found, by=by)
    except (KeyUnreadable, OSError) as error:
        raise Conflict(
            _("It can’t be sealed just now, as the key can’t be read. Tell whoever runs Kanal.")
        ) from error
    data = pages.write(record) if kind == "pdf" else document.render(record)
    return ProofFile(f"{found.reference}.{kind}", CONTENT_TYPES[kind], data)
