"""What a case is: a need that customers of some industries have, and what answers it."""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """A need in words, with places for what differs from customer to customer.

    The texts may name `{n}` (users, technicians, employees), `{m}` (a few sites or companies), `{customer}`,
    `{city}`, `{old}` (the system of today), `{year}` (since when) and `{month}` (by when).

    Attributes:
        topic: the opportunity's topic.
        industries: keys of the industries that have it; empty means every one.
        low: the smallest `n`.
        high: the largest `n`.
        products: codes of the products; the first is sold `n` times, the others in part, services by the day.
        situation: how it is today.
        need: what the customer wants.
        solution: what Havn proposes.
    """

    topic: str
    industries: str
    low: int
    high: int
    products: str
    situation: str
    need: str
    solution: str
