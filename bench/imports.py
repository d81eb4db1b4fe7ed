"""How fast the import is, how much memory it takes, and that a second run changes nothing."""

from __future__ import annotations

import argparse
import os
import resource
import time
from pathlib import Path
from typing import Any

from bench import place, table

ROUNDS = 5
AT_LEAST = 5000
AT_MOST_MB = 300


def measure(wanted: argparse.Namespace) -> dict[str, Any]:
    """Import the files again and again into an empty database, then once more into the full one."""
    data = Path(os.environ["KANAL_DATA"])
    folder, source = place.crm_files(wanted.folder, data / "crm")
    rounds = wanted.rounds or ROUNDS
    first = [_run(folder, keep=number == rounds - 1) for number in range(rounds)]
    second = _run(folder, keep=True)
    best, peak = max(run["opportunities_a_second"] for run in first), _peak_mb()
    print(f"Import of {source}, {rounds} times into an empty database, then once more.\n")
    table.show(
        ["run", "rows", "changed", "seconds", "opportunities/s"],
        [[f"{number + 1}", *_cells(run)] for number, run in enumerate(first)] + [["again", *_cells(second)]],
    )
    print(f"\nPeak memory of the process: {peak:.0f} MB. The server's work is within the seconds.")
    kept = {
        f"at least {AT_LEAST:,} opportunities a second": best >= AT_LEAST,
        f"peak memory under {AT_MOST_MB} MB": peak < AT_MOST_MB,
        "a second run changes nothing": second["changed"] == 0 and second["history"] == 0,
    }
    table.verdict(kept)
    return {"first": first, "second": second, "peak_mb": peak, "kept": kept}


def _cells(run: dict[str, Any]) -> list[str]:
    return [
        f"{run['rows']:,}",
        f"{run['changed']:,}",
        f"{run['seconds']:.2f}",
        f"{run['opportunities_a_second']:,.0f}",
    ]


def _run(folder: Path, *, keep: bool) -> dict[str, Any]:
    """Import once; afterwards empty the tables again unless the records shall stay."""
    from kanal.importing import queries
    from kanal.importing.actions import import_folder

    before, began = _history(), time.perf_counter()
    run = import_folder(kind="crm-sales", folder=folder, by=None, rate=place.RATE)
    seconds = time.perf_counter() - began
    opportunities = sum(run.counts["sales_pipeline.csv"].values())
    figures = {
        "rows": queries.in_all(run).read,
        "changed": queries.changed(run),
        "seconds": seconds,
        "opportunities_a_second": opportunities / seconds,
        "history": _history() - before,
    }
    if not keep:
        _empty()
    return figures


def _history() -> int:
    from kanal.directory import models as directory
    from kanal.opportunities import models as opportunities

    kept: list[Any] = [directory.Account, directory.Partner, directory.Person, directory.Product]
    kept += [opportunities.Opportunity, opportunities.OpportunityProduct, opportunities.Participation]
    return sum(model.pgh_event_model.objects.count() for model in kept)


def _empty() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables WHERE schemaname = 'public' "
            "AND tablename ~ '^(directory|opportunities|distribution|importing)_'"
        )
        cursor.execute(f"TRUNCATE {cursor.fetchone()[0]} CASCADE")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
