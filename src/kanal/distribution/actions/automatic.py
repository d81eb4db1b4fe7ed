"""What policies do by themselves: on creation, at set times, and the next best partner where a job was lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.distribution.actions.preferring import offer_next
from kanal.distribution.assignment import deciding, storing, writing
from kanal.distribution.assignment.deciding import Decided
from kanal.distribution.models import (
    AssignmentRun,
    Decision,
    OfferStatus,
    Outcome,
    PolicyVersion,
    RunKind,
    RunState,
    Skip,
)
from kanal.distribution.policies import InForce, in_force
from kanal.distribution.telling import Happening, announce_entry
from kanal.distribution.terms import When
from kanal.distribution.worktime import Calendar
from kanal.opportunities import timeline
from kanal.opportunities.lifecycle import Status
from kanal.opportunities.models import Opportunity, OpportunityQuerySet

# More than this is not looked at in one minute; the rest waits for the next.
LIMIT = 100_000
# What was not passed on after so long was lost with the process that should have done it.
LOST = timedelta(minutes=2)
# A slot of a schedule that was missed is made up for so long: a worker may have been down.
LATE = timedelta(hours=1)


def assign_created() -> AssignmentRun | None:
    """Assign what has come into the queue since a policy that assigns on creation began to; None where nothing has.

    What nobody is found for is told to its owner once, and left to people.
    """
    policies = [one for one in in_force() if one.terms.when == When.CREATED]
    if not policies:
        return None
    waiting = _undecided(_queue()).filter(created_at__gte=min(_began(one) for one in policies))
    return _run(waiting, policies)


def assign_scheduled() -> list[AssignmentRun]:
    """Assign the queue of each policy for which a time of its schedule has come; give the runs."""
    now = clock.now()
    found = []
    for policy in in_force():
        slot = _slot(policy, now)
        if slot and not AssignmentRun.objects.filter(kind=RunKind.AUTOMATIC, figures__slot=slot).exists():
            run = _run(_queue(), [policy], slot=slot)
            found += [run] if run else []
    return found


def pass_on_left() -> int:
    """Find the next partner where the job that should have done it was lost; give how many were left.

    The state says it, not the queue: an offer by policy has ended, and nothing was decided since.
    """
    later = Decision.objects.filter(
        opportunity=OuterRef("opportunity"), at__gte=OuterRef("offer__answered_at")
    ).exclude(pk=OuterRef("pk"))
    left = (
        Decision.objects.filter(
            outcome=Outcome.OFFERED,
            opportunity__status__in=[Status.DECLINED, Status.EXPIRED],
            offer__status__in=[OfferStatus.DECLINED, OfferStatus.EXPIRED],
            offer__answered_at__lte=clock.now() - LOST,
            offer__answered_at__gte=F("opportunity__status_since") - LOST,
        )
        .exclude(Exists(later))
        .order_by("offer__answered_at")
    )
    keys = list(left.values_list("offer_id", flat=True)[:500])
    return sum(offer_next(after=key) is not None for key in keys)


def _queue() -> OpportunityQuerySet:
    return Opportunity.objects.to_distribute()


def _undecided(queue: OpportunityQuerySet) -> OpportunityQuerySet:
    """Leave out what has been decided, or is being delivered; what was skipped for a moment's reason is tried again."""
    passing = Q(outcome=Outcome.SKIPPED, why__in=[Skip.CHANGED, Skip.FULL, Skip.NOT_TAKEN])
    decided = Decision.objects.filter(opportunity=OuterRef("pk")).exclude(passing)
    decided = decided.exclude(~Q(run__state=RunState.DELIVERING), outcome=Outcome.PROPOSED)
    return queue.filter(status=Status.IN_PROGRESS).exclude(Exists(decided))


def _began(policy: InForce) -> datetime:
    """Give since when a policy assigns on creation: what was there before is for people to send off."""
    versions = PolicyVersion.objects.filter(policy=policy.version.policy_id, data__when=When.CREATED)
    return versions.order_by("number").values_list("at", flat=True)[0]


def _slot(policy: InForce, now: datetime) -> str:
    """Name the last time of a schedule that has come today and is not too long ago; empty where none has."""
    if policy.terms.when != When.SCHEDULE:
        return ""
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    if not Calendar(settings.TIME_ZONE).works_on(local.date()):
        return ""
    for time in sorted(policy.terms.times, reverse=True):
        hour, minute = (int(part) for part in time.split(":"))
        due = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if due <= local <= due + LATE:
            return f"{policy.version.policy_id} {due:%Y-%m-%d %H:%M}"
    return ""


def _run(
    waiting: OpportunityQuerySet, policies: Sequence[InForce], *, slot: str = ""
) -> AssignmentRun | None:
    """Decide, keep it, and let the worker deliver; only what these policies judge is touched."""
    keys = list(waiting.order_by("created_at").values_list("pk", flat=True)[:LIMIT])
    if not keys:
        return None
    decided = deciding.decide_for(keys, limited=True, only={one.version.pk for one in policies})
    if not decided.choices:
        return None
    with acting(None), transaction.atomic():
        run = storing.store(decided, kind=RunKind.AUTOMATIC, by=None, state=RunState.DELIVERING)
        run.figures, run.began_at = {**run.figures, "slot": slot}, clock.now()
        run.save(update_fields=["figures", "began_at"])
        _tell_of_nobody(decided)
        writing.defer(run.pk)
    return run


def _tell_of_nobody(decided: Decided) -> None:
    """Note on each opportunity without a partner that nobody was found, once, and tell its owner."""
    without = {one.asked.key: one for one in decided.choices if one.partner is None}
    told = set(
        Decision.objects.filter(opportunity__in=without, outcome=Outcome.NOBODY)
        .exclude(at=decided.at)
        .values_list("opportunity_id", flat=True)
    )
    for opportunity in Opportunity.objects.filter(pk__in=without.keys() - told).select_related("owner"):
        facts = {"why": without[opportunity.pk].why}
        entry = timeline.record(opportunity, "nobody_found", by=None, facts=facts, shared=False)
        announce_entry(Happening.UNASSIGNED, entry, vendor=True)
