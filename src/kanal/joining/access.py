"""Who sees applications, and who decides on them."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kanal.directory.models import Person, VendorRole
from kanal.joining import lifecycle
from kanal.joining.lifecycle import Side, Status, Verb
from kanal.joining.models import Application

_DECIDE = {VendorRole.ADMINISTRATOR, VendorRole.CHANNEL_MANAGER}
_READ = _DECIDE | {VendorRole.AUDITOR}


def refusal_to_read(person: Person) -> str | Promise | None:
    """Say why a person may not read the queue of applications, or None where they may."""
    if person.is_active and person.vendor_role in _READ:
        return None
    return _("Applications are for administrators and channel managers.")


def may_decide(person: Person) -> bool:
    """Tell whether a person decides on applications, and so is told of new ones."""
    return person.is_active and person.vendor_role in _DECIDE


def refusal_to_decide(person: Person) -> str | Promise | None:
    """Say why a person may not change an application that they see, or None where they may."""
    return None if may_decide(person) else _("Your role may read this but not change it.")


def visible(person: Person) -> QuerySet[Application]:
    """Give the applications that a person may see; one whose mail address is not confirmed nobody does."""
    if refusal_to_read(person) is not None:
        return Application.objects.none()
    return Application.objects.exclude(status=Status.UNCONFIRMED)


def verbs(person: Person, application: Application) -> list[Verb]:
    """Give what a person of the vendor may do to an application now."""
    return lifecycle.verbs_from(application.status, Side.VENDOR) if may_decide(person) else []


def deciders() -> QuerySet[Person]:
    """Give everybody who decides on applications."""
    return Person.objects.filter(is_active=True, vendor_role__in=_DECIDE)
