"""People who sign in: inviting, editing, roles, closing and opening their access, preferences."""

from __future__ import annotations

import uuid

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory import tasks
from kanal.directory.acting import acting
from kanal.directory.actions.records import Values, check_version, fill, lock, permit, store
from kanal.directory.models import Partner, PartnerRole, PartnerStatus, Person, VendorRole
from kanal.directory.models.people import Density, Theme
from kanal.directory.refusal import Conflict, Invalid

_AREA = "settings"


def invite(*, values: Values, role: str, by: Person, partner: Partner | None = None) -> Person:
    """Make a person who may sign in, and send them a mail with a link to choose a password.

    Args:
        values: name, email and whatever else is known of them.
        role: a role of the vendor; of the partner where one is given.
        by: who invites.
        partner: whom they work for; None is the vendor.

    Raises:
        NotAllowed: the person keeps no settings.
        Invalid: a field can't be taken; the mail address is somebody's already.
    """
    with acting(by):
        permit(by, _AREA)
        if partner is not None and (partner.archived_at or partner.status == PartnerStatus.ENDED):
            raise Invalid({"partner": _("The partnership with %(name)s has ended.") % {"name": partner.name}})
        person = Person(partner=partner)
        _set_role(person, role)
        person.set_unusable_password()
        _fill(person, values)
        store(person, new=True)
        tasks.invite.defer(person_id=str(person.pk))
    return person


def invite_again(*, key: uuid.UUID, by: Person) -> Person:
    """Send a person a new link to choose a password; for one whose first link has run out.

    Raises:
        NotAllowed, Missing: the person keeps no settings; there is nobody with this key.
        Conflict: they may not sign in.
    """
    with acting(by):
        permit(by, _AREA)
        person = lock(Person, key)
        if not person.is_active:
            raise Conflict(_("%(name)s may not sign in. Reactivate them first.") % {"name": person.name})
        tasks.invite.defer(person_id=str(person.pk))
    return person


def keep_person(*, key: uuid.UUID, version: int, values: Values, by: Person) -> Person:
    """Change what is known of a person; role and access have actions of their own.

    Raises:
        NotAllowed, Missing, Stale, Invalid: as with `keep`.
    """
    with acting(by):
        permit(by, _AREA)
        person = lock(Person, key)
        check_version(person, version, values, {})
        before = person.email
        if _fill(person, values):
            store(person, new=False)
        if person.email != before:
            # Sign-in keeps addresses of its own; the old one must open nothing any more.
            EmailAddress.objects.filter(user_id=person.pk).delete()
    return person


def change_role(*, key: uuid.UUID, role: str, by: Person) -> Person:
    """Give a person another role at their own company.

    Raises:
        NotAllowed, Missing: the person keeps no settings; there is nobody with this key.
        Invalid: there is no such role there.
        Conflict: they are the last administrator of the vendor.
    """
    with acting(by):
        permit(by, _AREA)
        administrators = _lock_administrators()
        person = lock(Person, key)
        if person.is_vendor and role != VendorRole.ADMINISTRATOR:
            _keep_an_administrator(person, administrators)
        if role != (person.vendor_role or person.partner_role):
            _set_role(person, role)
            store(person, new=False)
    return person


def deactivate(*, key: uuid.UUID, by: Person) -> Person:
    """Close Kanal to a person: whatever they have open ends with their next click. Again changes nothing.

    Raises:
        NotAllowed, Missing: the person keeps no settings; there is nobody with this key.
        Conflict: they are the last administrator of the vendor.
    """
    with acting(by):
        permit(by, _AREA)
        administrators = _lock_administrators()
        person = lock(Person, key)
        _keep_an_administrator(person, administrators)
        if person.is_active:
            person.is_active = False
            store(person, new=False)
        _end_sessions(person)
    return person


def reactivate(*, key: uuid.UUID, by: Person) -> Person:
    """Open Kanal to a person again, with the password that they had. Again changes nothing.

    Raises:
        NotAllowed, Missing: the person keeps no settings; there is nobody with this key.
    """
    with acting(by):
        permit(by, _AREA)
        person = lock(Person, key)
        if not person.is_active:
            person.is_active = True
            store(person, new=False)
    return person


def set_preferences(
    *,
    person: Person,
    language: str | None = None,
    theme: str | None = None,
    density: str | None = None,
    shortcuts: bool | None = None,
) -> Person:
    """Keep how a person wants to see Kanal; what is None stays as it is.

    Preferences are the person's own and no fields of the administrator's page, so the version stays.

    Raises:
        Invalid: there is no such choice.
    """
    known = {"language": dict(settings.LANGUAGES), "theme": Theme.values, "density": Density.values}
    given = {"language": language, "theme": theme, "density": density, "shortcuts": shortcuts}
    wanted = {name: value for name, value in given.items() if value is not None}
    wrong = [name for name, choices in known.items() if name in wanted and wanted[name] not in choices]
    if wrong:
        raise Invalid(dict.fromkeys(wrong, _("There is no such choice.")))
    with acting(person):
        locked = lock(Person, person.pk)
        if fill(locked, wanted):
            locked.save(update_fields=[*wanted])
    fill(person, wanted)
    return locked


def _fill(person: Person, values: Values) -> bool:
    email = values["email"].strip().lower()
    if Person.objects.filter(email__iexact=email).exclude(pk=person.pk).exists():
        raise Invalid({"email": _("Somebody has this address already.")})
    return fill(person, {**values, "email": email})


def _set_role(person: Person, role: str) -> None:
    roles: list[str] = VendorRole.values if person.partner is None else PartnerRole.values
    if role not in roles:
        raise Invalid({"role": _("There is no such role.")})
    if person.partner is None:
        person.vendor_role = role
    else:
        person.partner_role = role


def _lock_administrators() -> set[uuid.UUID]:
    """Take every active administrator, always in one order, so that two who demote each other wait here."""
    active = Person.objects.filter(vendor_role=VendorRole.ADMINISTRATOR, is_active=True).order_by("pk")
    return set(active.select_for_update().values_list("pk", flat=True))


def _keep_an_administrator(person: Person, administrators: set[uuid.UUID]) -> None:
    if administrators == {person.pk}:
        raise Conflict(
            _("%(name)s is the last administrator. Make somebody else an administrator first.")
            % {"name": person.name}
        )


def _end_sessions(person: Person) -> None:
    """Delete what is left of their sessions, so that none lives on should they be reactivated."""
    running = Session.objects.filter(expire_date__gt=clock.now()).iterator()
    ended = [one.pk for one in running if one.get_decoded().get("_auth_user_id") == str(person.pk)]
    Session.objects.filter(pk__in=ended).delete()
