"""Proposing who gets what, changing lines of it by hand, and delivering all of it or a part."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import Partner, Person
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed
from kanal.distribution import proposed
from kanal.distribution.actions.delivering import declined_before, why_declined, why_not_taken
from kanal.distribution.actions.step import need_reason
from kanal.distribution.assignment import deciding, storing, writing
from kanal.distribution.assignment.comparing import mean_one_by_one
from kanal.distribution.models import AssignmentRun, Decision, Outcome, RunKind, RunState
from kanal.opportunities import access, figures
from kanal.opportunities.lifecycle import Verb

# So many are worked out in one go while a person waits; the others stay in the queue for the next.
LIMIT = 10_000


@dataclass(frozen=True)
class Moved:
    """A line after it was given to another partner; `warning` says what is unusual about that, or nothing."""

    decision: Decision
    warning: str


def propose(
    *, by: Person, keys: Sequence[uuid.UUID] | None = None, limit: int | None = LIMIT
) -> AssignmentRun:
    """Work out who gets what, and keep it as a proposal: nothing is offered and nobody is told.

    Args:
        by: who asks. What they may not deliver is left out.
        keys: a selection; None is the whole waiting queue, the oldest first.
        limit: how many at most; None is all.

    Raises:
        NotAllowed: the person delivers nothing at all.
        Invalid: nothing waits that they may deliver.
    """
    answer = access.may(by, Verb.DELIVER, None)
    if not answer:
        raise NotAllowed(answer.reason or "")
    found = access.to_deliver(by).order_by("created_at", "pk")
    if keys is not None:
        found = found.filter(pk__in=keys)
    wanted = list(found.values_list("pk", flat=True)[:limit])
    if not wanted:
        raise Invalid({"": _("None of these waits for a partner that you may deliver it to.")})
    decided = deciding.decide_for(wanted)
    with acting(by):
        run = storing.store(decided, kind=RunKind.QUEUE, by=by)
        run.figures |= {"one_by_one": mean_one_by_one(decided), "selected": keys is not None}
        run.save(update_fields=["figures"])
    return run


def move(*, key: uuid.UUID, partner: Partner, reason: str, by: Person) -> Moved:
    """Give a line of a proposal to another partner; also one for which nobody was found.

    Args:
        key: the decision.
        partner: who shall get it.
        reason: why; it is kept. Giving it back to the partner that was chosen needs none.
        by: who.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see or to deliver, or no proposal any more.
        Invalid: no reason is given; the partner takes no offers, declined it before, or the customer always goes to
            another one.
    """
    back = False
    with acting(by):
        decision = _line(key, by)
        back = partner.pk == decision.partner_id
        if not back:
            need_reason(reason)
        _check(decision, partner)
        decision.given, decision.outcome = partner, Outcome.PROPOSED
        decision.moved_by, decision.moved_reason = (None, "") if back else (by, reason.strip())
        decision.save(update_fields=["given", "outcome", "moved_by", "moved_reason"])
    return Moved(decision, _warning(decision, partner))


def deliver_proposed(
    *, key: uuid.UUID, by: Person, but: Collection[uuid.UUID] = (), only: Collection[uuid.UUID] | None = None
) -> AssignmentRun:
    """Deliver a proposal: a few at once, many by the worker. Each line is looked at anew when its turn comes.

    Args:
        key: the run.
        by: in whose name and within whose rights.
        but: lines to leave as they are.
        only: these lines and no others; None is every line that has a partner.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see or to deliver, or no proposal any more.
        Invalid: nothing is left to deliver.
    """
    with acting(by):
        run = _proposal(key, by)
        lines = writing.waiting(run)
        chosen: list[uuid.UUID] = []
        if but or only is not None:
            lines = (
                lines.exclude(pk__in=but) if only is None else lines.filter(pk__in=only).exclude(pk__in=but)
            )
            chosen = list(lines.values_list("pk", flat=True))
        count = len(chosen) or lines.count()
        if not count:
            raise Invalid({"": _("Nothing is selected.")})
        run.chosen, run.delivered_by = [str(one) for one in chosen], by
        run.state, run.began_at, run.seen_at = RunState.DELIVERING, clock.now(), None
        run.save(update_fields=["chosen", "delivered_by", "state", "began_at", "seen_at"])
        at_once = count <= writing.AT_ONCE
        if not at_once:
            writing.defer(run.pk)
    return writing.carry_out(key=run.pk) if at_once else run


def discard(*, key: uuid.UUID, by: Person) -> AssignmentRun:
    """Put a proposal away; what it proposed stays in the queue.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see or to deliver, or no proposal any more.
    """
    with acting(by):
        run = _proposal(key, by)
        run.state, run.finished_at = RunState.DISCARDED, clock.now()
        run.save(update_fields=["state", "finished_at"])
    return run


def _proposal(key: uuid.UUID, by: Person) -> AssignmentRun:
    """Lock a run that is still a proposal."""
    run = proposed.visible_runs(by).select_for_update(of=("self",)).filter(pk=key).first()
    if run is None:
        raise Missing
    answer = access.may(by, Verb.DELIVER, None)
    if not answer:
        raise NotAllowed(answer.reason or "")
    if run.state != RunState.PROPOSED:
        raise Conflict(
            _("This is no proposal any more: it is “%(state)s”.") % {"state": run.get_state_display()}
        )
    return run


def _line(key: uuid.UUID, by: Person) -> Decision:
    """Lock a line of a proposal, and its run: it is not moved while it is delivered."""
    found = Decision.objects.filter(pk=key).values_list("run_id", flat=True).first()
    if found is None:
        raise Missing
    _proposal(found, by)
    locked = Decision.objects.select_for_update(of=("self",)).select_related("opportunity__owner", "version")
    decision = locked.get(pk=key)
    answer = access.may(by, Verb.DELIVER, decision.opportunity)
    if not answer:
        raise NotAllowed(answer.reason or "")
    if decision.outcome not in {Outcome.PROPOSED, Outcome.NOBODY}:
        raise Conflict(_("This line has been dealt with already."))
    return decision


def _check(decision: Decision, partner: Partner) -> None:
    """Ask the rules that always hold."""
    why = why_not_taken(partner)
    if why is None and declined_before(decision.opportunity_id, partner):
        why = why_declined(partner)
    pinned = decision.facts.get("pinned")
    if why is None and pinned and pinned != str(partner.pk):
        why = _("The policy always gives this customer to another partner.")
    if why is not None:
        raise Invalid({"partner": why})


def _warning(decision: Decision, partner: Partner) -> str:
    """Say that a partner has no place left, counting what the proposal gives it."""
    if partner.capacity is None:
        return ""
    gets = writing.waiting(decision.run).filter(given=partner).count()
    after = figures.open_work_of([partner.pk])[partner.pk] + gets
    if after <= partner.capacity:
        return ""
    facts = {"partner": partner.name, "after": after, "capacity": partner.capacity}
    return _("%(partner)s would have %(after)d open opportunities, and takes %(capacity)d.") % facts
