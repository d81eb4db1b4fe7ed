"""Asking whether a customer is free, before anything is filled in: the same words whoever holds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.access import may_enter_portal
from kanal.directory.acting import acting
from kanal.directory.models import Partner, Person
from kanal.directory.refusal import Invalid, NotAllowed, Refusal
from kanal.registration import access, clashes
from kanal.registration.conflicts.judging import Customer
from kanal.registration.models import Answer, Check
from kanal.registration.policy import in_force
from kanal.registration.terms import Terms

# What a customer is asked for by.
ASKED = ("company", "domain", "registration_number", "city", "country")
_DAY = timedelta(days=1)
_SHORTEST = 3


class TooMany(Refusal):
    """Too many customers were checked today; faces answer 429."""


@dataclass(frozen=True)
class Checked:
    """What was answered, and how many more questions are left today."""

    answer: Answer
    left: int


def check_customer(*, values: Mapping[str, str], family: UUID | None, by: Person) -> Checked:
    """Say whether a customer is clear, needs review or is protected; every question is kept.

    Args:
        values: name, domain, registration_number, city, country of the customer; a name or a domain or a number.
        family: the product family; None is any.
        by: somebody of a partner.

    Raises:
        NotAllowed: the person works for no partner that may ask.
        Invalid: too little is asked to tell.
        TooMany: the person, or the company, has asked as often today as the policy allows.
    """
    asked = {name: str(value).strip() for name, value in values.items()}
    _check(asked)
    terms = in_force().terms

    def ask(partner: Partner) -> Answer:
        return clashes.find(clashes.Question(_customer(asked), partner, family), terms).answer

    return _counted(asked, ask, by)


def count_question(*, values: Mapping[str, str], answer: Answer, by: Person) -> None:
    """Count what was answered elsewhere as a question, so that nobody fishes by submitting one draft after another.

    Args:
        values: as for `check_customer`.
        answer: what the person heard by it.
        by: who.

    Raises:
        TooMany: the person, or the company, has asked as often today as the policy allows; nothing may be answered.
    """
    _counted(dict(values), lambda _partner: answer, by)


def _counted(asked: Mapping[str, str], ask: Callable[[Partner], Answer], by: Person) -> Checked:
    """Answer a question, where one is left, and keep it.

    Raises:
        NotAllowed, TooMany: as for `check_customer`.
    """
    partner = by.partner
    if not may_enter_portal(by) or partner is None:
        raise NotAllowed(_("Only people of a partner check customers."))
    with acting(by):
        # One company's questions come one after another, so that none slips past the count.
        _one_at_a_time(partner)
        left = _left(by, partner, in_force().terms)
        if left > 0:
            answer = ask(partner)
            Check.objects.create(partner=partner, person=by, asked=dict(asked), answer=answer)
        else:
            _refuse(by, partner, asked)
    if left <= 0:
        raise TooMany(
            _(
                "You have checked as many customers as a day allows. Try again tomorrow, or ask your channel manager."
            )
        )
    return Checked(answer, left - 1)


def _customer(asked: Mapping[str, str]) -> Customer:
    return Customer(
        name=asked.get("company", ""),
        number=asked.get("registration_number", ""),
        domain=asked.get("domain", ""),
        city=asked.get("city", ""),
        country=asked.get("country", ""),
    )


def _check(asked: Mapping[str, str]) -> None:
    if not any(asked.get(name) for name in ("company", "domain", "registration_number")):
        raise Invalid({"company": _("Enter a name, a web domain or a registration number.")})
    if asked.get("company") and len(asked["company"]) < _SHORTEST:
        raise Invalid({"company": _("Enter at least three letters of the name.")})


def _left(by: Person, partner: Partner, terms: Terms) -> int:
    """Give how many questions are left in these 24 hours, for the person and for the company."""
    answered = Check.objects.filter(at__gte=clock.now() - _DAY).exclude(answer="")
    mine = answered.filter(person=by).count()
    ours = answered.filter(partner=partner).count()
    return min(terms.checks_a_day - mine, terms.checks_a_company - ours)


def _refuse(by: Person, partner: Partner, asked: Mapping[str, str]) -> None:
    """Keep a question that is not answered; the vendor is told of the first of a day."""
    since = clock.now() - _DAY
    known = Check.objects.filter(partner=partner, at__gte=since, answer="").exists()
    Check.objects.create(partner=partner, person=by, asked=dict(asked), answer="")
    if not known:
        _tell_vendor(by, partner)


def _one_at_a_time(partner: Partner) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"check {partner.pk}"])


def _tell_vendor(by: Person, partner: Partner) -> None:
    from kanal.notify.actions import Message, tell
    from kanal.registration.telling import Told

    message = Message(
        Told.FISHING.value,
        {"partner": partner.name, "who": by.name},
        f"/sales/partners/{partner.pk}/",
        source=f"{partner.pk} {clock.today():%Y-%m-%d}",
    )
    people = access.deciders()
    mine = people.filter(pk=partner.channel_manager_id) if partner.channel_manager_id else people.none()
    for person in mine if mine.exists() else people:
        tell(person=person, message=message)
