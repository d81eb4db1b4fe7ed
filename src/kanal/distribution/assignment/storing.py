"""Keeping what was decided, with all that made it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from kanal.config.copying import Bulk, for_many_rows, new_key
from kanal.directory.models import Person
from kanal.distribution.assignment import snapshots
from kanal.distribution.assignment.deciding import Choice, Decided
from kanal.distribution.matching import ENGINE
from kanal.distribution.models import AssignmentRun, Decision, Outcome, RunKind, RunState

# Where a run's figures keep which versions dealt, in their order; and for those that count rates over another time than
# the first, the key of the snapshot with the partners as they knew them.
GROUPS, SNAPSHOTS = "groups", "snapshots"
# More decisions than this are put together while others are written.
_MANY = 5_000


@transaction.atomic
def store(
    decided: Decided, *, kind: RunKind, by: Person | None, state: RunState = RunState.PROPOSED
) -> AssignmentRun:
    """Keep a run with its decisions, in the order in which they were asked for.

    Args:
        decided: what the engine said.
        kind: what made it look.
        by: who asked; None is the clock.
        state: how far it is.
    """
    run = AssignmentRun.objects.create(
        kind=kind,
        state=state,
        by=by,
        at=decided.at,
        snapshot=snapshots.stored(decided.table),
        standing=decided.standing.data,
        engine=ENGINE,
        figures={
            GROUPS: [str(key) for key in decided.groups],
            SNAPSHOTS: {str(key): str(snapshots.stored(one).pk) for key, one in decided.tables.items()},
        },
    )
    columns = (
        *(
            "id",
            "place",
            "opportunity_id",
            "attempt",
            "version_id",
            "facts",
            "partner_id",
            "given_id",
            "score",
        ),
        *("candidates", "left_out", "outcome", "why"),
    )
    rows = (_row(decided, choice, place) for place, choice in enumerate(decided.choices, start=1))
    decisions = Bulk(Decision, columns, run_id=run.pk, at=decided.at)
    if len(decided.choices) > _MANY:
        for_many_rows()
        decisions.write_in_parts(rows)
    else:
        decisions.write(rows)
    return run


def _row(decided: Decided, choice: Choice, place: int) -> Sequence[object]:
    keys = decided.table.partners.keys
    partner = None if choice.partner is None else keys[choice.partner]
    return (
        new_key(),
        place,
        choice.asked.key,
        choice.asked.attempts + 1,
        choice.policy.version.pk if choice.policy else None,
        json.dumps(choice.facts.plain()),
        partner,
        partner,
        choice.score,
        json.dumps([[keys[col], score] for col, score in choice.best]),
        json.dumps(choice.left_out) if choice.left_out else "{}",
        Outcome.PROPOSED.value if partner else Outcome.NOBODY.value,
        choice.why,
    )


def decision_of(run: AssignmentRun, key: UUID) -> Decision:
    """Give what a run decided for one opportunity."""
    return Decision.objects.get(run=run, opportunity=key)
