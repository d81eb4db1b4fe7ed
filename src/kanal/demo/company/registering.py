"""Playing the deals: partners register what they made, the vendor decides, and the clock runs in between."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.config import clock
from kanal.demo.company import files, lists
from kanal.demo.company.deal import Deal, Then
from kanal.demo.company.deals_held import HELD
from kanal.demo.company.deals_open import OPEN
from kanal.demo.company.people import World
from kanal.demo.company.play import Act
from kanal.demo.company.story import before
from kanal.directory.models import Account, Person, ProductFamily, Tier
from kanal.distribution import actions as distribution
from kanal.distribution.worktime import Calendar
from kanal.opportunities.actions import NewAccount, NewContact, Values, add_note, change_owner, create
from kanal.opportunities.actions.values import Line
from kanal.registration import actions
from kanal.registration.following import note
from kanal.registration.models import Link, Registration
from kanal.registration.telling import tell_about
from kanal.registration.terms import Terms

DEALS = HELD + OPEN
# What the vendor offers to another partner while a partner registers the same customer.
OFFERED = "New ERP for the bakery group"
# Working hours in a day of the calendar: people act while they work.
_WORKED = 8 * 5 / 7
# What is longer ago than so many days is placed by the calendar, so that ages do not hang on holidays.
_LONG_AGO = 12
# When the clock looked at what was due, in days before now: often enough for reminders to come in time.
CLOCKS = (60, 48, 40, 29, 22, 17, 15, 8.5, 3, 0)
_TERMS = """Register a customer only when you have met them and know what they need.
A registration protects one customer for one product family. It does not oblige the customer to anything.
While it runs we neither sell there ourselves nor give the customer to another partner.
Keep us informed: a protection in which nothing happens for 45 days ends.
What you write must be true. We may ask the customer, and take a protection back that rests on an untruth."""
_TIERS = {"Platinum": 20, "Gold": 8, "Silver": 5, "Registered": 2}


@dataclass
class Dealing:
    """Where deals are played.

    Attributes:
        world: the directory.
        now: the moment at which all of them have arrived.
        made: the opportunity of each deal, by its key.
        asked: its request.
    """

    world: World
    now: datetime
    made: dict[str, uuid.UUID] = field(default_factory=dict)
    asked: dict[str, uuid.UUID] = field(default_factory=dict)

    def acts(self) -> list[Act]:
        """Give everything that happens, each with its moment."""
        found = [*self._policies()]
        for deal in DEALS:
            steps = deal.then
            if not any(then.do == "make" for then in steps):
                steps = (Then(steps[0].days + 0.3, "make"), *steps)
            at = self.now - timedelta(days=365)
            for then in steps:
                # Each comes after the one before, however the calendar lies.
                at = max(self._at(then.days), at + timedelta(minutes=1))
                found.append((at, self._act(deal, then)))
        found += [(self.now - timedelta(days=days), actions.run_clock) for days in CLOCKS]
        return found

    def _at(self, days: float) -> datetime:
        calendar = Calendar(settings.TIME_ZONE, "DK", settings.WORKDAY_START, settings.WORKDAY_END)
        if days > _LONG_AGO:
            return before(calendar, self.now - timedelta(days=days), timedelta(minutes=1))
        return before(calendar, self.now, timedelta(hours=days * _WORKED))

    def _act(self, deal: Deal, then: Then) -> Callable[[], object]:
        return lambda: DOINGS[then.do](self, deal, then)

    def _policies(self) -> Iterator[Act]:
        """Enter what the vendor's policy said first, and what it learned."""
        ranks = dict(Tier.objects.values_list("name", "pk"))
        caps = {str(ranks[name]): most for name, most in _TIERS.items()}
        first = Terms(cap=5, cap_by_tier=caps, terms=_TERMS)
        later = Terms(cap=5, cap_by_tier=caps, terms=_TERMS, auto_below=60_000, auto_rank=3)
        ada, chris = self.world.vendor["ada"], self.world.chris
        yield self._at(87), lambda: actions.keep_policy(number=0, terms=first, why="The first one.", by=ada)
        why = "Small deals of Gold and Platinum partners need no word of ours where nothing speaks against them."
        yield self._at(35), lambda: actions.keep_policy(number=1, terms=later, why=why, by=chris)

    def partner(self, deal: Deal, role: str = "") -> Person:
        """Give somebody of the deal's partner, by role; whoever registered it where none is named."""
        team = self.world.teams[deal.team]
        role = role or deal.by
        return (
            team.sellers[0] if role == "seller" else team.manager if role == "manager" else team.administrator
        )

    def vendor(self, then: Then) -> Person:
        """Give who of the vendor acts; mostly the administrator, as the channel manager owns what partners make."""
        return self.world.vendor[then.by or "ada"]


