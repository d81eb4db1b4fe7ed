"""The market of the matching engine as a database: the same partners and opportunities, with people and work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from bench import market
from kanal.distribution.matching import Opportunities, Partners

_COUNTRIES = ("DK", "SE", "NO", "FI", "DE", "NL", "BE", "FR", "ES", "IT", "PL", "GB")
_LANGUAGES = ("da", "sv", "no", "fi", "de", "nl", "be", "fr", "es", "it", "pl", "en")


@dataclass
class Filled:
    """A database with a market in it.

    Attributes:
        manager: the channel manager who assigns.
        partners: keys, in the order of the arrays.
    """

    manager: Any
    partners: Sequence[Any]
    tables: dict[str, Sequence[Any]]


def fill(partners: Partners, asked: Opportunities) -> Filled:
    """Write partners with their people and their present work, opportunities that wait, and a policy."""
    from kanal.directory.models import Person

    manager = Person.objects.create_user(
        "manager@bench.example", name="Manager", vendor_role="channel_manager"
    )
    tables = _tables()
    keys = _partners(partners, tables)
    filled = Filled(manager, keys, tables)
    _work(partners, filled)
    wait(asked, filled)
    _policy(manager)
    tidy()
    return filled


def tidy() -> None:
    """Let the planner know the tables as they are."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _tables() -> dict[str, Sequence[Any]]:
    from kanal.directory.models import Currency, Industry, Product, ProductFamily, Territory, Tier

    currency = Currency.objects.create(code="DKK", name="Danish krone")
    territories = [Territory.objects.create(name=f"Country {n}") for n in range(market.COUNTRIES)]
    for country in range(market.COUNTRIES):
        for region in range(market.REGIONS):
            territories.append(
                Territory.objects.create(name=f"Region {country}.{region}", parent=territories[country])
            )
    families = [
        ProductFamily.objects.create(name=f"Family {n}", certificate=n < 3) for n in range(market.FAMILIES)
    ]
    return {
        "currency": [currency],
        "territories": territories,
        "families": families,
        "products": [
            Product.objects.create(name=f"Product {n}", code=f"P-{n}", family=one)
            for n, one in enumerate(families)
        ],
        "industries": [Industry.objects.create(name=f"Industry {n}") for n in range(market.INDUSTRIES)],
        "tiers": [Tier.objects.create(name=f"Tier {n}", rank=n) for n in range(1, 4)],
    }


def _partners(partners: Partners, tables: dict[str, Sequence[Any]]) -> Sequence[Any]:
    from kanal.config.copying import Bulk, new_key
    from kanal.directory.models import Account, Certification, Partner, Person

    count = len(partners)
    accounts, keys = [new_key() for _ in range(count)], sorted(new_key() for _ in range(count))
    home = [int(np.flatnonzero(row == row.max())[0]) for row in partners.languages.astype(int)]
    places = [tuple(int(part) for part in row) for row in partners.place]
    Bulk(
        Account, ("id", "name", "city", "country", "latitude", "longitude"), kind="partner", located_for="x"
    ).write(
        (
            key,
            f"Partner {n}",
            "City",
            _COUNTRIES[home[n]],
            *(places[n] if partners.placed[n] else (None, None)),
        )
        for n, key in enumerate(accounts)
    )
    varying = ("id", "account_id", "status", "tier_id", "capacity", "languages", "value_least", "value_most")
    Bulk(Partner, varying).write(
        (
            *(keys[n], accounts[n], "active" if partners.active[n] and not partners.paused[n] else "paused"),
            tables["tiers"][partners.tier[n] - 1].pk if partners.tier[n] else None,
            None if partners.capacity[n] < 0 else int(partners.capacity[n]),
            [_LANGUAGES[place] for place in np.flatnonzero(partners.languages[n])],
            *(
                None if limit[n] < 0 else int(limit[n])
                for limit in (partners.value_least, partners.value_most)
            ),
        )
        for n in range(count)
    )
    _related(Partner.territories.through, "territory_id", keys, partners.covers == 0, tables["territories"])
    _related(Partner.families.through, "productfamily_id", keys, partners.families, tables["families"])
    _related(Partner.industries.through, "industry_id", keys, partners.industries, tables["industries"])
    Bulk(Certification, ("id", "partner_id", "family_id"), name="Certified").write(
        (new_key(), keys[row], tables["families"][col].pk) for row, col in np.argwhere(partners.certified)
    )
    Bulk(Person, ("id", "email", "name", "partner_id", "partner_role"), password="!").write(
        (new_key(), f"{role}@partner{n}.example", f"{role.title()} {n}", key, role)
        for n, key in enumerate(keys)
        for role in ("administrator", "manager")
    )
    return keys


