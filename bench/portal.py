"""How fast the portal answers where 1,000 partners share 100,000 opportunities, one of which has 5,000 of them."""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bench import crowd, pages, place, table

OPPORTUNITIES, PARTNERS, LARGEST = 100_000, 1_000, 5_000
SHARED_WITH_SELLER, TOGETHER = 300, 50
DASHBOARD_MS, LIST_MS = 100, 50
LISTING = "/portal/opportunities/"
SEARCHES = {"common": "renewal", "a customer": "Customer 77", "none": "qqzz"}
FILTERS = (
    "need=asked",
    "need=overdue",
    "need=stalled",
    "mine=1",
    "together=1",
    "stage=quoting",
    "status=on_hold",
)
ORDERS = ("topic", "customer", "-value", "status", "stage", "next", "close", "since")
STATES = (
    ["accepted"] * 24 + ["approved"] * 3 + ["on_hold"] * 3 + ["delivered"] * 5 + ["won"] * 40 + ["lost"] * 25
)


def measure(wanted: argparse.Namespace) -> dict[str, Any]:
    """Fill the database, ask for every page as two people of the largest partner, print the table."""
    place.collect_static()
    people = _fill()
    figures = []
    for role, person in people.items():
        client = pages._client(person)
        figures += [pages._measured(case, client, wanted.rounds or pages.ROUNDS) for case in _cases(role)]
    table.show(["page", "median ms", "p95 ms", "queries", "KB"], [pages._cells(item) for item in figures])
    boards = [item for item in figures if "dashboard" in item["name"]]
    lists = [item for item in figures if item not in boards]
    kept = {
        f"dashboards under {DASHBOARD_MS} ms (median)": _under(boards, DASHBOARD_MS),
        f"lists and searches under {LIST_MS} ms (median)": _under(lists, LIST_MS),
    }
    table.verdict(kept)
    return {"opportunities": OPPORTUNITIES, "partners": PARTNERS, "pages": figures, "kept": kept}


def _under(figures: Sequence[dict[str, Any]], most: int) -> bool:
    return all(item["median_ms"] < most for item in figures)


def _cases(role: str) -> list[pages.Case]:
    def case(name: str, url: str) -> pages.Case:
        return pages.Case(f"{role}: {name}", url, partner=True)

    return [
        case("dashboard", "/portal/"),
        case("list", LISTING),
        case("list, page 50", f"{LISTING}?mpage=50"),
        case("list, won", f"{LISTING}?state=won"),
        *(case(f"list by {order}", f"{LISTING}?msort={order}") for order in ORDERS),
        *(case(f"list, {each}", f"{LISTING}?{each}") for each in FILTERS),
        *(case(f"search, {kind} ({word})", f"{LISTING}?q={word}") for kind, word in SEARCHES.items()),
    ]


@dataclass(frozen=True)
class _Plan:
    """One opportunity to make: its key, whose it is, where it stands."""

    key: str
    number: int
    partner: Any
    status: str
    age: int


def _fill() -> dict[str, Any]:
    from django.db import connection

    from kanal.directory.models import Account, Currency, Partner, Person

    dice = random.Random(5000)
    currency = Currency.objects.get_or_create(code="DKK", defaults={"name": "Danish krone"})[0]
    companies = [
        Account(kind="partner", name=f"Partner {number}", country="DK") for number in range(PARTNERS)
    ]
    Account.objects.bulk_create(companies)
    partners = Partner.objects.bulk_create([Partner(account=company) for company in companies])
    customers = Account.objects.bulk_create(
        [Account(name=f"Customer {n}", city="Kolding") for n in range(3000)]
    )
    owner = Person.objects.create_user("ada@bench.example", name="Ada", vendor_role="administrator")
    people = {
        role: Person.objects.create_user(
            f"{role}@bench.example", name=role.title(), partner=partners[0], partner_role=role
        )
        for role in ("administrator", "seller")
    }
    plans = list(_plans(dice, partners))
    _write(dice, plans, customers, currency, owner, people["seller"])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return people


def _plans(dice: random.Random, partners: Sequence[Any]) -> Iterator[_Plan]:
    from kanal.config.copying import new_key

    for number in range(OPPORTUNITIES):
        partner = partners[0] if number < LARGEST else dice.choice(partners[1:])
        yield _Plan(new_key(), number, partner, dice.choice(STATES), dice.randrange(200))


