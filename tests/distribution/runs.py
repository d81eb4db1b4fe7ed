"""Runs of assignment as tests need them: decided by hand, so that a test says itself who gets what."""

from __future__ import annotations

from collections.abc import Sequence

from kanal.config import clock
from kanal.directory.models import Partner, Person
from kanal.distribution.models import AssignmentRun, Decision, Outcome, RunKind, RunState
from kanal.opportunities.models import Opportunity


def proposed(
    pairs: Sequence[tuple[Opportunity, Partner | None]], *, by: Person | None, score: int = 800
) -> AssignmentRun:
    """Make a run that proposes these; None is nobody."""
    run = AssignmentRun.objects.create(kind=RunKind.QUEUE, by=by)
    Decision.objects.bulk_create(
        Decision(
            run=run,
            place=place,
            opportunity=opportunity,
            partner=partner,
            given=partner,
            score=score if partner else None,
            outcome=Outcome.PROPOSED if partner else Outcome.NOBODY,
            why="" if partner else "nobody",
        )
        for place, (opportunity, partner) in enumerate(pairs, 1)
    )
    return run


def delivering(pairs: Sequence[tuple[Opportunity, Partner | None]], *, by: Person | None) -> AssignmentRun:
    """Make a run that is about to be delivered."""
    run = proposed(pairs, by=by)
    run.state, run.delivered_by, run.began_at = RunState.DELIVERING, by, clock.now()
    run.save()
    return run
