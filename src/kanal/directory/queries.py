"""What the desk's lists and pages read of the directory."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from kanal.config import clock
from kanal.directory import access
from kanal.directory.models import (
    Account,
    AccountKind,
    Certification,
    Contact,
    Currency,
    ExchangeRate,
    Industry,
    Invitation,
    Look,
    Partner,
    Person,
    Product,
    ProductFamily,
    Record,
    Territory,
    Tier,
)
from kanal.directory.nearness import Near, nearest


@dataclass(frozen=True)
class Held:
    """A certificate that a partner has, and whether it is valid today."""

    record: Certification
    valid: bool


# Where a search looks. Accounts, contacts and people may be very many: these are the fields of their index.
_SEARCHED: dict[type[Record], tuple[str, ...]] = {
    Account: ("name", "domain", "city"),
    Contact: ("name", "email"),
    Partner: ("account__name", "account__domain", "account__city"),
    Person: ("name", "email"),
    Territory: ("name",),
    Industry: ("name",),
    Tier: ("name",),
    ProductFamily: ("name",),
    Product: ("name", "code"),
    Currency: ("code", "name"),
}
_WORDS = 6
_COMPANIES = 200


def search(records: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Narrow records to those in which every word of a text stands somewhere."""
    for word in text.split()[:_WORDS]:
        records = records.filter(_found(records.model, word))
    return records


def _found(model: type[Record], word: str) -> Q:
    found = Q()
    for field in _SEARCHED[model]:
        found |= Q(**{f"{field}__icontains": word})
    # A company's name finds its people too. Its key is looked up first, so that each part can use an index.
    if model is Contact:
        keys = Account.objects.filter(name__icontains=word).values_list("pk", flat=True)[:_COMPANIES]
        found |= Q(account__in=list(keys))
    if model is Person:
        partners = Partner.objects.filter(account__name__icontains=word).values_list("pk", flat=True)[
            :_COMPANIES
        ]
        found |= Q(partner__in=list(partners))
    return found


def accounts(person: Person) -> QuerySet[Any]:
    """Give the customers that a person may see, with the partner that keeps each; partners have pages of their own."""
    rows = access.visible_accounts(person).filter(kind=AccountKind.CUSTOMER)
    return rows.select_related("industry", "managing_partner__account")


def similar(
    person: Person, *, name: str = "", domain: str = "", number: str = "", but: uuid.UUID | None = None
) -> list[Near]:
    """Give the customers in use that are very like a company that somebody is about to enter, of those they may see.

    Args:
        person: who asks; people of a partner are told of their own company's customers alone.
        name: the company's name, and what else is known of it: its web domain, its registration number.
        domain: as said.
        number: as said.
        but: the key of the one that is edited.
    """
    rows = accounts(person).filter(archived_at__isnull=True)
    return nearest(rows, name=name, domain=domain, number=number, but=but)


def contacts(person: Person) -> QuerySet[Any]:
    """Give the contacts that a person may see, with their company."""
    return access.visible_contacts(person).select_related("account")


