"""Writing a note on the timeline, with files."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import Partner, Person
from kanal.directory.refusal import Invalid, Missing, NotAllowed
from kanal.opportunities import access, timeline, uploads
from kanal.opportunities.actions.record import lock
from kanal.opportunities.models import Attachment, Kind, Opportunity, Participation, TimelineEntry, Visibility

MAX_FILES = 10
MAX_LENGTH = 10_000


@dataclass(frozen=True)
class Upload:
    """A file as it was sent: its name, its size in bytes, and its content."""

    name: str
    size: int
    content: IO[bytes]


def add_note(
    *, key: uuid.UUID, body: str, shared: bool, by: Person, files: Sequence[Upload] = ()
) -> TimelineEntry:
    """Write a note, with or without files; it can't be changed afterwards.

    Args:
        key: the opportunity.
        body: the text; may be empty where files come along.
        shared: whether partners read it. What a partner writes always is.
        by: the author.
        files: what comes with it, ten at most.

    Raises:
        Missing, NotAllowed: it is not theirs to see, or to write on.
        Invalid: nothing was written, or a file is not taken.
    """
    stored: list[Attachment] = []
    try:
        with acting(by):
            opportunity = lock(key, by=by)
            part = access.participation(by, opportunity)
            _check(by, opportunity, part, body, files)
            entry = _entry(opportunity, part, body.strip(), shared=shared or not by.is_vendor, by=by)
            if entry.visibility == Visibility.SHARED:
                timeline.note_activity(opportunity)
            for upload in files:
                stored.append(_store(entry, upload))  # noqa: PERF401 - what is stored is removed if a later one fails
    except BaseException:
        for attachment in stored:
            attachment.file.delete(save=False)
        raise
    return entry


def readers(opportunity: Opportunity, part: Participation | None) -> Partner | None:
    """Say which partner alone reads a shared note written now; None means every partner that takes part.

    What is said to or by one partner about an offer, or while it manages alone, stays between it and the vendor,
    so that the next partner does not read it.
    """
    running = list(
        Participation.objects.filter(opportunity=opportunity, until__isnull=True).select_related(
            "partner__account"
        )[:2]
    )
    if part is not None:
        return None if part.kind == Kind.COLLABORATING else part.partner
    if len(running) == 1 and running[0].kind != Kind.COLLABORATING:
        return running[0].partner
    return None


def _check(
    by: Person, opportunity: Opportunity, part: Participation | None, body: str, files: Sequence[Upload]
) -> None:
    if part is None and not by.is_vendor:  # it ended while we waited for the lock
        raise Missing
    answer = access.may(by, "note", opportunity, part)
    if not answer:
        raise NotAllowed(answer.reason or "")
    if not body.strip() and not files:
        raise Invalid({"body": _("Write a note, or add a file.")})
    if len(body) > MAX_LENGTH:
        raise Invalid(
            {
                "body": _("The note has %(length)d characters; %(limit)d fit.")
                % {"length": len(body), "limit": MAX_LENGTH}
            }
        )
    if len(files) > MAX_FILES:
        raise Invalid({"files": _("Ten files at most come with one note.")})


def _entry(
    opportunity: Opportunity, part: Participation | None, body: str, *, shared: bool, by: Person
) -> TimelineEntry:
    return TimelineEntry.objects.create(
        opportunity=opportunity,
        at=clock.now(),
        body=body,
        author=by,
        company=by.partner,
        visibility=Visibility.SHARED if shared else Visibility.INTERNAL,
        partner=readers(opportunity, part) if shared else None,
    )


def _store(entry: TimelineEntry, upload: Upload) -> Attachment:
    content_type, digest = uploads.checked(upload.name, upload.size, upload.content)
    suffix = PurePath(upload.name).suffix.lower()
    attachment = Attachment(
        entry=entry, name=upload.name[-200:], content_type=content_type, size=upload.size, sha256=digest
    )
    # The name on the disk is ours: what a sender writes never becomes a path.
    attachment.file.save(f"{attachment.pk}{suffix}", File(upload.content), save=False)
    try:
        with transaction.atomic():
            attachment.save(force_insert=True)
    except BaseException:
        attachment.file.delete(save=False)
        raise
    return attachment
