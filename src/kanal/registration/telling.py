"""Who is told what about a request."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django.db.models import Q

from kanal.directory.models import Person
from kanal.notify.actions import Message, tell
from kanal.registration import access
from kanal.registration.lifecycle import EndReason, RejectReason, RevokeReason
from kanal.registration.models import Link, Registration


class Told(StrEnum):
    """What people are told; each is a kind of message in `notify.messages`."""

    SUBMITTED = "registration_submitted"
    LINED_UP = "registration_lined_up"
    ASKED = "registration_asked"
    ANSWERED = "registration_answered"
    APPROVED = "registration_approved"
    NEXT_STEP = "registration_next_step"
    REJECTED = "registration_rejected"
    DUPLICATE = "registration_duplicate"
    WITHDRAWN = "registration_withdrawn"
    ENDS_SOON = "registration_ends_soon"
    IDLE = "registration_idle"
    ENDED = "registration_ended"
    REVOKED = "registration_revoked"
    PROMOTED = "registration_promoted"
    HURRY = "registration_hurry"
    OVERDUE = "registration_overdue"
    HANDED_OVER = "registration_handed_over"
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_DECIDED = "extension_decided"
    OVERRIDDEN = "protection_overridden"
    BROKEN = "registration_chain_broken"
    FISHING = "registration_fishing"


REASONS = {*RejectReason.values, *RevokeReason.values, *EndReason.values}
_TO_PARTNER = frozenset(
    {
        *(Told.LINED_UP, Told.ASKED, Told.APPROVED, Told.REJECTED, Told.DUPLICATE, Told.ENDS_SOON, Told.IDLE),
        *(Told.ENDED, Told.REVOKED, Told.PROMOTED, Told.EXTENSION_DECIDED, Told.OVERRIDDEN),
    }
)
_TO_DECIDE = frozenset(
    {
        *(Told.SUBMITTED, Told.ANSWERED, Told.NEXT_STEP, Told.PROMOTED, Told.HURRY, Told.OVERDUE),
        Told.EXTENSION_ASKED,
    }
)
# Those whose opportunity it is, and those who had to do with the request.
_TO_KNOW = frozenset({Told.WITHDRAWN, Told.ENDED})


def tell_about(*, told: str, link_id: str, person_ids: Iterable[str]) -> int:
    """Tell everybody concerned what a step of a request was; give how many were told. Told twice, it is told once."""
    link = Link.objects.select_related(
        "registration__opportunity__owner",
        "registration__partner__account",
        "registration__family",
        "registration__currency",
        "registration__decided_by",
    ).get(pk=link_id)
    kind, registration = Told(told), link.registration
    named = list(person_ids)
    who = Q(pk__in=named)
    if not named and kind in _TO_PARTNER:
        who |= access.people_of(registration)
    if not named and kind in _TO_DECIDE:
        who |= _deciding(registration)
    if not named and kind in _TO_KNOW:
        who |= _concerned(registration)
    people = Person.objects.filter(who, is_active=True).select_related("partner").distinct()
    return sum(
        tell(person=person, message=message(kind, link, person))
        for person in people
        if str(person.pk) != link.actor
    )


def _deciding(registration: Registration) -> Q:
    """Give the condition on whoever is asked to decide now; where that is nobody, all who may are told."""
    step = access.open_step(registration)
    if step is not None and step.person is not None and step.person.is_active:
        return Q(pk=step.person_id)
    if step is None and registration.decided_by is not None and registration.decided_by.is_active:
        return Q(pk=registration.decided_by_id)
    return Q(pk__in=access.deciders().values("pk"))


def _concerned(registration: Registration) -> Q:
    keys = [registration.opportunity.owner_id, registration.taken_by_id, registration.decided_by_id]
    return Q(pk__in=[key for key in keys if key])


def facts_of(link: Link) -> dict[str, str]:
    """Give the plain facts of a step as messages and the timeline keep them.

    A reason of the closed lists is named so that it is put into words when it is read; see `RegistrationConfig`.
    """
    facts = {name: str(value) for name, value in link.content.items() if isinstance(value, (str, int))}
    if facts.get("reason") in REASONS:
        facts["reason"] = f"registration_{facts['reason']}"
    return facts


def message(kind: Told, link: Link, person: Person) -> Message:
    """Put together what the message needs."""
    registration = link.registration
    facts: dict[str, Any] = {
        "topic": registration.opportunity.topic,
        "partner": registration.partner.name,
        "customer": registration.company,
        "city": registration.city,
        "reference": registration.reference,
        "amount": str(registration.value) if registration.value is not None else "",
        "currency": registration.currency.code,
        "family": registration.family.name if registration.family else "",
        "who": link.actor_name,
        "deadline": _deadline(kind, registration),
        **facts_of(link),
    }
    side = "sales" if person.is_vendor else "portal"
    return Message(kind.value, facts, f"/{side}/registrations/{registration.pk}/", source=f"{link.pk}")


def _deadline(kind: Told, registration: Registration) -> str:
    moment = registration.decide_by
    if kind is Told.ASKED:
        moment = registration.answer_by
    elif kind in {Told.APPROVED, Told.ENDS_SOON, Told.EXTENSION_DECIDED} and registration.protection:
        moment = registration.protection.ends
    elif kind is Told.IDLE:
        moment = registration.idle_ends_at
    return moment.isoformat() if moment else ""
