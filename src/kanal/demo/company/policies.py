"""How Havn Systems came to its policies of assignment, and what its partners can prove."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from kanal.config import clock
from kanal.demo.company.people import World
from kanal.directory import actions as directory
from kanal.directory.models import Account, Partner, ProductFamily
from kanal.distribution import actions
from kanal.distribution.actions.policies import Pin
from kanal.distribution.models import Policy
from kanal.distribution.terms import WEIGHTS, Filter, Terms

# Partner, languages, smallest and largest value in kroner.
_TAKES: tuple[tuple[str, list[str], int | None, int | None], ...] = (
    ("nordlys", ["da", "en", "de"], 100_000, None),
    ("fjord", ["da", "en"], None, None),
    ("kompas", ["da", "en"], None, 3_000_000),
    ("granit", ["da"], None, 1_500_000),
    ("boelge", ["da", "de"], None, 1_000_000),
    ("tindra", ["sv", "en"], 100_000, None),
    ("polar", ["nb", "en"], None, None),
    ("hafenlicht", ["de", "en"], None, None),
    ("polderkracht", ["nl", "en"], None, None),
    ("saari", ["fi", "sv", "en"], None, 1_200_000),
    ("thistle", ["en"], None, 800_000),
    ("ravn", ["da"], None, 250_000),
)
# Product family and the name of its certificate; the partners that have it, with the days until it ends.
_CERTIFIED: tuple[tuple[str, str, dict[str, int | None]], ...] = (
    (
        "erp",
        "Havn ERP Professional",
        {
            "nordlys": 410,
            "fjord": 260,
            "kompas": 95,
            "granit": 12,
            "tindra": 330,
            "polar": 180,
            "hafenlicht": 205,
            "saari": 150,
            "thistle": 60,
        },
    ),
    ("bi", "Havn Analytics Specialist", {"nordlys": None, "fjord": 88, "tindra": 300, "polar": 45}),
)


def _ago(now: datetime, days: int, hour: int) -> datetime:
    """Give an hour of the working day that was so many days ago, or of the Friday before it."""
    day = (now - timedelta(days=days)).replace(hour=hour, minute=12, second=0)
    return day - timedelta(days=max(0, day.weekday() - 4))


def enter(world: World, now: datetime) -> None:
    """Enter what partners prove and take, and the policies with their versions of the last ninety days."""
    with clock.frozen(_ago(now, 120, 8)):
        _certify(world, now)
        _take(world)
    terms, pin = _nordic(world, now)
    _large(world, now, terms, pin)


def _certify(world: World, now: datetime) -> None:
    ada = world.vendor["ada"]
    for key, name, held in _CERTIFIED:
        family = world.families[key]
        directory.keep(
            kind=ProductFamily,
            key=family.pk,
            version=family.version,
            values={"name": family.name, "certificate": True},
            by=ada,
        )
        for partner, days in held.items():
            until = None if days is None else now.date() + timedelta(days=days)
            directory.certify(
                partner=world.teams[partner].partner.pk,
                family=family.pk,
                name=name,
                valid_until=until,
                by=world.chris,
            )


def _take(world: World) -> None:
    for key, languages, least, most in _TAKES:
        partner = Partner.objects.get(pk=world.teams[key].partner.pk)
        directory.keep_partner(
            key=partner.pk,
            version=partner.version,
            company={},
            values={"languages": languages, "value_least": least, "value_most": most},
            related={},
            by=world.chris,
        )


def _nordic(world: World, now: datetime) -> tuple[Terms, list[Pin]]:
    """Enter the policy for everything: what it said first, and what Havn learned since."""
    first = Terms(answer_hours=24, attempts=2)
    with clock.frozen(_ago(now, 88, 9)):
        policy = actions.make_policy(name="Nordic default", terms=first, by=world.vendor["ada"]).policy
    wins = replace(first, attempts=3, weights=WEIGHTS | {"tier": 4, "win": 13})
    local = replace(wins, answer_hours=16, share_most=40, share_new=10, far_km=350)
    pin = [(_account("Lindholm Foods").pk, world.teams["nordlys"].partner.pk)]
    changes: list[tuple[int, Terms, list[Pin], str, str]] = [
        (61, wins, [], "chris", "A third try finds a partner for most; who wins counts more than the tier."),
        (
            33,
            local,
            [],
            "chris",
            "Nobody more than 40 % of a run, and new partners get a chance. Two days to answer.",
        ),
        (9, local, pin, "ada", "Lindholm Foods asked for Nordlys IT in their yearly meeting."),
    ]
    for days, terms, pins, who, why in changes:
        _save(
            policy.pk,
            _ago(now, days, 10),
            terms=terms,
            pins=pins,
            why=why,
            by=world.vendor[who],
        )
    return local, pin


def _save(key: Any, at: datetime, **given: Any) -> None:
    with clock.frozen(at):
        policy = Policy.objects.get(pk=key)
        actions.save_policy(key=key, version=policy.version, name=policy.name, **given)


def _large(world: World, now: datetime, like: Terms, pins: list[Pin]) -> None:
    """Enter the policy for large deals, which is asked first."""
    terms = replace(
        like,
        takes=Filter(value_least=2_000_000),
        rules=(*like.rules, "tier", "industry"),
        tier_least=3,
        attempts=5,
        answer_hours=24,
        share_new=0,
        share_most=100,
        weights=WEIGHTS | {"territory": 10, "win": 17},
    )
    with clock.frozen(_ago(now, 40, 13)):
        why = "Large deals go to Gold and Platinum partners that know the industry."
        version = actions.make_policy(name="Large deals", terms=terms, pins=pins, why=why, by=world.chris)
        actions.move_policy(key=version.policy_id, places=-1, by=world.chris)


def _account(name: str) -> Account:
    account: Account = Account.objects.get(name=name)
    return account
