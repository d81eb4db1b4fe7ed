"""Comparing what was decided with other ways: one after the other, or by the policy as it was before."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kanal.distribution.assignment import asking, deciding
from kanal.distribution.assignment.deciding import Choice, Decided
from kanal.distribution.matching.one_by_one import one_by_one
from kanal.distribution.models import AssignmentRun, PolicyVersion
from kanal.distribution.policies import InForce, in_force
from kanal.distribution.terms import Terms

# More than this is not compared while a person waits.
COMPARED = 2_000


def mean_one_by_one(decided: Decided) -> int | None:
    """Give the mean score, in tenths, that giving away one after the other would reach; None where it is too much.

    Opportunities of an earlier policy are given away first, as in the decision itself.
    """
    by_policy: dict[uuid.UUID, list[Choice]] = {}
    for choice in decided.choices[: COMPARED + 1]:
        if choice.policy is not None:
            by_policy.setdefault(choice.policy.version.pk, []).append(choice)
    if len(decided.choices) > COMPARED or not by_policy:
        return None
    served = total = 0
    for version, choices in by_policy.items():
        table = decided.table_of(version)
        partners = decided.standing.put_into(table.partners)
        assert choices[0].policy is not None
        asked = asking.arrays([one.asked.key for one in choices], [one.facts for one in choices], table)
        got, points = one_by_one(partners, asked, deciding.rules_of(choices[0].policy.terms))
        served, total = served + got, total + points
    return round(total / served) if served else None


@dataclass(frozen=True)
class Difference:
    """One opportunity that would go elsewhere: the keys of both partners; None is nobody."""

    opportunity: uuid.UUID
    now: uuid.UUID | None
    before: uuid.UUID | None


def by_previous(run: AssignmentRun) -> tuple[list[PolicyVersion], list[Difference]] | None:
    """Say what would be different by the versions that the policies had before.

    Returns:
        The versions before, and what would go elsewhere; None where no policy has an earlier version, or the run is
        too large to be compared while a person waits.
    """
    rows = run.decisions.order_by("place").values_list("opportunity_id", "partner_id")
    chosen: dict[uuid.UUID, uuid.UUID | None] = dict(rows[: COMPARED + 1])
    policies = in_force()
    before = [_before(one) for one in policies]
    if len(chosen) > COMPARED or all(one is None for one in before):
        return None
    earlier = [old or now for old, now in zip(before, policies, strict=True)]
    decided = deciding.decide_for(list(chosen), policies=earlier)
    return [one.version for one in before if one], _differences(chosen, decided)


def _differences(chosen: dict[uuid.UUID, uuid.UUID | None], decided: Decided) -> list[Difference]:
    found = []
    for choice in decided.choices:
        then = decided.key_of(choice.partner)
        if then != chosen[choice.asked.key]:
            found.append(Difference(choice.asked.key, chosen[choice.asked.key], then))
    return found


def _before(policy: InForce) -> InForce | None:
    """Give a policy as it was in its version before, with the pins of that version."""
    version = policy.version
    old = PolicyVersion.objects.filter(policy=version.policy_id, number=version.number - 1)
    found = old.select_related("policy").first()
    if found is None:
        return None
    pins = dict(found.pins.values_list("account_id", "partner_id"))
    return replace(policy, version=found, terms=Terms.read(found.data), pins=pins)


def keys_of(differences: Sequence[Difference]) -> set[uuid.UUID]:
    """Give the partners that differences name."""
    return {key for one in differences for key in (one.now, one.before) if key}
