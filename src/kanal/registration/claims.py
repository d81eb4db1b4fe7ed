"""What a request claims: the customer as the keys by which the database keeps it apart."""

from __future__ import annotations

from kanal.directory.keys import Key, company_keys
from kanal.directory.models import Account
from kanal.distribution import protection
from kanal.registration.models import Registration


def keys_of(registration: Registration) -> tuple[Key, ...]:
    """Give everything that the customer of a request is known by: as the partner names it, and as the records do.

    The record that its opportunity names counts with those of its group, so that a protection holds for the whole
    company group and its domains.
    """
    found = set(
        company_keys(
            name=registration.company,
            number=registration.registration_number,
            domains=[registration.domain, registration.contact_email],
            country=registration.country,
        )
    )
    account: Account | None = registration.opportunity.account
    if account is not None:
        found |= set(protection.keys_of(account))
    exact_texts = {one.text for one in found if one.exact}
    # One text is kept once; where it is exact for one of them it is exact.
    return tuple(sorted({one for one in found if one.exact or one.text not in exact_texts}))


def exact(registration: Registration) -> frozenset[str]:
    """Give those of its keys that say by themselves which company it is."""
    return frozenset(one.text for one in keys_of(registration) if one.exact)
