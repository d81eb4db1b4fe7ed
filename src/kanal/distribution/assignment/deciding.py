"""Asking the engine: who gets what, by the policies in force. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.distribution.assignment import asking, snapshots
from kanal.distribution.assignment.asking import Asked, Facts
from kanal.distribution.assignment.snapshots import Standing, Table
from kanal.distribution.matching import Outcome as Dealt
from kanal.distribution.matching import Part, Partners, Rule, Rules, decide
from kanal.distribution.matching.rules import Market, masks
from kanal.distribution.matching.shape import BIT
from kanal.distribution.policies import InForce, in_force, takers
from kanal.distribution.terms import Terms

# Why nobody was found, as a key: no policy takes it; the policy's attempts are used up; every partner breaks a rule;
# there are suited ones, and all of them get others of this run.
NO_POLICY, ATTEMPTS, NOBODY, TAKEN = "no_policy", "attempts", "nobody", "taken"
WHY_NOBODY = {
    NO_POLICY: _("no policy takes it"),
    ATTEMPTS: _("as many partners have been asked as the policy says"),
    NOBODY: _("every partner breaks a rule"),
    TAKEN: _("every suited partner is full"),
}
# Up to so many opportunities without a partner are told by which rules; the page of a larger run asks one by one.
TOLD = 2_000


class Choice(NamedTuple):
    """What was decided for one opportunity.

    Attributes:
        asked: what was known of it.
        facts: the same as the engine was given it: with the policy's pin.
        policy: which judged it; None where none takes it.
        partner: the place of the chosen one in the table; None is nobody.
        score: in tenths of a point.
        best: the best few, as places in the table with their scores, the best first; not only those with room.
        left_out: how many partners each rule excludes, where nobody was found.
        why: why nobody was found, as a key.
    """

    asked: Asked
    facts: Facts
    policy: InForce | None
    partner: int | None = None
    score: int | None = None
    best: Sequence[tuple[int, int]] = ()
    left_out: Mapping[str, int] = MappingProxyType({})
    why: str = ""


@dataclass(frozen=True)
class Decided:
    """What was decided for many opportunities at once.

    Attributes:
        choices: in the order in which they were asked for.
        table, standing: the partners as they were known.
        at: when.
        groups: the versions that dealt, in their order: what an earlier one gave away was load for the later ones.
        tables: the partners as other versions than the first knew them, where those count rates over another time.
    """

    choices: Sequence[Choice]
    table: Table
    standing: Standing
    at: datetime
    groups: Sequence[UUID] = ()
    tables: Mapping[UUID, Table] = field(default_factory=dict)

    def table_of(self, version: UUID) -> Table:
        """Give the partners as a version knew them: the same ones in the same places, with its rates."""
        return self.tables.get(version, self.table)

    def key_of(self, place: int | None) -> UUID | None:
        """Give the key of a partner by its place."""
        return None if place is None else UUID(self.table.partners.keys[place])


def rules_of(terms: Terms) -> Rules:
    """Give a policy as the engine needs it."""
    return Rules(
        enabled=frozenset(Rule(name) for name in terms.rules),
        weights={Part(name): points for name, points in terms.weights.items()},
        near_km=terms.near_km,
        far_km=terms.far_km,
        quick_minutes=terms.quick_hours * 60,
        slow_minutes=terms.slow_hours * 60,
        rest_days=terms.rest_days,
        tier_least=terms.tier_least,
        value_least=terms.value_least,
        value_most=terms.value_most,
        score_least=terms.score_least,
        share_most=terms.share_most * 10,
        share_new=terms.share_new * 10,
    )


def decide_for(
    keys: Sequence[UUID],
    *,
    policies: Sequence[InForce] | None = None,
    limited: bool = False,
    only: Collection[UUID] | None = None,
    at: datetime | None = None,
) -> Decided:
    """Decide who gets each opportunity; a fixed number of reads, and nothing is written.

    Opportunities are judged by the first policy that takes them; those of an earlier policy are dealt first, and what
    they take of a partner's room is gone for the later ones.

    Args:
        keys: the opportunities.
        policies: by which; None is those in force.
        limited: an opportunity whose attempts by policy are used up gets nobody.
        only: the versions that deal; what another judges is left out, and takes nobody's room. None is all.
        at: the moment to note; None is now.
    """
    policies = in_force() if policies is None else policies
    terms = policies[0].terms if policies else Terms()
    table = snapshots.current(rate_days=terms.rate_days, new_offers=terms.new_offers)
    asked = asking.ask(keys, table)
    taken = takers(policies, [one.traits for one in asked])
    if only is not None:
        kept = [one for one in zip(asked, taken, strict=True) if one[1] and one[1].version.pk in only]
        asked, taken = [one for one, _by in kept], [by for _one, by in kept]
    found = [Choice(one, one.facts, None, why=NO_POLICY) for one in asked]
    standing = None
    if len(asked) == 1:  # only of those that could get it
        standing = snapshots.standing(table, _possible(asked[0], taken[0], table))
    standing = standing or snapshots.standing(table)
    partners, dealt = standing.put_into(table.partners), []
    tables: dict[UUID, Table] = {}
    for policy in policies:
        mine = [place for place, by in enumerate(taken) if by is policy]
        if not mine:
            continue
        dealt.append(policy.version.pk)
        over = [place for place in mine if limited and asked[place].attempts >= policy.terms.attempts]
        for place in over:
            found[place] = Choice(asked[place], with_pin(asked[place], policy), policy, why=ATTEMPTS)
        open_ = [place for place in mine if found[place].policy is None]
        known = _known_by(policy.terms, terms, table)
        if known is not table:
            tables[policy.version.pk] = known
        choices, partners = _deal([asked[place] for place in open_], policy, known, partners)
        for place, choice in zip(open_, choices, strict=True):
            found[place] = choice
    return Decided(found, table, standing, at or clock.now(), dealt, tables)


def _known_by(terms: Terms, first: Terms, table: Table) -> Table:
    """Give the partners as a policy knows them: with its own rates where it counts them as the first does not."""
    own = {"rate_days": terms.rate_days, "new_offers": terms.new_offers}
    return table if own == {name: getattr(first, name) for name in own} else table.rated(**own)


def with_pin(one: Asked, policy: InForce) -> Facts:
    """Give what is known of an opportunity, with the partner that the policy pins its customer to."""
    partner = policy.pins.get(UUID(one.account)) if policy.pins and one.account else None
    return one.facts._replace(pinned=str(partner)) if partner else one.facts


def _possible(one: Asked, policy: InForce | None, table: Table) -> Any:
    """Give the places of the partners that could get an opportunity if they had room; nobody's without a policy."""
    if policy is None:
        return np.zeros(0, np.int32)
    rules = rules_of(policy.terms)
    rules = replace(rules, enabled=rules.enabled - {Rule.CAPACITY})
    opportunities = asking.arrays([one.key], [with_pin(one, policy)], table)
    market = Market(table.partners, opportunities, rules)
    every = np.arange(len(table.partners), dtype=np.int32)
    return every[masks(market, np.zeros(1, np.int32), every) == 0]


