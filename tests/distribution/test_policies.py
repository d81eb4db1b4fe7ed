"""Policies in force: their order, their newest version, what each takes; and how few reads that needs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from kanal.config import clock
from kanal.directory.models import Account, Partner
from kanal.distribution.models import Policy, PolicyPin, PolicyVersion
from kanal.distribution.policies import InForce, Traits, first_that_takes, in_force, takers
from kanal.distribution.terms import Filter, Terms
from tests.cast import Cast


def policy(name: str, *, position: int = 100, **terms: Any) -> Policy:
    made = Policy.objects.create(name=name, position=position)
    say(made, **terms)
    return made


def say(made: Policy, *, number: int = 1, **terms: Any) -> PolicyVersion:
    return PolicyVersion.objects.create(policy=made, number=number, data=Terms(**terms).plain())


def taking(**takes: Any) -> InForce:
    return InForce(PolicyVersion(), Terms(takes=Filter(**takes)))


@pytest.mark.django_db
def test_an_installation_begins_without_any_policy():
    assert in_force() == []
    assert first_that_takes([], Traits()) is None


@pytest.mark.django_db
def test_policies_come_in_their_order_each_in_its_newest_version():
    late, early = policy("Everything", position=9), policy("Big deals", position=1)
    say(late, number=2, attempts=5)
    assert [(each.version.policy, each.version.number) for each in in_force()] == [(early, 1), (late, 2)]
    assert [each.terms.attempts for each in in_force()] == [3, 5]


@pytest.mark.django_db
def test_an_archived_policy_is_not_in_force():
    put_away = policy("Old ways")
    put_away.archived_at = clock.now()
    put_away.save()
    assert in_force() == []


@pytest.mark.django_db
def test_what_stood_at_a_moment_can_be_asked_for():
    made = policy("Everything")
    PolicyVersion.objects.create(
        policy=made, number=2, data=Terms(attempts=7).plain(), at=clock.now() + timedelta(days=1)
    )
    assert [each.terms.attempts for each in in_force(clock.now())] == [3]
    assert in_force(clock.now() - timedelta(days=1)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_two_reads_are_enough_whatever_their_number(
    cast: Cast, number: int, django_assert_num_queries: Any
) -> None:
    for place in range(number):
        made = policy(f"Policy {place}", position=place)
        pin(made.versions.get(), cast.lindholm, cast.nordlys)
    with django_assert_num_queries(2):
        read = in_force()
        assert [str(each.version.policy) for each in read] == [f"Policy {place}" for place in range(number)]
        assert all(each.pins == {cast.lindholm.pk: cast.nordlys.pk} for each in read)


def pin(version: PolicyVersion, account: Account, partner: Partner) -> None:
    PolicyPin.objects.create(version=version, account=account, partner=partner)


@pytest.mark.django_db
def test_the_pins_of_an_older_version_hold_no_longer(cast):
    made = policy("Everything")
    pin(made.versions.get(), cast.lindholm, cast.nordlys)
    say(made, number=2)
    assert [dict(each.pins) for each in in_force()] == [{}]


@pytest.mark.django_db
def test_a_version_is_written_once(cast):
    version = policy("Everything").versions.get()
    pin(version, cast.lindholm, cast.nordlys)
    for change in (
        lambda: PolicyVersion.objects.filter(pk=version.pk).update(why="Something else"),
        lambda: PolicyPin.objects.update(partner=cast.fjord),
        lambda: PolicyPin.objects.all().delete(),
    ):
        with pytest.raises(Exception, match=r"[Cc]annot"), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        say(version.policy)


def test_an_empty_filter_takes_everything():
    assert taking().takes(Traits())


NORTH, LARGE, ERP, FOOD = uuid4(), uuid4(), uuid4(), uuid4()


@pytest.mark.parametrize(
    ("takes", "yes", "no"),
    [
        ({"territories": (str(LARGE),)}, {"territories": {NORTH, LARGE}}, {"territories": {NORTH}}),
        ({"families": (str(ERP),)}, {"families": {ERP, uuid4()}}, {"families": {uuid4()}}),
        ({"industries": (str(FOOD),)}, {"industry": FOOD}, {"industry": uuid4()}),
        ({"sources": ("event", "website")}, {"source": "website"}, {"source": "vendor"}),
        ({"ratings": ("hot",)}, {"rating": "hot"}, {"rating": "cold"}),
        ({"countries": ("DK", "SE")}, {"country": "SE"}, {"country": "NO"}),
        ({"value_least": 100}, {"value": Decimal(100)}, {"value": Decimal("99.99")}),
        ({"value_most": 100}, {"value": Decimal(100)}, {"value": Decimal("100.01")}),
    ],
)
def test_a_filter_takes_what_it_names_and_nothing_unknown(takes, yes, no):
    asked = taking(**takes)
    assert asked.takes(Traits(**traits(yes)))
    assert not asked.takes(Traits(**traits(no)))
    assert not asked.takes(Traits())


def traits(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: frozenset(value) if isinstance(value, set) else value for name, value in facts.items()}


def test_every_part_of_a_filter_must_hold():
    asked = taking(countries=("DK",), value_least=100)
    assert asked.takes(Traits(country="DK", value=Decimal(100)))
    assert not asked.takes(Traits(country="SE", value=Decimal(100)))
    assert not asked.takes(Traits(country="DK", value=Decimal(1)))


def test_the_first_that_takes_it_judges():
    big, danish, rest = taking(value_least=1000), taking(countries=("DK",)), taking()
    order = [big, danish, rest]
    assert first_that_takes(order, Traits(country="DK", value=Decimal(2000))) is big
    assert first_that_takes(order, Traits(country="DK", value=Decimal(10))) is danish
    assert takers(order, [Traits(), Traits(country="DK")]) == [rest, danish]
    assert takers([big], [Traits()]) == [None]


def test_ten_thousand_are_judged_in_a_moment():
    order = [taking(value_least=10**6, territories=(str(LARGE),)), taking(industries=(str(FOOD),)), taking()]
    many = [Traits(territories=frozenset({NORTH}), value=Decimal(5), country="DK")] * 10_000
    began = perf_counter()
    assert takers(order, many) == [order[2]] * 10_000
    assert perf_counter() - began < 1