def contacts_of(person: Person, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Count the people in use at each of these customers, as far as a person sees them."""
    seen = access.visible_contacts(person).filter(account__in=keys, archived_at__isnull=True)
    counted = seen.order_by().values("account").annotate(number=Count("pk"))
    return {row["account"]: row["number"] for row in counted}


def partners(person: Person) -> QuerySet[Any]:
    """Give the partners that a person may see, with company, tier and channel manager."""
    rows: QuerySet[Any] = Partner.objects.select_related("account", "tier", "channel_manager")
    return rows if access.may_enter_desk(person) else rows.none()


def people_of_partners(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Count the people of each of these partners who may sign in."""
    counted = Person.objects.filter(partner__in=keys, is_active=True).order_by().values("partner")
    return {row["partner"]: row["number"] for row in counted.annotate(number=Count("pk"))}


def people(person: Person) -> QuerySet[Any]:
    """Give everybody who signs in, to those who may read it."""
    return _settings(person, Person.objects.select_related("partner__account"))


def territories(person: Person) -> QuerySet[Any]:
    """Give the territories, each with the one that it is a part of and how many partners cover it."""
    rows = Territory.objects.select_related("parent").annotate(partner_count=Count("partners"))
    return _settings(person, rows)


def industries(person: Person) -> QuerySet[Any]:
    """Give the industries, each with how many accounts have it."""
    accounts_there = Account.objects.filter(industry=OuterRef("pk"))
    return _settings(person, Industry.objects.annotate(account_count=_counted(accounts_there, "industry")))


def tiers(person: Person) -> QuerySet[Any]:
    """Give the tiers, each with how many partners stand in it."""
    return _settings(person, Tier.objects.annotate(partner_count=Count("partners")))


def families(person: Person) -> QuerySet[Any]:
    """Give the product families, each with how many products belong to it."""
    number = Count("products", filter=Q(products__archived_at__isnull=True))
    return _settings(person, ProductFamily.objects.annotate(product_count=number))


def products(person: Person) -> QuerySet[Any]:
    """Give the products, with family and currency."""
    return _settings(person, Product.objects.select_related("family", "currency"))


def currencies(person: Person) -> QuerySet[Any]:
    """Give the currencies, each with the rate that counts today and since when."""
    until_now = ExchangeRate.objects.filter(currency=OuterRef("pk"), valid_from__lte=clock.today())
    newest = until_now.order_by("-valid_from")
    rows = Currency.objects.annotate(
        rate_now=Subquery(newest.values("rate")[:1]), rate_since=Subquery(newest.values("valid_from")[:1])
    )
    return _settings(person, rows)


def rates(currency: Currency) -> QuerySet[ExchangeRate]:
    """Give the rates of a currency, the newest first."""
    return currency.rates.order_by("-valid_from")


def invitations(person: Person, partner: Partner | None = None) -> QuerySet[Invitation]:
    """Give the invitations that wait to be accepted, as far as a person sees them; the newest first.

    Args:
        person: who reads.
        partner: only those of this partner.
    """
    found = Invitation.objects.filter(access.invitations_seen_by(person)).waiting()
    if partner is not None:
        found = found.filter(partner=partner)
    return found.select_related("partner__account", "invited_by")


def looks(person: Person, *, at: Person | Partner) -> QuerySet[Look]:
    """Give who saw the portal as somebody, or as anybody of a partner, the newest first, with the pages."""
    of = Look.objects.filter(person=at) if isinstance(at, Person) else Look.objects.filter(person__partner=at)
    found = of if access.may_see_looks(person) else of.none()
    return found.select_related("by", "person").prefetch_related("pages")


def running_look(person: Person, key: uuid.UUID) -> Look | None:
    """Give a look of one's own that goes on."""
    found = Look.objects.filter(pk=key, by=person, until__gt=clock.now())
    return found.select_related("person__partner__account", "person__partner__channel_manager").first()


def colleagues(person: Person) -> QuerySet[Person]:
    """Give the people of a partner person's company: for who keeps them all, for the others those who may sign in."""
    found = access.visible_people(person)
    if access.refusal_to_keep_people(person, person.partner_id) is not None:
        found = found.filter(is_active=True)
    return found.order_by(F("is_active").desc(), "name", "pk")


def people_of(partner: Partner) -> QuerySet[Person]:
    """Give the people of a partner: those who may sign in first, then by name."""
    return Person.objects.filter(partner=partner).order_by(F("is_active").desc(), "name", "pk")


def certificates_of(partner: Partner) -> list[Held]:
    """Give the certificates of a partner: those that are valid first, then by product family and name."""
    rows = Certification.objects.filter(partner=partner).select_related("family")
    held = [Held(row, row.valid_until is None or row.valid_until >= clock.today()) for row in rows]
    return sorted(held, key=lambda one: (not one.valid, one.record.family.name, one.record.name))


def _counted(records: QuerySet[Any], by: str) -> Coalesce:
    number = records.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number), 0)


def _settings(person: Person, records: QuerySet[Any]) -> QuerySet[Any]:
    return records if access.may_see_settings(person) else records.none()
