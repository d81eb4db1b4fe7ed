"""People who sign in: editing, roles, closing and opening their access, preferences."""

from __future__ import annotations

import uuid

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory import access
from kanal.directory.acting import acting
from kanal.directory.actions.records import Values, check_version, fill, lock, permit, store
from kanal.directory.models import PartnerRole, Person, VendorRole
from kanal.directory.models.people import Density, Theme
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed

_ADMINISTRATOR = "administrator"  # the same key at the vendor and at a partner

_OWN = frozenset({"name", "job_title", "phone", "language", "time_zone"})


def keep_person(*, key: uuid.UUID, version: int, values: Values, by: Person) -> Person:
    """Change what is known of a person; role and access have actions of their own.

    Raises:
        NotAllowed, Missing, Stale, Invalid: as with `keep`.
    """
    with acting(by):
        permit(by, "settings")
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
        Missing, NotAllowed: there is nobody with this key for this person; they don't keep the people there.
        Invalid: there is no such role there.
        Conflict: they are the last administrator of their company.
    """
    with acting(by):
        person = _take(key, by)
        if role != _ADMINISTRATOR:
            _keep_an_administrator(person, by)
        if role != (person.vendor_role or person.partner_role):
            _set_role(person, role)
            store(person, new=False)
    return person


def deactivate(*, key: uuid.UUID, by: Person) -> Person:
    """Close Kanal to a person: whatever they have open ends with their next click. Again changes nothing.

    Whom the vendor shut out, the vendor alone lets in again; also where their company had closed their access before.

    Raises:
        Missing, NotAllowed: there is nobody with this key for this person; they don't keep the people there.
        Conflict: they are the last administrator of their company.
    """
    with acting(by):
        person = _take(key, by)
        _keep_an_administrator(person, by)
        if fill(
            person, {"is_active": False, "shut_out_by_vendor": by.is_vendor or person.shut_out_by_vendor}
        ):
            store(person, new=False)
        _end_sessions(person)
    return person


def reactivate(*, key: uuid.UUID, by: Person) -> Person:
    """Open Kanal to a person again, with the password that they had. Again changes nothing.

    Raises:
        Missing, NotAllowed: there is nobody with this key for this person; they don't keep the people there, or the
            vendor deactivated this one.
    """
    with acting(by):
        person = _take(key, by)
        refusal = access.refusal_to_reactivate(by, person)
        if refusal is not None:
            raise NotAllowed(refusal)
        if fill(person, {"is_active": True, "shut_out_by_vendor": False}):
            store(person, new=False)
    return person


def keep_self(*, values: Values, by: Person) -> Person:
    """Change what a person keeps of themselves: name, job title, phone, language, time zone.

    Raises:
        Invalid: a field can't be taken, or is not theirs to keep.
    """
    foreign = values.keys() - _OWN
    if foreign:
        raise Invalid(dict.fromkeys(foreign, _("An administrator keeps this.")))
    if values.get("language", by.language) not in dict(settings.LANGUAGES):
        raise Invalid({"language": _("There is no such choice.")})
    with acting(by):
        person = lock(Person, by.pk)
        if fill(person, values):
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


def hold_people(key: uuid.UUID, *others: uuid.UUID | None, by: Person) -> dict[uuid.UUID, Person]:
    """Take people for change, with the administrators of the first one's company, all in one order.

    So two who demote or deactivate each other wait here, and the second one is judged by what the first did. An action
    that needs several people takes them here, before anything else, so that nobody waits in a ring.

    Raises:
        Missing: there is nobody with the first key for this person.
    """
    company = access.visible_people(by).filter(pk=key).values_list("partner", flat=True)[:1]
    if not company:
        raise Missing
    wanted = _administrators(company[0]) | Q(pk__in=[one for one in (key, *others) if one is not None])
    held = Person.objects.select_for_update(of=("self",), no_key=True).filter(wanted)
    return {one.pk: one for one in held.order_by("pk")}


def _take(key: uuid.UUID, by: Person) -> Person:
    held = hold_people(key, by=by)
    if key not in held:
        raise Missing
    reason = access.refusal_to_keep_people(held.get(by.pk, by), held[key].partner_id)
    if reason is None and by.partner_id == held[key].partner_id and by.pk not in held:
        reason = _("You are no administrator any more.")
    if reason is not None:
        raise NotAllowed(reason)
    return held[key]


def _administrators(partner: uuid.UUID | None) -> Q:
    of_vendor = Q(vendor_role=_ADMINISTRATOR, is_active=True)
    of_partner = Q(partner=partner, partner_role=_ADMINISTRATOR, is_active=True)
    return of_vendor if partner is None else of_partner


def _keep_an_administrator(person: Person, by: Person) -> None:
    """Refuse to leave a company without anybody who lets people in.

    The vendor may, for a partner: it can invite another one, and somebody must be able to shut out a bad one.
    """
    if by.is_vendor and not person.is_vendor:
        return
    found = Person.objects.filter(_administrators(person.partner_id))
    if set(found.values_list("pk", flat=True)) == {person.pk}:
        raise Conflict(
            _("%(name)s is the last administrator. Make somebody else an administrator first.")
            % {"name": person.name}
        )


def _end_sessions(person: Person) -> None:
    """Delete what is left of their sessions, so that none lives on should they be reactivated."""
    running = Session.objects.filter(expire_date__gt=clock.now()).iterator()
    ended = [one.pk for one in running if one.get_decoded().get("_auth_user_id") == str(person.pk)]
    Session.objects.filter(pk__in=ended).delete()
