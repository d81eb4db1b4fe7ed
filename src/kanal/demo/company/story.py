"""A story: what happened to one opportunity, step by step, in hours that people work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from kanal.demo.company import colour, lists
from kanal.demo.company.case import Case
from kanal.demo.company.customers import Customer
from kanal.demo.company.people import Team, World
from kanal.directory.models import Account, Contact, Person
from kanal.distribution.worktime import Calendar
from kanal.opportunities.actions import Values
from kanal.opportunities.actions.values import Line
from kanal.opportunities.models import Source

# Working hours of the last ninety days, holidays left out with room to spare.
LONGEST = 490.0
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_MONTHS_DA = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
_SOURCES = (
    [Source.VENDOR] * 9
    + [Source.WEBSITE] * 4
    + [Source.REFERRAL] * 3
    + [Source.EVENT] * 2
    + [Source.CAMPAIGN] * 2
)
_SERVICES = "HS-"
# How it feels, by how far the sale is.
_RATINGS = (
    ("cold", "warm", "warm", "hot"),
    ("cold", "warm", "warm"),
    ("warm", "warm", "hot"),
    ("warm", "hot"),
    ("hot",),
)


@dataclass(frozen=True)
class Step:
    """One thing that happened.

    Attributes:
        after: working hours since the step before.
        do: what, a key of `play.DOINGS`.
        by: who did it; None is the clock.
        facts: what the doing needs besides.
    """

    after: float
    do: str
    by: Person | None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def person(self) -> Person:
        """Give who did it, where it was a person."""
        assert self.by is not None
        return self.by


@dataclass
class Story:
    """One opportunity from its first day to now.

    Attributes:
        number: its place in the plan; all chance in it comes from there.
        status: where it stands at the end.
        customer: the customer, with `account` and `contact`.
        case: what it is about.
        team: the partner that it is with, or was with last, if any.
        owner: who owns it at the vendor.
        made_by_partner: the partner made it.
        steps: what happened.
        rest: working hours from the last step to now.
        stage: how far the sale is at the end, 0 to 4.
        together: the partners that collaborate with `team`.
    """

    number: int
    status: str
    customer: Customer
    account: Account
    contact: Contact
    case: Case
    topic_suffix: str
    team: Team | None
    owner: Person
    made_by_partner: bool = False
    steps: list[Step] = field(default_factory=list)
    rest: float = 1.0
    stage: int = 0
    together: list[Team] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(f"story {self.number}")  # noqa: S311 - chance that repeats itself
        self.users = self.rng.randint(self.case.low, self.case.high)
        self.users -= self.users % 10 if self.users > 100 else self.users % 5 if self.users > 40 else 0
        self.few = self.rng.randint(2, 5)

    def add(self, after: float, do: str, by: Person | None, **facts: Any) -> None:
        """Append a step."""
        self.steps.append(Step(after, do, by, facts))

    def hours(self, low: float, high: float) -> float:
        """Draw a length of time."""
        return round(self.rng.uniform(low, high), 2)

    def happens(self, chance: float) -> bool:
        """Draw whether something happens."""
        return self.rng.random() < chance

    def words(self, text: str, team: Team | None = None) -> str:
        """Fill the places of a text."""
        partner = team or self.team
        return text.format(
            n=self.users,
            m=self.few,
            customer=self.customer.name,
            city=self.customer.city,
            contact=self.contact.name,
            first=self.contact.name.split()[0],
            partner=partner.partner.name if partner else "The partner",
            product=lists.FAMILIES[
                next(row[1] for row in lists.PRODUCTS if row[0] == self.case.products.split()[0])
            ],
            owner=self.owner.name.split()[0],
            day=self.rng.choice(_DAYS),
        )

    def timetable(self, now: datetime) -> list[tuple[datetime, Step]]:
        """Give the moment of each step, such that the story ends `rest` working hours before now."""
        calendar = self.calendar()
        passed, moments = 0.0, []
        for step in self.steps:
            passed += step.after
            moments.append(passed)
        begin = before(calendar, now, timedelta(hours=passed + self.rest))
        return [
            (calendar.add(begin, timedelta(hours=moment)), step)
            for moment, step in zip(moments, self.steps, strict=True)
        ]

    def calendar(self) -> Calendar:
        """Give the working hours of the country that it plays in."""
        country = self.team.partner.account.country if self.team else "DK"
        return Calendar(lists.ZONE_OF[country], country, settings.WORKDAY_START, settings.WORKDAY_END)


def before(calendar: Calendar, moment: datetime, length: timedelta) -> datetime:
    """Give the moment from which `length` of working time has passed until `moment`."""
    zone = ZoneInfo(calendar.zone)
    local = moment.astimezone(zone).replace(tzinfo=None)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    while True:
        begin = midnight + timedelta(hours=calendar.start)
        finish = min(midnight + timedelta(hours=calendar.end), local)
        if calendar.works_on(midnight.date()) and finish > begin:
            if length <= finish - begin:
                return (finish - length).replace(tzinfo=zone)
            length -= finish - begin
        midnight -= timedelta(days=1)


def values_of(story: Story, world: World, today: date) -> tuple[Values, list[Line]]:
    """Give the record's fields, and its products."""
    rng = Random(f"values {story.number}")  # noqa: S311 - chance that repeats itself
    danish = story.case.topic in colour.DANISH_TOPICS
    months, old = (_MONTHS_DA, colour.OLD_SYSTEMS_DA) if danish else (_MONTHS, colour.OLD_SYSTEMS)
    month = months[(today.month + rng.randint(3, 8)) % 12]
    places = {
        "n": story.users,
        "m": story.few,
        "customer": story.customer.name,
        "city": story.customer.city,
        "old": rng.choice(old),
        "year": rng.randint(2007, 2016),
        "month": month,
    }
    further = (
        ([], colour.NEED_DA, colour.SOLUTION_DA)
        if danish
        else (colour.SITUATION[story.customer.industry], colour.NEED, colour.SOLUTION)
    )
    texts = [
        _text([main, rng.choice(more)] if more else [main], places)
        for main, more in zip(
            (story.case.situation, story.case.need, story.case.solution), further, strict=True
        )
    ]
    code = lists.CURRENCY_OF[story.customer.country]
    lines = _lines(story, world, code, rng)
    rate = world.rates[code]
    total = sum((line.quantity * (line.unit_price or 0) for line in lines), Decimal(0))
    step = 5000 if total * rate > 200_000 else 1000
    values = Values(
        topic=_text([story.case.topic], places) + story.topic_suffix,
        currency=world.currencies[code],
        account=story.account,
        contact=story.contact,
        estimated_revenue=Decimal(round(total / step) * step),
        estimated_close_date=_close_date(story, rng, today),
        rating=rng.choice(_RATINGS[story.stage]),
        probability=(10, 25, 45, 65, 85)[story.stage] + rng.choice((-5, 0, 0, 5)),
        territory=world.territories[story.customer.territory or lists.TERRITORY_OF[story.customer.country]],
        source=Source.PARTNER if story.made_by_partner else rng.choice(_SOURCES),
        owner=story.owner,
        customer_situation=texts[0],
        customer_need=texts[1],
        proposed_solution=texts[2],
    )
    return values, lines


