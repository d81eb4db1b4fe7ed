"""The run of an import: read, check, load, count; all of it or nothing."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from django.db import connection, transaction
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.config.copying import Bulk, for_many_rows, take_in
from kanal.directory.acting import acting
from kanal.directory.refusal import Conflict
from kanal.importing.ahead import read_ahead
from kanal.importing.columns import Table
from kanal.importing.formats import Context, Format, Load, Options, format_of
from kanal.importing.models import ImportLine, ImportRun, RunState
from kanal.importing.outcomes import Entry, Tally
from kanal.importing.progress import Progress, Tell, silent
from kanal.importing.sources import Source
from kanal.opportunities.models import Opportunity, OpportunityProduct, Participation, TimelineEntry

BATCH = 5000
_LOCK = 0x6B616E616C  # one import at a time; the number spells "kanal"
_LARGE = (Opportunity, OpportunityProduct, Participation, TimelineEntry)
_LINE_FIELDS = ("file", "line", "key", "outcome", "field", "value", "code", "facts")


def carry_out(run: ImportRun, folder: Path, *, tell: Tell = silent) -> ImportRun:
    """Read the files of a run in a folder and keep all that comes of it, or, where anything fails, nothing.

    Args:
        run: its record; it says at the end what became of every row.
        folder: where the files are.
        tell: is told how far it is.

    Raises:
        Refusal: the files can't be read, or something that they need is missing here.
    """
    _begin(run)
    try:
        with Progress(run, tell) as progress, transaction.atomic():
            _one_at_a_time()
            with tempfile.TemporaryFile("w+", encoding="utf-8") as spool:
                tally = _try_out(run, format_of(run.kind), folder, progress, spool)
                _end(run, tally, spool)
    except BaseException as error:
        _fail(run, error)
        raise
    if not run.dry_run:
        _tidy()
    return run


def _begin(run: ImportRun) -> None:
    run.state, run.started_at = RunState.RUNNING, clock.now()
    run.seen_at = run.started_at
    run.save()


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise Conflict(_("Another import is running. Wait until it is done, then start this one again."))


def _try_out(run: ImportRun, form: Format, folder: Path, progress: Progress, spool: IO[str]) -> Tally:
    """Load the files; a rehearsal does all of it and takes it back at the end."""
    sources = [table.source(folder) for table in form.tables]
    total = sum(source.count() for source in sources)
    tally = Tally()
    context = Context(folder, run.by, clock.now(), run.dry_run, Options.of(run.options.get("rate", "")))
    progress(0, total)
    with acting(run.by, imported=str(run.pk)):
        _prepare_connection()
        loads = form.start(context)
        for table, source in zip(form.tables, sources, strict=True):
            for batch in read_ahead(_batches(table, _entries(table, source))):
                _load(loads[table.file], batch)
                _count(table, batch, tally, spool)
                progress(tally.rows, total)
        connection.check_constraints()
        if run.dry_run:
            transaction.set_rollback(True)
    run.made = dict(context.made)
    return tally


def _prepare_connection() -> None:
    """Set what makes very many rows with triggers fast, until the transaction ends.

    The history learns who acts by what rides on statements of Django's, and COPY is none: so one goes before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL application_name = 'kanal import'")
    for_many_rows()


def _entries(table: Table, source: Source) -> Iterator[Entry]:
    """Give the rows of a file as entries, those rejected for themselves already marked."""
    seen: dict[str, int] = {}
    for row in source.rows():
        entry = table.understand(row, len(source.header))
        if entry.key:
            first = seen.setdefault(entry.key, entry.line)
            if first != entry.line:
                entry.reject("repeated", table.key, first=str(first))
        yield entry


def _batches(table: Table, entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    if table.whole:
        yield list(entries)
        return
    rest = iter(entries)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _load(load: Load, batch: list[Entry]) -> None:
    load([entry for entry in batch if not entry.rejected])


def _count(table: Table, batch: list[Entry], tally: Tally, spool: IO[str]) -> None:
    for entry in batch:
        tally.add(table.file, entry)
        for item in entry.told():
            row = [
                table.file,
                entry.line,
                entry.key,
                item.outcome,
                item.field,
                item.value,
                item.code,
                item.facts,
            ]
            spool.write(json.dumps(row, default=str) + "\n")


def _end(run: ImportRun, tally: Tally, spool: IO[str]) -> None:
    """Keep the report, in the transaction of what it reports."""
    spool.seek(0)
    Bulk(ImportLine, _LINE_FIELDS, run_id=run.pk).write(_lines(spool))
    run.state, run.finished_at = RunState.DONE, clock.now()
    run.rows_total = run.rows_done = tally.rows
    run.counts = {file: dict(counts) for file, counts in tally.counts.items()}
    run.findings = {outcome: dict(codes.most_common()) for outcome, codes in tally.findings.items()}
    run.save()


def _lines(spool: IO[str]) -> Iterator[list[object]]:
    for line in spool:
        file, number, key, outcome, field, value, code, facts = json.loads(line)
        yield [file, number, key[:200], outcome, field, value, code, json.dumps(facts)]


def _tidy() -> None:
    """Take what waits into the search indexes, so that nobody's next search has to."""
    take_in(*_LARGE)


def _fail(run: ImportRun, error: BaseException) -> None:
    """Note why a run ended before its end; what it had written is taken back already."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    run.state, run.finished_at = RunState.FAILED, clock.now()
    run.failure = str(error) or type(error).__name__
    run.save()
