"""Why a decision is what it is: worked out again by the engine from what was kept, with the names of today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

import numpy as np
from django.db.models import Count

from kanal.directory.models import Partner
from kanal.distribution import matching
from kanal.distribution.assignment import asking, snapshots
from kanal.distribution.assignment.asking import Facts
from kanal.distribution.assignment.deciding import rules_of
from kanal.distribution.assignment.snapshots import Standing, Table
from kanal.distribution.assignment.storing import GROUPS as GROUPS_DEALT
from kanal.distribution.assignment.storing import SNAPSHOTS
from kanal.distribution.matching import GROUPS, Part, Partners, Rule
from kanal.distribution.models import AssignmentRun, Decision, Snapshot
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
class Instead:
    """What the best of the better candidates got in the same run.

    Attributes:
        gains: how many tenths of a point it has here above the chosen one.
        full: the run leaves it no place.
        key, topic: of its opportunities the one that needs it least; empty where it gets none.
        brings: how many tenths of a point it has there above the best other; None where there is no other.
    """

    gains: int
    full: bool
    key: UUID | None
    topic: str
    brings: int | None


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
        instead: what the first of those got instead; None where there is none, or the run is too large to look.
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
    instead: Instead | None
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
    table = snapshots.read(_snapshot(run, version.pk).data)
    terms = Terms.read(version.data)
    opportunities = asking.arrays([decision.opportunity_id], [Facts.read(decision.facts)], table)
    partners = Standing.read(run.standing).put_into(table.partners)
    partners = _after_others(partners, table, decision)
    return _Question(table, partners, opportunities, rules_of(terms), terms)


def _snapshot(run: AssignmentRun, version: UUID) -> Snapshot:
    """Give the partners as a version knew them: the run's snapshot, or its own where it counts rates otherwise."""
    own = run.figures.get(SNAPSHOTS, {}).get(str(version))
    found = Snapshot.objects.get(pk=own) if own else run.snapshot
    assert found is not None
    return found


def _after_others(partners: Partners, table: Table, decision: Decision) -> Partners:
    """Give the partners with what policies that dealt before this one in the same run had given them."""
    order = decision.run.figures.get(GROUPS_DEALT, [])
    before = order[: order.index(str(decision.version_id))] if str(decision.version_id) in order else []
    if not before:
        return partners
    given = Decision.objects.filter(run=decision.run_id, version__in=before, partner__isnull=False)
    load = partners.load.copy()
    for key, number in given.order_by().values_list("partner").annotate(number=Count("pk")):
        load[table.place_of[str(key)]] += number
    return partners.moved(load=load, rest_minutes=partners.rest_minutes)


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
        instead=_instead(decision, asked) if found.better else None,
        changes=found.changes,
    )


# Up to so many opportunities of one policy the whole run is looked at for what a better partner got instead.
LOOKED_AT = 2_000


def _instead(decision: Decision, asked: _Question) -> Instead | None:
    """Say what the best of the better candidates got instead, by the division as it was."""
    group = Decision.objects.filter(run=decision.run_id, version=decision.version_id).order_by("place")
    rows = list(
        group.values_list("opportunity_id", "facts", "partner_id", "opportunity__topic")[: LOOKED_AT + 1]
    )
    if not 1 < len(rows) <= LOOKED_AT:
        return None
    keys = [row[0] for row in rows]
    opportunities = asking.arrays(keys, [Facts.read(row[1]) for row in rows], asked.table)
    given = np.array([asked.table.place_of.get(str(row[2]), -1) for row in rows], np.int32)
    place = keys.index(decision.opportunity_id)
    found = matching.explain(
        asked.partners, opportunities, asked.rules, place, int(given[place]), given=given
    )
    first = found.elsewhere[0]
    key, topic = (keys[first.row], rows[first.row][3]) if first.row is not None else (None, "")
    return Instead(first.gains, first.full, key, topic, first.brings)


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
