"""What a deal is: an opportunity that a partner made and wanted to itself, and what became of that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Firm(NamedTuple):
    """A customer as a partner names it."""

    name: str
    domain: str
    number: str
    street: str
    postal_code: str
    city: str
    country: str


class Who(NamedTuple):
    """The person at the customer."""

    name: str
    title: str
    local: str


@dataclass(frozen=True)
class Then:
    """One thing that happened to a deal.

    Attributes:
        days: how many days before now, as `registering` counts them.
        do: what, a key of `registering.DOINGS`.
        text: what was written.
        by: who of the vendor, or which role at the partner; empty is whoever mostly does it.
        facts: what the doing needs besides.
    """

    days: float
    do: str
    text: str = ""
    by: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Deal:
    """An opportunity that a partner made, with its request.

    Attributes:
        key: by which other deals name it.
        team: the partner's key.
        by: who of the partner makes and registers it: administrator, manager or seller.
        lines: codes of products with how many, such as `HE-100:40`.
        value: in the currency of the customer's country; `close`: days from now.
        need: what the customer wants; `work`: what the partner has done so far.
        file: the name of the evidence, and what stands in it; empty is none.
        then: what happened.
    """

    key: str
    team: str
    by: str
    customer: Firm
    contact: Who
    topic: str
    lines: str
    value: int
    close: int
    need: str
    work: str
    file: tuple[str, ...] = ()
    then: tuple[Then, ...] = ()
