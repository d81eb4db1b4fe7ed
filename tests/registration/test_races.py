"""Deciding when several do so at the same moment, with real threads on the real database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from django.db import Error, connection

from kanal.config import clock
from kanal.directory.refusal import Conflict, Refusal
from kanal.distribution.models import ProtectedKey, Protection
from kanal.registration import actions
from kanal.registration.lifecycle import Status
from kanal.registration.models import ChainHead, Link, Registration
from tests import cast as casting
from tests.distribution.test_concurrency import race
from tests.registration import made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]
PARTNERS = 100
# A server takes a hundred connections as it comes; a web server's pool lets the other threads wait for one, too.
POOL = threading.BoundedSemaphore(60)


def pooled(act: Callable[[], object]) -> Callable[[], object]:
    """Let a thread wait for one of the connections, and give it back."""

    def run() -> object:
        with POOL:
            try:
                return act()
            except Error as error:  # refused, or chosen to give way where two wait for each other
                return error
            finally:
                connection.close()

    return run


def rivals(cast: casting.Cast, count: int) -> list[Registration]:
    """Make so many requests for one customer, each of another partner, all in review at the same time."""
    found = []
    for number in range(count):
        partner = casting.partner_company(f"Rival{number} Data", channel_manager=cast.chris)
        person = casting.partner_person(f"Rival{number} Person", partner, "manager")
        found.append(made.submitted(cast, person))
    return found


def test_of_a_hundred_approved_at_once_one_is_and_the_others_say_why() -> None:
    cast = casting.make()
    made.policy(cast.chris, two_for_conflict=False)
    asked = rivals(cast, PARTNERS)
    results = race(*[pooled(partial(actions.approve, key=one.pk, by=cast.ada)) for one in asked])
    approved = [one for one in results if isinstance(one, Registration)]
    refused = [one for one in results if isinstance(one, Conflict)]
    assert (len(approved), len(refused)) == (1, PARTNERS - 1)
    winner = approved[0]
    assert {str(one) for one in refused} == {str(refused[0])}
    assert f"protected for {winner.partner.name}" in str(refused[0])
    assert winner.reference in str(refused[0])
    assert Registration.objects.filter(status=Status.APPROVED).count() == 1
    assert Protection.objects.count() == 1


def test_the_database_alone_holds_it_too() -> None:
    """Without our locks and without looking: a hundred writers, one protection with this key."""
    cast = casting.make()
    one = made.opportunity(cast, cast.mads)

    def protect(number: int) -> None:
        now = clock.now() + timedelta(minutes=number)
        held = Protection.objects.create(
            partner=cast.nordlys, family=cast.erp.family, opportunity=one, begins=now, ends=now + timedelta(1)
        )
        ProtectedKey.objects.create(protection=held, key="domain:soby-teknik.dk")

    results = race(*[pooled(partial(protect, number)) for number in range(PARTNERS)])
    assert sum(one is None for one in results) == 1
    assert sum(isinstance(one, Error) for one in results) == PARTNERS - 1
    assert ProtectedKey.objects.count() == 1


def test_an_end_that_comes_from_all_sides_at_once_promotes_one() -> None:
    cast = casting.make()
    first = made.approved(cast, cast.mads)
    waiting = []
    for number in range(4):
        partner = casting.partner_company(f"Next{number} Data", channel_manager=cast.chris)
        person = casting.partner_person(f"Next{number} Person", partner, "manager")
        waiting.append(made.submitted(cast, person, wait_in_line=True))
    clock.use(lambda: timedelta(days=91))
    from kanal.distribution import actions as distribution

    results = race(
        actions.run_clock,
        actions.run_clock,
        lambda: actions.withdraw(key=first.pk, by=cast.anna),
        lambda: actions.revoke(key=first.pk, reason="customer_asked", text="They asked.", by=cast.ada),
        lambda: distribution.lose(key=first.opportunity_id, reason="price", by=cast.mads),
    )
    assert all(not isinstance(one, Exception) or isinstance(one, Refusal) for one in results)
    states = [made.again(one).status for one in waiting]
    assert states == [Status.IN_REVIEW, *[Status.SUBMITTED] * 3]
    assert Link.objects.filter(kind="promoted").count() == 1


def test_a_request_is_approved_or_withdrawn_and_never_both() -> None:
    cast = casting.make()
    for number in range(8):
        one = made.submitted(cast, cast.mads, customer=f"Firma {number}", domain=f"firma{number}.dk")
        results = race(
            lambda key=one.pk: actions.approve(key=key, by=cast.ada),
            lambda key=one.pk: actions.withdraw(key=key, by=cast.anna),
        )
        assert all(not isinstance(each, Exception) or isinstance(each, Refusal) for each in results)
        now = made.again(one)
        assert now.status == Status.WITHDRAWN
        assert not now.is_protected


def test_no_partner_holds_more_than_its_cap_however_many_submit_at_once() -> None:
    cast = casting.make()
    made.policy(cast.chris, cap=2, cap_bonus=0)
    drafts = [
        made.draft(cast, cast.mads, customer=f"Firma {number}", domain=f"firma{number}.dk")
        for number in range(6)
    ]
    results = race(*[lambda one=one: made.submit(one, cast.mads) for one in drafts])
    assert sum(isinstance(one, Registration) for one in results) == 2


def test_the_chain_has_no_gap_however_many_write_at_once() -> None:
    cast = casting.make()
    drafts = [
        made.draft(cast, cast.mads, customer=f"Firma {number}", domain=f"firma{number}.dk")
        for number in range(8)
    ]
    race(*[lambda one=one: made.submit(one, cast.mads) for one in drafts])
    links = list(Link.objects.order_by("number"))
    assert [link.number for link in links] == list(range(1, 9))
    assert all(later.previous == former.digest for former, later in pairwise(links))
    assert ChainHead.objects.get().digest == links[-1].digest


def test_losing_the_sale_and_deciding_on_its_registration_do_not_wait_for_each_other() -> None:
    from kanal.distribution import actions as distribution

    cast = casting.make()
    for number in range(6):
        one = made.approved(cast, cast.mads, customer=f"Firma {number}", domain=f"firma{number}.dk")
        results = race(
            lambda key=one.opportunity_id: distribution.lose(key=key, reason="price", by=cast.mads),
            lambda key=one.pk: actions.revoke(key=key, reason="mistake", text="Sorry.", by=cast.ada),
            actions.run_clock,
        )
        assert all(not isinstance(each, Exception) or isinstance(each, Refusal) for each in results)
        assert made.again(one).status in {Status.EXPIRED, Status.REVOKED}
