"""Which stories there are: how many end in each status, with which partner, for whom, about what."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from kanal.demo.company import cases_danish, cases_people, cases_trade, lists
from kanal.demo.company.case import Case
from kanal.demo.company.customers import Customer
from kanal.demo.company.people import World
from kanal.demo.company.story import Story
from kanal.directory.models import Account, Contact, Person

CASES = cases_trade.CASES + cases_people.CASES
# How many stories end in each status where the customer's place decides on the partner.
_ANYWHERE = {
    "in_progress": 34,
    "on_hold": 12,
    "declined": 14,
    "expired": 9,
    "returned": 8,
    "won": 32,
    "lost": 19,
    "canceled": 10,
}
# How many end with each partner.
_WITH = {
    "delivered": {
        "nordlys": 4,
        "fjord": 3,
        "kompas": 3,
        "granit": 2,
        "boelge": 2,
        "tindra": 3,
        "polar": 2,
        "hafenlicht": 2,
        "polderkracht": 1,
        "saari": 1,
        "thistle": 1,
    },
    "accepted": {
        "nordlys": 9,
        "fjord": 8,
        "kompas": 9,
        "granit": 8,
        "boelge": 6,
        "tindra": 8,
        "polar": 7,
        "hafenlicht": 7,
        "polderkracht": 3,
        "saari": 2,
        "thistle": 1,
    },
    "approved": {
        "nordlys": 1,
        "fjord": 1,
        "kompas": 2,
        "granit": 1,
        "boelge": 1,
        "tindra": 2,
        "polar": 1,
        "hafenlicht": 1,
    },
}
# Collaborations: the first partner is the one that the customer is near.
TOGETHER = [
    ("nordlys", "fjord"),
    ("nordlys", "fjord"),
    ("kompas", "boelge"),
    ("kompas", "granit", "boelge"),
    ("tindra", "polar"),
    ("tindra", "hafenlicht"),
    ("polar", "granit"),
    ("hafenlicht", "polderkracht"),
    ("polderkracht", "kompas"),
    ("granit", "boelge"),
]
# How far the sale gets, 0 to 4, where it gets anywhere.
_STAGES = {
    "accepted": (0, 1, 1, 2, 2, 3, 3, 4),
    "approved": (1, 2, 3),
    "on_hold": (0, 1, 2),
    "returned": (0, 1),
    "won": (3, 4, 4),
    "lost": (1, 2, 3, 4),
}
# Vendor's people who own stories, by country, with how often.
_OWNERS = {
    "DK": ("sally", "sally", "sally", "henrik", "henrik", "chris"),
    "SE": ("maja", "maja", "chris"),
    "NO": ("maja", "maja", "sally"),
    "FI": ("maja", "maja"),
    "DE": ("jonas", "jonas", "chris"),
    "NL": ("jonas", "jonas"),
    "GB": ("sally", "jonas"),
}


@dataclass
class _Draw:
    """Draws customers and cases so that all come up about as often."""

    world: World
    used_customers: Counter[str] = field(default_factory=Counter)
    used_cases: Counter[str] = field(default_factory=Counter)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def customer(self, rng: Random, partner: str = "") -> tuple[Customer, Account, list[Contact]]:
        """Draw a customer, near a partner where one is named."""
        fitting = [row for row in self.world.customers if not partner or partner in nearest(row[0])[:2]]
        fewest = min(self.used_customers[row[0].name] for row in fitting)
        found = rng.choice([row for row in fitting if self.used_customers[row[0].name] == fewest])
        self.used_customers[found[0].name] += 1
        return found

    def case(self, rng: Random, customer: Customer) -> tuple[Case, str]:
        """Draw a case that the customer has not had, and what tells its topic from those drawn before."""
        choice = CASES + (cases_danish.CASES if customer.country == "DK" else [])
        fitting = [
            case
            for case in choice
            if (not case.industries or customer.industry in case.industries.split())
            and (customer.name, case.topic) not in self.seen
        ]
        fewest = min(self.used_cases[case.topic] for case in fitting)
        found = rng.choice([case for case in fitting if self.used_cases[case.topic] == fewest])
        self.used_cases[found.topic] += 1
        self.seen.add((customer.name, found.topic))
        again = self.used_cases[found.topic] > 1 and "{n}" not in found.topic
        return found, f", {customer.city}" if again else ""


def nearest(customer: Customer) -> tuple[str, ...]:
    """Give the partners that come into question for a customer, the nearest first."""
    return lists.NEAR[customer.territory] if customer.country == "DK" else lists.ABROAD[customer.country]


def stories(world: World) -> list[Story]:
    """Draw all 250 stories, without their steps: the same at every load."""
    draw = _Draw(world)
    found: list[Story] = []
    for status, partner, others in _endings():
        number = len(found)
        rng = Random(f"plan {number}")  # noqa: S311 - chance that repeats itself
        customer, account, contacts = draw.customer(rng, partner)
        case, suffix = draw.case(rng, customer)
        team = world.teams[partner or rng.choice(nearest(customer)[:2])]
        story = Story(
            number,
            status,
            customer,
            account,
            rng.choice(contacts[:2]),
            case,
            suffix,
            team,
            _owner(world, rng, customer),
            stage=rng.choice(_STAGES.get(status, (0,))),
        )
        story.together = [world.teams[key] for key in others]
        found.append(story)
    return found


def _endings() -> list[tuple[str, str, tuple[str, ...]]]:
    """List how each story ends: its status, its partner if the plan names one, those that collaborate."""
    ends: list[tuple[str, str, tuple[str, ...]]] = [
        (status, partner, ())
        for status, partners in _WITH.items()
        for partner, count in partners.items()
        for _one in range(count)
    ]
    ends += [("accepted", partners[0], partners[1:]) for partners in TOGETHER]
    ends += [(status, "", ()) for status, count in _ANYWHERE.items() for _one in range(count)]
    return ends


def _owner(world: World, rng: Random, customer: Customer) -> Person:
    return world.vendor[rng.choice(_OWNERS[customer.country])]
