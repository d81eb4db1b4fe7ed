"""Who keeps the directory."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kanal.directory.models import Account, Contact, Person, VendorRole
from kanal.directory.models.record import RecordQuerySet

# What each role of the vendor keeps: accounts and contacts, partners, and the lists with the people.
_KEEPS = {
    VendorRole.ADMINISTRATOR: {"accounts", "partners", "settings"},
    VendorRole.CHANNEL_MANAGER: {"accounts", "partners"},
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
    """Say why a person may not create, edit or archive in an area, or None where they may.

    Args:
        person: who asks.
        area: `accounts` (with contacts), `partners`, or `settings` (lists, people, imports).
    """
    if person.is_vendor and area in _KEEPS[VendorRole(person.vendor_role)]:
        return None
    if area == "settings":
        return _("Only an administrator may change this.")
    return _("Your role may read this but not change it.")


def may_see_settings(person: Person) -> bool:
    """Tell whether the pages of lists and people are open to this person."""
    return person.vendor_role in {VendorRole.ADMINISTRATOR, VendorRole.AUDITOR}


def visible_accounts(person: Person) -> RecordQuerySet:
    """Give the accounts that a person may see: all at the desk, none by this way on the portal."""
    return Account.objects.all() if may_enter_desk(person) else Account.objects.none()


def visible_contacts(person: Person) -> RecordQuerySet:
    """Give the contacts that a person may see: all at the desk, none by this way on the portal."""
    return Contact.objects.all() if may_enter_desk(person) else Contact.objects.none()
