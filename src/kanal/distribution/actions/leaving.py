"""Somebody leaves: their access closes and their work goes to a colleague, in one step or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory import access as directory_access
from kanal.directory.acting import acting
from kanal.directory.actions import deactivate, hold_people
from kanal.directory.models import PartnerRole, Person
from kanal.directory.refusal import Invalid
from kanal.distribution.actions.step import hold_partners
from kanal.notify.actions import Message, tell
from kanal.opportunities import access, work
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry, Visibility

_Share = Participation.people.through
_BATCH = 1000


@dataclass(frozen=True)
class Left:
    """What was handed over.

    Attributes:
        person: who left.
        successor: who has the work now; None is the managers, or nobody where there was none.
        number: how many open opportunities it was.
    """

    person: Person
    successor: Person | None
    number: int


def leave(*, key: uuid.UUID, to: uuid.UUID | None, by: Person) -> Left:
    """Close Kanal to a person and hand their open work over.

    What was assigned to them is assigned to the successor; what was shared with them alone is shared with the
    successor, and assigned to them where it is nobody's. Without a successor it stands with the partner's
    administrators and managers, who see everything. Closed opportunities stay as they were.

    Args:
        key: who leaves.
        to: the colleague who takes over; None leaves a partner's work to its managers. Somebody of the vendor who
            owns open opportunities, or to whom partners turn, needs a successor.
        by: who closes their access.

    Raises:
        Missing, NotAllowed, Conflict: as with the directory's `deactivate`.
        Invalid: `to` is no colleague who can take it, or is missing where somebody is needed.
    """
    with acting(by):
        # People before opportunities, as with every action that hands work to somebody: nobody waits in a ring.
        successor = hold_people(key, to, by=by).get(to) if to else None
        person = deactivate(key=key, by=by)
        _check_successor(person, to, successor)
        if person.is_vendor:
            number = _hand_over_owned(person, successor, by)
        else:
            number = _hand_over_parts(person, successor, by)
        if number:
            _tell(person, successor, number, by)
    return Left(person, successor, number)


def successors(person: Person) -> list[Person]:
    """Give the colleagues who can take over a person's work."""
    found = Person.objects.filter(partner=person.partner_id, is_active=True).exclude(pk=person.pk)
    return [one for one in found.order_by("name", "pk") if _can_take(one)]


def _can_take(person: Person) -> bool:
    return access.may_own(person) if person.is_vendor else directory_access.may_enter_portal(person)


def _check_successor(person: Person, to: uuid.UUID | None, successor: Person | None) -> None:
    if to is None:
        if person.is_vendor and work.work_of(person):
            raise Invalid({"to": _("Choose who takes over the work of %(name)s.") % {"name": person.name}})
        return
    stranger = successor is None or successor.partner_id != person.partner_id or successor.pk == person.pk
    if stranger or successor is None or not _can_take(successor):
        raise Invalid({"to": _("Choose a colleague of %(name)s who may sign in.") % {"name": person.name}})


# ── A partner's person ───────────────────────────────────────────────────────────────────────────
def _hand_over_parts(person: Person, successor: Person | None, by: Person) -> int:
    """Move a person's parts to a successor, or to nobody; give how many opportunities it concerns."""
    _lock(work.parts_of(person).values_list("opportunity_id", flat=True))
    parts: list[Any] = list(work.parts_of(person))  # anew: what changed while we waited for the locks counts
    nobodys = [part for part in parts if part.assignee_id is None and not part.others]
    assigned = [part for part in parts if part.assignee_id == person.pk]
    alone = [part for part in parts if not part.others and part.assignee_id not in {None, person.pk}]
    moved = assigned + (nobodys if successor else [])
    _Share.objects.filter(person=person, participation__in=parts).delete()
    Participation.objects.filter(pk__in=[part.pk for part in moved]).update(assignee=successor)
    sees_all = successor is None or successor.partner_role != PartnerRole.SELLER
    if successor and not sees_all:
        shares = [_Share(participation=part, person=successor) for part in moved + alone]
        _Share.objects.bulk_create(shares, batch_size=_BATCH, ignore_conflicts=True)
    facts = {"person": successor.name} if successor else {}
    entries = _entries(moved, "assigned" if successor else "unassigned", facts, by)
    if successor and not sees_all:
        entries += _entries(alone, "shared_with", {"people": successor.name}, by)
    TimelineEntry.objects.bulk_create(entries, batch_size=_BATCH)
    return len(assigned) + len(nobodys) + len(alone)


def _lock(keys: Iterable[uuid.UUID]) -> None:
    """Lock opportunities in one order, so that no verb runs on them meanwhile."""
    locked = Opportunity.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(keys))
    list(locked.order_by("pk").values_list("pk"))


def _entries(
    parts: Sequence[Participation], event: str, facts: dict[str, str], by: Person
) -> list[TimelineEntry]:
    """Make the events: for the company alone, as whose work it is there is nobody else's business but the vendor's.

    They are no activity on the opportunity: that somebody left must not make a sleeping one look awake.
    """
    return [
        TimelineEntry(
            opportunity_id=part.opportunity_id,
            at=clock.now(),
            event=event,
            facts=facts,
            author=by,
            company=by.partner,
            visibility=Visibility.SHARED,
            partner_id=part.partner_id,
        )
        for part in parts
    ]


# ── A person of the vendor ───────────────────────────────────────────────────────────────────────
def _hand_over_owned(person: Person, successor: Person | None, by: Person) -> int:
    """Give a person's opportunities another owner, and their partners another channel manager."""
    if successor is None:  # there is nothing, else the action has asked for somebody
        return 0
    now = clock.now()
    partners = hold_partners(*work.looked_after(person))
    work.looked_after(person).filter(pk__in=[one.pk for one in partners]).update(
        channel_manager=successor, version=F("version") + 1, modified_at=now
    )
    keys = sorted(work.owned(person).values_list("pk", flat=True))
    _lock(keys)
    found = work.owned(person).filter(pk__in=keys)
    keys = list(found.values_list("pk", flat=True))
    found.update(owner=successor, version=F("version") + 1, modified_at=now, modified_by=by)
    facts = {"owner": successor.name}
    entries = [
        TimelineEntry(
            opportunity_id=key,
            at=now,
            event="owner_changed",
            facts=facts,
            author=by,
            visibility=Visibility.INTERNAL,
        )
        for key in keys
    ]
    TimelineEntry.objects.bulk_create(entries, batch_size=_BATCH)
    return len(keys)


# ── Telling ──────────────────────────────────────────────────────────────────────────────────────
def _tell(person: Person, successor: Person | None, number: int, by: Person) -> None:
    """Tell the successor once, however many it are; without one, those who can hand it on."""
    facts = {"number": str(number), "from": person.name, "who": by.name}
    source = f"{person.pk} {clock.now().isoformat(timespec='seconds')}"
    path = "/sales/opportunities/" if person.is_vendor else "/portal/opportunities/"
    if successor is not None:
        told, kind = [successor], "work_handed_over"
    else:
        leads = [PartnerRole.ADMINISTRATOR, PartnerRole.MANAGER]
        told = list(Person.objects.filter(partner=person.partner_id, partner_role__in=leads, is_active=True))
        kind = "work_handed_back"
    for one in told:
        if one.pk != by.pk:
            tell(person=one, message=Message(kind, facts, path, source))
