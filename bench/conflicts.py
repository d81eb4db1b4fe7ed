"""Whether the check for conflicts finds what is one customer, and nothing else, and how long it takes among 200,000."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench import conflicts_asked, conflicts_crowd, table
from bench.conflicts_labelled import HELD, LATE, TUNED, Outcome, Pair, Quality, outcomes, pairs, quality

AT_LEAST = 0.95
AT_MOST_MS = 100


def measure(_wanted: argparse.Namespace) -> dict[str, Any]:
    """Judge the labelled pairs, then look for each of them in a database of 200,000 customers."""
    judged = outcomes(pairs())
    by_group = _by_group(judged)
    _show(by_group, judged)
    searched = _search(pairs())
    found, times = searched["found"], searched["milliseconds"]
    whole = conflicts_asked.ask(pairs())
    print(
        f"\nAmong {conflicts_crowd.COUNT:,} customers: {found:.1%} of the true pairs are found through the database. "
        f"A check takes {times['median']:.0f} ms (median), {times['p95']:.0f} ms (p95); "
        f"{times['there']:.0f} ms where somebody has the customer, {times['not_there']:.0f} ms where nobody has."
    )
    print(
        f"The whole question of a partner, with {conflicts_asked.PROTECTED:,} customers protected and "
        f"{conflicts_asked.WAITING:,} requests waiting: {whole['median']:.0f} ms (median), {whole['p95']:.0f} ms (p95)."
    )
    kept = {
        f"precision and recall of all pairs at least {AT_LEAST}": _good(by_group["all"]),
        f"precision and recall of the third that was held out at least {AT_LEAST}": _good(by_group[HELD]),
        f"at least {AT_LEAST:.0%} of the true pairs found through the database": found >= AT_LEAST,
        f"median under {AT_MOST_MS} ms": times["median"] < AT_MOST_MS,
        f"median of the whole question under {AT_MOST_MS} ms": whole["median"] < AT_MOST_MS,
        "every search by index": not searched["unindexed"],
    }
    table.verdict(kept)
    return {
        "quality": {name: vars(one) for name, one in by_group.items()},
        "wrong": [_line(one) for one in judged if not one.right],
        **searched,
        "whole_question": whole,
        "kept": kept,
    }


def _good(one: Quality) -> bool:
    return min(one.precision, one.recall) >= AT_LEAST


def _by_group(judged: Sequence[Outcome]) -> dict[str, Quality]:
    groups: dict[str, Callable[[Pair], bool]] = {"all": lambda _pair: True}
    groups |= {part: lambda pair, part=part: pair.part == part for part in (TUNED, HELD, LATE)}  # type: ignore[misc]
    for language in sorted({one.pair.language for one in judged}):
        groups[language] = lambda pair, language=language: pair.language == language  # type: ignore[misc]
    return {name: quality(one for one in judged if holds(one.pair)) for name, holds in groups.items()}


def _show(by_group: dict[str, Quality], judged: Sequence[Outcome]) -> None:
    table.show(
        ["pairs", "number", "precision", "recall"],
        [
            [name, f"{one.pairs}", f"{one.precision:.3f}", f"{one.recall:.3f}"]
            for name, one in by_group.items()
        ],
    )
    kinds: dict[tuple[bool, str], list[Outcome]] = {}
    for one in judged:
        kinds.setdefault((one.pair.same, one.pair.kind), []).append(one)
    print()
    table.show(
        ["kind", "number", "right"],
        [
            [
                f"{'one customer' if same else 'two'}: {kind}",
                f"{len(rows)}",
                f"{sum(row.right for row in rows)}",
            ]
            for (same, kind), rows in sorted(kinds.items(), reverse=True)
        ],
    )
    print("\nWrong:")
    for one in judged:
        if not one.right:
            print(f"  {_line(one)}")


def _line(one: Outcome) -> str:
    truth = "one customer" if one.pair.same else "two"
    pair = one.pair
    names = f"{pair.one.name} | {pair.other.name}"
    return f"{pair.language} {pair.kind} ({pair.part}): {names}: {one.verdict.score}, are {truth}"


def _search(labelled: Sequence[Pair]) -> dict[str, Any]:
    from kanal.directory.models import Account, AccountKind
    from kanal.registration.conflicts.finding import alike

    keys = conflicts_crowd.gather(labelled)
    customers = Account.objects.filter(kind=AccountKind.CUSTOMER)
    alike(customers, labelled[0].one)  # reads the list of public endings, and warms the cache of the database
    found, took, without = [], [], []
    for place, (pair, key) in enumerate(zip(labelled, keys, strict=True)):
        if place % 2:  # whoever asks second finds everything at hand, so they take turns
            without.append(_timed(alike, customers.exclude(pk=key), pair.one)[1])
        rows, milliseconds = _timed(alike, customers, pair.one)
        took.append(milliseconds)
        if not place % 2:
            without.append(_timed(alike, customers.exclude(pk=key), pair.one)[1])
        found.append(any(str(row.row.pk) == key and row.verdict.same_customer for row in rows))
    missed = [pair for pair, so in zip(labelled, found, strict=True) if pair.same and not so]
    for pair in missed:
        print(f"Not found: {pair.one.name} | {pair.other.name}")
    true = sum(pair.same for pair in labelled)
    return {
        "found": 1 - len(missed) / true,
        "milliseconds": _times(labelled, took, without),
        "unindexed": _unindexed(customers, labelled),
    }


def _timed(ask: Callable[..., Any], *asked: Any) -> tuple[Any, float]:
    """Give an answer, and how many milliseconds it took."""
    began = time.perf_counter()
    return ask(*asked), (time.perf_counter() - began) * 1000


def _times(labelled: Sequence[Pair], took: Sequence[float], without: Sequence[float]) -> dict[str, float]:
    """Sum up; for those that are there also what the same question takes without that record."""
    there = [place for place, pair in enumerate(labelled) if pair.same]
    return {
        "median": statistics.median(took),
        "p95": statistics.quantiles(took, n=20)[-1],
        "most": max(took),
        "there": statistics.median(took[place] for place in there),
        "not_there": statistics.median(without[place] for place in there),
    }


def _unindexed(customers: Any, labelled: Sequence[Pair]) -> list[str]:
    """Give the plans that read a whole table."""
    from kanal.registration.conflicts.finding import searches

    plans = [search.explain() for pair in labelled[::10] for search in searches(customers, pair.one)]
    whole = [plan for plan in plans if "Seq Scan" in plan]
    for plan in whole[:3]:
        print(f"\nReads a whole table:\n{plan}")
    return whole