def _lines(dealing: Dealing, deal: Deal) -> list[Line]:
    rate = dealing.world.rates[lists.CURRENCY_OF[deal.customer.country]]
    found = []
    for part in deal.lines.split():
        code, _colon, number = part.partition(":")
        product = dealing.world.products[code]
        price = ((product.list_price or Decimal(0)) / rate).quantize(Decimal(1))
        found.append(Line(product, Decimal(number), price))
    return found


def _family(dealing: Dealing, deal: Deal) -> ProductFamily:
    family: ProductFamily = _lines(dealing, deal)[0].product.family
    return family


def _make(dealing: Dealing, deal: Deal, _then: Then) -> None:
    firm, who = deal.customer, deal.contact
    values = Values(
        topic=deal.topic,
        currency=dealing.world.currencies[lists.CURRENCY_OF[firm.country]],
        account=NewAccount(firm.name, firm.city, firm.country, firm.domain),
        contact=NewContact(who.name, f"{who.local}@{firm.domain}", "", who.title),
        estimated_revenue=Decimal(deal.value),
        estimated_close_date=dealing.now.date() + timedelta(days=deal.close),
        customer_need=deal.need,
        lines=_lines(dealing, deal),
    )
    dealing.made[deal.key] = distribution.make(values=values, by=dealing.partner(deal)).pk


def _offer(dealing: Dealing, deal: Deal, then: Then) -> None:
    """The vendor has the same customer on its own list, and offers it to another partner."""
    world = dealing.world
    account = next(
        account for row, account, _people in world.customers if deal.customer.name.startswith(row.name)
    )
    values = Values(
        topic=OFFERED,
        currency=world.currencies["DKK"],
        account=Account.objects.get(pk=account.pk),
        estimated_revenue=Decimal(1_240_000),
        estimated_close_date=dealing.now.date() + timedelta(days=110),
        territory=world.territories["South Jutland"],
        owner=world.vendor["sally"],
        customer_need="One system for bakery, cold store and finance, and a partner who knows food.",
        lines=[Line(world.products["HE-100"], Decimal(70)), Line(world.products["HW-200"], Decimal(25))],
    )
    made = create(values=values, by=world.chris)
    with clock.frozen(dealing._at(1.5)):
        distribution.deliver(key=made.pk, partner=world.teams[then.facts["team"]].partner, by=world.chris)


def _own(dealing: Dealing, deal: Deal, then: Then) -> None:
    change_owner(key=dealing.made[deal.key], owner=dealing.vendor(then), by=dealing.world.chris)


def _begin(dealing: Dealing, deal: Deal) -> tuple[Registration, dict[str, Any]]:
    """Begin the request with its evidence, and give what is filled in."""
    by = dealing.partner(deal)
    draft = actions.register(opportunity=dealing.made[deal.key], by=by)
    dealing.asked[deal.key] = draft.pk
    if deal.file:
        name, *lines = deal.file
        written = files.text(lines) if name.endswith(".txt") else files.pdf(name.rpartition(".")[0], lines)
        actions.add_evidence(key=draft.pk, files=[files.upload(name, written)], by=by)
    values = {
        **dict(zip(deal.customer._fields, deal.customer, strict=True)),
        "family": _family(dealing, deal),
        "value": Decimal(deal.value),
        "expected_close": dealing.now.date() + timedelta(days=deal.close),
        "work_done": deal.work,
    }
    values["company"], values["registration_number"] = values.pop("name"), values.pop("number")
    return draft, values


def _draft(dealing: Dealing, deal: Deal, _then: Then) -> None:
    draft, values = _begin(dealing, deal)
    actions.save_draft(key=draft.pk, version=draft.version, values=values, by=dealing.partner(deal))


def _submit(dealing: Dealing, deal: Deal, then: Then) -> None:
    draft, values = _begin(dealing, deal)
    actions.submit(
        key=draft.pk,
        version=draft.version,
        values=values,
        accept_terms=True,
        wait_in_line=then.do == "submit_in_line",
        by=dealing.partner(deal),
    )


