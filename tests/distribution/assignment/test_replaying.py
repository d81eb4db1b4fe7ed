"""Trying a policy on what has been: before and after, and nothing written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import InternalError, connection, transaction

from kanal.config import clock
from kanal.directory.models import Partner
from kanal.distribution import actions
from kanal.distribution.assignment import replaying, snapshots
from kanal.distribution.assignment.replaying import replay
from kanal.distribution.models import AssignmentRun, Decision, Offer
from kanal.distribution.policies import of_version
from tests.cast import Cast, policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    snapshots.forget()


def test_it_says_who_would_have_got_what_beside_who_did(cast: Cast) -> None:
    asked = of_version(policy(cast.chris, rules=("territory", "capacity")))
    cast.fjord.territories.add(cast.jutland)
    for _each in range(3):
        cast.managed(cast.nordlys)  # all went to Nordlys in fact, which does not work in Jutland
    cast.made()
    found = replay(asked, last=clock.today())
    assert (found.given, found.total, found.accepted, found.unassigned, found.same) == (3, 3, 3, 0, 0)
    by = {one.partner: one for one in found.partners}
    assert (by[cast.nordlys.pk].before.count, by[cast.nordlys.pk].after.count) == (3, 0)
    assert (by[cast.fjord.pk].before.count, by[cast.fjord.pk].after.count) == (0, 3)
    assert by[cast.nordlys.pk].before.value == by[cast.fjord.pk].after.value == 3 * 1240000
    assert found.sum("before").count == found.sum("after").count == 3


def test_capacity_holds_in_the_trial_too(cast: Cast) -> None:
    asked = of_version(policy(cast.chris, rules=("capacity",)))
    for _each in range(4):
        cast.managed(cast.nordlys)
    Partner.objects.update(capacity=1, version=5)
    found = replay(asked, last=clock.today())
    assert {one.after.count for one in found.partners} == {1}
    assert found.unassigned == 2


def test_an_earlier_no_is_not_known_before_it_was_said(cast: Cast) -> None:
    asked = of_version(policy(cast.chris, rules=("capacity",), weights={"tier": 100}))
    Partner.objects.filter(pk=cast.fjord.pk).update(tier=None, version=7)
    opportunity = cast.delivered(cast.nordlys)
    actions.decline(key=opportunity.pk, reason="too_small", by=cast.anna)
    found = replay(asked, last=clock.today())
    assert [one.partner for one in found.partners if one.after.count] == [cast.nordlys.pk]


def test_only_what_the_policy_takes_and_what_was_first_given_in_the_period_counts(cast: Cast) -> None:
    asked = of_version(policy(cast.chris, takes={"value_least": 2_000_000}))
    cast.managed()
    assert replay(asked, last=clock.today()).total == 0
    everything = of_version(actions.make_policy(name="All", terms=type(asked.terms)(), by=cast.chris))
    assert replay(everything, last=clock.today()).total == 1
    assert replay(everything, last=clock.today() - timedelta(days=1)).total == 0
    assert replaying.newest() == clock.today()


def test_it_writes_nothing_and_could_not(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = of_version(policy(cast.chris))
    cast.managed()
    before = (AssignmentRun.objects.count(), Decision.objects.count(), Offer.objects.count())
    replay(asked, last=clock.today())
    assert (AssignmentRun.objects.count(), Decision.objects.count(), Offer.objects.count()) == before

    def writes(*_args: object, **_named: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE distribution_offer SET text = 'x'")

    monkeypatch.setattr(replaying.asking, "ask", writes)
    with pytest.raises(InternalError), transaction.atomic():
        replay(asked, last=clock.today())
