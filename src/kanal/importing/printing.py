"""The report of an import on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from django.utils.translation import gettext as _

from kanal.importing import queries, words
from kanal.importing.models import ImportRun
from kanal.importing.outcomes import Outcome


def rejected(run: ImportRun) -> int:
    """Say how many rows stayed out."""
    return queries.in_all(run).of[Outcome.values.index(Outcome.REJECTED)]


def report(run: ImportRun, out: TextIO, *, shown: int) -> None:
    """Write the sums, the repairs, the first `shown` rejected rows, and how files were understood."""
    _sums(run, out)
    _causes(run, out)
    _rejected(run, out, shown)
    for note in queries.notes(run):
        out.write(f"  · {note}\n")
    out.write("\n" + _summary(run) + "\n")


def _sums(run: ImportRun, out: TextIO) -> None:
    head = [_("File"), _("Rows read"), *(str(outcome.label) for outcome in Outcome)]
    files = queries.sums(run)
    in_all = queries.in_all(run)
    body = [
        [item.file or _("In all"), f"{item.read:,}", *(f"{count:,}" for count in item.of)]
        for item in [*files, in_all]
    ]
    out.write(_table([head, *body]) + "\n")


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def _causes(run: ImportRun, out: TextIO) -> None:
    found = queries.causes(run)
    for outcome in Outcome:
        here = [cause for cause in found if cause.outcome == outcome]
        if here:
            out.write(f"\n{outcome.label}\n")
        for cause in here:
            out.write(f"  {cause.count:>7,}  {cause.name}\n")
    if run.made:
        out.write("\n" + _("Made besides: %(made)s") % {"made": words.made(run.made)} + "\n")
    out.write("\n")


def _rejected(run: ImportRun, out: TextIO, shown: int) -> None:
    for line in queries.lines(run, outcome=Outcome.REJECTED)[:shown]:
        reason = words.sentence(line.outcome, line.code, line.facts)
        where = (
            f"{line.file}:{line.line} {line.field} {line.value!r}"
            if line.field
            else f"{line.file}:{line.line}"
        )
        out.write(f"  {where}: {reason}. {words.mend(line.outcome, line.code)}\n")
    more = queries.lines(run, outcome=Outcome.REJECTED).count() - shown
    if more > 0:
        out.write("  " + _("… and %(more)s more; the report has them all.") % {"more": more} + "\n")


def _summary(run: ImportRun) -> str:
    facts = {"rows": queries.in_all(run).read, "changed": queries.changed(run), "rejected": rejected(run)}
    if run.dry_run:
        return (
            _(
                "Rehearsal: %(rows)s rows read, %(changed)s would be changed, %(rejected)s rejected. "
                "Nothing was kept."
            )
            % facts
        )
    return _("%(rows)s rows read, %(changed)s changed, %(rejected)s rejected.") % facts
