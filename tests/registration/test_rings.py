"""Nobody waits in a ring: selling, delivering and deciding on registrations take their locks in one order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from kanal.config import clock
from kanal.directory.models import Account
from kanal.directory.refusal import Refusal
from kanal.distribution import actions as distribution
from kanal.registration import actions
from kanal.registration.lifecycle import EndReason, Status
from kanal.registration.models import Link
from kanal.registration.proof.checking import check
from tests import cast as casting
from tests.distribution.test_concurrency import race
from tests.registration import made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]
ROUNDS = 6


def settled(*runners: Callable[[], object]) -> list[object]:
    """Run all at the same moment; each is done or refused, and none fails by the database."""

    def safe(run: Callable[[], object]) -> object:
        try:
            return run()
        except Refusal as refusal:
            return refusal
        except Exception as error:  # noqa: BLE001 - it is what is looked for
            return error

    results = race(*[partial(safe, one) for one in runners])
    broken = [one for one in results if isinstance(one, Exception) and not isinstance(one, Refusal)]
    assert not broken, broken
    return results


def test_delivering_against_a_protection_and_all_that_happens_to_it() -> None:
    cast = casting.make()
    for number in range(ROUNDS):
        name, domain = f"Firma{number} Teknik", f"firma{number}-teknik.dk"
        held = made.approved(cast, cast.mads, customer=name, domain=domain)
        account = Account.objects.create(name=name, domain=domain, city="Søby", country="DK")
        offered = cast.opportunity(account=account, contact=None)
        actions.ask_extension(key=held.pk, days=30, evidence="They sign in June.", by=cast.mads)
        waits = made.submitted(cast, cast.freja, customer=name, domain=domain, wait_in_line=True)
        to = partial(distribution.deliver, key=offered.pk, by=cast.chris)
        settled(
            partial(to, partner=cast.fjord, override_reason="They asked for Fjord."),
            partial(to, partner=cast.nordlys),
            partial(actions.decide_extension, key=held.pk, grant=True, text="", by=cast.ada),
            partial(actions.withdraw, key=held.pk, by=cast.anna),
            partial(actions.end, held.pk, EndReason.SILENCE),
            partial(distribution.lose, key=held.opportunity_id, reason="price", by=cast.mads),
            partial(actions.withdraw, key=waits.pk, by=cast.freja),
            actions.run_clock,
        )
        assert made.again(held).status in {Status.WITHDRAWN, Status.EXPIRED}
        assert Link.objects.filter(registration=waits, kind="promoted").count() <= 1
    assert check().whole


def test_canceling_sales_while_their_requests_are_decided() -> None:
    cast = casting.make()
    asked = [
        made.submitted(cast, cast.mads, customer=f"Firma{number} Teknik", domain=f"firma{number}-teknik.dk")
        for number in range(ROUNDS)
    ]
    settled(
        *[lambda key=one.pk: actions.approve(key=key, by=cast.ada) for one in asked],
        *[
            lambda key=one.opportunity_id: distribution.cancel(key=key, reason="no_budget", by=cast.chris)
            for one in asked
        ],
        actions.run_clock,
        actions.run_clock,
    )
    assert all(made.again(one).status != Status.SUBMITTED for one in asked)
    assert check().whole


def test_one_draft_is_submitted_once_and_one_question_answered_once() -> None:
    cast = casting.make()
    draft = made.draft(cast, cast.mads)
    results = settled(
        *[lambda: made.submit(draft, cast.mads) for _each in range(4)],
        lambda: actions.register(opportunity=draft.opportunity_id, by=cast.anna),
        lambda: actions.save_draft(
            key=draft.pk, version=draft.version, values={"city": "Rise"}, by=cast.mads
        ),
        lambda: actions.withdraw(key=draft.pk, by=cast.anna),
    )
    assert len(results) == 7
    assert Link.objects.filter(registration=draft, kind="submitted").count() <= 1
    other = made.submitted(cast, cast.mads, customer="Marstal Tov ApS", domain="marstal-tov.dk")
    actions.ask(key=other.pk, question="Which modules?", fields=[], by=cast.ada)
    clock.use(lambda: timedelta(days=11))
    settled(
        *[
            lambda: actions.answer(key=other.pk, values={}, text="Finance.", by=cast.mads)
            for _each in range(3)
        ],
        actions.run_clock,
        actions.run_clock,
        lambda: actions.reject(key=other.pk, reason="other", text="No.", by=cast.ada),
    )
    assert Link.objects.filter(registration=other, kind="resubmitted").count() <= 1
    assert check().whole


def test_two_who_go_away_at_once_are_not_each_others_deputy() -> None:
    from kanal.registration.models import Absence

    cast = casting.make()
    until = clock.today() + timedelta(days=7)
    settled(
        lambda: actions.be_away(deputy=cast.chris.pk, until=until, by=cast.ada),
        lambda: actions.be_away(deputy=cast.ada.pk, until=until, by=cast.chris),
    )
    assert Absence.objects.count() == 1
