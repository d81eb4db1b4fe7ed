"""Carrying out what a run decided: a chunk a transaction, set by set, with the checks and the rows of `deliver`.

What no longer fits is skipped with its reason. A chunk that fails is halved until the one at fault is found. Called
again after a process has died, or by two at once, it offers nothing twice: the outcome stands beside each decision.
"""

from __future__ import annotations

import logging
import uuid
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Case, F, Q, QuerySet, When

from kanal.config import clock
from kanal.config.among import among, array, as_text, seconds
from kanal.config.copying import Bulk, for_many_rows, new_key, take_in
from kanal.directory.acting import acting
from kanal.directory.models import Person
from kanal.distribution.assignment.checking import Held, Line, check
from kanal.distribution.assignment.summing import tell_partners
from kanal.distribution.models import AssignmentRun, Decision, Offer, Outcome, RunState, Skip
from kanal.distribution.models.bulk import SILENT
from kanal.notify.actions import Message, tell
from kanal.opportunities.lifecycle import Status
from kanal.opportunities.models import Kind, Opportunity, Participation, TimelineEntry, Visibility

_log = logging.getLogger(__name__)
CHUNK = 2_000
# Up to so many are delivered while the person waits; more by the worker, who tells the person at the end.
AT_ONCE = 50


def waiting(run: AssignmentRun) -> QuerySet[Decision]:
    """Give the decisions of a run that are still to be delivered."""
    found = run.decisions.filter(outcome=Outcome.PROPOSED, given__isnull=False)
    return found.filter(pk__in=run.chosen) if run.chosen else found


def carry_out(*, key: uuid.UUID) -> AssignmentRun:
    """Deliver what is left of a run, tell the partners, and close it.

    Args:
        key: the run, in the state *Being delivered*; any other is left as it is.
    """
    run = AssignmentRun.objects.get(pk=key)
    if run.state != RunState.DELIVERING:
        return run
    forget_plans()
    _say_alive(run)
    chunks = chunks_of(waiting(run).order_by("given_id", "place").values_list(as_text("pk"), "given_id"))
    if len(chunks) > 1:
        _side_by_side(run, chunks)
        _end_beside(run)
    else:
        for chunk in chunks:
            _carry(run, chunk)
        _end(run)
        take_in(Opportunity)
    return run


def chunks_of(lines: Iterable[tuple[str, uuid.UUID]]) -> list[list[str]]:
    """Split decisions into chunks; no partner is in two, unless one has very many.

    So chunks that are carried out at the same time do not wait for each other's partners.

    Args:
        lines: keys of decisions, each with whom it is given to; those of one partner in a row.
    """
    chunks: list[list[str]] = []
    last = None
    for key, partner in lines:
        full = not chunks or len(chunks[-1]) >= (CHUNK if partner != last else 2 * CHUNK)
        if full:
            chunks.append([])
        chunks[-1].append(key)
        last = partner
    return chunks


def resume_silent() -> int:
    """Take up again what a process left when it died; give how many runs."""
    silent = clock.now() - SILENT
    left = AssignmentRun.objects.filter(state=RunState.DELIVERING).filter(
        Q(seen_at__lt=silent) | Q(seen_at__isnull=True, began_at__lt=silent)
    )
    runs = list(left.values_list("pk", flat=True))
    for key in runs:
        with transaction.atomic():
            defer(key)
    return len(runs)


def defer(key: uuid.UUID) -> None:
    """Let the worker deliver a run."""
    from kanal.distribution import tasks

    tasks.deliver_run.defer(run_id=str(key))


def forget_plans() -> None:
    """Let the triggers plan anew: a plan made for one row joins thousands badly."""
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")


def _say_alive(run: AssignmentRun) -> None:
    AssignmentRun.objects.filter(pk=run.pk).update(seen_at=clock.now())


def _side_by_side(run: AssignmentRun, chunks: Sequence[Sequence[str]]) -> None:
    """Carry out chunks in two connections: while one is written, the other is checked."""
    left = deque(chunks)

    def work() -> None:
        try:
            forget_plans()
            while left:
                try:
                    chunk = left.popleft()
                except IndexError:  # the other took the last one
                    return
                _carry(run, chunk)
                _say_alive(run)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(work) for _connection in range(2)]:
            one.result()


def _end_beside(run: AssignmentRun) -> None:
    """Close the delivery while a second connection takes what is new into the search index."""

    def search() -> None:
        try:
            take_in(Opportunity)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        searched = pool.submit(search)
        _end(run)
        searched.result()


def _carry(run: AssignmentRun, keys: Sequence[str]) -> None:
    """Carry out decisions in one transaction; where it fails, half of them at a time."""
    try:
        _chunk(run, keys)
    except Exception:  # noqa: BLE001 - one line’s fault must not stop the others; it is logged and told
        _log.exception("%d decisions of the run %s failed.", len(keys), run.pk)
        if len(keys) == 1:
            _skip({keys[0]: Skip.FAILED})
            return
        half = len(keys) // 2
        _carry(run, keys[:half])
        _carry(run, keys[half:])


def _chunk(run: AssignmentRun, keys: Sequence[str]) -> None:
    by = _person(run)
    with acting(by, reason="assignment"):
        for_many_rows()
        _need_not_wait()
        lines = check(_hold(keys), by=by)
        _skip({line.decision: line.skip for line in lines if line.skip})
        _write([line for line in lines if not line.skip], by, clock.now())


