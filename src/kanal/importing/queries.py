"""Reads of imports that faces need."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise

from kanal.directory.access import may_see_settings
from kanal.directory.models import Person
from kanal.directory.refusal import Missing, NotAllowed
from kanal.importing import words
from kanal.importing.formats import formats
from kanal.importing.models import ImportLine, ImportRun
from kanal.importing.outcomes import Outcome


@dataclass(frozen=True)
class FileSums:
    """What became of the rows of one file; `of` has one figure for each outcome, in their order."""

    file: str
    read: int
    of: Sequence[int]

    @property
    def agrees(self) -> bool:
        """Tell whether every row has exactly one outcome."""
        return self.read == sum(self.of)


@dataclass(frozen=True)
class Cause:
    """How often something was repaired, or kept a row out."""

    outcome: str
    code: str
    name: str
    count: int


def visible_runs(person: Person) -> QuerySet[ImportRun]:
    """Give the imports that a person may see, newest first.

    Raises:
        NotAllowed: the person sees no settings.
    """
    if not may_see_settings(person):
        from kanal.directory.access import refusal_to_keep

        raise NotAllowed(refusal_to_keep(person, "settings") or "")
    return ImportRun.objects.select_related("by")


def visible_run(person: Person, key: uuid.UUID) -> ImportRun:
    """Give one import.

    Raises:
        NotAllowed: the person sees no settings.
        Missing: there is no such import.
    """
    run = visible_runs(person).filter(pk=key).first()
    if run is None:
        raise Missing
    return run


def sums(run: ImportRun) -> list[FileSums]:
    """Give what became of the rows, file by file, in the order in which they were read."""
    form = formats().get(run.kind)
    order = [file for file in (form.files() if form else run.counts) if file in run.counts]
    return [_sums(file, run.counts[file]) for file in order]


def in_all(run: ImportRun) -> FileSums:
    """Give what became of all rows together."""
    files = sums(run)
    columns = [sum(column) for column in zip(*(item.of for item in files), strict=True)] or [0] * len(Outcome)
    return FileSums("", sum(item.read for item in files), columns)


def changed(run: ImportRun) -> int:
    """Say how many rows made a difference here."""
    made = {Outcome.IMPORTED, Outcome.REPAIRED, Outcome.CHANGED}
    return sum(count for outcome, count in zip(Outcome, in_all(run).of, strict=True) if outcome in made)


def causes(run: ImportRun) -> list[Cause]:
    """Give what was repaired, changed, left and rejected, with how often, most frequent first."""
    return [
        Cause(outcome, code, words.name(outcome, code), count)
        for outcome in Outcome.values
        for code, count in sorted(run.findings.get(outcome, {}).items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def lines(run: ImportRun, *, outcome: str = "", code: str = "") -> QuerySet[ImportLine]:
    """Give the findings of a run in the order of its files, of one outcome and cause if they are named."""
    found = run.lines.order_by("id")
    if outcome:
        found = found.filter(outcome=outcome)
    return found.filter(code=code) if code else found


def notes(run: ImportRun) -> Sequence[str | Promise]:
    """Give what a person must know of how the files were understood."""
    form = formats().get(run.kind)
    return form.notes if form else ()


def all_lines(run: ImportRun) -> Iterator[ImportLine]:
    """Give every finding, without holding them all in memory."""
    return lines(run).iterator(chunk_size=2000)


def _sums(file: str, counts: dict[str, int]) -> FileSums:
    return FileSums(file, sum(counts.values()), [counts.get(outcome, 0) for outcome in Outcome.values])
