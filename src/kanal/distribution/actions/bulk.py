"""Doing one thing to many opportunities, each in a transaction of its own."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import cast

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import Partner, Person
from kanal.directory.refusal import Invalid, NotAllowed, Refusal
from kanal.distribution import handing
from kanal.distribution.actions import handing_over
from kanal.distribution.actions.delivering import deliver
from kanal.distribution.actions.sharing import share
from kanal.distribution.bulk import AT_ONCE, LIMIT, Wish
from kanal.distribution.handing import Work
from kanal.distribution.models import BulkRow, BulkRun, BulkState, BulkVerb, RowOutcome
from kanal.distribution.models.bulk import SILENT
from kanal.notify.actions import Message, tell
from kanal.opportunities import access
from kanal.opportunities.actions import change_owner

_log = logging.getLogger(__name__)
_ALIVE = timedelta(seconds=1)


def start(*, wish: Wish, keys: Sequence[uuid.UUID], by: Person, query: str = "") -> BulkRun:
    """Do one thing to many opportunities: a few at once, many by the worker, who tells the person at the end.

    Args:
        wish: what is asked for.
        keys: the opportunities, in order. Whether each may be done is asked again when its turn comes.
        by: who asks.
        query: the address of the list that was asked for, where all of it was.

    Raises:
        NotAllowed: the person changes nothing at all.
        Invalid: there are none, or too many.
    """
    rows = [BulkRow(place=place, opportunity_id=key) for place, key in enumerate(keys, 1)]
    run = BulkRun(
        verb=wish.verb,
        by=by,
        partners=[str(partner.pk) for partner in wish.partners],
        owner=wish.owner,
        query=query,
    )
    return _begin(run, rows)


def start_hand_over(
    *, giver: Partner, takers: Mapping[Work, Sequence[Partner]], reason: str, by: Person
) -> BulkRun:
    """Hand a partner's open work over to others, as `handing.plan` spreads it; see `start`.

    Args:
        giver: whose work it is.
        takers: who gets each kind of work.
        reason: why; the partner that gives is told it.
        by: who asks.

    Raises:
        NotAllowed: the person changes nothing at all.
        Invalid: no reason is given, a partner would hand over to itself, or there is nothing to hand over.
    """
    if not reason.strip():
        raise Invalid({"reason": _("Say why, in a few words.")})
    if any(partner.pk == giver.pk for group in takers.values() for partner in group):
        raise Invalid({"": _("Choose other partners than %(partner)s.") % {"partner": giver.name}})
    plan = handing.plan(giver=giver, takers=takers, by=by)
    wanted = [row for kind, group in takers.items() if group for row in plan.work[kind]]
    first = {kind: group[0] for kind, group in takers.items() if group}
    kinds = {row.pk: kind for kind in first for row in plan.work[kind]}
    rows = [
        BulkRow(place=place, opportunity=row, partner=plan.takers.get(row.pk, first[kinds[row.pk]]))
        for place, row in enumerate(wanted, 1)
    ]
    chosen = {partner.pk: partner for group in takers.values() for partner in group}
    run = BulkRun(
        verb=BulkVerb.HAND_OVER,
        by=by,
        giver=giver,
        reason=reason.strip(),
        partners=[str(key) for key in chosen],
    )
    return _begin(run, rows)


def _begin(run: BulkRun, rows: list[BulkRow]) -> BulkRun:
    _demand_starter(run.by)
    if not rows:
        raise Invalid({"": _("Nothing is selected.")})
    if len(rows) > LIMIT:
        raise Invalid(
            {
                "": _("%(limit)d can be done in one go. Narrow the list with a search or filters.")
                % {"limit": LIMIT}
            }
        )
    run.total, run.background = len(rows), len(rows) > AT_ONCE
    with acting(run.by):
        run.save(force_insert=True)
        for row in rows:
            row.run = run
        BulkRow.objects.bulk_create(rows, batch_size=2000)
        if run.background:
            _defer(run)
    return run if run.background else carry_out(key=run.pk)


def carry_out(*, key: uuid.UUID) -> BulkRun:
    """Do what is left of a run. Called again, or by two at once, it does no row twice: its outcome stands beside it.

    Args:
        key: the run.
    """
    run = BulkRun.objects.select_related("by", "owner", "giver__account").get(pk=key)
    if run.is_over:
        return run
    BulkRun.objects.filter(pk=key).update(state=BulkState.RUNNING, seen_at=clock.now())
    act = _act(run)
    with translation.override(run.by.language):
        for row in _waiting(run):
            _do(row, act)
            _say_alive(run)
        _end(run)
    return run


def resume_silent() -> int:
    """Take up again what a process left when it died; give how many runs."""
    silent = clock.now() - SILENT
    left = BulkRun.objects.exclude(state=BulkState.DONE).filter(
        Q(seen_at__lt=silent) | Q(seen_at__isnull=True, created_at__lt=silent)
    )
    runs = list(left)
    for run in runs:
        with transaction.atomic():
            _defer(run)
    return len(runs)


def _waiting(run: BulkRun) -> list[int]:
    waiting = run.rows.filter(outcome=RowOutcome.WAITING).order_by("place")
    return list(waiting.values_list("pk", flat=True))


Act = Callable[[BulkRow], object]


def _act(run: BulkRun) -> Act:
    """Give what is done to a row of a run; who asked, and who shall own, are read with each row, as they stand then."""
    partners = {
        str(one.pk): one for one in Partner.objects.select_related("account").filter(pk__in=run.partners)
    }
    chosen = [partners[key] for key in run.partners]
    if run.verb == BulkVerb.DELIVER:
        return lambda row: deliver(key=row.opportunity_id, partner=chosen[0], by=row.run.by)
    if run.verb == BulkVerb.SHARE:
        return lambda row: share(key=row.opportunity_id, partners=chosen, by=row.run.by)
    if run.verb == BulkVerb.CHANGE_OWNER:
        return lambda row: change_owner(
            key=row.opportunity_id, owner=cast("Person", row.run.owner), by=row.run.by
        )
    giver = run.giver
    assert giver is not None
    return lambda row: handing_over.hand_over(
        key=row.opportunity_id,
        giver=giver,
        taker=partners[str(row.partner_id)],
        reason=run.reason,
        by=row.run.by,
    )


def _do(key: int, act: Act) -> None:
    """Do one row and write its outcome, in one transaction: neither stands without the other."""
    with transaction.atomic():
        row = (
            BulkRow.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("run__by", "run__owner")
            .filter(pk=key, outcome=RowOutcome.WAITING)
            .first()
        )
        if row is None:  # somebody else does it, or has done it
            return
        row.outcome, row.why = _outcome(row, act)
        row.save(update_fields=["outcome", "why"])


def _demand_starter(person: Person) -> None:
    """Refuse whoever changes nothing at all, be it since a moment ago: a long run outlives nobody's rights."""
    answer = access.may(person, "change", None)
    if not answer:
        raise NotAllowed(answer.reason or "")


