"""What a partner makes itself, until the vendor has approved it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from kanal.directory.access import visible_accounts
from kanal.directory.acting import acting
from kanal.directory.models import Account, Partner, PartnerRole, Person, Territory, VendorRole
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Stale
from kanal.distribution.actions.step import Step, hold_partners, take_part
from kanal.distribution.telling import Happening, announce_entry
from kanal.opportunities import access, timeline
from kanal.opportunities.actions.record import change, lock, stale, write
from kanal.opportunities.actions.values import NewContact, Values
from kanal.opportunities.models import Kind, Opportunity, Participation, Source


@dataclass(frozen=True)
class NextStep:
    """What is to be done next, and when."""

    text: str = ""
    on: date | None = None

    def facts(self) -> dict[str, Any]:
        """Give it as fields of the opportunity.

        Raises:
            Invalid: a day stands there without anything to do.
        """
        if self.on and not self.text.strip():
            raise Invalid({"next_step": _("Say what is to be done on that day.")})
        return {"next_step": self.text.strip(), "next_step_on": self.on}


_NO_STEP = NextStep()


def make(*, values: Values, by: Person, next_step: NextStep = _NO_STEP) -> Opportunity:
    """Make an opportunity on the portal: the partner manages it from the start, and the vendor is asked to approve it.

    A seller's own is shared with them and is their work. At the vendor the partner's channel manager owns it.

    Args:
        values: its fields; the customer is one that the company keeps, or a new one, which it keeps from then on.
        by: somebody of a partner.
        next_step: what the partner does next.

    Raises:
        NotAllowed: the person works for no partner that may make one.
        Invalid: a field can't be taken, or the customer is not one of theirs.
        Conflict: nobody at the vendor can own it.
    """
    with acting(by):
        if by.partner is not None:  # as it stands under its lock: the partnership may have ended meanwhile
            [by.partner] = hold_partners(by.partner)
        partner, answer = by.partner, access.may(by, "make", None)
        if not answer or partner is None:
            raise NotAllowed(answer.reason or "")
        _check_customer(values, by)
        opportunity = write(
            replace(
                values, territory=values.territory or _only_territory(partner), source=Source.PARTNER.value
            ),
            by=by,
            owner=_owner_for(partner),
            made_by_partner=partner,
            partner=partner,
            **next_step.facts(),
        )
        part = take_part(opportunity, partner, Kind.MANAGING)
        if by.partner_role == PartnerRole.SELLER:
            part.people.add(by)
            part.assignee = by
            part.save()
        entry = timeline.record(opportunity, "made", by=by, facts={"partner": partner.name}, partner=partner)
        announce_entry(Happening.MADE, entry, vendor=True)
    return opportunity


def revise(
    *, key: uuid.UUID, version: int, values: Values, by: Person, next_step: NextStep = _NO_STEP
) -> Opportunity:
    """Change what a partner made, as long as it waits for approval.

    Args:
        key: which one.
        version: the version that the person started from.
        values: the fields that a partner fills in, as they shall be; what the vendor keeps stays.
        by: somebody of that partner.
        next_step: what the partner does next.

    Raises:
        Missing, NotAllowed: it is not theirs to see, or not made by their company.
        Conflict: it no longer waits.
        Stale: somebody changed it meanwhile.
        Invalid: a field can't be taken.
    """
    with acting(by):
        opportunity = lock(key, by=by)
        part = access.participation(by, opportunity)
        if part is None:
            raise Missing
        answer = access.may(by, "revise", opportunity, part)
        if not answer:
            raise NotAllowed(answer.reason or "")
        if not opportunity.waits_for_approval:
            raise Conflict(
                _("It no longer waits for approval, so it can’t be rewritten. Change it as your other work.")
            )
        _check_customer(values, by, stands=opportunity.account)
        _check_new_contact(values, opportunity, part)
        values = replace(
            values,
            **{
                name: getattr(opportunity, name)
                for name in ("rating", "probability", "territory", "source", "owner")
            },
        )
        if opportunity.version != version:
            raise _stale(opportunity, values, next_step)
        changed = change(opportunity, values, by=by, **next_step.facts())
        if changed:
            Step(opportunity, part, by).record("changed", facts={"fields": ",".join(changed)})
    return opportunity


def _check_customer(values: Values, by: Person, *, stands: Account | None = None) -> None:
    """Refuse a customer of somebody else, as if there were none; the one that stands there stays a choice."""
    if values.account is None:
        raise Invalid({"account": _("Choose the customer, or enter a new one.")})
    if isinstance(values.account, Account) and values.account != stands:
        mine = visible_accounts(by).filter(pk=values.account.pk, archived_at__isnull=True)
        if not mine.exists():
            raise Invalid({"account": _("There is no such customer among yours.")})


def _check_new_contact(values: Values, opportunity: Opportunity, part: Participation) -> None:
    """Refuse to add somebody to the customer that stands there, where another partner keeps it."""
    if isinstance(values.contact, NewContact) and values.account == opportunity.account:
        refusal = access.refusal_to_add_contact(opportunity, part)
        if refusal is not None:
            raise Invalid({"contact": refusal})


def _owner_for(partner: Partner) -> Person:
    """Say who at the vendor owns what a partner made: its channel manager, else the oldest administrator."""
    if partner.channel_manager is not None and access.may_own(partner.channel_manager):
        return partner.channel_manager
    administrators = Person.objects.filter(vendor_role=VendorRole.ADMINISTRATOR, is_active=True)
    owner = administrators.order_by("created_at", "pk").first()
    if owner is None:
        raise Conflict(_("Nobody at the vendor can take it on now. Ask your contact there."))
    return owner


def _only_territory(partner: Partner) -> Territory | None:
    """Give the territory of a partner that covers just one."""
    covered = list(partner.territories.filter(archived_at__isnull=True)[:2])
    return covered[0] if len(covered) == 1 else None


def _stale(opportunity: Opportunity, values: Values, next_step: NextStep) -> Stale:
    refusal = stale(opportunity, values)
    for name, wanted in next_step.facts().items():
        if getattr(opportunity, name) != wanted:
            refusal.changed[name] = getattr(opportunity, name)
    return refusal
