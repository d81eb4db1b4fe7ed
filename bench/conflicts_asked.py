"""The whole question of a partner, as the page asks it: counted, looked up, judged against everything, and kept."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bench.conflicts_labelled import Pair

# So many customers are protected for others, and so many requests wait, while the questions are asked.
PROTECTED, WAITING = 2_000, 2_000


def ask(labelled: Sequence[Pair]) -> dict[str, float]:
    """Fill in what is protected and what waits, ask about each labelled company, and give milliseconds."""
    person = _rival()
    _fill()
    from kanal.registration.actions import check_customer

    took, answers = [], []
    for pair in labelled:
        values = {
            "company": pair.one.name,
            "domain": pair.one.domain,
            "registration_number": pair.one.number,
            "city": pair.one.city,
            "country": pair.one.country,
        }
        began = time.perf_counter()
        answers.append(check_customer(values=values, family=None, by=person).answer)
        took.append((time.perf_counter() - began) * 1000)
    return {
        "median": statistics.median(took),
        "p95": statistics.quantiles(took, n=20)[-1],
        "not_clear": sum(one != "clear" for one in answers) / len(answers),
    }


def _rival() -> Any:
    """Make somebody of one more partner, who may ask as often as it takes."""
    from kanal.directory.models import Account, AccountKind, Partner, Person
    from kanal.registration.models import RegistrationPolicy
    from kanal.registration.terms import Terms

    account = Account.objects.create(kind=AccountKind.PARTNER, name="The one that asks", country="DK")
    partner = Partner.objects.create(account=account)
    RegistrationPolicy.objects.create(
        number=1, data=Terms(checks_a_day=10_000, checks_a_company=100_000).plain(), why="To measure"
    )
    return Person.objects.create(
        email="asks@example.org", name="Asker", partner=partner, partner_role="administrator"
    )


def _fill() -> None:
    """Write requests of other partners for customers of theirs: some approved, some that wait."""
    from django.db import connection

    from kanal.registration.models import Registration

    rows = _requests()
    held = _protect(rows[:PROTECTED])
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE registration_registration DISABLE TRIGGER USER"
        )  # they begin where they stand
        Registration.objects.bulk_create(rows)
        cursor.execute("ALTER TABLE registration_registration ENABLE TRIGGER USER")
    _key(rows[:held])
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE registration_registration, distribution_protectedkey, opportunities_opportunity"
        )


def _requests() -> list[Any]:
    from kanal.config import clock
    from kanal.directory.models import Account, Currency, Person, ProductFamily
    from kanal.opportunities.models import Opportunity

    kept = Account.objects.filter(managing_partner__isnull=False).order_by("pk")[: PROTECTED + WAITING]
    family = ProductFamily.objects.create(name="What is sold")
    currency = Currency.objects.get_or_create(code="DKK", defaults={"name": "Danish krone"})[0]
    owner = Person.objects.create(email="owns@example.org", name="Owner", vendor_role="administrator")
    made = Opportunity.objects.bulk_create(
        Opportunity(
            reference=f"B-{place}",
            external_key=f"b{place}",
            topic="Measured",
            account=one,
            currency=currency,
            owner=owner,
            made_by_partner_id=one.managing_partner_id,
            partner_id=one.managing_partner_id,
        )
        for place, one in enumerate(kept)
    )
    rows = [_request(place, one, clock.now()) for place, one in enumerate(made)]
    for row in rows:
        row.family, row.currency, row.created_by = family, currency, owner
    return rows


def _protect(rows: Sequence[Any]) -> int:
    """Protect the customers of requests, which are not written yet; give how many."""
    from kanal.distribution.models import Protection

    held = [
        Protection(
            reference=row.reference,
            partner_id=row.partner_id,
            family=row.family,
            opportunity=row.opportunity,
            customer=row.company,
            begins=row.submitted_at,
            ends=row.submitted_at + timedelta(days=90),
        )
        for row in rows
    ]
    Protection.objects.bulk_create(held)
    for row, one in zip(rows, held, strict=True):
        row.protection, row.status = one, "approved"
    return len(held)


def _key(rows: Sequence[Any]) -> None:
    """Write by what each protected customer is known; made-up ones may share a domain, and what is exact is one's."""
    from kanal.distribution.models import ProtectedKey
    from kanal.registration.claims import keys_of

    known: set[str] = set()
    found = []
    for row in rows:
        new = [key for key in keys_of(row) if key.text not in known]
        known |= {key.text for key in new}
        found += [ProtectedKey(protection=row.protection, key=key.text, exact=key.exact) for key in new]
    ProtectedKey.objects.bulk_create(found)


def _request(place: int, opportunity: Any, now: Any) -> Any:
    from kanal.registration.models import Registration

    account = opportunity.account
    return Registration(
        reference=f"DR-{place}",
        opportunity=opportunity,
        partner_id=account.managing_partner_id,
        status="submitted",
        submitted_at=now,
        decide_by=now + timedelta(days=2),
        company=account.name,
        **{
            name: getattr(account, name)
            for name in ("registration_number", "domain", "street", "postal_code", "city", "country")
        },
    )
