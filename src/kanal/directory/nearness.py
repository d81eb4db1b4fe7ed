"""The accounts that are nearest to a company that somebody types: found by index, scored by `likeness`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import QuerySet, Value
from django.db.models.functions import Upper

from kanal.directory.likeness import (
    Company,
    Why,
    likeness,
    plain_number,
    registered_domain,
    without_form,
)
from kanal.directory.models import Account
from kanal.directory.models.accounts import PLAIN_NUMBER

# From this score on a company is worth a warning.
VERY_SIMILAR = 80
_CANDIDATES = 60
_SHORTEST = 3


@dataclass(frozen=True)
class Near:
    """An account that is near to what was asked for.

    Attributes:
        account: the record.
        score: 0 to 100; see `likeness`.
        why: what it shares, the strongest first.
    """

    account: Account
    score: int
    why: tuple[Why, ...]

    @property
    def reasons(self) -> str:
        """Give the reasons in words."""
        return ", ".join(str(one.label) for one in self.why)


def nearest(
    accounts: QuerySet[Any],
    *,
    name: str = "",
    domain: str = "",
    number: str = "",
    least: int = VERY_SIMILAR,
    limit: int = 5,
    but: uuid.UUID | None = None,
) -> list[Near]:
    """Give the accounts that are nearest to a company, the nearest first.

    Args:
        accounts: among which, such as those that the asking person may see.
        name: the company's name; fewer than three letters say too little.
        domain: its web domain, an address there, or a mail address.
        number: its registration number.
        least: the lowest score that counts.
        limit: how many at most.
        but: the key of an account that is not meant, such as the one that is edited.
    """
    wanted = Company(name=name, domain=domain, number=number)
    found: dict[uuid.UUID, Near] = {}
    for account in _candidates(accounts.exclude(pk=but) if but else accounts, wanted):
        alike = likeness(
            wanted, Company(account.name, account.domain, account.registration_number), similar=least
        )
        if alike.score >= least:
            found[account.pk] = Near(account, alike.score, alike.why)
    return sorted(found.values(), key=lambda near: (-near.score, near.account.name, near.account.pk))[:limit]


def _candidates(accounts: QuerySet[Any], wanted: Company) -> Iterator[Account]:
    """Give what may be near, by one small query for each thing that is known; each uses an index."""
    number, domain, name = (
        plain_number(wanted.number),
        registered_domain(wanted.domain),
        without_form(wanted.name),
    )
    if number:
        yield from _few(
            accounts.alias(plain_number=PLAIN_NUMBER)
            .filter(plain_number=number)
            .exclude(registration_number="")
        )
    if domain:
        yield from _few(accounts.filter(domain__icontains=domain))
    if len(name) >= _SHORTEST:
        yield from _few(_similar(accounts, name))


def _similar(accounts: QuerySet[Any], name: str) -> QuerySet[Any]:
    """Give accounts by the likeness of their letters; the index has them in capitals, so the search has too."""
    wanted = Upper(Value(name))
    found: QuerySet[Any] = accounts.alias(in_capitals=Upper("name")).filter(
        in_capitals__trigram_similar=wanted
    )
    nearness = TrigramSimilarity("in_capitals", wanted)  # type: ignore[arg-type] # it takes expressions too
    return found.order_by(nearness.desc(), "pk")


def _few(accounts: QuerySet[Any]) -> Iterable[Account]:
    return accounts[:_CANDIDATES]
