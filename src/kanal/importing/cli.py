"""`kanal import`: an import from the command line."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import django
from django.apps import apps

if TYPE_CHECKING:
    from kanal.directory.models import Person
    from kanal.importing.models import ImportRun

_BAR = 30
_SHOWN = 20


def run(argv: Sequence[str], *, out: TextIO | None = None, err: TextIO | None = None) -> int:
    """Import as the command line asks.

    Args:
        argv: the words after `kanal import`.
        out: where the report goes; the standard output where it is left out.
        err: where the bar and refusals go.

    Returns:
        0 where every row came in or was here, 1 where rows were rejected, 2 where nothing could be imported.
    """
    out, err = out or sys.stdout, err or sys.stderr
    if not apps.ready:
        django.setup()
    from django.db import DatabaseError

    from kanal.directory.refusal import Refusal

    wanted = _parser().parse_args(argv)
    bar = Bar(err) if wanted.progress or err.isatty() else None
    try:
        done = _import(wanted, bar)
    except Refusal as refusal:
        err.write(f"\n{refusal}\n")
        return 2
    except DatabaseError as error:
        err.write(f"\nThe database refused it, so nothing was kept: {error}\n")
        err.write("If a table is missing, run “kanal migrate” first.\n")
        return 2
    finally:
        if bar:
            bar.end()
    from kanal.importing import printing

    printing.report(done, out, shown=_SHOWN)
    if wanted.report:
        _save(done, wanted.report)
    return 1 if printing.rejected(done) else 0


def _parser() -> argparse.ArgumentParser:
    from kanal.importing.formats import formats

    parser = argparse.ArgumentParser(prog="kanal import", description="Import files of another system.")
    parser.add_argument("kind", choices=sorted(formats()), help="what kind of files they are")
    parser.add_argument("folder", type=Path, help="the folder that holds them")
    parser.add_argument("--dry-run", action="store_true", help="try everything and keep nothing")
    parser.add_argument("--report", type=Path, metavar="FILE.csv", help="write the report there too")
    parser.add_argument(
        "--progress", action="store_true", help="show a bar even where the output is no terminal"
    )
    parser.add_argument("--by", metavar="EMAIL", help="the administrator in whose name it is done")
    parser.add_argument(
        "--rate",
        default="",
        metavar="RATE",
        help="what a unit of the files' currency is worth in the base currency; added where no rate is known",
    )
    return parser


def _import(wanted: argparse.Namespace, bar: Bar | None) -> ImportRun:
    from kanal.importing.actions import import_folder
    from kanal.importing.progress import silent

    return import_folder(
        kind=wanted.kind,
        folder=wanted.folder,
        by=_person(wanted.by) if wanted.by else None,
        dry_run=wanted.dry_run,
        rate=wanted.rate,
        tell=bar or silent,
    )


def _person(email: str) -> Person:
    from django.utils.translation import gettext as _

    from kanal.directory.models import Person
    from kanal.directory.refusal import Invalid

    found = Person.objects.filter(email__iexact=email, is_active=True).first()
    if found is None:
        raise Invalid({"by": _("Nobody signs in as %(email)s.") % {"email": email}})
    return found


def _save(done: ImportRun, file: Path) -> None:
    from kanal.importing import report

    with file.open("w", encoding="utf-8", newline="") as written:
        written.writelines(report.rows(done))


class Bar:
    """A bar on a terminal that grows with the rows."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._began, self._drawn = out, time.monotonic(), False

    def __call__(self, done: int, total: int) -> None:
        """Draw the bar."""
        part = done / total if total else 1.0
        full = round(part * _BAR)
        speed = done / max(time.monotonic() - self._began, 0.001)
        self._out.write(
            f"\r[{'█' * full}{'░' * (_BAR - full)}] {part:4.0%}  "
            f"{done:,} of {total:,} rows  {speed:,.0f} a second "
        )
        self._out.flush()
        self._drawn = True

    def end(self) -> None:
        """Leave the line, so that what follows begins on its own."""
        if self._drawn:
            self._out.write("\n")