def _related(through: Any, column: str, keys: Sequence[Any], flags: Any, others: Sequence[Any]) -> None:
    from kanal.config.copying import Bulk

    Bulk(through, ("partner_id", column)).write(
        (keys[row], others[col].pk) for row, col in np.argwhere(flags)
    )


def _work(partners: Partners, filled: Filled) -> None:
    """Give each partner the open opportunities that it works on."""
    from kanal.config.copying import Bulk, new_key
    from kanal.opportunities.models import Opportunity, Participation

    work = [(new_key(), key) for n, key in enumerate(filled.partners) for _ in range(int(partners.load[n]))]
    columns = ("id", "reference", "external_key", "topic", "partner_id")
    common = {"currency_id": filled.tables["currency"][0].pk, "owner_id": filled.manager.pk}
    Bulk(Opportunity, columns, status="accepted", **common).write(
        (key, f"WORK-{n}", f"work:{n}", f"Work {n}", partner) for n, (key, partner) in enumerate(work)
    )
    Bulk(Participation, ("id", "opportunity_id", "partner_id"), kind="managing").write(
        (new_key(), key, partner) for key, partner in work
    )


def wait(asked: Opportunities, filled: Filled, *, begin: int = 0) -> Sequence[str]:
    """Write opportunities that wait for a partner; give their keys.

    Args:
        asked: what they are like.
        filled: the database.
        begin: the number of the first, where there are others already.
    """
    from kanal.config.copying import Bulk, new_key
    from kanal.directory.models import Account
    from kanal.opportunities.models import Opportunity, OpportunityProduct

    count, tables = len(asked), filled.tables
    accounts, keys = [new_key() for _ in range(count)], [new_key() for _ in range(count)]
    places = [tuple(int(part) for part in row) for row in asked.place]
    columns = ("id", "name", "city", "country", "language", "industry_id", "latitude", "longitude")
    Bulk(Account, columns, located_for="x").write(
        (
            *(
                key,
                f"Customer {begin + n}",
                "City",
                _COUNTRIES[asked.language[n]],
                _LANGUAGES[asked.language[n]],
            ),
            tables["industries"][asked.industry[n]].pk,
            *(places[n] if asked.placed[n] else (None, None)),
        )
        for n, key in enumerate(accounts)
    )
    varying = ("id", "reference", "topic", "account_id", "territory_id", "estimated_revenue")
    Bulk(
        Opportunity,
        (*varying, "estimated_revenue_base"),
        currency_id=tables["currency"][0].pk,
        owner_id=filled.manager.pk,
    ).write(
        (
            *(key, f"OPP-{begin + n}", f"ERP renewal for {begin + n} users", accounts[n]),
            *(tables["territories"][asked.territory[n]].pk, int(asked.value[n]), int(asked.value[n])),
        )
        for n, key in enumerate(keys)
    )
    Bulk(OpportunityProduct, ("id", "opportunity_id", "product_id")).write(
        (new_key(), keys[row], tables["products"][col].pk) for row, col in np.argwhere(asked.families)
    )
    _history(asked, keys, filled)
    return keys


def _history(asked: Opportunities, keys: Sequence[str], filled: Filled) -> None:
    """Write earlier offers: some declined, some ended."""
    from kanal.config import clock
    from kanal.config.copying import Bulk, new_key
    from kanal.distribution.models import Offer

    then = clock.now() - timedelta(days=30)
    for status, pairs in (("declined", asked.declined), ("expired", asked.offered)):
        Bulk(
            Offer,
            ("id", "opportunity_id", "partner_id"),
            status=status,
            reason="no_capacity" if status == "declined" else "",
            delivered_at=then - timedelta(days=3),
            deadline=then,
            answered_at=then,
        ).write((new_key(), keys[row], filled.partners[col]) for row, col in _once(pairs))


def _once(pairs: Any) -> Iterable[tuple[int, int]]:
    return sorted({(int(row), int(col)) for row, col in pairs})


def _policy(by: Any) -> None:
    from kanal.distribution.actions import make_policy
    from kanal.distribution.terms import Terms

    make_policy(name="Default", terms=Terms(), by=by)
