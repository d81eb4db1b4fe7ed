"""The report of an import as CSV: first the sums, then every finding."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from kanal.config.cells import harmless
from kanal.importing import queries, words
from kanal.importing.models import ImportLine, ImportRun
from kanal.importing.outcomes import Outcome


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def rows(run: ImportRun) -> Iterator[str]:
    """Give the report line by line, with a mark at its beginning by which spreadsheets know the encoding."""
    write = csv.writer(_Echo()).writerow
    yield "\ufeff"
    for row in _cells(run):
        yield write([harmless(cell) if isinstance(cell, str) else cell for cell in row])


def _cells(run: ImportRun) -> Iterator[list[Any]]:
    yield [
        _("File"),
        _("Line"),
        _("Key"),
        _("Outcome"),
        _("Rows"),
        _("Column"),
        _("Value"),
        _("What"),
        _("What to do"),
    ]
    for item in queries.sums(run):
        yield [item.file, "", "", _("Rows read"), item.read, "", "", "", ""]
        for outcome, count in zip(Outcome, item.of, strict=True):
            yield [item.file, "", "", outcome.label, count, "", "", "", ""]
    for cause in queries.causes(run):
        yield ["", "", "", Outcome(cause.outcome).label, cause.count, "", "", cause.name, ""]
    for line in queries.all_lines(run):
        yield _line(line)


def _line(line: ImportLine) -> list[Any]:
    return [
        line.file,
        line.line,
        line.key,
        Outcome(line.outcome).label,
        1,
        line.field,
        line.value,
        words.sentence(line.outcome, line.code, line.facts),
        words.mend(line.outcome, line.code),
    ]
