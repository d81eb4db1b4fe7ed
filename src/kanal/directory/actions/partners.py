"""A partner: its company and what the vendor knows of it as a partner, kept as one."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from kanal.directory import access
from kanal.directory.acting import acting
from kanal.directory.actions.kinds import KINDS, no_language
from kanal.directory.actions.records import Related, Values, check_version, fill, lock, permit, relate, store
from kanal.directory.countries import is_language
from kanal.directory.holding import why_held
from kanal.directory.models import Account, AccountKind, Partner, PartnerStatus, Person
from kanal.directory.refusal import Invalid, NotAllowed, Stale

# What a partner's administrator keeps of the company.
OWN_COMPANY = frozenset({"domain", "phone", "street", "postal_code", "city", "country", "employees"})
OWN_PROFILE = frozenset({"capacity", "paused_until", "time_zone", "languages", "value_least", "value_most"})


def keep_partner(
    *, key: uuid.UUID | None, version: int, company: Values, values: Values, related: Related, by: Person
) -> Partner:
    """Create a partner with its company, or change both.

    Args:
        key: which partner; None makes a new one.
        version: the version of the partner that the person started from.
        company: the fields of its account.
        values: the fields of its profile.
        related: its territories, industries and product families.
        by: who.

    Raises:
        NotAllowed, Missing, Stale, Conflict: as with `keep`.
        Invalid: a field can't be taken; the partnership can't end while the partner still works on something.
    """
    with acting(by):
        permit(by, KINDS[Partner].area)
        partner = Partner() if key is None else lock(Partner, key)
        account = Account(kind=AccountKind.PARTNER) if key is None else lock(Account, partner.account_id)
        if key is not None:
            _check_version(partner, account, version=version, company=company, values=values, related=related)
        _check_ending(partner, values)
        _check_languages(values)
        _check_manager(values.get("channel_manager"))
        company_changed, changed = fill(account, company), fill(partner, values)
        if key is None or company_changed:
            store(account, new=key is None)
        partner.account = account
        if key is None:
            store(partner, new=True)
            relate(partner, related)
        elif relate(partner, related) or changed or company_changed:
            store(partner, new=False)
    return partner


def keep_company(*, version: int, company: Values, values: Values, by: Person) -> Partner:
    """Change what a partner keeps of itself: address and phone, capacity, pause, time zone, languages, values.

    The name, the partnership and what the company covers are the vendor's to keep.

    Args:
        version: the version of the partner that the person started from.
        company: fields of its account, of `OWN_COMPANY`.
        values: fields of its profile, of `OWN_PROFILE`.
        by: an administrator of the partner.

    Raises:
        NotAllowed: the person does not keep their company.
        Stale, Conflict: as with `keep`.
        Invalid: a field can't be taken, or is not the partner's to keep.
    """
    with acting(by):
        reason = access.refusal_to_keep_company(by)
        if reason is not None or by.partner_id is None:
            raise NotAllowed(reason or "")
        foreign = (company.keys() - OWN_COMPANY) | (values.keys() - OWN_PROFILE)
        if foreign:
            raise Invalid(dict.fromkeys(foreign, _("The vendor keeps this.")))
        partner = lock(Partner, by.partner_id)
        account = lock(Account, partner.account_id)
        _check_version(partner, account, version=version, company=company, values=values, related={})
        _check_languages(values)
        company_changed, changed = fill(account, company), fill(partner, values)
        if company_changed:
            store(account, new=False)
        partner.account = account
        if changed or company_changed:
            store(partner, new=False)
    return partner


def _check_version(
    partner: Partner, account: Account, *, version: int, company: Values, values: Values, related: Related
) -> None:
    """Compare versions; fields of the company that differ are named beside those of the profile."""
    try:
        check_version(partner, version, values, related)
    except Stale as stale:
        stale.changed |= {
            name: getattr(account, name) for name, value in company.items() if getattr(account, name) != value
        }
        raise


def _check_ending(partner: Partner, values: Values) -> None:
    ends = values.get("status") == PartnerStatus.ENDED and partner.status != PartnerStatus.ENDED
    reasons = list(why_held(partner)) if ends else []
    if reasons:
        raise Invalid({"status": " ".join(str(reason) for reason in reasons)})


def _check_languages(values: Values) -> None:
    for code in values.get("languages", ()):
        if not is_language(code):
            raise Invalid({"languages": no_language(code)})


def _check_manager(manager: Person | None) -> None:
    if manager is not None and not (manager.is_vendor and manager.is_active):
        raise Invalid({"channel_manager": _("Choose a person of the vendor who may sign in.")})
