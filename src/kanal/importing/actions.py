"""What can happen to an import."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from kanal.directory.access import refusal_to_keep
from kanal.directory.models import Person
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed
from kanal.importing import uploads
from kanal.importing.engine import carry_out
from kanal.importing.formats import Options, format_of
from kanal.importing.models import ImportRun, RunState
from kanal.importing.progress import Tell, silent


def import_folder(
    *,
    kind: str,
    folder: Path,
    by: Person | None,
    dry_run: bool = False,
    rate: str = "",
    tell: Tell = silent,
) -> ImportRun:
    """Import the files of a folder, here and now.

    Args:
        kind: the key of their format.
        folder: where they are.
        by: who; None is the command line.
        dry_run: try everything and keep nothing.
        rate: what a unit of the files' currency is worth in the base currency, where no rate is known.
        tell: is told how far it is.

    Raises:
        NotAllowed: the person may not.
        Invalid: there is no such format, or the rate is none.
        Refusal: the files can't be read, or something that they need is missing here.
    """
    _ask(by)
    format_of(kind)
    Options.of(rate)
    run = ImportRun.objects.create(
        kind=kind, source=str(folder)[:300], by=by, dry_run=dry_run, options={"rate": rate}
    )
    return carry_out(run, folder, tell=tell)


def rehearse_upload(*, kind: str, file: UploadedFile[bytes] | None, rate: str, by: Person) -> ImportRun:
    """Take an archive of files and let the worker try to import it; nothing is kept but the report.

    Raises:
        NotAllowed: the person may not.
        Invalid: the archive or the rate can't be taken.
    """
    _ask(by)
    if file is None:
        raise Invalid({"file": _("Choose a file.")})
    form = format_of(kind)
    Options.of(rate)
    uploads.check(form, file, file.size or 0)
    with transaction.atomic():
        run = ImportRun.objects.create(
            kind=kind,
            source=Path(file.name or "").name[:300],
            upload=file,
            by=by,
            dry_run=True,
            options={"rate": rate},
        )
        _defer(run)
    return run


def import_rehearsed(*, key: uuid.UUID, by: Person) -> ImportRun:
    """Import for good what a rehearsal has tried.

    Raises:
        NotAllowed: the person may not.
        Missing: there is no such rehearsal.
        Conflict: it has not ended well.
    """
    _ask(by)
    with transaction.atomic():
        tried = ImportRun.objects.select_for_update().filter(pk=key, dry_run=True).exclude(upload="").first()
        if tried is None:
            raise Missing
        if tried.state != RunState.DONE:
            raise Conflict(_("Only what a rehearsal has gone through to its end can be imported."))
        run = ImportRun.objects.create(
            kind=tried.kind, source=tried.source, upload=tried.upload.name, by=by, options=tried.options
        )
        _defer(run)
    return run


def carry_out_upload(*, key: uuid.UUID) -> ImportRun:
    """Do what a queued run asks for; the worker calls this. One that is no longer queued is left alone."""
    run = ImportRun.objects.select_related("by").get(pk=key)
    if run.state != RunState.QUEUED:
        return run
    with run.upload.open("rb") as content, uploads.unpacked(format_of(run.kind), content.file) as folder:
        return carry_out(run, folder)


def _ask(by: Person | None) -> None:
    """Ask whether a person may import; who sits at the server's command line may."""
    reason = refusal_to_keep(by, "settings") if by else None
    if reason:
        raise NotAllowed(reason)


def _defer(run: ImportRun) -> None:
    from kanal.importing.tasks import carry_out as task

    task.defer(run_id=str(run.pk))
