"""Pausing an opportunity, and going on with it."""

from __future__ import annotations

import uuid

from kanal.directory.acting import acting
from kanal.directory.models import Person
from kanal.distribution.actions.step import begin, need_reason
from kanal.opportunities.lifecycle import Status, Verb
from kanal.opportunities.models import Opportunity


def hold(*, key: uuid.UUID, reason: str, by: Person) -> Opportunity:
    """Pause an opportunity.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to pause, or not in this status.
        Invalid: no reason is given.
    """
    with acting(by):
        step = begin(key, Verb.HOLD, by=by)
        need_reason(reason)
        step.opportunity.status_before_hold = step.opportunity.status
        step.move(Status.ON_HOLD)
        step.record("held", body=reason)
    return step.opportunity


def resume(*, key: uuid.UUID, by: Person) -> Opportunity:
    """Go on where an opportunity was paused.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to resume, or not on hold.
    """
    with acting(by):
        step = begin(key, Verb.RESUME, by=by)
        step.move(Status(step.opportunity.status_before_hold))
        step.record("resumed")
    return step.opportunity