_COLUMNS = (
    *("id", "reference", "external_key", "topic", "account_id", "partner_id", "estimated_revenue"),
    *("estimated_revenue_base", "actual_revenue", "actual_revenue_base", "estimated_close_date"),
    *("actual_close_date", "status", "status_before_hold", "stage", "answer_by", "last_activity_at"),
    *("created_at", "next_step", "next_step_on"),
)


def _write(
    dice: random.Random,
    plans: Sequence[_Plan],
    customers: Sequence[Any],
    currency: Any,
    owner: Any,
    seller: Any,
) -> None:
    from kanal.config import clock
    from kanal.config.copying import Bulk
    from kanal.opportunities.models import Opportunity

    now = clock.now()
    opportunities = Bulk(Opportunity, _COLUMNS, currency_id=currency.pk, owner_id=owner.pk)
    opportunities.write(_row(plan, now, dice, customers) for plan in plans)
    _take_part(plans, now, seller)
    crowd._tidy()  # the trigger on notes finds its participation by what the database knows of the table
    _say(plans, now, owner)


def _row(plan: _Plan, now: datetime, dice: random.Random, customers: Sequence[Any]) -> Sequence[Any]:
    from kanal.opportunities.lifecycle import Stage

    value, closed = 1000 * (1 + plan.number % 900), plan.status in {"won", "lost"}
    due = now.date() + timedelta(days=dice.randrange(-20, 120))
    won = value if plan.status == "won" else 0 if closed else None
    return (
        *(plan.key, f"BENCH-{plan.number}", f"bench:{plan.number}", f"ERP renewal for {plan.number} users"),
        *(dice.choice(customers).pk, plan.partner.pk, value, value, won, won, due),
        *(now.date() - timedelta(days=plan.age // 2) if closed else None, plan.status),
        *("accepted" if plan.status == "on_hold" else "", Stage.values[plan.number % 5]),
        now + timedelta(hours=plan.number % 60) if plan.status == "delivered" else None,
        *(now - timedelta(days=min(plan.age, plan.number % 30)), now - timedelta(days=plan.age)),
        *(("Second meeting", due) if plan.number % 3 else ("", None)),
    )


def _take_part(plans: Sequence[_Plan], now: datetime, seller: Any) -> None:
    """Give each partner its part; the seller of the largest has some of its work, another partner joins some of it."""
    from kanal.config.copying import Bulk, new_key
    from kanal.opportunities.models import Participation

    parts = [(new_key(), plan) for plan in plans]
    mine = [(key, plan) for key, plan in parts if plan.partner == plans[0].partner]
    assigned = {key: seller.pk for key, _plan in mine[:SHARED_WITH_SELLER]}
    varying = ("id", "opportunity_id", "partner_id", "kind", "since", "assignee_id")
    Bulk(Participation, varying).write(
        (key, plan.key, plan.partner.pk, _kind(plan), now - timedelta(days=plan.age), assigned.get(key))
        for key, plan in parts
    )
    Bulk(Participation.people.through, ("participation_id", "person_id")).write(assigned.items())
    Bulk(Participation, ("id", "opportunity_id", "partner_id"), kind="collaborating", since=now).write(
        (new_key(), plan.key, plans[-1].partner.pk) for _key, plan in mine if _kind(plan) == "collaborating"
    )


def _say(plans: Sequence[_Plan], now: datetime, owner: Any) -> None:
    """Write notes of the vendor on two of three; each waits for an answer."""
    from kanal.config.copying import Bulk, new_key
    from kanal.opportunities.models import TimelineEntry

    said = {"body": "How is it going?", "author_id": owner.pk, "visibility": "shared"}
    Bulk(TimelineEntry, ("id", "opportunity_id", "at", "partner_id"), **said).write(
        (new_key(), plan.key, now - timedelta(days=plan.number % 30, seconds=second), plan.partner.pk)
        for plan in plans
        for second in range(plan.number % 3)
    )


def _kind(plan: _Plan) -> str:
    if plan.status == "delivered":
        return "offered"
    return (
        "collaborating"
        if plan.number % (LARGEST // TOGETHER) == 0 and plan.status in {"accepted", "won"}
        else "managing"
    )
