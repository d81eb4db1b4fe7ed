"""Why: every candidate with every part of its score, every partner that was left out with every rule that did it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kanal.distribution.matching.measures import measured
from kanal.distribution.matching.pairs import Pairs, Ties, best_of_each
from kanal.distribution.matching.rules import Market, masks, room_of
from kanal.distribution.matching.scores import WHOLE, Scorer
from kanal.distribution.matching.shape import BIT, Ints, Opportunities, Part, Partners, Rule, Rules


@dataclass(frozen=True)
class Candidate:
    """A partner that may get it.

    Attributes:
        partner: its index.
        parts: tenths of a point by part; their sum is the score.
        fractions: what each part is of one, per 10,000, before it is weighed.
    """

    partner: int
    parts: Mapping[Part, int]
    fractions: Mapping[Part, int]

    @property
    def score(self) -> int:
        """Give the score, in tenths of a point."""
        return sum(self.parts.values())


@dataclass(frozen=True)
class Excluded:
    """A partner that may not get it, with every rule that it breaks."""

    partner: int
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Change:
    """What alone would have to change for the second to win.

    Attributes:
        part: which part.
        gains: how many tenths of a point more it would need.
        has, needs: the fraction per 10,000 that it has, and the least with which it would win.
        now, then: the same in the part's own measure (`measures.measured`), such as kilometres or free places; None
            where it has none.
    """

    part: Part
    gains: int
    has: int
    needs: int
    now: int | None = None
    then: int | None = None


@dataclass(frozen=True)
class Elsewhere:
    """A better candidate that the division needs for something else.

    Attributes:
        partner: who.
        gains: how many tenths of a point it has here above the chosen one.
        full: whether the run leaves it no place; where it does, it gets other work and loses room by it (`crowding`),
            or the place was kept for a new partner.
        row: of the opportunities that it gets, the one that it could be spared at most easily; None where it gets none.
        brings: how many tenths of a point it has there above the best other candidate; None where there is no other.
    """

    partner: int
    gains: int
    full: bool
    row: int | None
    brings: int | None


@dataclass(frozen=True)
class Explanation:
    """Why one opportunity went to whom it went.

    Attributes:
        candidates: who may get it, the best first.
        excluded: who may not.
        chosen: the index of the partner that got it; None is nobody.
        runner_up: the best of the others.
        better: candidates with a higher score than the chosen one, whose places the division used elsewhere.
        elsewhere: for what, where the whole division is known.
        changes: what would make the runner-up win, where it has fewer points; the smallest change first.
        score_least: the least tenths of a point with which somebody is chosen; a pin asks for none.
    """

    candidates: Sequence[Candidate]
    excluded: Sequence[Excluded]
    chosen: int | None
    runner_up: Candidate | None
    better: Sequence[Candidate]
    elsewhere: Sequence[Elsewhere]
    changes: Sequence[Change]
    score_least: int

    def of(self, partner: int) -> Candidate | None:
        """Give a candidate by its partner."""
        return next((one for one in self.candidates if one.partner == partner), None)


def explain(
    partners: Partners,
    opportunities: Opportunities,
    rules: Rules,
    row: int,
    chosen: int | None,
    *,
    given: Ints | None = None,
) -> Explanation:
    """Explain one decision from the inputs that made it.

    Args:
        partners: the partners that `decide` was given.
        opportunities: the opportunities, or this one alone.
        rules: the policy.
        row: which opportunity.
        chosen: who got it; None is nobody.
        given: int32[m], who got each of the opportunities (`Outcome.chosen`), to tell where better candidates went.
    """
    market = Market(partners, opportunities, rules)
    cols = np.arange(len(partners), dtype=np.int32)
    broken = masks(market, np.full(1, row, np.int32), cols)
    fit = np.flatnonzero(broken == 0).astype(np.int32)
    candidates = _candidates(market, row, fit)
    got = next((one for one in candidates if one.partner == chosen), None)
    others = [one for one in candidates if one.partner != chosen]
    runner_up = others[0] if others else None
    better = [one for one in others if got is not None and one.score > got.score]
    excluded = [
        Excluded(int(col), tuple(rule for rule in Rule if broken[col] & BIT[rule]))
        for col in np.flatnonzero(broken)
    ]
    return Explanation(
        candidates=candidates,
        excluded=excluded,
        chosen=chosen,
        runner_up=runner_up,
        better=better,
        elsewhere=_elsewhere(market, got, better, given) if got is not None and given is not None else [],
        changes=_changes(market, row, got, runner_up) if got and runner_up else [],
        score_least=0 if opportunities.pinned[row] >= 0 else rules.score_least * 10,
    )


def _candidates(market: Market, row: int, cols: np.ndarray) -> list[Candidate]:
    scorer, rows = Scorer(market), np.full(len(cols), row, np.int32)
    fractions = {part: scorer.fraction(part, rows, cols) for part in Part}
    parts = {part: scorer.part(part, rows, cols) for part in Part}
    pairs, ties = Pairs(rows, cols, scorer.total(rows, cols)), Ties.of(market)
    order, _nth = best_of_each(pairs, ties.rank(pairs), ties.col_rank, len(cols))
    return [
        Candidate(
            int(cols[place]),
            {part: int(parts[part][place]) for part in Part},
            {part: int(fractions[part][place]) for part in Part},
        )
        for place in order
    ]


def _elsewhere(
    market: Market, chosen: Candidate, better: Sequence[Candidate], given: Ints
) -> list[Elsewhere]:
    room = room_of(market)
    found = []
    for one in better:
        rows = np.flatnonzero(given == one.partner)
        brings = [(_brings(market, int(row), one.partner), int(row)) for row in rows]
        spared = min(brings, key=lambda pair: (pair[0] is None, pair[0] or 0), default=(None, None))
        full = len(rows) >= int(room[one.partner])
        found.append(Elsewhere(one.partner, one.score - chosen.score, full, spared[1], spared[0]))
    return found


def _brings(market: Market, row: int, partner: int) -> int | None:
    """Give how many tenths a partner has above the best other candidate; None where there is no other."""
    cols = np.arange(len(market.partners), dtype=np.int32)
    rows = np.full(len(cols), row, np.int32)
    score = Scorer(market).total(rows, cols)
    others = (masks(market, rows, cols) == 0) & (score >= market.rules.score_least * 10) & (cols != partner)
    return int(score[partner] - score[others].max()) if others.any() else None


def _changes(market: Market, row: int, chosen: Candidate, second: Candidate) -> list[Change]:
    """Say for each part whether it alone could close the gap, and how far it would have to go."""
    gap = chosen.score - second.score + 1
    if gap <= 0:
        return []
    found = []
    for part in Part:
        weight, has = market.rules.weights.get(part, 0), second.fractions[part]
        half = (second.parts[part] + gap) * WHOLE - WHOLE // 2
        least = -(-half // max(1, weight * 10))  # the least that rounds to as many tenths
        if weight and least <= WHOLE:
            needs = max(has, least)
            now, then = measured(market, row, second.partner, part, has=has, needs=needs)
            found.append(Change(part, gap, has, needs, now, then))
    return sorted(found, key=lambda one: one.needs - one.has)
