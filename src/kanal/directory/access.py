"""Who sees and keeps the directory.

At the vendor everybody sees all accounts and contacts; at a partner everybody sees those that the company keeps itself,
and no others. There sellers see and keep them too: the company's customers are its common address book, while what is
sold to them is shared with each seller by itself. Putting one away is for administrators and managers.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kanal.directory.models import (
    Account,
    AccountKind,
    Contact,
    Partner,
    PartnerRole,
    Person,
    Record,
    VendorRole,
)
from kanal.directory.models.record import RecordQuerySet

# What each role of the vendor keeps: accounts and contacts, partners, the policies by which partners are chosen, and
# the lists with the people.
_KEEPS = {
    VendorRole.ADMINISTRATOR: {"accounts", "partners", "policies", "settings"},
    VendorRole.CHANNEL_MANAGER: {"accounts", "partners", "policies"},
    VendorRole.SELLER: {"accounts"},
    VendorRole.AUDITOR: set[str](),
}


def may_enter_desk(person: Person) -> bool:
    """Tell whether this person works at the desk."""
    return person.is_active and person.is_vendor


def may_enter_portal(person: Person) -> bool:
    """Tell whether this person works on the portal; it is closed where the partnership has ended."""
    return person.is_active and person.partner is not None and person.partner.status != "ended"


def refusal_to_keep(person: Person, area: str) -> str | Promise | None:
    """Say why a person may not create or edit in an area, or None where they may.

    Args:
        person: who asks.
        area: `accounts` (with contacts), `partners`, `policies`, or `settings` (lists, people, imports).
    """
    if area == "accounts" and may_enter_portal(person):
        return None
    if person.is_vendor and area in _KEEPS[VendorRole(person.vendor_role)]:
        return None
    if area == "settings":
        return _("Only an administrator may change this.")
    return _("Your role may read this but not change it.")


def refusal_to_keep_people(person: Person, partner: UUID | None) -> str | Promise | None:
    """Say why a person may not change the people of a company, or None where they may.

    Args:
        person: who asks.
        partner: the company's key; None is the vendor.
    """
    if not person.is_active:
        return _("Your access has ended.")
    if person.is_vendor:
        return refusal_to_keep(person, "settings")
    if person.partner_id == partner and person.partner_role == PartnerRole.ADMINISTRATOR:
        return None
    return _("Only an administrator of your company may change this.")


def refusal_to_reactivate(by: Person, person: Person) -> str | Promise | None:
    """Say why one who keeps the people of a company may not let this person in again, or None where they may."""
    if person.shut_out_by_vendor and not by.is_vendor:
        return _("The vendor deactivated this person. Ask your contact there to reactivate them.")
    return None


def refusal_to_invite(person: Person, partner: Partner | None) -> str | Promise | None:
    """Say why a person may invite nobody to a company, or None where they may.

    Whoever keeps the people there may; and whoever keeps partners at the vendor, as a partner needs a first
    administrator.
    """
    keeps_partners = person.is_active and person.is_vendor and refusal_to_keep(person, "partners") is None
    if partner is not None and keeps_partners:
        return None
    return refusal_to_keep_people(person, partner.pk if partner else None)


def refusal_to_keep_company(person: Person) -> str | Promise | None:
    """Say why a partner's person may not change the profile of their company, or None where they may."""
    return refusal_to_keep_people(person, person.partner_id)


def refusal_to_read_company(person: Person) -> str | Promise | None:
    """Say why a partner's person may not read the profile of their company, or None where they may."""
    if may_enter_portal(person) and person.partner_role != PartnerRole.SELLER:
        return None
    return _("Your company’s administrator and managers see this.")


def visible_people(person: Person) -> QuerySet[Person]:
    """Give the people that a person may see: all at the desk, their own company's on the portal."""
    if may_enter_desk(person):
        return Person.objects.all()
    return (
        Person.objects.filter(partner=person.partner_id)
        if may_enter_portal(person)
        else Person.objects.none()
    )


def invitations_seen_by(person: Person) -> Q:
    """Give the condition on invitations that a person sees: all at the desk, their own company's on the portal."""
    return Q() if may_enter_desk(person) else Q(partner=person.partner_id, partner__isnull=False)


def refusal_to_look(person: Person, other: Person) -> str | Promise | None:
    """Say why somebody may not see the portal as a partner's person sees it, or None where they may."""
    if refusal_to_keep(person, "partners") is not None or not person.is_active:
        return _("Only administrators and channel managers may see the portal as somebody else sees it.")
    if other.partner is None:
        return _("They work at the desk, not on the portal.")
    if not may_enter_portal(other):
        return _("The portal is closed to them, so there is nothing to see.")
    return None


def may_see_looks(person: Person) -> bool:
    """Tell whether somebody of the vendor reads who saw the portal as whom."""
    return refusal_to_keep(person, "partners") is None or person.vendor_role == VendorRole.AUDITOR


def may_see_invitations(person: Person) -> bool:
    """Tell whether this person of the vendor reads who was invited."""
    return may_see_settings(person) or refusal_to_keep(person, "partners") is None


def may_see_settings(person: Person) -> bool:
    """Tell whether the pages of lists and people are open to this person."""
    return person.vendor_role in {VendorRole.ADMINISTRATOR, VendorRole.AUDITOR}


def refusal_to_archive(person: Person, area: str) -> str | Promise | None:
    """Say why a person may not archive or restore in an area, or None where they may."""
    reason = refusal_to_keep(person, area)
    if reason is None and person.partner_role == PartnerRole.SELLER:
        return _("Your company’s administrator or managers do this.")
    return reason


def visible_accounts(person: Person) -> RecordQuerySet:
    """Give the accounts that a person may see: all at the desk; on the portal the customers that the company keeps."""
    return _kept(person, Account.objects.all(), "")


def visible_contacts(person: Person) -> RecordQuerySet:
    """Give the contacts that a person may see: all at the desk; on the portal those of the company's own customers."""
    return _kept(person, Contact.objects.all(), "account__")


def reach(person: Person, model: type[Record]) -> RecordQuerySet:
    """Give the records of a kind that a person may change, apart from what `refusal_to_keep` says."""
    if model is Account:
        return visible_accounts(person)
    if model is Contact:
        return visible_contacts(person)
    records: RecordQuerySet = model.objects.all() if may_enter_desk(person) else model.objects.none()
    return records


def _kept(person: Person, records: RecordQuerySet, account: str) -> RecordQuerySet:
    if may_enter_desk(person):
        return records
    if not may_enter_portal(person):
        return records.none()
    mine = {f"{account}managing_partner": person.partner_id, f"{account}kind": AccountKind.CUSTOMER}
    return records.filter(**mine)