def _deal(
    asked: Sequence[Asked], policy: InForce, table: Table, partners: Partners
) -> tuple[Sequence[Choice], Partners]:
    """Deal what one policy judges; give the choices in that order, and the partners with what they got.

    Args:
        asked: what it judges.
        policy: the policy.
        table: the partners as it knows them.
        partners: as they stand after what earlier policies gave away.
    """
    if not asked:
        return (), partners
    partners = table.partners.moved(load=partners.load, rest_minutes=partners.rest_minutes)
    facts = [with_pin(one, policy) for one in asked]
    opportunities = asking.arrays([one.key for one in asked], facts, table)
    rules = rules_of(policy.terms)
    dealt = decide(partners, opportunities, rules)
    without = np.flatnonzero(dealt.candidates == 0)[:TOLD]
    told = _left_out(Market(partners, opportunities, rules), without) if len(without) else {}
    got = np.bincount(dealt.chosen[dealt.chosen >= 0], minlength=len(partners))
    moved = partners.moved(load=(partners.load + got).astype(np.int32), rest_minutes=partners.rest_minutes)
    return list(_choices(asked, facts, policy, dealt, told)), moved


def _choices(
    asked: Sequence[Asked],
    facts: Sequence[Facts],
    policy: InForce,
    dealt: Dealt,
    told: Mapping[int, Mapping[str, int]],
) -> Iterator[Choice]:
    """Put what was dealt beside what was asked; plain numbers, as very many are read."""
    best = zip(dealt.best.tolist(), dealt.best_score.tolist(), strict=True)
    rows = zip(
        asked,
        facts,
        dealt.chosen.tolist(),
        dealt.score.tolist(),
        dealt.candidates.tolist(),
        best,
        strict=True,
    )
    for place, (one, known, chosen, score, candidates, (cols, scores)) in enumerate(rows):
        few = [pair for pair in zip(cols, scores, strict=True) if pair[0] >= 0]
        if chosen >= 0:
            yield Choice(one, known, policy, chosen, score, few)
        else:
            why = TAKEN if candidates else NOBODY
            yield Choice(
                one, known, policy, best=few, left_out=told.get(place, MappingProxyType({})), why=why
            )


def _left_out(market: Market, rows: Any) -> dict[int, dict[str, int]]:
    """Count for opportunities that nobody may get how many partners each rule excludes."""
    every = np.arange(len(market.partners), dtype=np.int32)
    found = {}
    for row in rows:
        broken = masks(market, np.full(1, row, np.int32), every)
        counts = {rule.value: int(np.count_nonzero(broken & BIT[rule])) for rule in Rule}
        found[int(row)] = {rule: count for rule, count in counts.items() if count}
    return found
