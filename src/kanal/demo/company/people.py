"""Entering the demo company's directory: lists, partners, people, customers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.contrib.auth.hashers import make_password

from kanal.config import clock
from kanal.demo.company import customers, lists
from kanal.directory.models import (
    Account,
    AccountKind,
    Contact,
    Currency,
    ExchangeRate,
    Industry,
    Partner,
    PartnerRole,
    Person,
    Product,
    ProductFamily,
    Territory,
    Tier,
)

PASSWORD = "kanal-demo"  # noqa: S105 - the demo says it on its sign-in page
_DIAL = {
    "DK": "+45 70",
    "SE": "+46 31",
    "NO": "+47 73",
    "DE": "+49 40",
    "NL": "+31 10",
    "FI": "+358 3",
    "GB": "+44 1632",
}
_ROLES = (PartnerRole.ADMINISTRATOR, PartnerRole.MANAGER, PartnerRole.SELLER, PartnerRole.SELLER)
_ROLE_TITLES = ("Managing director", "Sales manager", "Consultant", "Consultant")


@dataclass
class Team:
    """A partner with its people."""

    partner: Partner
    administrator: Person
    manager: Person
    sellers: list[Person]


@dataclass
class World:
    """Everything of the directory that stories need, by short keys."""

    vendor: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    customers: list[tuple[customers.Customer, Account, list[Contact]]] = field(default_factory=list)
    currencies: dict[str, Currency] = field(default_factory=dict)
    rates: dict[str, Decimal] = field(default_factory=dict)
    territories: dict[str, Territory] = field(default_factory=dict)
    industries: dict[str, Industry] = field(default_factory=dict)
    families: dict[str, ProductFamily] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)

    @property
    def chris(self) -> Person:
        """Give the channel manager."""
        return self.vendor["chris"]


def enter(now: datetime) -> World:
    """Enter the whole directory, as if it had been kept for a year."""
    world = World()
    password = make_password(PASSWORD)
    with clock.frozen(now - timedelta(days=400)):
        _enter_lists(world, now.date())
        _enter_vendor(world, password)
    with clock.frozen(now - timedelta(days=370)):
        _enter_partners(world, password)
    with clock.frozen(now - timedelta(days=340)):
        _enter_customers(world)
    return world


def _enter_lists(world: World, today: date) -> None:
    for code, name, old, new in lists.CURRENCIES:
        world.currencies[code] = currency = Currency.objects.create(code=code, name=name)
        world.rates[code] = Decimal(new)
        if code != "DKK":
            for days, rate in ((400, old), (60, new)):
                ExchangeRate.objects.create(
                    currency=currency, valid_from=today - timedelta(days=days), rate=Decimal(rate)
                )
    for name, parent in lists.TERRITORIES:
        world.territories[name] = Territory.objects.create(name=name, parent=world.territories.get(parent))
    for key, name in lists.INDUSTRIES.items():
        world.industries[key] = Industry.objects.create(name=name)
    for key, name in lists.FAMILIES.items():
        world.families[key] = ProductFamily.objects.create(name=name)
    for code, family, name, price in lists.PRODUCTS:
        world.products[code] = Product.objects.create(
            code=code,
            name=name,
            family=world.families[family],
            list_price=Decimal(price),
            currency=world.currencies["DKK"],
        )


def _enter_vendor(world: World, password: str) -> None:
    for name, role, title in lists.VENDOR_PEOPLE:
        first = name.split()[0].lower()
        world.vendor[first] = Person.objects.create(
            email=f"{first}@havn.example", password=password, name=name, vendor_role=role, job_title=title
        )


def _enter_partners(world: World, password: str) -> None:
    tiers = {name: Tier.objects.create(name=name, rank=rank) for name, rank in lists.TIERS}
    for number, company in enumerate(lists.PARTNERS):
        account = Account.objects.create(
            kind=AccountKind.PARTNER,
            name=company.name,
            domain=company.domain,
            city=company.city,
            country=company.country,
            phone=_phone(company.country, 100 + number),
            industry=world.industries["services"],
        )
        partner = Partner.objects.create(
            account=account,
            status=company.status,
            tier=tiers[company.tier],
            capacity=company.capacity,
            channel_manager=world.chris,
            time_zone=lists.ZONE_OF[company.country],
        )
        partner.territories.set(world.territories[name] for name in company.territories)
        partner.industries.set(world.industries[key] for key in company.industries)
        partner.families.set(world.families[key] for key in company.families)
        staff = _enter_staff(company, partner, password)
        world.teams[company.key] = Team(partner, staff[0], staff[1], staff[2:])


def _enter_staff(company: lists.Company, partner: Partner, password: str) -> list[Person]:
    return [
        Person.objects.create(
            email=f"{name.split()[0].lower()}@{company.domain}",
            password=password,
            name=name,
            partner=partner,
            partner_role=role,
            job_title=title,
            time_zone=partner.time_zone,
        )
        for name, role, title in zip(company.people, _ROLES, _ROLE_TITLES, strict=False)
    ]


def _enter_customers(world: World) -> None:
    accounts = [
        Account(
            name=customer.name,
            city=customer.city,
            country=customer.country,
            language=lists.LANGUAGE_OF[customer.country],
            domain=_domain(customer.name),
            phone=_phone(customer.country, 200 + number),
            industry=world.industries[customer.industry],
            employees=customer.employees,
            registration_number=str(30_000_000 + 7919 * number) if customer.country == "DK" else "",
        )
        for number, customer in enumerate(customers.CUSTOMERS)
    ]
    Account.objects.bulk_create(accounts)
    taken: set[str] = set()
    for number, (customer, account) in enumerate(zip(customers.CUSTOMERS, accounts, strict=True)):
        world.customers.append((customer, account, _contacts(customer, account, number, taken)))
    Contact.objects.bulk_create(
        [contact for _customer, _account, found in world.customers for contact in found]
    )


def _contacts(customer: customers.Customer, account: Account, number: int, taken: set[str]) -> list[Contact]:
    """Invent the customer's people; the first customer's owner is Karen Lindholm."""
    rng = Random(f"contacts {number}")  # noqa: S311 - chance that repeats itself
    first_names, family_names = (names.split() for names in customers.NAMES[customer.country])
    titles = customers.TITLES[""] + customers.TITLES[customer.industry] * 2
    found = []
    for place in range(1 + (customer.employees > 100) + (customer.employees > 250)):
        name = "Karen Lindholm" if number == place == 0 else ""
        while not name or name in taken:
            name = f"{rng.choice(first_names)} {rng.choice(family_names)}"
        taken.add(name)
        found.append(
            Contact(
                account=account,
                name=name,
                job_title=rng.choice(titles),
                email=f"{_plain(name.split()[0])}@{account.domain}",
                phone=_phone(customer.country, 300 + 3 * number + place),
            )
        )
    return found


def _domain(name: str) -> str:
    words = [_plain(word) for word in name.split() if word not in {"og", "&", "Brdr."}]
    return "".join(words[:2]) + ".example"


def _plain(text: str) -> str:
    letters = {"æ": "ae", "ø": "oe", "å": "aa", "ä": "a", "ö": "o", "ü": "u", "é": "e"}
    lowered = "".join(letters.get(letter, letter) for letter in text.lower())
    return "".join(letter for letter in lowered if letter.isascii() and letter.isalnum())


def _phone(country: str, number: int) -> str:
    digits = f"{(number * 7907) % 1_000_000:06d}"
    return f"{_DIAL[country]} {digits[:2]} {digits[2:4]} {digits[4:]}"
