"""The simple way: each in turn to the best partner that has a place left. What a division is compared with."""

from __future__ import annotations

import numpy as np

from kanal.distribution.matching.eligible import Eligible
from kanal.distribution.matching.rules import Market
from kanal.distribution.matching.shape import Opportunities, Partners, Rules


def one_by_one(partners: Partners, opportunities: Opportunities, rules: Rules) -> tuple[int, int]:
    """Give each opportunity in turn to the best partner that has a place left; give how many got one, and the sum.

    Args:
        partners: who there is.
        opportunities: in the order in which they are given away.
        rules: the policy; shares of a run are not looked at, as there is no run.

    Returns:
        How many got a partner, and the sum of their scores in tenths of a point.
    """
    room, served, total = partners.free.copy(), 0, 0
    blocks = list(Eligible(Market(partners, opportunities, rules)))
    if not blocks:
        return 0, 0
    row, col, score = (
        np.concatenate([getattr(block, name) for block in blocks]) for name in ("row", "col", "score")
    )
    order = np.argsort(row, kind="stable")
    row, col, score = row[order], col[order], score[order]
    for mine in np.split(np.arange(len(row)), np.flatnonzero(np.diff(row)) + 1):
        left = mine[room[col[mine]] > 0]
        if len(left):
            pick = left[np.argmax(score[left])]
            room[col[pick]] -= 1
            served, total = served + 1, total + int(score[pick])
    return served, total
