"""Partner collaboration: several partners who manage one opportunity together."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kanal.directory.acting import acting
from kanal.directory.models import Partner, Person
from kanal.directory.refusal import Conflict, Invalid
from kanal.distribution import protection
from kanal.distribution.actions.step import Step, agree, begin, end_part, hold_partners, take_part
from kanal.distribution.models import WorkRules
from kanal.distribution.telling import Happening, announce_entry
from kanal.opportunities import timeline
from kanal.opportunities.lifecycle import Status, Verb
from kanal.opportunities.models import CollaborationRole, Kind, Opportunity, Participation, TimelineEntry


@dataclass(frozen=True)
class Member:
    """A partner in a collaboration, and its `CollaborationRole`, which may be empty."""

    partner: Partner
    role: str = ""


def share(
    *, key: uuid.UUID, partners: Sequence[Partner], by: Person, roles: Mapping[uuid.UUID, str] | None = None
) -> Opportunity:
    """Give an opportunity to several partners who collaborate; each sees it as managed at once.

    They join those who take part already. A partner that managed it alone collaborates from now on.

    Args:
        key: the opportunity.
        partners: who joins.
        by: who shares.
        roles: a `CollaborationRole` by the key of a partner; one that is left out has none, or keeps its own.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to share, or not in this status.
        Invalid: there is no partner, one that takes no opportunities now, or there are too many.
    """
    if not partners:
        raise Invalid({"partners": _("Add at least one partner that collaborates.")})
    kept = _roles(key) | dict(roles or {})
    return arrange(key=key, members=[Member(one, kept.get(one.pk, "")) for one in partners], by=by)


def remove(*, key: uuid.UUID, partner: Partner, by: Person) -> Opportunity:
    """Take a partner out of a collaboration: it loses access at once, and is told.

    Raises:
        Missing, NotAllowed, Conflict: as for `share`, or the partner takes no part any more.
        Invalid: it is the last one, or the one that made the opportunity.
    """
    return arrange(key=key, leaving=[partner], by=by)


def change_role(*, key: uuid.UUID, partner: Partner, role: str, by: Person) -> Opportunity:
    """Give a partner in a collaboration another role.

    Raises:
        Missing, NotAllowed, Conflict: as for `share`, or the partner takes no part any more.
        Invalid: there is no such role, or another partner leads already.
    """
    return _arrange(key, [Member(partner, role)], (), by=by, may_join=False)


def arrange(
    *,
    key: uuid.UUID,
    members: Sequence[Member] = (),
    leaving: Sequence[Partner] = (),
    by: Person,
    reason: str = "",
) -> Opportunity:
    """Let partners join, take other roles and leave, in one step; what holds at its end is what counts.

    Args:
        key: the opportunity.
        members: who shall take part, with their roles: those who join, and those whose role may change.
        leaving: who shall take part no longer.
        by: who arranges it.
        reason: why they leave, in words; those who leave are told it, the others are not.

    Raises:
        Missing, NotAllowed, Conflict: as for `share`, or somebody who shall leave takes no part any more.
        Invalid: nobody would be left, too many would take part, two would lead, or somebody can't join or leave.
    """
    return _arrange(key, members, leaving, by=by, may_join=True, reason=reason)


def _arrange(
    key: uuid.UUID,
    members: Sequence[Member],
    leaving: Sequence[Partner],
    *,
    by: Person,
    may_join: bool,
    reason: str = "",
) -> Opportunity:
    _check_once(members)
    with acting(by):
        # As they stand now, under their lock: one may have ended or paused meanwhile.
        held = {one.pk: one for one in hold_partners(*(member.partner for member in members))}
        step = begin(key, Verb.SHARE, by=by)
        begins = not step.opportunity.collaboration
        there = {part.partner_id for part in step.running()}
        for member in members:
            if not may_join and (begins or member.partner.pk not in there):
                raise _not_there(member.partner)
        left = [_leave(step, partner) for partner in leaving]
        joined = _join(step, [held[member.partner.pk] for member in members])
        _hold_protections(step, joined)
        moved = _take_roles(step, members)
        if not (begins or left or joined or moved):
            return step.opportunity
        _check(step.running())
        agree(step.opportunity)
        _keep(step)
        _tell(step, begins=begins, joined=joined, left=left, moved=moved, reason=reason)
    return step.opportunity


def _hold_protections(step: Step, joined: Sequence[Partner]) -> None:
    """Let nobody join where the customer is protected for a partner that takes no part.

    Raises:
        Invalid: it is; names `partners`.
    """
    there = {part.partner_id for part in step.running()}
    held = [one for one in protection.of_opportunity(step.opportunity) if one.partner_id not in there]
    if held and joined:
        raise Invalid({"partners": protection.why_protected(held)})


def unshare(*, key: uuid.UUID, by: Person) -> Opportunity:
    """End a collaboration in which one partner is left: it manages the opportunity alone from now on.

    Raises:
        Missing, NotAllowed, Conflict: as for `share`, or it is no collaboration.
        Invalid: several partners take part.
    """
    with acting(by):
        step = begin(key, Verb.SHARE, by=by)
        running = step.running()
        if not step.opportunity.collaboration:
            raise Conflict(_("It is no partner collaboration."))
        if len(running) != 1:
            names = ", ".join(part.partner.name for part in running)
            raise Invalid(
                {
                    "collaboration": _(
                        "%(partners)s take part. Remove all but the one that goes on alone, or take it back "
                        "from all by setting the status to “In progress”."
                    )
                    % {"partners": names}
                }
            )
        partner = running[0].partner
        Participation.objects.filter(pk=running[0].pk).update(kind=Kind.MANAGING, role="")
        step.opportunity.collaboration, step.opportunity.partner = False, partner
        step.save()
        entry = step.record("alone", facts={"partner": partner.name})
        announce_entry(Happening.ALONE, entry, partners=[partner])
    return step.opportunity


def _check_once(members: Iterable[Member]) -> None:
    seen = set()
    for member in members:
        if member.partner.pk in seen:
            raise Invalid(
                {"partners": _("%(partner)s stands here twice.") % {"partner": member.partner.name}}
            )
        seen.add(member.partner.pk)


def _roles(key: uuid.UUID) -> dict[uuid.UUID, str]:
    running = Participation.objects.filter(opportunity=key, until__isnull=True)
    return dict(running.values_list("partner_id", "role"))


def _leave(step: Step, partner: Partner) -> Participation:
    part = next((part for part in step.running() if part.partner_id == partner.pk), None)
    if part is None:
        raise _not_there(partner)
    if step.opportunity.made_by_partner_id == partner.pk:
        raise Invalid(
            {"partners": _("%(partner)s made this opportunity and stays in it.") % {"partner": partner.name}}
        )
    end_part(step.opportunity, partner)
    return part


def _join(step: Step, partners: Iterable[Partner]) -> list[Partner]:
    """Let those join who take no part yet; a partner that managed alone collaborates from now on."""
    Participation.objects.filter(opportunity=step.opportunity, until__isnull=True).update(
        kind=Kind.COLLABORATING
    )
    there = {part.partner_id for part in step.running()}
    joined = [one for one in partners if one.pk not in there]
    for partner in joined:
        if not partner.takes_offers:
            raise Invalid({"partners": why_resting(partner)})
        take_part(step.opportunity, partner, Kind.COLLABORATING)
    return joined


def _take_roles(step: Step, members: Iterable[Member]) -> list[Participation]:
    """Write the roles; give the parts whose role changed."""
    wanted = {member.partner.pk: member.role for member in members}
    moved = []
    for part in step.running():
        role = wanted.get(part.partner_id, part.role)
        if role and role not in CollaborationRole.values:
            raise Invalid({"partners": _("“%(role)s” is no role.") % {"role": role}})
        if role != part.role:
            Participation.objects.filter(pk=part.pk).update(role=role)
            part.role = role
            moved.append(part)
    return moved


def _check(running: Sequence[Participation]) -> None:
    """Hold what must be true of a collaboration: somebody takes part, not too many, and one leads at most."""
    if not running:
        raise Invalid(
            {
                "partners": _(
                    "No partner would be left. To take it back from all, set the status to “In progress”."
                )
            }
        )
    most = WorkRules.current().partners_at_most
    if len(running) > most:
        raise Invalid({"partners": why_too_many(most, len(running))})
    leads = [part.partner.name for part in running if part.role == CollaborationRole.LEAD]
    if len(leads) > 1:
        raise Invalid(
            {
                "partners": _("One partner leads; %(partners)s would. Give all but one another role.")
                % {"partners": ", ".join(leads)}
            }
        )


def why_too_many(most: int, number: int) -> str:
    """Say that more partners would collaborate than the rules of work allow."""
    return _("%(most)d partners collaborate at most; this would be %(number)d.") % {
        "most": most,
        "number": number,
    }


def why_resting(partner: Partner) -> str:
    """Say that a partner takes no opportunities now."""
    return _("%(partner)s takes no opportunities now.") % {"partner": partner.name}


def _keep(step: Step) -> None:
    if step.opportunity.status == Status.ACCEPTED:
        step.save()
    else:
        step.move(Status.ACCEPTED)


def _tell(
    step: Step,
    *,
    begins: bool,
    joined: Sequence[Partner],
    left: Sequence[Participation],
    moved: Sequence[Participation],
    reason: str,
) -> None:
    """Put it on the timeline and mail those concerned: who takes part now, and who has left."""
    partners = step.partners()
    for part in left:
        entry = _record(step, "left", partner=part.partner.name)
        people = {*part.people.all(), *([part.assignee] if part.assignee else [])}
        announce_entry(Happening.LEFT, entry, partners=partners)
        announce_entry(Happening.LEFT, entry, partners=[part.partner], people=people, text=reason)
    told = partners if begins else joined
    if told:
        entry = _record(step, "shared", partners=", ".join(one.name for one in told))
        announce_entry(Happening.SHARED, entry, partners=partners)
    new = {one.pk for one in told}
    for part in moved:
        if part.role and part.partner_id not in new:
            _record(step, "role_taken", partner=part.partner.name, role=part.role)


def _record(step: Step, event: str, **facts: str) -> TimelineEntry:
    return timeline.record(step.opportunity, event, by=step.by, facts=facts)


def _not_there(partner: Partner) -> Conflict:
    return Conflict(_("%(partner)s takes no part in the collaboration any more.") % {"partner": partner.name})
