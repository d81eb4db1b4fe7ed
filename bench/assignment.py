"""Preferred partner assignment: how fast, how good, and how both grow."""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from typing import Any

import numpy as np

from bench import chart, market, table, whole
from kanal.distribution.matching import Opportunities, Partners, Rules, decide
from kanal.distribution.matching.eligible import Eligible
from kanal.distribution.matching.one_by_one import one_by_one
from kanal.distribution.matching.rules import Market

SIZES = ((1, 10_000), (100, 1_000), (1_000, 1_000), (10_000, 1_000), (30_000, 3_000), (100_000, 10_000))
ONCE_MS, ROUNDS = 50, 31
DRAWS = 2026


def measure(wanted: argparse.Namespace) -> dict[str, Any]:
    """Decide over markets of growing size, compare with two simple ways, print the tables."""
    figures = [_grown(count, of, wanted.rounds or ROUNDS) for count, of in SIZES]
    table.show(
        ["opportunities", "partners", "eligible each", "seconds", "served", "points", "of the bound", "MB"],
        [_cells(item) for item in figures],
    )
    print()
    rivals = _rivals(10_000, 1_000)
    table.show(["10,000 over 1,000", "served", "points", "of the bound"], [_rival(item) for item in rivals])
    if wanted.picture:
        chart.growth([(item["opportunities"], item["seconds"]) for item in figures], wanted.picture)
        print(f"\nThe picture of the growth: {wanted.picture}")
    print()
    found = whole.measure(wanted.rounds or ROUNDS)
    kept = {
        f"one among 10,000 partners under {ONCE_MS} ms (median)": figures[0]["seconds"] * 1000 < ONCE_MS,
        "10,000 over 1,000 under 5 seconds": _of(figures, 10_000)["seconds"] < 5,
        "100,000 over 10,000 under 30 seconds": _of(figures, 100_000)["seconds"] < 30,
        "peak memory under 2 GB": figures[-1]["mb"] < 2048,
        "every division is proved to be the best": all(item["total"] == item["bound"] for item in figures),
    }
    kept |= whole.kept(found)
    table.verdict(kept)
    return {"growth": figures, "rivals": rivals, "whole": found, "kept": kept}


def _of(figures: list[dict[str, Any]], count: int) -> dict[str, Any]:
    return next(item for item in figures if item["opportunities"] == count)


def _grown(count: int, of: int, rounds: int) -> dict[str, Any]:
    partners, rules = market.partners(of), market.rules()
    times = []
    for seed in range(rounds if count == 1 else 1):
        asked = market.opportunities(count, of, seed + 2)
        began = time.perf_counter()
        found = decide(partners, asked, rules)
        times.append(time.perf_counter() - began)
    return {
        "opportunities": count,
        "partners": of,
        "eligible": float(found.candidates.mean()),
        "seconds": statistics.median(times),
        "served": found.served,
        "total": found.total,
        "bound": found.bound,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _cells(item: dict[str, Any]) -> list[str]:
    return [
        f"{item['opportunities']:,}",
        f"{item['partners']:,}",
        f"{item['eligible']:.0f}",
        f"{item['seconds']:.3f}",
        f"{item['served']:,}",
        f"{item['total'] / 10:,.0f}",
        f"{item['total'] / max(1, item['bound']):.2%}",
        f"{item['mb']:.0f}",
    ]


def _rivals(count: int, of: int) -> list[dict[str, Any]]:
    """Divide the same market in three ways: ours, one after the other to the best left, and by a weighted draw.

    Room is made scarce (half of what there is), as only then the ways differ.
    """
    partners, asked = market.partners(of), market.opportunities(count, of)
    rules = market.rules(crowding=False)  # the others know no crowding either
    few = np.where(partners.capacity < 0, 12, (partners.capacity - partners.load) // 2 + partners.load)
    partners = Partners(**{**vars(partners), "capacity": few.astype(np.int32)})
    ours = decide(partners, asked, rules)
    greedy = one_by_one(partners, asked, rules)
    drawn = _drawn(partners, asked, rules)
    named = {"Kanal": (ours.served, ours.total), "one by one, the best left": greedy}
    named["a draw weighted by tier"] = drawn
    return [
        {"way": way, "served": served, "total": total, "bound": ours.bound}
        for way, (served, total) in named.items()
    ]


def _drawn(partners: Partners, asked: Opportunities, rules: Rules) -> tuple[int, int]:
    """Give each in turn to a partner with room, drawn by the weight of its tier."""
    dice, room, served, total = np.random.default_rng(DRAWS), partners.free.copy(), 0, 0
    blocks = list(Eligible(Market(partners, asked, rules)))
    pairs = {
        name: np.concatenate([getattr(block, name) for block in blocks]) for name in ("row", "col", "score")
    }
    order = np.argsort(pairs["row"], kind="stable")
    row, col, score = (pairs[name][order] for name in ("row", "col", "score"))
    for mine in np.split(np.arange(len(row)), np.flatnonzero(np.diff(row)) + 1):
        left = mine[room[col[mine]] > 0]
        if not len(left):
            continue
        weight = partners.tier[col[left]] + 1.0
        pick = dice.choice(left, p=weight / weight.sum())
        room[col[pick]] -= 1
        served, total = served + 1, total + int(score[pick])
    return served, total


def _rival(item: dict[str, Any]) -> list[str]:
    return [
        item["way"],
        f"{item['served']:,}",
        f"{item['total'] / 10:,.0f}",
        f"{item['total'] / max(1, item['bound']):.1%}",
    ]
