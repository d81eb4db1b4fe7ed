"""By what a company is known exactly: two companies that share an exact key are one.

Pure; knows no database. `likeness` says how near two companies are, this says what can't be held by two at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kanal.directory.likeness import bare_name, is_of_a_court, number_country, plain_number, registered_domain

_LONGEST = 300


@dataclass(frozen=True, order=True)
class Key:
    """One thing that a company is known by.

    Attributes:
        text: what it is, with its kind before it, such as `domain:lindholm.dk`.
        exact: says by itself which company it is.
    """

    text: str
    exact: bool = True


def company_keys(
    *,
    name: str,
    number: str = "",
    domains: Iterable[str] = (),
    country: str = "",
    accounts: Iterable[object] = (),
) -> tuple[Key, ...]:
    """Give what a company is known by, sorted, each once.

    A registration number counts within its country, which may stand in it: `DK 12345678` is Danish wherever the company
    is. That of a court is another company's in the next town, and none. A name says by itself which
    company it is only where nothing better is known: two firms may be called Lindholm.

    Args:
        name: of the company.
        number: in the country's register.
        domains: web domains, addresses, or mail addresses; those of mail for all say nothing.
        country: two letters.
        accounts: keys of records of the directory that are this company, or of its group.
    """
    known = {f"domain:{one}" for one in map(registered_domain, domains) if one}
    if plain_number(number) and not is_of_a_court(number):
        known.add(f"number:{number_country(number, country)}{plain_number(number)}")
    bare = bare_name(name)
    found = {Key(text[:_LONGEST]) for text in known}
    if bare:
        found.add(Key(f"name:{bare}|{country.upper()}"[:_LONGEST], exact=not known))
    found |= {Key(f"account:{one}") for one in accounts}
    return tuple(sorted(found))