def _outcome(row: BulkRow, act: Act) -> tuple[RowOutcome, str]:
    try:
        with transaction.atomic():
            _demand_starter(row.run.by)
            act(row)
    except Refusal as refusal:
        return RowOutcome.SKIPPED, _first(refusal)
    except Exception:  # noqa: BLE001 - one row’s fault must not stop the others; it is logged and told
        _log.exception("Row %s of the bulk run %s failed.", row.place, row.run_id)
        return RowOutcome.FAILED, _("Something went wrong; nothing was changed. Try this one again.")
    return RowOutcome.DONE, ""


def _first(refusal: Refusal) -> str:
    """Give the reason of a refusal; where several fields are named, what the first says is the reason."""
    if isinstance(refusal, Invalid):
        return str(next(iter(refusal.errors.values())))
    return str(refusal)


def _say_alive(run: BulkRun) -> None:
    now = clock.now()
    if run.seen_at is None or now - run.seen_at > _ALIVE:
        run.seen_at = now
        BulkRun.objects.filter(pk=run.pk).update(seen_at=now)


def _end(run: BulkRun) -> None:
    """Close a run in which nothing waits, and tell whoever asked; only one of several that end it does so."""
    with transaction.atomic():
        locked = BulkRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if locked.is_over or locked.rows.filter(outcome=RowOutcome.WAITING).exists():
            return
        locked.state, locked.finished_at = BulkState.DONE, clock.now()
        locked.save(update_fields=["state", "finished_at"])
        if locked.background:
            _tell(locked)
    run.state, run.finished_at = locked.state, locked.finished_at


def _tell(run: BulkRun) -> None:
    done = run.rows.filter(outcome=RowOutcome.DONE).count()
    facts = {"done": str(done), "total": str(run.total)}
    tell(
        person=run.by,
        message=Message(f"bulk_{run.verb}", facts, f"/sales/bulk/{run.pk}/", source=str(run.pk)),
    )


def _defer(run: BulkRun) -> None:
    from kanal.distribution import tasks

    tasks.carry_out_bulk.defer(run_id=str(run.pk))
