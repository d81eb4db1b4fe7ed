"""How fast the pages answer over very many opportunities: desk and portal, lists, search, records, exports."""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import crowd, place, table

ROUNDS = 25
EXPORT_ROUNDS = 1
AT_MOST_MS = 50
VIEWS = ("open", "to_distribute", "waiting", "managed", "made", "won", "lost", "all")
ORDERS = ("topic", "customer", "partner", "status", "stage", "value", "deadline", "close", "created")
WORDS = {
    "common": "GTX",
    "a customer": "Isdom",
    "one reference": "BENCH-1234",
    "a seller": "Schlecht",
    "none": "qqzz",
}


@dataclass(frozen=True)
class Case:
    """One thing to measure.

    Attributes:
        name: what it is.
        url: its address.
        partner: it is asked for by the partner's person, else by the vendor's.
        promised: it must answer in time.
        htmx: only the part that changes is asked for.
    """

    name: str
    url: str
    partner: bool = False
    promised: bool = True
    htmx: bool = False


def measure(wanted: argparse.Namespace) -> dict[str, Any]:
    """Fill the database, ask for every page again and again, print the table."""
    place.collect_static()
    made = crowd.gather(wanted, Path(os.environ["KANAL_DATA"]))
    print(f"{made.count:,} opportunities; the partner manages {made.manages:,} of them.\n")
    clients = {False: _client(made.ada), True: _client(made.mads)}
    rounds = wanted.rounds or ROUNDS
    figures = [_measured(case, clients[case.partner], rounds) for case in [*_desk(made), *_portal(made)]]
    exports = [_measured(case, clients[case.partner], EXPORT_ROUNDS) for case in _exports()]
    table.show(
        ["page", "median ms", "p95 ms", "queries", "KB"], [_cells(item) for item in [*figures, *exports]]
    )
    slow = [item["name"] for item in figures if item["promised"] and item["median_ms"] >= AT_MOST_MS]
    kept = {f"lists, search and portal under {AT_MOST_MS} ms (median){_named(slow)}": not slow}
    table.verdict(kept)
    also = _partner_of_many(wanted)
    return {
        "opportunities": made.count,
        "pages": [*figures, *exports],
        "portal": also["pages"],
        "kept": kept | also["kept"],
    }


def _partner_of_many(wanted: argparse.Namespace) -> dict[str, Any]:
    """Measure the other market too, in the same database once it is empty: what `script/bench portal` does alone."""
    from django.core.management import call_command

    from bench import portal

    call_command("flush", verbosity=0, interactive=False)
    print(f"\n{portal.OPPORTUNITIES:,} opportunities over {portal.PARTNERS:,} partners.\n")
    return portal.measure(wanted)


def _desk(made: crowd.Crowd) -> list[Case]:
    listing = "/sales/opportunities/"
    return [
        *(Case(f"desk list, view {view}", f"{listing}?{urlencode({'view': view})}") for view in VIEWS),
        *(
            Case(f"desk list, all by {order}", f"{listing}?{urlencode({'view': 'all', 'sort': order})}")
            for order in [*ORDERS, *(f"-{order}" for order in ORDERS)]
        ),
        *(
            Case(f"desk search, {kind} ({word})", f"{listing}?{urlencode({'view': 'all', 'q': word})}")
            for kind, word in WORDS.items()
        ),
        Case("desk search within open (Isdom)", f"{listing}?view=open&q=Isdom"),
        Case("desk list, page 100", f"{listing}?view=all&page=100"),
        Case("desk list, status filter", f"{listing}?view=all&status=won"),
        Case("desk list, only the rows", f"{listing}?view=all", htmx=True),
        Case("desk opportunity", f"{listing}{made.opportunity.pk}/", promised=False),
        Case("desk history", f"{listing}{made.opportunity.pk}/history/", promised=False),
        Case("desk accounts", "/sales/accounts/", promised=False),
        Case("desk partners", "/sales/partners/", promised=False),
        Case("desk imports", "/sales/imports/", promised=False),
    ]


def _portal(made: crowd.Crowd) -> list[Case]:
    listing = "/portal/opportunities/"
    return [
        Case("portal dashboard", "/portal/", partner=True),
        Case("portal list", listing, partner=True),
        Case("portal list, page 50", f"{listing}?mpage=50", partner=True),
        Case("portal list, won", f"{listing}?state=won", partner=True),
        Case("portal list by topic", f"{listing}?msort=topic", partner=True),
        Case("portal list by value", f"{listing}?msort=-value", partner=True),
        Case("portal search (GTX)", f"{listing}?q=GTX", partner=True),
        Case("portal search (Isdom)", f"{listing}?q=Isdom", partner=True),
        Case("portal opportunity", f"{listing}{made.opportunity.pk}/", partner=True, promised=False),
    ]


def _exports() -> list[Case]:
    export = "/sales/opportunities/export/"
    return [
        Case("export of 3,000 as CSV", f"{export}csv/?view=to_distribute", promised=False),
        Case("export of all as CSV", f"{export}csv/?view=all", promised=False),
        Case("export of all as XLSX", f"{export}xlsx/?view=all", promised=False),
    ]


def _client(person: Any) -> Any:
    from django.test import Client

    from kanal.config.runtime import settle

    settle()  # as the web process does
    client = Client(SERVER_NAME="localhost")
    client.force_login(person)
    return client


def _measured(case: Case, client: Any, rounds: int) -> dict[str, Any]:
    """Ask once to see that it answers and how often it asks the database, then again and again for the time."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        size = _ask(case, client)
        queries = len(asked)
    times = []
    gc.collect()
    for _round in range(rounds):
        began = time.perf_counter()
        _ask(case, client)
        times.append((time.perf_counter() - began) * 1000)
    return {
        "name": case.name,
        "promised": case.promised,
        "median_ms": statistics.median(times),
        "p95_ms": sorted(times)[min(len(times) - 1, round(len(times) * 0.95))],
        "queries": queries,
        "kb": size / 1024,
    }


def _ask(case: Case, client: Any) -> int:
    answer = client.get(case.url, headers={"HX-Request": "true"} if case.htmx else {})
    if answer.status_code != 200:
        raise SystemExit(f"{case.url} answers {answer.status_code}")
    if answer.streaming:
        return sum(len(part) for part in answer.streaming_content)
    return len(answer.content)


def _cells(item: dict[str, Any]) -> list[str]:
    return [
        item["name"],
        f"{item['median_ms']:,.1f}",
        f"{item['p95_ms']:,.1f}",
        str(item["queries"]),
        f"{item['kb']:,.0f}",
    ]


def _named(slow: list[str]) -> str:
    return f"; slower: {', '.join(slow)}" if slow else ""
