"""A partner begins a request: a draft that is filled in from the opportunity, and saves itself."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import Person, ProductFamily
from kanal.directory.refusal import Conflict, Invalid, NotAllowed, Stale
from kanal.opportunities.actions.record import lock
from kanal.opportunities.models import Opportunity
from kanal.registration import access
from kanal.registration.actions.step import lock_for
from kanal.registration.lifecycle import HELD, Status
from kanal.registration.models import Registration
from kanal.registration.models.registration import FORM_FIELDS


def register(*, opportunity: uuid.UUID, by: Person) -> Registration:
    """Begin a request for an opportunity that the partner made; a draft that is there already is given.

    Args:
        opportunity: which one.
        by: somebody of the partner.

    Raises:
        Missing: it does not exist for this person.
        NotAllowed: it can't be registered by them.
        Conflict: every product family of it is registered already.
    """
    with acting(by):
        found = lock(opportunity, by=by)
        reason, partner = access.refusal_to_register(by, found), by.partner
        if reason is not None or partner is None:
            raise NotAllowed(reason or "")
        draft: Registration | None = found.registrations.filter(status=Status.DRAFT).first()
        if draft is not None:
            return draft
        families = _to_register(found)
        return Registration.objects.create(
            opportunity=found,
            partner=partner,
            created_by=by,
            currency=found.currency,
            family=families[0] if families else None,
            **_from_opportunity(found),
        )


def _to_register(opportunity: Opportunity) -> list[ProductFamily]:
    """Give the families of an opportunity's products for which no request runs; none where it has no products.

    Raises:
        Conflict: each is registered already.
    """
    families, free = _families(opportunity)
    if families and not free:
        raise Conflict(_("This deal is registered already. See its request under Deal registrations."))
    return free


def _families(opportunity: Opportunity) -> tuple[list[ProductFamily], list[ProductFamily]]:
    """Give the families of an opportunity's products, and those of them for which no request runs."""
    families = list(
        ProductFamily.objects.filter(products__lines__opportunity=opportunity).distinct().order_by("name")
    )
    taken = set(opportunity.registrations.filter(status__in=sorted(HELD)).values_list("family_id", flat=True))
    return families, [one for one in families if one.pk not in taken]


def _from_opportunity(opportunity: Opportunity) -> dict[str, Any]:
    """Give what a draft begins with: the customer, the contact, the value and the day, as they stand there."""
    account, contact = opportunity.account, opportunity.contact
    facts: dict[str, Any] = {
        "value": opportunity.estimated_revenue,
        "expected_close": opportunity.estimated_close_date,
    }
    if account is not None:
        facts |= {
            "company": account.name,
            **{
                name: getattr(account, name)
                for name in ("registration_number", "domain", "street", "postal_code", "city", "country")
            },
        }
    if contact is not None:
        facts |= {
            "contact_name": contact.name,
            "contact_email": contact.email,
            "contact_phone": contact.phone,
        }
    return facts


def save_draft(*, key: uuid.UUID, version: int, values: Mapping[str, Any], by: Person) -> Registration:
    """Keep what a partner has typed so far; it need not be complete.

    Args:
        key: which draft; while the vendor has asked for information, the fields that it opened.
        version: the version that the person started from.
        values: fields of `FORM_FIELDS` as they shall be; what is left out stays.
        by: who.

    Raises:
        Missing: it does not exist for this person.
        Conflict: it is no draft any more, so it is locked.
        Stale: a colleague changed it meanwhile.
        Invalid: a field can't be kept, even in a draft.
    """
    with acting(by):
        draft = lock_for(key, by)
        allowed = open_fields(draft)
        if not allowed:
            raise Conflict(_("The request is locked while it is decided on; nothing was changed."))
        check_fresh(draft, version, values, by)
        fill(draft, {name: value for name, value in values.items() if name in allowed})
    return draft


def open_fields(registration: Registration) -> tuple[str, ...]:
    """Give the fields that the partner may change now: all of a draft, the named ones where the vendor asked."""
    if registration.status == Status.DRAFT:
        return FORM_FIELDS
    if registration.status == Status.INFORMATION_REQUESTED:
        return tuple(name for name in FORM_FIELDS if name in registration.open_fields)
    return ()


def fill(registration: Registration, values: Mapping[str, Any]) -> list[str]:
    """Write what differs, and give its names.

    Raises:
        Invalid: a field can't be kept.
    """
    changed = [name for name, value in values.items() if getattr(registration, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(registration, name, values[name])
    _check_family(registration)
    registration.version += 1
    registration.modified_at = clock.now()
    registration.save(update_fields=["version", "modified_at", *changed])
    return changed


def _check_family(registration: Registration) -> None:
    """Refuse a family for which another request of the same opportunity runs."""
    running = Q(status__in=sorted({Status.DRAFT, *HELD}))
    others = registration.opportunity.registrations.filter(running, family=registration.family)
    if others.exclude(pk=registration.pk).exists():
        raise Invalid({"family": _("There is a request for this product family already.")})


def check_fresh(registration: Registration, version: int, values: Mapping[str, Any], by: Person) -> None:
    """Refuse to write over what a colleague has changed meanwhile.

    What the person changed themselves since is no obstacle: a draft saves itself while it is typed, and may do so just
    before it is submitted.

    Args:
        registration: locked.
        version: the version that the person started from.
        values: what they want to write.
        by: who.

    Raises:
        Stale: a colleague changed it; says what stands there now.
    """
    history = Registration.pgh_event_model.objects  # type: ignore[attr-defined]
    # A version that never was is none to start from.
    known = version if version <= registration.version else 0
    since = history.filter(pgh_obj=registration, version__gt=known)
    if (
        registration.version == version
        or not since.exclude(pgh_context__metadata__person=str(by.pk)).exists()
    ):
        return
    raise Stale(
        _("A colleague changed this request while you had it open. Nothing of yours was saved."),
        changed={
            name: getattr(registration, name)
            for name, value in values.items()
            if getattr(registration, name) != value
        },
    )


def registrable(person: Person, opportunity: Opportunity) -> bool:
    """Tell whether the button *Register* stands at the bottom of an opportunity's page.

    It is gone where a draft is begun already, and where every product family is registered.
    """
    if access.refusal_to_register(person, opportunity) is not None:
        return False
    if opportunity.registrations.filter(status=Status.DRAFT, partner=person.partner).exists():
        return False
    families, free = _families(opportunity)
    return bool(free) or not families
