"""What faces give to the actions of the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kanal.directory.models import Account, Contact, Currency, Person, Product, Territory


@dataclass(frozen=True)
class NewAccount:
    """A customer to be made together with the opportunity."""

    name: str
    city: str = ""
    country: str = ""
    domain: str = ""


@dataclass(frozen=True)
class NewContact:
    """A person at the customer, to be made together with the opportunity."""

    name: str
    email: str = ""
    phone: str = ""
    job_title: str = ""


@dataclass(frozen=True)
class Line:
    """One product that the customer would buy; the price is each, in the opportunity's currency."""

    product: Product
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None


@dataclass(frozen=True)
class Values:
    """The fields of an opportunity that a person fills in.

    `account` and `contact` name existing ones or new ones to be made; `lines` is None where the products stay as
    they are.
    """

    topic: str
    currency: Currency
    account: Account | NewAccount | None = None
    contact: Contact | NewContact | None = None
    estimated_revenue: Decimal | None = None
    estimated_close_date: date | None = None
    rating: str = "warm"
    probability: int | None = None
    territory: Territory | None = None
    source: str = "vendor"
    owner: Person | None = None
    customer_situation: str = ""
    customer_need: str = ""
    proposed_solution: str = ""
    lines: Sequence[Line] | None = field(default=None)

    def plain(self) -> dict[str, Any]:
        """Give the fields that are stored as they are."""
        special = {"account", "contact", "lines", "owner"}
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name not in special}
