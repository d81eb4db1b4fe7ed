"""How a run is shown: its figures, partners with their lines, what is left over, what would be different."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kanal.directory.models import Partner
from kanal.distribution import proposed
from kanal.distribution.assignment import comparing, explaining
from kanal.distribution.assignment.deciding import WHY_NOBODY
from kanal.distribution.models import AssignmentRun, Outcome, PolicyVersion, RunState, Skip
from kanal.distribution.proposed import Line, Overview, Share
from kanal.distribution.why_words import LEFT_OUT
from kanal.opportunities.models import Opportunity
from kanal.web import words

# So many lines without a partner, or skipped, stand on the page; the nearest partner is worked out for the first few.
SHOWN, NEAREST = 50, 20
DIFFERENCES = 50


def title(run: AssignmentRun, sums: Overview) -> str:
    """Say what a run is about."""
    facts = {"n": words.number(sums.total)}
    if run.state == RunState.DONE:
        return ngettext("Assigned %(n)s opportunity", "Assigned %(n)s opportunities", sums.total) % facts
    return (
        ngettext(
            "Assign %(n)s opportunity to its best partner",
            "Assign %(n)s opportunities to their best partners",
            sums.total,
        )
        % facts
    )


@dataclass(frozen=True)
class Figure:
    """One figure of the head: its label, the figure, what stands small beside it, and whether it is bad news."""

    label: str
    value: str
    beside: str = ""
    late: bool = False


def figures(run: AssignmentRun, sums: Overview) -> list[Figure]:
    """Give the figures of the head."""
    of = _("of %(n)s") % {"n": words.number(sums.total)}
    alone = run.figures.get("one_by_one")
    simple = _("%(score)s if one by one") % {"score": _points(alone)} if alone else ""
    return [
        Figure(_("get a partner"), words.number(sums.given), of),
        Figure(
            _("est. revenue, %(currency)s") % {"currency": settings.BASE_CURRENCY},
            words.number(round(sums.value)),
        ),
        Figure(_("partners"), words.number(len(sums.shares))),
        Figure(_("mean score"), _points(sums.score) if sums.score is not None else "–", simple),
        Figure(_("partners filled up"), words.number(sums.filled)),
        Figure(_("without a partner"), words.number(sums.nobody), late=sums.nobody > 0),
        *([Figure(_("delivered"), words.number(sums.offered))] if sums.offered else []),
        *([Figure(_("skipped"), words.number(sums.skipped), late=True)] if sums.skipped else []),
    ]


def _points(tenths: float) -> str:
    return words.number(round(Decimal(tenths) / 10))


def versions(run: AssignmentRun) -> list[PolicyVersion]:
    """Give the versions of policies that judged a run."""
    keys = run.decisions.order_by().values_list("version", flat=True).distinct()
    return list(
        PolicyVersion.objects.filter(pk__in=keys).select_related("policy").order_by("policy__position")
    )


@dataclass(frozen=True)
class Row:
    """A line as the page shows it."""

    line: Line
    score: str
    fraction: float
    runner_score: str

    @property
    def is_proposed(self) -> bool:
        """Tell whether it can still be delivered."""
        return self.line.decision.outcome == Outcome.PROPOSED


@dataclass(frozen=True)
class Group:
    """What one partner gets, with its load now and afterwards, as parts of a bar of 100."""

    share: Share
    rows: Sequence[Row]
    bar: tuple[float, float]
    load: str


def group(share: Share, lines: Sequence[Line]) -> Group:
    """Give a partner's part of a run as the page shows it."""
    whole = share.partner.capacity or max(share.after, 1)
    now = min(100.0, share.load / max(whole, 1) * 100)
    more = min(100.0 - now, (share.after - share.load) / max(whole, 1) * 100)
    return Group(share, [row(one) for one in lines], (now, more), _load(share))


def _load(share: Share) -> str:
    facts = {"now": share.load, "after": share.after, "most": share.partner.capacity}
    if share.partner.capacity is None:
        return _("%(now)d → %(after)d, no limit") % facts
    if share.is_over:
        return _("%(now)d → %(after)d of %(most)d, too many") % facts
    if share.is_full:
        return _("%(now)d → %(after)d of %(most)d, full") % facts
    return _("%(now)d → %(after)d of %(most)d") % facts


def row(line: Line) -> Row:
    """Give a line as the page shows it."""
    score = line.decision.score or 0
    shown = _points(score) if line.decision.score is not None and not line.decision.moved_by_id else "–"
    return Row(line, shown, 0 if shown == "–" else score / 1000, _points(line.runner_score))


@dataclass(frozen=True)
class Left:
    """A line without a partner, or one that was skipped: why, and who is nearest to getting it."""

    line: Line
    why: str
    nearest: str


def left_over(run: AssignmentRun, outcome: str) -> list[Left]:
    """Give the first lines that have no partner or were skipped."""
    lines = proposed.left_over(run, outcome, limit=SHOWN)
    near = outcome == Outcome.NOBODY and run.state == RunState.PROPOSED
    return [
        Left(one, _why(one), _nearest(one) if near and place < NEAREST else "")
        for place, one in enumerate(lines)
    ]


def _why(line: Line) -> str:
    key = line.decision.why
    if key in Skip.values:
        return str(Skip(key).label)
    return capfirst(str(WHY_NOBODY.get(key, key)))


def _nearest(line: Line) -> str:
    """Name who would come first: the best candidate whose places are taken, else whom one rule alone leaves out."""
    if line.runner_up is not None:
        return _("%(partner)s, once it has a place") % {"partner": line.runner_up.name}
    why = explaining.explain(line.decision)
    first = why.left_out[0] if why and why.left_out else None
    if first is None or len(first.rules) > 1:
        return ""
    return f"{first.partner.name}: {LEFT_OUT[first.rules[0]]}"


@dataclass(frozen=True)
class Bar:
    """One bar of the picture of who gets what."""

    name: str
    number: int
    value: Decimal
    fraction: float


def places(run: AssignmentRun) -> list[Bar]:
    """Give the territories that a run serves, as bars."""
    found = proposed.by_territory(run)
    most = max((one.value for one in found), default=Decimal(0)) or Decimal(1)
    return [
        Bar(one.name or _("No territory"), one.number, one.value, float(one.value / most)) for one in found
    ]


def compared(run: AssignmentRun) -> dict[str, Any]:
    """Say what would be different by the policies as they were before."""
    found = comparing.by_previous(run)
    if found is None:
        return {"versions": [], "rows": [], "count": 0}
    before, differences = found
    partners = Partner.objects.select_related("account").in_bulk(comparing.keys_of(differences))
    shown = differences[:DIFFERENCES]
    rows = Opportunity.objects.in_bulk([one.opportunity for one in shown])
    return {
        "versions": before,
        "count": len(differences),
        "rows": [
            (
                rows[one.opportunity],
                partners[one.now] if one.now else None,
                partners[one.before] if one.before else None,
            )
            for one in shown
        ],
    }