def _need_not_wait() -> None:
    """Go on before this transaction is on the disk: after a crash its lines are proposed again, whole and untold.

    Whoever closes the run waits for all of it, and only then is anybody told.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _person(run: AssignmentRun) -> Person | None:
    """Give in whose name the offers go, as they stand now."""
    return Person.objects.get(pk=run.delivered_by_id) if run.delivered_by_id else None


def _hold(keys: Sequence[str]) -> list[Held]:
    """Lock decisions that nobody else carries out at this moment.

    Their keys say which run they are of. Asking for that too leads the planner, while it does not know how many a new
    run has, to look through all of them for each chunk.
    """
    proposed = Decision.objects.select_for_update(of=("self",), skip_locked=True)
    proposed = proposed.filter(outcome=Outcome.PROPOSED)
    rows = among(proposed, "id", array(keys)).order_by("pk")
    moved = Case(When(moved_by__isnull=True, then=False), default=True)
    names = [as_text(name) for name in ("pk", "opportunity_id", "given_id", "version_id")]
    return [Held(*row) for row in rows.values_list(*names, moved, seconds("at"))]


def _skip(reasons: dict[str, Skip]) -> None:
    by_reason: dict[Skip, list[str]] = {}
    for key, reason in reasons.items():
        by_reason.setdefault(reason, []).append(key)
    for reason, keys in by_reason.items():
        left = Decision.objects.filter(pk__in=keys, outcome=Outcome.PROPOSED)
        left.update(outcome=Outcome.SKIPPED, why=reason.value)


_MOVE = """
UPDATE opportunities_opportunity o
   SET status = %s, status_since = %s, partner_id = g.partner, answer_by = g.deadline, version = o.version + 1,
       modified_at = %s, modified_by_id = %s, last_activity_at = COALESCE(%s, o.last_activity_at)
  FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) AS g(opportunity, partner, deadline)
 WHERE o.id = g.opportunity
"""
_OFFERED = """
UPDATE distribution_decision d SET outcome = %s, given_id = g.partner, offer_id = g.offer
  FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS g(decision, partner, offer)
 WHERE d.id = g.decision
"""


def _write(lines: Sequence[Line], by: Person | None, now: datetime) -> None:
    """Write what `deliver` writes, a table at a time.

    The opportunities come first: parts that are made afterwards read what they carry from them, and nothing has to
    follow. The history's context is set by that statement too, for the rows that are copied.
    """
    if not lines:
        return
    who = by.pk if by else None
    opportunities, partners = array(one.opportunity for one in lines), array(one.partner for one in lines)
    deadlines = array(one.window.deadline for one in lines)
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE,
            [Status.DELIVERED, now, now, who, now if by else None, opportunities, partners, deadlines],
        )
    parts = Bulk(Participation, ["id", "opportunity_id", "partner_id"], kind=Kind.OFFERED, since=now)
    parts.write((new_key(), one.opportunity, one.partner) for one in lines)
    offers = [new_key() for _line in lines]
    columns = ["id", "opportunity_id", "partner_id", "deadline", "remind_at"]
    Bulk(Offer, columns, delivered_at=now, delivered_by_id=who).write(
        (key, one.opportunity, one.partner, one.window.deadline, one.window.remind_at)
        for key, one in zip(offers, lines, strict=True)
    )
    _note(lines, who, now)
    with connection.cursor() as cursor:
        decisions = array(one.decision for one in lines)
        cursor.execute(_OFFERED, [Outcome.OFFERED, decisions, partners, array(offers)])


def _note(lines: Sequence[Line], who: uuid.UUID | None, now: datetime) -> None:
    entries = Bulk(
        TimelineEntry,
        ["id", "opportunity_id", "partner_id", "facts"],
        at=now,
        event="delivered",
        author_id=who,
        visibility=Visibility.SHARED,
    )
    entries.write((new_key(), line.opportunity, line.partner, line.facts) for line in lines)


def _end(run: AssignmentRun) -> None:
    """Tell the partners and close the delivery, unless somebody else still delivers a part of it."""
    with transaction.atomic():
        locked = AssignmentRun.objects.select_for_update(of=("self",)).defer("standing").get(pk=run.pk)
        if locked.state != RunState.DELIVERING or waiting(locked).exists():
            return
        tell_partners(locked)
        left = locked.decisions.filter(outcome=Outcome.PROPOSED).exists()
        given = locked.decisions.filter(outcome=Outcome.OFFERED, offer__delivered_at__gte=F("run__began_at"))
        number, chosen = given.count(), len(locked.chosen)
        locked.state = RunState.PROPOSED if left else RunState.DONE
        locked.chosen, locked.finished_at = [], None if left else clock.now()
        locked.save(update_fields=["state", "chosen", "finished_at"])
        if locked.delivered_by and max(number, chosen) > AT_ONCE:
            _tell(locked, number)
    run.state, run.finished_at, run.chosen = locked.state, locked.finished_at, locked.chosen


def _tell(run: AssignmentRun, number: int) -> None:
    assert run.delivered_by is not None
    began = run.began_at or run.at
    message = Message(
        "assignment_delivered",
        {"done": str(number)},
        f"/sales/distribution/{run.pk}/",
        source=f"{run.pk} {began.timestamp():.0f}",
    )
    tell(person=run.delivered_by, message=message)
