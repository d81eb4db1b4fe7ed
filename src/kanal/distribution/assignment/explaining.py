"""Why a decision is what it is: worked out again by the engine from what was kept, with the names of today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from kanal.directory.models import Partner
from kanal.distribution import matching
from kanal.distribution.assignment import asking, snapshots
from kanal.distribution.assignment.asking import Facts
from kanal.distribution.assignment.deciding import rules_of
from kanal.distribution.assignment.snapshots import Standing, Table
from kanal.distribution.matching import GROUPS, Part, Partners, Rule
from kanal.distribution.models import Decision
from kanal.distribution.terms import Terms

# A reason is named to the partner itself where it gives at least half of the points that it can.
TELLING = 0.5


@dataclass(frozen=True)
class Scored:
    """A candidate with its points.

    Attributes:
        partner: who.
        score: in tenths of a point.
        parts: tenths of a point by part; they sum to the score.
    """

    partner: Partner
    score: int
    parts: Mapping[Part, int]

    @property
    def groups(self) -> Mapping[str, int]:
        """Give tenths of a point by group of parts; they sum to the score too."""
        return {name: sum(self.parts[part] for part in parts) for name, parts in GROUPS.items()}


# So many left-out partners are named; of the others, how many each rule left out.
NAMED = 200


@dataclass(frozen=True)
class LeftOut:
    """A partner that might not get it, with every rule that left it out."""

    partner: Partner
    rules: Sequence[Rule]


@dataclass(frozen=True)
class Why:
    """Why a decision is what it is.

    Attributes:
        decision: the decision.
        terms: what the policy said.
        candidates: who might get it, the best first.
        left_out: who might not, the first of them: those that one rule alone left out come first.
        counts: how many partners each rule left out.
        chosen: who was chosen; None is nobody.
        runner_up: the best of the others.
        better: candidates with more points than the chosen one, whose places went elsewhere in the same run.
        changes: what alone would have made the runner-up win.
        weights: the most tenths of a point by group.
    """

    decision: Decision
    terms: Terms
    candidates: Sequence[Scored]
    left_out: Sequence[LeftOut]
    counts: Mapping[Rule, int]
    chosen: Scored | None
    runner_up: Scored | None
    better: Sequence[Scored]
    changes: Sequence[matching.Change]

    @cached_property
    def weights(self) -> Mapping[str, int]:
        """Give the most tenths of a point that each group of parts can give."""
        given = self.terms.weights
        return {name: sum(given.get(part, 0) * 10 for part in parts) for name, parts in GROUPS.items()}


@dataclass(frozen=True)
class _Question:
    table: Table
    partners: Partners
    opportunities: matching.Opportunities
    rules: matching.Rules
    terms: Terms


def _question(decision: Decision) -> _Question:
    """Put the question to the engine as it was put then.

    Args:
        decision: with its `run`, whose snapshot is read, and a version.
    """
    run, version = decision.run, decision.version
    if run.snapshot is None or version is None:
        raise ValueError("No policy judged it, so there is nothing to explain.")
    table = snapshots.read(run.snapshot.data)
    terms = Terms.read(version.data)
    opportunities = asking.arrays([decision.opportunity_id], [Facts.read(decision.facts)], table)
    partners = Standing.read(run.standing).put_into(table.partners)
    return _Question(table, partners, opportunities, rules_of(terms), terms)


def explain(decision: Decision) -> Why | None:
    """Explain a decision; None where no policy judged it.

    Args:
        decision: one whose run and version stand in the database; they are read where they are not yet.
    """
    if decision.version is None or decision.run.snapshot is None:
        return None
    asked = _question(decision)
    chosen = asked.table.place_of.get(str(decision.partner_id), -1)
    found = matching.explain(
        asked.partners, asked.opportunities, asked.rules, 0, chosen if chosen >= 0 else None
    )
    excluded = sorted(found.excluded, key=lambda one: len(one.rules))
    shown = [one.partner for one in found.candidates] + [one.partner for one in excluded[:NAMED]]
    names = _partners(asked.table, shown)
    scored = {one.partner: _scored(one, names[one.partner]) for one in found.candidates}
    return Why(
        decision=decision,
        terms=asked.terms,
        candidates=list(scored.values()),
        left_out=[LeftOut(names[one.partner], one.rules) for one in excluded[:NAMED]],
        counts=Counter(rule for one in excluded for rule in one.rules),
        chosen=scored.get(chosen),
        runner_up=scored[found.runner_up.partner] if found.runner_up else None,
        better=[scored[one.partner] for one in found.better],
        changes=found.changes,
    )


def again(decision: Decision) -> tuple[UUID | None, int]:
    """Decide once more from what was kept, the opportunity by itself: who is the best alone, and its score."""
    asked = _question(decision)
    found = matching.decide(asked.partners, asked.opportunities, asked.rules)
    place = int(found.alone[0])
    return (UUID(asked.table.partners.keys[place]) if place >= 0 else None), int(found.alone_score[0])


def reasons_for(decision: Decision, partner: Partner) -> list[Part]:
    """Say for what a partner itself was offered an opportunity: its strongest parts, nothing of anybody else.

    Args:
        decision: the one that led to the offer.
        partner: to whom it was offered.
    """
    if decision.version is None or decision.run.snapshot is None:
        return []
    asked = _question(decision)
    place = asked.table.place_of.get(str(partner.pk))
    if place is None:
        return []
    found = matching.explain(asked.partners, asked.opportunities, asked.rules, 0, place).of(place)
    if found is None:
        return []
    strong = {
        part: points
        for part, points in found.parts.items()
        if points >= max(1, asked.rules.weights.get(part, 0) * 10 * TELLING)
    }
    return sorted(strong, key=lambda part: -strong[part])


def _partners(table: Table, places: Sequence[int]) -> dict[int, Partner]:
    """Give partners of a table by their place, with the names of today; a partner is never deleted."""
    keys = {place: UUID(table.partners.keys[place]) for place in places}
    found = Partner.objects.select_related("account", "tier").in_bulk(list(keys.values()))
    return {place: found[key] for place, key in keys.items()}


def _scored(one: matching.Candidate, partner: Partner) -> Scored:
    return Scored(partner, one.score, one.parts)
