"""Deal registration requests for tests, made by the real actions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from kanal.config import clock
from kanal.directory.models import Person
from kanal.opportunities.actions import NewAccount
from kanal.opportunities.actions.values import Line
from kanal.opportunities.models import Opportunity
from kanal.registration import actions
from kanal.registration.models import Registration, RegistrationPolicy
from kanal.registration.policy import in_force
from tests.cast import Cast


def opportunity(cast: Cast, by: Person, *, customer: str = "Søby Teknik ApS", **facts: Any) -> Opportunity:
    """Make an opportunity on the portal, with a customer of the partner's own and one product."""
    city = facts.pop("city", "Søby")
    domain = facts.pop("domain", "soby-teknik.dk")
    values = {
        "topic": f"ERP for {customer}",
        "account": NewAccount(customer, city, "DK", domain),
        "estimated_close_date": clock.today() + timedelta(days=60),
        "lines": [Line(cast.erp)],
        **facts,
    }
    return cast.made(by=by, **values)


def draft(cast: Cast, by: Person, **facts: Any) -> Registration:
    """Begin a request for an opportunity that is made for it."""
    return actions.register(opportunity=opportunity(cast, by, **facts).pk, by=by)


def values(**facts: Any) -> dict[str, Any]:
    """Give what a partner fills in beside what the draft begins with."""
    return {
        "work_done": "We have run their network since 2019; they asked us for a new ERP in October.",
        "value": Decimal("265000.00"),
        **facts,
    }


def submit(draft: Registration, by: Person, *, wait_in_line: bool = False, **facts: Any) -> Registration:
    """Submit a draft."""
    return actions.submit(
        key=draft.pk,
        version=draft.version,
        values=values(**facts),
        accept_terms=True,
        wait_in_line=wait_in_line,
        by=by,
    )


def submitted(cast: Cast, by: Person, *, wait_in_line: bool = False, **facts: Any) -> Registration:
    """Make one that waits for the vendor."""
    return submit(draft(cast, by, **facts), by, wait_in_line=wait_in_line)


def approved(cast: Cast, by: Person, **facts: Any) -> Registration:
    """Make one that protects its customer; the administrator approves, as the channel manager owns it."""
    made = submitted(cast, by, **facts)
    approve(made, cast)
    return again(made)


def approve(registration: Registration, cast: Cast) -> Registration:
    """Give every approval that is wanted, each by somebody else."""
    for person in (cast.ada, second(cast)):
        if again(registration).status not in {"submitted", "in_review"}:
            break
        actions.approve(key=registration.pk, by=person)
    return again(registration)


def second(cast: Cast) -> Person:
    """Give a second administrator, made where there is none yet."""
    from tests import cast as casting

    found = Person.objects.filter(email="berit@havn.example").first()
    return found or casting.vendor_person("Berit Lund", "administrator")


def again(registration: Registration) -> Registration:
    """Read it anew."""
    return Registration.objects.select_related(
        "protection", "opportunity", "partner__account", "family", "policy"
    ).get(pk=registration.pk)


def policy(by: Person, **terms: Any) -> RegistrationPolicy:
    """Let the policy say something else from now on."""
    now = in_force()
    number = now.version.number if now.version else 0
    kept = actions.keep_policy(number=number, terms=replace(now.terms, **terms), why="For this test", by=by)
    assert kept is not None
    return kept
