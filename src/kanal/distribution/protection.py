"""Which customers are protected for a partner: asked by whoever offers, shares or assigns, and by deal registration."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kanal.config import clock
from kanal.config.among import among
from kanal.directory.keys import Key, company_keys
from kanal.directory.likeness import plain_number
from kanal.directory.models import Account, Partner
from kanal.distribution.models import ProtectedKey, Protection
from kanal.opportunities.models import Opportunity, OpportunityProduct

# Up to so many opportunities their own keys are looked up; of more, everything that is protected is read once.
_FEW = 500
_ACCOUNT = ("pk", "name", "registration_number", "domain", "country", "parent")


@dataclass(frozen=True)
class Customer:
    """What a customer is known by.

    Attributes:
        keys: see `directory.keys`.
        number: its plain registration number; empty is unknown.
    """

    keys: frozenset[str]
    number: str = ""


def customer_of(account: Account) -> Customer:
    """Give what one account is known by, with the record that it is part of."""
    keys = company_keys(
        name=account.name,
        number=account.registration_number,
        domains=[account.domain],
        country=account.country,
        accounts=[account.pk, account.parent_id] if account.parent_id else [account.pk],
    )
    return Customer(frozenset(one.text for one in keys), plain_number(account.registration_number))


def keys_of(account: Account) -> tuple[Key, ...]:
    """Give the keys of one account with those of the records of its group, as a protection keeps them."""
    group = Account.objects.filter(Q(pk=account.pk) | Q(pk=account.parent_id) | Q(parent=account.pk))
    if account.parent_id:
        group |= Account.objects.filter(parent=account.parent_id)
    found: set[Key] = set()
    for one in group:
        found |= set(
            company_keys(
                name=one.name,
                number=one.registration_number,
                domains=[one.domain],
                country=one.country,
                accounts=[one.pk],
            )
        )
    return tuple(sorted(found))


def covering(customer: Customer, families: Collection[uuid.UUID], *, exact: bool = False) -> list[Protection]:
    """Give the protections that hold now for a customer, the oldest first.

    Args:
        customer: what it is known by.
        families: of the products that matter; none of them known counts as all.
        exact: only those that share a key which says by itself which company it is.
    """
    rows = ProtectedKey.objects.filter(key__in=sorted(customer.keys), period__contains=clock.now())
    if exact:
        rows = rows.filter(exact=True)
    if families:
        rows = rows.filter(family__in=sorted(families))
    found = rows.select_related("protection__partner__account", "protection__family").order_by("pk")
    protections = {row.protection_id: row.protection for row in found if _same(row, customer)}
    return sorted(protections.values(), key=lambda one: (one.begins, one.pk))


def of_opportunity(opportunity: Opportunity) -> list[Protection]:
    """Give the protections that hold now for an opportunity's customer and products."""
    if opportunity.account is None:
        return []
    return covering(customer_of(opportunity.account), _families([opportunity.pk]).get(opportunity.pk, ()))


def against(opportunity: Opportunity, partner: Partner | None) -> list[Protection]:
    """Give those that hold for somebody else than a partner; None is the vendor itself."""
    return [one for one in of_opportunity(opportunity) if partner is None or one.partner_id != partner.pk]


def holders(keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Give for opportunities the partner for whom the customer is protected; those without are left out.

    A fixed number of reads, however many there are, and one where nothing is protected.
    """
    running = ProtectedKey.objects.filter(period__contains=clock.now())
    if not running.exists():
        return {}
    asked = dict(
        among(Opportunity.objects.filter(account__isnull=False), "id", keys).values_list("pk", "account_id")
    )
    customers = _customers({account for account in asked.values() if account})
    if len(asked) <= _FEW:
        running = running.filter(key__in=sorted({key for one in customers.values() for key in one.keys}))
    held = _by_key(running)
    hit = {
        key: rows for key, account in asked.items() if account and (rows := _rows(held, customers[account]))
    }
    families = _families(list(hit))
    found = {}
    for key, rows in hit.items():
        wanted = families.get(key, ())
        matching = [row for row in rows if not wanted or row.family_id in wanted]
        if matching:
            found[key] = min(matching, key=lambda row: (row.protection.begins, row.pk)).protection.partner_id
    return found


def _by_key(rows: QuerySet[ProtectedKey]) -> dict[str, list[ProtectedKey]]:
    found = defaultdict(list)
    for row in rows.select_related("protection"):
        found[row.key].append(row)
    return found


def why_protected(found: Sequence[Protection]) -> str:
    """Say to people of the vendor that a customer is protected, for whom and until when."""
    one = found[0]
    text = ngettext(
        "%(customer)s is protected for %(partner)s until %(day)s (%(reference)s).",
        "%(customer)s is protected for %(partner)s until %(day)s (%(reference)s), and for others.",
        len({each.partner_id for each in found}),
    )
    return text % {
        "customer": one.customer,
        "partner": one.partner.name,
        "day": day_words(one.last_day),
        "reference": one.reference,
    }


def day_words(day: date) -> str:
    """Give a day as refusals say it: `25 Feb 2027`."""
    # Translators: a day in Django's date format, as in "2 Dec 2026".
    return dateformat.format(day, pgettext("date format", "j M Y"))


def refusal_to_override(found: Sequence[Protection]) -> str | None:
    """Say why protections can't be overridden, even with a reason; None where they can."""
    if all(one.may_override for one in found):
        return None
    return _("The policy allows nobody to give a protected customer to another partner.")


def _same(row: ProtectedKey, customer: Customer) -> bool:
    """Tell whether a shared key means the same company; two with one name and two numbers are two."""
    if row.exact or not row.key.startswith("name:"):
        return True
    number = row.protection.number
    return not (number and customer.number) or number == customer.number


def _rows(running: Mapping[str, list[ProtectedKey]], customer: Customer) -> list[ProtectedKey]:
    found = [row for key in customer.keys for row in running.get(key, ())]
    return [row for row in found if _same(row, customer)]


def _customers(accounts: Iterable[uuid.UUID]) -> dict[uuid.UUID, Customer]:
    rows = among(Account.objects.only(*_ACCOUNT), "id", list(accounts))
    return {row.pk: customer_of(row) for row in rows}


def _families(keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    found: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    lines = among(OpportunityProduct.objects.all(), "opportunity", keys)
    for key, family in lines.values_list("opportunity_id", "product__family_id"):
        found[key].add(family)
    return found
