"""Whose work an opportunity is within a partner's company."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.utils.translation import gettext as _

from kanal.directory.acting import acting
from kanal.directory.models import PartnerRole, Person
from kanal.directory.refusal import Invalid
from kanal.distribution.actions.step import Step, begin
from kanal.distribution.telling import Happening, announce_entry
from kanal.opportunities import access, timeline
from kanal.opportunities.lifecycle import Verb
from kanal.opportunities.models import Participation, TimelineEntry


def assign(
    *, key: uuid.UUID, to: uuid.UUID | None, by: Person, sellers: Collection[uuid.UUID] | None = None
) -> Participation:
    """Hand an opportunity to a colleague, and say which sellers of the company see it. Whoever is new to it is told.

    Only the partner's own people come into question: a partner gives nothing to another company.

    Args:
        key: the opportunity.
        to: whose work it is from now on; None is nobody's in particular. A seller sees it from then on.
        by: an administrator or manager of a partner that takes part.
        sellers: with which sellers it is shared; None leaves them as they are.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to assign, or closed.
        Invalid: somebody is no colleague who may sign in.
    """
    wanted = {one for one in [to, *(sellers or ())] if one is not None}
    with acting(by):
        _hold_people(wanted)
        step = begin(key, Verb.ASSIGN, by=by)
        assert step.part is not None  # the lifecycle lets nobody else do it
        known: dict[uuid.UUID, Person] = {one.pk: one for one in access.colleagues(step.part.partner)}
        _check(to, sellers or (), known, company=step.part.partner.name)
        before = step.part.assignee_id
        _share(
            step,
            {known[one] for one in sellers} if sellers is not None else None,
            known.get(to) if to else None,
        )
        if before != to:
            _hand_over(step, known.get(to) if to else None)
    return step.part


def _hold_people(keys: Collection[uuid.UUID]) -> None:
    """Keep people as they are until the transaction ends: nobody is deactivated while work is handed to them."""
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))


def _check(
    to: uuid.UUID | None, sellers: Collection[uuid.UUID], known: dict[uuid.UUID, Person], *, company: str
) -> None:
    refusal = _(
        "Choose a colleague: somebody of %(company)s who may sign in. Other companies are the vendor’s choice."
    )
    if to is not None and to not in known:
        raise Invalid({"to": refusal % {"company": company}})
    if any(one not in known or known[one].partner_role != PartnerRole.SELLER for one in sellers):
        raise Invalid({"sellers": _("Share it with sellers of %(company)s only.") % {"company": company}})


def _share(step: Step, sellers: set[Person] | None, assignee: Person | None) -> None:
    """Make the sellers who see it those that are wanted, the assignee among them."""
    part = step.part
    assert part is not None
    before = set(part.people.all())
    after = before if sellers is None else set(sellers)
    if assignee is not None and assignee.partner_role == PartnerRole.SELLER:
        after = after | {assignee}
    joined, left = after - before, before - after
    part.people.add(*joined)
    part.people.remove(*left)
    if left:
        _record(step, "no_longer_shared_with", people=_names(left))
    joined.discard(assignee)  # who is told that it is theirs need not be told twice
    if joined:
        entry = _record(step, "shared_with", people=_names(joined))
        announce_entry(Happening.SHARED_WITH, entry, people=sorted(joined, key=lambda one: one.name))


def _hand_over(step: Step, assignee: Person | None) -> None:
    assert step.part is not None
    step.part.assignee = assignee
    step.part.save(update_fields=["assignee"])
    if assignee is None:
        _record(step, "unassigned")
        return
    entry = _record(step, "assigned", person=assignee.name)
    announce_entry(Happening.ASSIGNED, entry, people=[assignee])


def _record(step: Step, event: str, **facts: str) -> TimelineEntry:
    """Append an event for the company alone: whose work it is there is nobody else's business but the vendor's."""
    assert step.part is not None
    return timeline.record(step.opportunity, event, by=step.by, facts=facts, partner=step.part.partner)


def _names(people: Collection[Person]) -> str:
    return ", ".join(sorted(one.name for one in people))
