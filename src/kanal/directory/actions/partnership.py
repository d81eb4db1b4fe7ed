"""How a partnership begins: the company, its profile, and the invitation of its first administrator, as one."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from kanal.directory.acting import acting
from kanal.directory.actions.invitations import invite
from kanal.directory.actions.kinds import KINDS
from kanal.directory.actions.partners import keep_partner
from kanal.directory.actions.records import Related, Values, fill, lock, permit, relate, store
from kanal.directory.models import Account, Partner, PartnerRole, Person
from kanal.directory.refusal import Conflict, Invalid


def begin_partner(
    *,
    account: uuid.UUID | None,
    company: Values,
    values: Values,
    related: Related,
    administrator: Values,
    by: Person,
) -> Partner:
    """Make a company a partner and invite its first administrator, who invites the others; all or nothing.

    Args:
        account: an existing account that becomes the partner; None makes a new one. A customer stays one.
        company: the fields of the account; of an existing one only what is empty is filled.
        values: the fields of the profile.
        related: its territories, industries and product families.
        administrator: name, email, and what else is known of the first administrator.
        by: who.

    Raises:
        NotAllowed: the person keeps no partners.
        Missing: there is no such account.
        Conflict: the account is archived, or a partner already.
        Invalid: a field can't be taken; fields of the administrator are named `person_…`.
    """
    with acting(by):
        permit(by, KINDS[Partner].area)
        if account is None:
            partner = keep_partner(
                key=None, version=0, company=company, values=values, related=related, by=by
            )
        else:
            partner = _partner_of(account, company, values, related)
        _invite_first(partner, administrator, by)
    return partner


def _partner_of(key: uuid.UUID, company: Values, values: Values, related: Related) -> Partner:
    account = lock(Account, key)
    if account.archived_at is not None:
        raise Conflict(_("%(name)s is archived. Restore it to change it.") % {"name": account})
    if Partner.objects.filter(account=account).exists():
        raise Conflict(
            _("%(name)s is a partner already. Invite the person on its partner page instead.")
            % {"name": account}
        )
    if fill(account, {name: value for name, value in company.items() if not getattr(account, name)}):
        store(account, new=False)
    partner = Partner(account=account)
    fill(partner, values)
    store(partner, new=True)
    relate(partner, related)
    return partner


def _invite_first(partner: Partner, values: Values, by: Person) -> None:
    email = values["email"].strip().lower()
    holder = Person.objects.select_related("partner__account").filter(email__iexact=email).first()
    if holder is not None:
        raise Invalid({"person_email": _taken(holder)})
    known = {"time_zone": partner.time_zone, **values, "email": email}
    try:
        invite(values=known, role=PartnerRole.ADMINISTRATOR, partner=partner, by=by)
    except Invalid as invalid:
        raise Invalid({f"person_{name}": text for name, text in invalid.errors.items()}) from invalid


def _taken(holder: Person) -> str:
    if holder.partner is None:
        return _(
            "%(name)s signs in with %(email)s already, as one of your own people. Give another address."
        ) % {"name": holder.name, "email": holder.email}
    return _(
        "%(name)s of %(company)s signs in with %(email)s already. Give another address, or ask the applicant for one."
    ) % {"name": holder.name, "company": holder.partner.name, "email": holder.email}
