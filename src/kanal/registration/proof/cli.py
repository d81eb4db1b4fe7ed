"""`kanal verify`: checks the chain in the database, or a file that proves one registration."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SHOWN = 100


def options(parser: argparse.ArgumentParser) -> None:
    """Add what may be asked."""
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="a proof of one registration, .json or .pdf; left out, the whole chain in the database is checked",
    )
    parser.add_argument(
        "--against-database",
        action="store_true",
        help="also compare the file with this installation's chain; done by itself for a file of its own where "
        "DATABASE_URL is set",
    )
    parser.add_argument(
        "--key",
        metavar="FINGERPRINT",
        default="",
        help="the fingerprint of the key that must have sealed the file",
    )


def run(wanted: argparse.Namespace) -> int:
    """Do it; give 0 where all is whole, 1 where something is wrong."""
    import django

    django.setup()
    if wanted.file is None:
        return _database()
    return _file(wanted)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _database() -> int:
    from kanal.registration.proof import checking

    report = checking.check()
    if report.whole:
        _say(f"✓ The chain is whole: {report.links} links of {report.registrations} registrations.")
        _say(f"  It ends with {report.digest}")
        return 0
    _say(f"✗ The chain is broken: {report.count} faults in {report.links} links.")
    _faults(report)
    return 1


def _faults(report: Any) -> None:
    from kanal.registration.proof import words

    for fault in report.faults[:SHOWN]:
        _say(f"  {words.sentence(fault)}")
    if report.count > SHOWN:
        _say(f"  … and {report.count - SHOWN} more.")


def _file(wanted: argparse.Namespace) -> int:
    from kanal.registration.proof import document, pages
    from kanal.registration.proof.document import NoProof
    from kanal.registration.proof.faults import Fault, FaultKind

    try:
        data = _read(wanted.file)
        is_pdf = data.startswith(b"%PDF-")
        record = document.read(pages.take_out(data) if is_pdf else data)
    except (OSError, NoProof) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        _say(f"✗ {wanted.file}: {reason}")
        return 1
    report = document.verify(record, fingerprint="".join(wanted.key.lower().split()).replace(":", ""))
    if is_pdf and not pages.says_the_same(data, record):
        report.add(Fault(FaultKind.PAGES))
    _tell(report, record, given=bool(wanted.key))
    same = _compare(record, asked=wanted.against_database)
    return 0 if report.whole and same else 1


def _read(path: Path) -> bytes:
    """Give the bytes of a file, and not more than a proof can have with the pages around it."""
    from kanal.registration.proof.document import MOST_BYTES

    with path.open("rb") as file:
        return file.read(4 * MOST_BYTES)


def _tell(report: Any, record: Mapping[str, Any], *, given: bool) -> None:
    """Say what the file proves, or what is wrong with it.

    Args:
        report: what was found.
        record: the document.
        given: the fingerprint of the key was given, so nobody has to compare it.
    """
    from kanal.registration.proof import keys

    statement = record["statement"]
    said = statement["registration"]
    if report.whole:
        _say(
            f"✓ {said['reference']}: {report.links} steps; none was changed, left out or put in since the seal."
        )
    else:
        _say(f"✗ {said['reference']}: {report.count} faults. This file proves nothing.")
        _faults(report)
    for name in (
        "partner",
        "customer",
        "family",
        "status",
        "submitted_at",
        "protected_from",
        "protected_until",
    ):
        _say(f"  {name.replace('_', ' '):<17}{said[name] or '–'}")
    _say(f"  {'made':<17}{statement['made_at']} by {statement['installation']['vendor']}")
    _say(f"  {'key':<17}{keys.in_groups(record['seal']['fingerprint'])}")
    if _is_ours(record):
        _say(f"  {'':<17}It is the key of this installation.")
    elif not given:
        _say(
            f"  {'':<17}Compare it with the fingerprint that the vendor has published, or give that with --key."
        )


def _is_ours(record: Mapping[str, Any]) -> bool:
    """Tell whether this installation's key sealed it; none is made for that."""
    from django.conf import settings

    from kanal.registration.proof import keys

    try:
        known = (settings.PROOF_DIR / keys.FILE).exists()
        public: str = record["seal"]["public_key"]
        return known and keys.public_of(keys.signing_key(settings.PROOF_DIR)) == public
    except (keys.KeyUnreadable, OSError):
        return False


def _compare(record: Mapping[str, Any], *, asked: bool) -> bool:
    """Compare with this installation's chain, where that was asked for or the file is its own.

    Gives False where they differ.
    """
    if not asked and not (os.environ.get("DATABASE_URL") and _is_ours(record)):
        return True
    from django.db import Error

    from kanal.registration.proof.comparing import compare
    from kanal.registration.proof.faults import Report

    report = Report()
    try:
        more = compare(report, record)
    except Error as error:
        _say(
            f"{'✗' if asked else ' '} The database can’t be reached, so it was not compared with it: {error}"
        )
        return not asked
    if report.whole:
        _say(
            "✓ This installation’s chain holds the same steps"
            + (f", and {more} further, made since." if more else ".")
        )
    else:
        _say("✗ This installation’s chain is another: one of the two was changed.")
        _faults(report)
    return report.whole