def _approve(dealing: Dealing, deal: Deal, then: Then) -> None:
    ends = then.facts.get("ends")
    last = None if ends is None else dealing.now.date() + timedelta(days=ends)
    actions.approve(key=dealing.asked[deal.key], ends=last, by=dealing.vendor(then))
    actions.stop_offers(key=dealing.asked[deal.key])  # what the worker does in the next second


def _ask(dealing: Dealing, deal: Deal, then: Then) -> None:
    key, fields = dealing.asked[deal.key], then.facts["fields"]
    actions.ask(key=key, question=then.text, fields=fields, by=dealing.vendor(then))


def _answer(dealing: Dealing, deal: Deal, then: Then) -> None:
    by = dealing.partner(deal, then.by)
    actions.answer(key=dealing.asked[deal.key], values=then.facts, text=then.text, by=by)


def _duplicate(dealing: Dealing, deal: Deal, then: Then) -> None:
    first = dealing.asked[then.facts["original"]]
    actions.mark_duplicate(
        key=dealing.asked[deal.key], original=first, text=then.text, by=dealing.vendor(then)
    )


def _extend(dealing: Dealing, deal: Deal, then: Then) -> None:
    by = dealing.partner(deal, then.by)
    actions.ask_extension(key=dealing.asked[deal.key], days=then.facts["days"], evidence=then.text, by=by)


def _extended(dealing: Dealing, deal: Deal, then: Then) -> None:
    actions.decide_extension(key=dealing.asked[deal.key], grant=True, text=then.text, by=dealing.vendor(then))


def _note(dealing: Dealing, deal: Deal, then: Then) -> None:
    by = dealing.partner(deal, then.by)
    add_note(key=dealing.made[deal.key], body=then.text, shared=True, by=by)


def _remark(dealing: Dealing, deal: Deal, then: Then) -> None:
    add_note(key=dealing.made[deal.key], body=then.text, shared=False, by=dealing.vendor(then))


def _stage(dealing: Dealing, deal: Deal, then: Then) -> None:
    distribution.move_stage(key=dealing.made[deal.key], by=dealing.partner(deal), **then.facts)


def _win(dealing: Dealing, deal: Deal, then: Then) -> None:
    key, by = dealing.made[deal.key], dealing.partner(deal, then.by)
    distribution.win(key=key, revenue=Decimal(deal.value), text=then.text, by=by, **then.facts)


def _lose(dealing: Dealing, deal: Deal, then: Then) -> None:
    by = dealing.partner(deal, then.by)
    distribution.lose(key=dealing.made[deal.key], text=then.text, by=by, **then.facts)


def _withdraw(dealing: Dealing, deal: Deal, then: Then) -> None:
    actions.withdraw(key=dealing.asked[deal.key], text=then.text, by=dealing.partner(deal, then.by))


def _by_vendor(action: Callable[..., object]) -> Callable[[Dealing, Deal, Then], None]:
    """Give the doing that is one action of the vendor's, with a reason and words where it has them."""

    def do(dealing: Dealing, deal: Deal, then: Then) -> None:
        words = {"text": then.text} if then.text else {}
        action(key=dealing.asked[deal.key], by=dealing.vendor(then), **words, **then.facts)

    return do


DOINGS: dict[str, Callable[[Dealing, Deal, Then], None]] = {
    "make": _make,
    "offer": _offer,
    "own": _own,
    "draft": _draft,
    "submit": _submit,
    "submit_in_line": _submit,
    "take_up": _by_vendor(actions.take_up),
    "ask": _ask,
    "answer": _answer,
    "approve": _approve,
    "reject": _by_vendor(actions.reject),
    "duplicate": _duplicate,
    "revoke": _by_vendor(actions.revoke),
    "extend": _extend,
    "extended": _extended,
    "withdraw": _withdraw,
    "note": _note,
    "remark": _remark,
    "stage": _stage,
    "win": _win,
    "lose": _lose,
}


def settle(since: datetime) -> None:
    """Do what the worker would have done: the timelines say each step, and people are told of the late ones.

    Args:
        since: from which moment on people are told.
    """
    moments = dict(Link.objects.values_list("pk", "at"))
    jobs = ProcrastinateJob.objects.filter(
        task_name__startswith="kanal.registration.tasks.", queue_name="tell"
    )
    for job in jobs.filter(status="todo").order_by("id"):
        link = uuid.UUID(job.args["link_id"])
        if link not in moments:  # a job of a step that was rolled back or is gone
            continue
        if job.task_name.endswith(".note"):
            note(link_id=link)
        elif moments[link] >= since:
            with clock.frozen(moments[link]):
                tell_about(**job.args)
