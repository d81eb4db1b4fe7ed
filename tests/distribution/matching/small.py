"""Small markets, made by hypothesis, and what brute force says of them."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import product
from typing import Any

import numpy as np
from hypothesis import strategies as st

from kanal.distribution.matching import Opportunities, Part, Partners, Rule, Rules
from kanal.distribution.matching.rules import Market, masks
from kanal.distribution.matching.scores import Scorer, room_left, tenths

TERRITORIES, FAMILIES, INDUSTRIES, LANGUAGES = 3, 3, 2, 2
WEIGHTS = dict(zip(Part, (18, 18, 12, 8, 6, 5, 4, 9, 4, 8, 4, 4), strict=True))


def _flags(draw: Any, *shape: int, likely: bool = True) -> Any:
    count = int(np.prod(shape))
    drawn = draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    found = np.array(drawn, np.int64).reshape(shape)
    return found > 0 if likely else found == 0


def _numbers(draw: Any, count: int, least: int, most: int, kind: Any = np.int32) -> Any:
    return np.array(draw(st.lists(st.integers(least, most), min_size=count, max_size=count)), kind)


def _places(draw: Any, count: int) -> Any:
    found = [(draw(st.integers(54, 58)) * 10**6, draw(st.integers(8, 13)) * 10**6) for _n in range(count)]
    return np.array(found, np.int32).reshape(count, 2)


@st.composite
def partners(draw: Any, most: int = 4) -> Partners:
    n = draw(st.integers(1, most))
    return Partners(
        keys=tuple(f"partner {number}" for number in range(n)),
        active=_flags(draw, n),
        paused=_flags(draw, n, likely=False),
        covers=_numbers(draw, n * TERRITORIES, -1, 2, np.int8).reshape(n, TERRITORIES),
        families=_flags(draw, n, FAMILIES),
        certified=_flags(draw, n, FAMILIES),
        industries=_flags(draw, n, INDUSTRIES),
        languages=_flags(draw, n, LANGUAGES),
        tier=_numbers(draw, n, 0, 3),
        place=_places(draw, n),
        placed=_flags(draw, n),
        capacity=_numbers(draw, n, -1, 3),
        load=_numbers(draw, n, 0, 2),
        touch=_numbers(draw, n, 0, 10_000),
        feedback=_numbers(draw, n, 0, 10_000),
        returns=_numbers(draw, n, 0, 10_000),
        win=_numbers(draw, n, 0, 10_000),
        answer_minutes=_numbers(draw, n, 0, 4000),
        rest_minutes=_numbers(draw, n, 0, 60_000),
        new=_flags(draw, n, likely=False),
        value_least=_numbers(draw, n, -1, 2, np.int64),
        value_most=_numbers(draw, n, -1, 9, np.int64),
    )


def _pairs(draw: Any, m: int, n: int, *, wide: bool = False) -> Any:
    pair = st.tuples(st.integers(0, m - 1), st.integers(0, n - 1))
    found = sorted(draw(st.sets(pair, max_size=3)))
    if wide:
        return np.array([(*one, draw(st.integers(1, 10_000))) for one in found], np.int32).reshape(-1, 3)
    return np.array(found, np.int32).reshape(-1, 2)


@st.composite
def opportunities(draw: Any, n: int, most: int = 4) -> Opportunities:
    m = draw(st.integers(1, most))
    families = _flags(draw, m, FAMILIES, likely=False)
    seldom = np.where(_flags(draw, m, likely=False), _numbers(draw, m, 0, n - 1), -1).astype(np.int32)
    held = np.where(_flags(draw, m, likely=False), _numbers(draw, m, 0, n - 1), -1).astype(np.int32)
    return Opportunities(
        keys=tuple(f"opportunity {number}" for number in range(m)),
        territory=_numbers(draw, m, -1, TERRITORIES - 1),
        families=families,
        certificates=families & _flags(draw, m, FAMILIES, likely=False),
        industry=_numbers(draw, m, -1, INDUSTRIES - 1),
        language=_numbers(draw, m, -1, LANGUAGES - 1),
        place=_places(draw, m),
        placed=_flags(draw, m),
        value=_numbers(draw, m, -1, 9, np.int64),
        pinned=seldom,
        holder=held,
        protected=np.where(_flags(draw, m, likely=False), _numbers(draw, m, 0, n - 1), -1).astype(np.int32),
        declined=_pairs(draw, m, n),
        offered=_pairs(draw, m, n),
        related=_pairs(draw, m, n, wide=True),
    )


@st.composite
def policies(draw: Any) -> Rules:
    enabled = draw(st.sets(st.sampled_from(sorted(Rule)), max_size=6))
    return Rules(
        enabled=frozenset(enabled),
        weights=draw(st.sampled_from([WEIGHTS, {Part.TIER: 100}, {Part.WIN: 60, Part.LOAD: 40}])),
        tier_least=1,
        value_least=1,
        score_least=draw(st.sampled_from([0, 30])),
        share_most=draw(st.sampled_from([1000, 500, 250])),
        crowding=draw(st.booleans()),
        share_new=draw(st.sampled_from([0, 0, 300, 600])),
    )


@st.composite
def markets(draw: Any, most: int = 4) -> tuple[Partners, Opportunities, Rules]:
    found = draw(partners(most))
    return found, draw(opportunities(len(found), most)), draw(policies())


def table(of: Partners, asked: Opportunities, rules: Rules) -> tuple[Any, Any]:
    """Give eligibility bool[m, n] and score int32[m, n], each pair by itself."""
    market = Market(of, asked, rules)
    rows, cols = np.arange(len(asked))[:, None], np.arange(len(of))[None, :]
    score = Scorer(market).total(rows, cols)
    enough = (score >= rules.score_least * 10) | (asked.pinned[:, None] == cols)
    return (masks(market, rows, cols) == 0) & enough, score


def room_of(of: Partners, asked: Opportunities, rules: Rules) -> Any:
    """Give how many each partner may get."""
    free = of.free if rules.holds(Rule.CAPACITY) else np.full(len(of), 99)
    return np.minimum(free, max(1, rules.share_most * len(asked) // 1000))


def by_force(of: Partners, asked: Opportunities, rules: Rules) -> list[tuple[int, int, int, int]]:
    """Try every division that is allowed.

    Returns:
        of each: how many are served, how many of those that are pinned, how many by new partners (no more than the
        share that is kept for them), the sum of scores.
    """
    eligible, score = table(of, asked, rules)
    room, kept = room_of(of, asked, rules), rules.share_new * len(asked) // 1000
    found = []
    for division in product(*([-1, *np.flatnonzero(row)] for row in eligible)):
        given = [(row, col) for row, col in enumerate(division) if col >= 0]
        if (np.bincount([col for _row, col in given], minlength=len(of)) <= room).all():
            pinned = sum(asked.pinned[row] >= 0 for row, _col in given)
            new = min(kept, sum(of.new[col] for _row, col in given))
            total = sum(int(score[pair]) for pair in given) - crowding(
                of, rules, [col for _row, col in given]
            )
            found.append((len(given), int(pinned), int(new), total))
    return found


def crowding(of: Partners, rules: Rules, given: list[int]) -> int:
    """Add up, one opportunity after the other, by how many tenths the points for room have fallen before each."""
    weight, load, lost = rules.weights.get(Part.LOAD, 0), of.load.copy(), 0
    if not rules.crowding:
        return 0
    first = tenths(room_left(of.capacity, of.load), weight)
    for col in given:
        lost += int(first[col] - tenths(room_left(of.capacity, load), weight)[col])
        load[col] += 1
    return lost


def only(asked: Opportunities, row: int) -> Opportunities:
    """Give one opportunity alone."""
    kept = {}
    for name, value in vars(asked).items():
        if name in {"declined", "offered", "related"}:
            kept[name] = value[value[:, 0] == row].copy()
            kept[name][:, 0] = 0
        else:
            kept[name] = value[row : row + 1]
    return Opportunities(**kept)


def shuffled(of: Partners, asked: Opportunities, rows: Any, cols: Any) -> tuple[Partners, Opportunities]:
    """Give the same market with opportunities and partners in another order, by hand."""
    to_row = {int(old): new for new, old in enumerate(rows)}
    to_col = {int(old): new for new, old in enumerate(cols)} | {-1: -1}
    arrays = {one.name: getattr(of, one.name)[cols] for one in fields(of) if one.name != "keys"}
    moved = replace(of, keys=tuple(of.keys[col] for col in cols), **arrays)
    given = {
        one.name: getattr(asked, one.name)[rows]
        for one in fields(asked)
        if one.name not in {"keys", "declined", "offered", "related"}
    }
    for name in ("pinned", "holder", "protected"):
        given[name] = np.array([to_col[int(col)] for col in given[name]], np.int32)
    for name in ("declined", "offered", "related"):
        pairs = getattr(asked, name).copy()
        for pair in pairs:
            pair[0], pair[1] = to_row[int(pair[0])], to_col[int(pair[1])]
        given[name] = pairs[::-1].copy()
    return moved, replace(asked, keys=tuple(asked.keys[row] for row in rows), **given)


def story(*, capacity: list[int], win: list[int], related: list[tuple[int, int, int]], count: int = 2) -> Any:
    """Tell a market in which partners differ in their wins and in whom they know, and in nothing else."""
    n, m = len(capacity), count
    no, yes, none = np.zeros(n, np.bool_), np.ones(n, np.bool_), np.zeros(n, np.int32)
    of = Partners(
        keys=tuple(f"partner {number}" for number in range(n)),
        active=yes,
        paused=no,
        covers=np.zeros((n, 1), np.int8),
        families=yes[:, None],
        certified=yes[:, None],
        industries=no[:, None],
        languages=no[:, None],
        tier=none,
        place=np.zeros((n, 2), np.int32),
        placed=no,
        capacity=np.array(capacity, np.int32),
        load=none,
        touch=none,
        feedback=none,
        returns=none,
        win=np.array(win, np.int32),
        answer_minutes=none,
        rest_minutes=none,
        new=no,
        value_least=np.full(n, -1, np.int64),
        value_most=np.full(n, -1, np.int64),
    )
    unknown, pairs = np.full(m, -1, np.int32), np.zeros((0, 2), np.int32)
    asked = Opportunities(
        keys=tuple(f"opportunity {number}" for number in range(m)),
        territory=np.zeros(m, np.int32),
        families=np.zeros((m, 1), np.bool_),
        certificates=np.zeros((m, 1), np.bool_),
        industry=unknown,
        language=unknown,
        place=np.zeros((m, 2), np.int32),
        placed=np.zeros(m, np.bool_),
        value=np.full(m, -1, np.int64),
        pinned=unknown,
        holder=unknown,
        protected=unknown,
        declined=pairs,
        offered=pairs,
        related=np.array(related, np.int32).reshape(-1, 3),
    )
    return of, asked, Rules(weights={Part.WIN: 60, Part.RELATION: 40})
