"""The cast: a vendor, two rival partners and their customers, made by plain functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from kanal.directory.models import (
    Account,
    AccountKind,
    Contact,
    Currency,
    ExchangeRate,
    Industry,
    Partner,
    Person,
    Product,
    ProductFamily,
    Territory,
    Tier,
)
from kanal.distribution import actions
from kanal.distribution.models import PolicyVersion
from kanal.distribution.terms import Filter, Terms
from kanal.opportunities.actions import NewAccount, Values, create
from kanal.opportunities.models import Opportunity

PASSWORD = "kanal-demo"


@dataclass
class Cast:
    """Everybody and everything a test needs; see `make`."""

    ada: Person  # administrator of the vendor
    chris: Person  # channel manager
    sally: Person  # seller
    otto: Person  # auditor
    nordlys: Partner
    anna: Person  # administrator of Nordlys IT
    mads: Person  # its manager
    sofie: Person  # its seller
    fjord: Partner
    bo: Person  # administrator of Fjord Consulting
    freja: Person  # its manager
    stig: Person  # its seller
    lindholm: Account
    karen: Contact
    dkk: Currency
    eur: Currency
    erp: Product
    jutland: Territory
    food: Industry

    @property
    def people(self) -> dict[str, Person]:
        """Give everybody who can sign in, by name."""
        names = ["ada", "chris", "sally", "otto", "anna", "mads", "sofie", "bo", "freja", "stig"]
        return {name: getattr(self, name) for name in names}

    def opportunity(self, *, by: Person | None = None, **facts: Any) -> Opportunity:
        """Make an opportunity that is in progress."""
        values: dict[str, Any] = {
            "topic": "ERP renewal for 140 users",
            "account": self.lindholm,
            "contact": self.karen,
            "currency": self.dkk,
            "estimated_revenue": Decimal("1240000.00"),
            "estimated_close_date": date(2027, 2, 26),
            "territory": self.jutland,
            "customer_situation": "Runs an ERP from 2011 on its own servers.",
            "customer_need": "One system for finance, stock and production.",
            "proposed_solution": "Havn ERP in two steps.",
        }
        return create(values=Values(**{**values, **facts}), by=by or self.chris)

    def customer(self, partner: Partner | None = None, **facts: Any) -> tuple[Account, Contact]:
        """Make a customer that a partner keeps, with somebody there."""
        keeper = partner or self.nordlys
        values = {"name": "Bakke Bryghus", "city": "Ebeltoft", "country": "DK", **facts}
        account = Account.objects.create(managing_partner=keeper, **values)
        return account, Contact.objects.create(account=account, name="Else Bakke", email="else@bakke.example")

    def made(self, *, by: Person | None = None, **facts: Any) -> Opportunity:
        """Make an opportunity as a partner does; it waits for approval."""
        values = {
            "topic": "Booking for eight clinics",
            "account": NewAccount("Kystvejens Klinikker", "Esbjerg", "DK"),
            "currency": self.dkk,
            "estimated_revenue": Decimal("265000.00"),
            **facts,
        }
        return actions.make(values=Values(**values), by=by or self.mads)

    def delivered(self, partner: Partner | None = None, **facts: Any) -> Opportunity:
        """Make an opportunity that waits for a partner's answer."""
        made = self.opportunity(**facts)
        actions.deliver(key=made.pk, partner=partner or self.nordlys, by=self.chris)
        return Opportunity.objects.get(pk=made.pk)

    def managed(self, partner: Partner | None = None, **facts: Any) -> Opportunity:
        """Make an opportunity that a partner has accepted."""
        made = self.delivered(partner, **facts)
        partner = partner or self.nordlys
        actions.accept(key=made.pk, by=self.anna if partner == self.nordlys else self.bo)
        return Opportunity.objects.get(pk=made.pk)


def policy(by: Person, **terms: Any) -> PolicyVersion:
    """Make a policy that takes everything, asks nothing of territories and families, and never assigns by itself."""
    values = {"rules": ("capacity", "offered", "conflict"), **terms}
    if "takes" in values:
        values["takes"] = Filter(**values["takes"])
    return actions.make_policy(name="Default", terms=Terms(**values), by=by)


def vendor_person(name: str, role: str, **facts: Any) -> Person:
    """Make a person of the vendor; the mail address is made of the first name."""
    email = f"{name.split(maxsplit=1)[0].lower()}@havn.example"
    return Person.objects.create_user(email, PASSWORD, **{"name": name, "vendor_role": role, **facts})


def partner_person(name: str, partner: Partner, role: str, **facts: Any) -> Person:
    """Make a person of a partner; the mail address is made of the first name and the company's domain."""
    email = f"{name.split(maxsplit=1)[0].lower()}@{partner.account.domain}"
    return Person.objects.create_user(
        email, PASSWORD, **{"name": name, "partner": partner, "partner_role": role, **facts}
    )


def partner_company(name: str, **facts: Any) -> Partner:
    """Make a partner with its account."""
    domain = f"{name.split(maxsplit=1)[0].lower()}.example"
    account = Account.objects.create(
        kind=AccountKind.PARTNER, name=name, domain=domain, city="Aarhus", country="DK"
    )
    return Partner.objects.create(account=account, **facts)


def make() -> Cast:
    """Make the cast in the database."""
    dkk = Currency.objects.create(code="DKK", name="Danish krone")
    eur = Currency.objects.create(code="EUR", name="Euro")
    ExchangeRate.objects.create(currency=eur, valid_from=date(2020, 1, 1), rate=Decimal("7.46"))
    gold = Tier.objects.create(name="Gold", rank=3)
    jutland = Territory.objects.create(name="Jutland")
    food = Industry.objects.create(name="Food")
    family = ProductFamily.objects.create(name="ERP")
    erp = Product.objects.create(
        name="Havn ERP", code="ERP-1", family=family, list_price=Decimal(5900), currency=dkk
    )
    chris = vendor_person("Chris Mølgaard", "channel_manager")
    nordlys = partner_company("Nordlys IT", tier=gold, channel_manager=chris)
    fjord = partner_company("Fjord Consulting", tier=gold, channel_manager=chris)
    lindholm = Account.objects.create(
        name="Lindholm Foods", city="Kolding", country="DK", industry=food, employees=310
    )
    karen = Contact.objects.create(
        account=lindholm, name="Karen Lindholm", email="karen@lindholm.example", phone="+45 70 10 20 30"
    )
    return Cast(
        ada=vendor_person("Ada Holm", "administrator"),
        chris=chris,
        sally=vendor_person("Sally Winther", "seller"),
        otto=vendor_person("Otto Krag", "auditor"),
        nordlys=nordlys,
        anna=partner_person("Anna Bak", nordlys, "administrator"),
        mads=partner_person("Mads Iversen", nordlys, "manager"),
        sofie=partner_person("Sofie Dahl", nordlys, "seller"),
        fjord=fjord,
        bo=partner_person("Bo Lund", fjord, "administrator"),
        freja=partner_person("Freja Friis", fjord, "manager"),
        stig=partner_person("Stig Holt", fjord, "seller"),
        lindholm=lindholm,
        karen=karen,
        dkk=dkk,
        eur=eur,
        erp=erp,
        jutland=jutland,
        food=food,
    )
