"""Saving the opportunity's page at the desk: the record, its partner and its status in one step."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kanal.directory.acting import acting
from kanal.directory.models import Partner, Person
from kanal.directory.refusal import Conflict, Invalid
from kanal.distribution.actions import answering, closing, delivering, pausing, working
from kanal.distribution.actions.pipeline import Pipeline, follow
from kanal.distribution.actions.step import hold_partners_of
from kanal.opportunities import lifecycle
from kanal.opportunities.actions import Values, create, edit
from kanal.opportunities.actions.record import lock, touch
from kanal.opportunities.lifecycle import BY_VERB, NEEDS_PARTNER, Status, Verb
from kanal.opportunities.models import Opportunity


@dataclass(frozen=True)
class Move:
    """What the fields *Partner* and *Status* ask for.

    Attributes:
        status: the status as it shall be; the one that stands means no change.
        partner: the partner as it shall be.
        reason: the code of a reason, where the status asks for one (decline, win, lose, cancel), else words.
        text: more in their own words.
        override_reason: why a partner that declined gets it again.
        pipeline: what the section *Partner pipeline* asks for; None leaves the collaboration as it is.
    """

    status: str
    partner: Partner | None = None
    reason: str = ""
    text: str = ""
    override_reason: str = ""
    pipeline: Pipeline | None = None

    @property
    def partners(self) -> list[Partner]:
        """Give every partner that it names."""
        members = [member.partner for member in self.pipeline.members] if self.pipeline else []
        return [*([self.partner] if self.partner else []), *members]


def save(*, key: uuid.UUID | None, version: int, values: Values, move: Move, by: Person) -> Opportunity:
    """Keep the record and do what its fields *Partner* and *Status* ask for; all of it, or nothing.

    Args:
        key: which one; None makes a new one.
        version: the version that the person started from.
        values: every field of the record.
        move: partner and status as they shall be.
        by: who.

    Raises:
        Missing, NotAllowed, Stale, Conflict: see `edit` and the verbs.
        Invalid: a field can't be taken, or no step leads to the status.
    """
    with acting(by):
        hold_partners_of(key, *move.partners)
        if key is None:
            opportunity = create(values=values, by=by)
        else:
            opportunity = edit(key=key, version=version, values=values, by=by)
        _move(opportunity, move, by=by)
    return Opportunity.objects.get(pk=opportunity.pk)


def _move(opportunity: Opportunity, move: Move, *, by: Person) -> None:
    changed = (move.partner.pk if move.partner else None) != opportunity.partner_id
    if move.pipeline is not None and (opportunity.collaboration or move.pipeline.collaboration):
        _check_named(opportunity, move, changed=changed)
        opportunity, changed = follow(opportunity, move.pipeline, status=move.status, by=by), False
    elif move.pipeline is not None:
        follow(opportunity, move.pipeline, status=move.status, by=by)
    moved = move.status != opportunity.status
    if opportunity.status == Status.DELIVERED and not moved and changed:
        _deliver_anew(opportunity, move, by=by)
    elif moved:
        _change_status(opportunity, move, by=by)
    elif changed:
        _name_partner(opportunity, move.partner, by=by)


def _check_named(opportunity: Opportunity, move: Move, *, changed: bool) -> None:
    """Refuse a partner that is chosen under *Partner details* alone, where several collaborate."""
    if not changed or move.partner is None or opportunity.status == Status.DELIVERED:
        return
    if move.partner.pk not in {member.partner.pk for member in (move.pipeline or Pipeline(True)).members}:
        raise Invalid(
            {
                "partner": _("Several partners collaborate: add %(partner)s to them under General.")
                % {"partner": move.partner}
            }
        )


def _deliver_anew(opportunity: Opportunity, move: Move, *, by: Person) -> None:
    if move.partner is None:
        raise Invalid({"partner": _("To take the offer back, set the status to “In progress”.")})
    delivering.withdraw(key=opportunity.pk, by=by)
    delivering.deliver(key=opportunity.pk, partner=move.partner, by=by, override_reason=move.override_reason)


def _name_partner(opportunity: Opportunity, partner: Partner | None, *, by: Person) -> None:
    """Note the partner that it is meant for. Nobody is told, and nothing is open to them, before it is delivered."""
    if opportunity.status not in NEEDS_PARTNER or opportunity.made_by_a_partner:
        raise Invalid(
            {
                "partner": _("The partner can’t be changed while the status is “%(status)s”.")
                % {"status": Status(opportunity.status).label}
            }
        )
    locked = lock(opportunity.pk, by=by)
    locked.partner = partner
    touch(locked, by=by)
    locked.save()


def _change_status(opportunity: Opportunity, move: Move, *, by: Person) -> None:
    verb = lifecycle.verb_to(
        opportunity.status,
        move.status,
        made_by_partner=opportunity.made_by_a_partner,
        collaboration=opportunity.collaboration,
    )
    by_sharing = move.status == Status.ACCEPTED and opportunity.status in BY_VERB[Verb.SHARE].sources
    if by_sharing and verb in {
        None,
        Verb.SHARE,
    }:  # what the section *Partner pipeline* asks for is done by now
        raise Invalid(
            {
                "collaboration": _(
                    "A partner accepts by answering an offer. Tick “Partner collaboration” and add partners to "
                    "let them manage it at once, or deliver it."
                )
            }
        )
    if verb is None or move.status not in Status.values:
        raise Conflict(
            _("No step leads from “%(old)s” to “%(new)s”.")
            % {
                "old": Status(opportunity.status).label,
                "new": dict(Status.choices).get(move.status, move.status),
            }
        )
    _do(verb, opportunity.pk, move, by=by)


def _do(verb: Verb, key: uuid.UUID, move: Move, *, by: Person) -> None:
    if verb is Verb.DELIVER:
        if move.partner is None:
            raise Invalid({"partner": _("Choose the partner that it is delivered to.")})
        delivering.deliver(key=key, partner=move.partner, by=by, override_reason=move.override_reason)
        return
    steps: dict[Verb, Callable[[], object]] = {
        Verb.WITHDRAW: lambda: delivering.withdraw(key=key, by=by, reason=move.text),
        Verb.ACCEPT: lambda: answering.accept(key=key, by=by),
        Verb.DECLINE: lambda: answering.decline(key=key, reason=move.reason, text=move.text, by=by),
        Verb.TAKE_BACK: lambda: working.take_back(key=key, reason=move.text, by=by),
        Verb.APPROVE: lambda: working.approve(key=key, by=by),
        Verb.REFUSE: lambda: working.refuse(key=key, reason=move.reason, text=move.text, by=by),
        Verb.HOLD: lambda: pausing.hold(key=key, reason=move.text, by=by),
        Verb.RESUME: lambda: _resume(key, move, by=by),
        Verb.WIN: lambda: closing.win(key=key, reason=move.reason, text=move.text, by=by),
        Verb.LOSE: lambda: closing.lose(key=key, reason=move.reason, text=move.text, by=by),
        Verb.CANCEL: lambda: closing.cancel(key=key, reason=move.reason, text=move.text, by=by),
        Verb.REOPEN: lambda: closing.reopen(key=key, reason=move.text, by=by),
    }
    steps[verb]()


def _resume(key: uuid.UUID, move: Move, *, by: Person) -> None:
    opportunity = pausing.resume(key=key, by=by)
    if opportunity.status != move.status:
        raise Conflict(
            _("It was “%(status)s” before it was put on hold, and goes back to that.")
            % {"status": Status(opportunity.status).label}
        )
