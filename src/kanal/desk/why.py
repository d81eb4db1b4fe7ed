"""Why assignment decided as it did, as the desk shows it: a table of candidates with bars, and who was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from kanal.distribution.assignment import explaining
from kanal.distribution.assignment.explaining import Scored, Why
from kanal.distribution.matching import Part
from kanal.distribution.models import Decision
from kanal.distribution.term_words import WEIGHT_GROUPS, WEIGHT_WORDS
from kanal.distribution.why_words import GROUP_HEADS, LEFT_OUT, change_words
from kanal.web.words import number

HUES = ("c1", "c2", "c3", "c4", "c5")
# So many candidates stand in the table at once, and so many of those left out beside it.
SHOWN, NAMED = 8, 12
CHANGES = 3


@dataclass(frozen=True)
class Row:
    """One candidate.

    Attributes:
        note: what it is in this decision; empty for the others.
        score: its points, in words.
        stack: its parts for the bar: key, points, hue.
        groups: its points by group, in words, in the order of the heads.
        parts: its points by part, in words, for whoever wants to add them up.
    """

    partner: Any
    note: str
    chosen: bool
    score: str
    stack: Sequence[tuple[str, float, str]]
    groups: Sequence[str]
    parts: Sequence[tuple[str, str]]


def points(tenths: int) -> str:
    """Give tenths of a point in words."""
    return number(tenths / 10, 1)


def shown(decision: Decision) -> dict[str, Any] | None:
    """Give what the template `desk/distribution/why.html` needs; None where no policy judged it."""
    why = explaining.explain(decision)
    if why is None:
        return None
    candidates = _first(why)
    return {
        "why": why,
        "rows": [_row(why, one) for one in candidates],
        "more": len(why.candidates) - len(candidates),
        "heads": [
            (hue, GROUP_HEADS[key], why.weights[key] // 10)
            for hue, key in zip(HUES, WEIGHT_GROUPS, strict=True)
        ],
        "left_out": [
            (one.partner, get_text_list([str(LEFT_OUT[rule]) for rule in one.rules], _("and")))
            for one in why.left_out[:NAMED]
        ],
        "left_out_more": max(0, sum(1 for _one in why.left_out) - NAMED),
        "changes": _changes(why),
        "better": why.better[0] if why.better else None,
        "instead": why.instead,
        "gains": points(why.instead.gains) if why.instead else "",
        "brings": points(why.instead.brings) if why.instead and why.instead.brings is not None else "",
        "moved": decision.given if decision.moved_by_id else None,
    }


def _first(why: Why) -> list[Scored]:
    """Give the best few, the chosen one among them."""
    found = list(why.candidates[:SHOWN])
    if why.chosen is not None and why.chosen not in found:
        found[-1] = why.chosen
    return found


def _row(why: Why, one: Scored) -> Row:
    stack = [
        (part, one.parts[Part(part)] / 10, hue)
        for hue, (_words, parts) in zip(HUES, WEIGHT_GROUPS.values(), strict=True)
        for part in parts
    ]
    return Row(
        partner=one.partner,
        note=_note(why, one),
        chosen=one is why.chosen,
        score=points(one.score),
        stack=stack,
        groups=[points(one.groups[key]) for key in WEIGHT_GROUPS],
        parts=[(str(WEIGHT_WORDS[part].label), points(one.parts[part])) for part in one.parts],
    )


def _note(why: Why, one: Scored) -> str:
    if one is why.chosen:
        return _("chosen")
    if one in why.better:
        return _("better here, its places went elsewhere")
    if one.score < why.terms.score_least * 10:
        return _("below the least score")
    return _("second") if one is why.runner_up else ""


def _changes(why: Why) -> str:
    """Say what would have made the second win, in one sentence; empty where nothing alone would."""
    if not why.changes or why.runner_up is None:
        return ""
    clauses = [change_words(change, why.terms) for change in why.changes[:CHANGES]]
    return _("%(partner)s would have won if %(clauses)s.") % {
        "partner": why.runner_up.partner.name,
        "clauses": get_text_list(clauses, _("or if")),
    }