def _text(sentences: Sequence[str], places: dict[str, Any]) -> str:
    text = " ".join(sentences).format_map(places)
    # A place may begin a sentence.
    return text[:1].upper() + text[1:]


def _lines(story: Story, world: World, code: str, rng: Random) -> list[Line]:
    lines = []
    for place, product in enumerate(story.case.products.split()):
        quantity = story.users if place == 0 else max(3, story.users * rng.randint(2, 6) // 10)
        if product.startswith(_SERVICES):
            quantity = 4 + story.users // 15 + rng.randint(0, 6)
        price = world.products[product].list_price or Decimal(0)
        each = (price / world.rates[code]).quantize(Decimal(10) if price > 1000 else Decimal(1))
        lines.append(Line(world.products[product], Decimal(quantity), each))
    return lines


def _close_date(story: Story, rng: Random, today: date) -> date:
    """Give the expected close: ahead for what is open, now and then just missed; near the day else."""
    if story.status in {"won", "lost", "canceled"}:
        return today - timedelta(days=int(story.rest / 5.6) - rng.randint(-20, 25))
    if rng.random() < 0.06:
        return today - timedelta(days=rng.randint(2, 16))
    return today + timedelta(days=rng.randint(9, 50) if story.stage >= 3 else rng.randint(30, 170))
