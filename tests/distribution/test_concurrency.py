"""Two at the same moment, with real threads on the real database: one wins, the other is told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from kanal.directory.refusal import Refusal
from kanal.distribution import actions
from kanal.distribution.actions import Move, save
from kanal.distribution.models import Offer
from kanal.opportunities.actions import Values
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry
from tests import cast as casting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]
ROUNDS = 200


def race(*runners: Callable[[], object]) -> list[object]:
    """Run all at the same moment; give what each returned, or its refusal."""
    start = threading.Barrier(len(runners))
    results: list[object] = [None] * len(runners)

    def run(place: int, runner: Callable[[], object]) -> None:
        try:
            start.wait()
            results[place] = runner()
        except Refusal as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return results


def test_accepting_and_withdrawing_the_same_offer_never_both_succeed() -> None:
    cast = casting.make()
    opportunity = cast.opportunity()
    outcomes: Counter[str] = Counter()
    for _ in range(ROUNDS):
        offer = actions.deliver(key=opportunity.pk, partner=cast.nordlys, by=cast.chris)
        accepted, withdrawn = race(
            lambda: actions.accept(key=opportunity.pk, by=cast.mads),
            lambda: actions.withdraw(key=opportunity.pk, by=cast.chris),
        )
        offer.refresh_from_db()
        opportunity.refresh_from_db()
        winners = [isinstance(result, Offer) for result in (accepted, withdrawn)]
        assert sum(winners) == 1, (accepted, withdrawn)
        if winners[0]:
            assert (offer.status, opportunity.status) == ("accepted", "accepted")
            assert Participation.objects.get(opportunity=opportunity, until=None).kind == "managing"
            actions.return_(key=opportunity.pk, reason="no_interest", by=cast.mads)
        else:
            assert (offer.status, opportunity.status) == ("withdrawn", "in_progress")
            assert not Participation.objects.filter(opportunity=opportunity, until=None).exists()
            assert "withdrawn" in str(accepted)
        outcomes[offer.status] += 1
    assert sum(outcomes.values()) == ROUNDS


def test_two_colleagues_answering_at_once_one_wins_and_the_other_is_told() -> None:
    cast = casting.make()
    for _ in range(20):
        opportunity = cast.delivered()
        results = race(
            lambda key=opportunity.pk: actions.accept(key=key, by=cast.mads),
            lambda key=opportunity.pk: actions.decline(key=key, reason="no_capacity", by=cast.anna),
        )
        refusals = [result for result in results if isinstance(result, Refusal)]
        assert len(refusals) == 1
        assert "already" in str(refusals[0])


def test_two_managers_delivering_at_once_open_one_offer() -> None:
    cast = casting.make()
    for _ in range(20):
        opportunity = cast.opportunity()
        results = race(
            lambda key=opportunity.pk: actions.deliver(key=key, partner=cast.nordlys, by=cast.chris),
            lambda key=opportunity.pk: actions.deliver(key=key, partner=cast.fjord, by=cast.ada),
        )
        assert sum(isinstance(result, Offer) for result in results) == 1
        assert Offer.objects.filter(opportunity=opportunity, status="pending").count() == 1


def test_two_people_saving_the_same_version_lose_nothing_silently() -> None:
    cast = casting.make()
    opportunity = cast.opportunity()

    def saving(topic: str) -> Opportunity:
        values = Values(topic=topic, currency=cast.dkk, account=cast.lindholm, contact=cast.karen)
        return save(key=opportunity.pk, version=1, values=values, move=Move("in_progress"), by=cast.chris)

    results = race(lambda: saving("first"), lambda: saving("second"))
    saved = [result.topic for result in results if isinstance(result, Opportunity)]
    assert len(saved) == 1
    opportunity.refresh_from_db()
    assert opportunity.topic == saved[0]


def test_the_clock_and_an_acceptance_in_the_last_moment_never_both_succeed() -> None:
    cast = casting.make()
    for _ in range(20):
        opportunity = cast.delivered()
        Offer.objects.filter(opportunity=opportunity).update(deadline=opportunity.created_at)
        accepted, expired = race(
            lambda key=opportunity.pk: actions.accept(key=key, by=cast.mads),
            lambda key=opportunity.pk: actions.expire(key=key),
        )
        assert isinstance(accepted, Refusal)
        assert expired is True


def test_reference_codes_made_at_once_differ() -> None:
    cast = casting.make()
    made = race(*[lambda: cast.opportunity().reference for _ in range(8)])
    assert len(set(made)) == 8


def test_approving_and_refusing_what_a_partner_made_never_both_succeed() -> None:
    cast = casting.make()
    for _ in range(20):
        made = cast.made(account=cast.customer()[0])
        results = race(
            lambda key=made.pk: actions.approve(key=key, by=cast.chris),
            lambda key=made.pk: actions.refuse(key=key, reason="duplicate", by=cast.ada),
        )
        made.refresh_from_db()
        assert sum(isinstance(result, Opportunity) for result in results) == 1, results
        assert made.status == ("approved" if isinstance(results[0], Opportunity) else "canceled")
        assert Participation.objects.filter(opportunity=made, until=None).count() == 1


def test_two_colleagues_closing_the_same_one_at_once_one_wins_and_the_other_is_told() -> None:
    cast = casting.make()
    for _ in range(20):
        opportunity = cast.managed()
        results = race(
            lambda key=opportunity.pk: actions.win(key=key, reason="best_fit", by=cast.mads),
            lambda key=opportunity.pk: actions.lose(key=key, reason="price", by=cast.anna),
        )
        refusals = [result for result in results if isinstance(result, Refusal)]
        assert len(refusals) == 1
        assert "can’t be done while the status is" in str(refusals[0])
        opportunity.refresh_from_db()
        assert opportunity.status == ("lost" if isinstance(results[0], Refusal) else "won")


def test_the_last_extension_is_granted_once_to_two_who_ask_at_once() -> None:
    cast = casting.make()
    for _ in range(20):
        opportunity = cast.managed()
        day = opportunity.estimated_close_date
        assert day
        actions.extend(key=opportunity.pk, until=day + timedelta(1), reason="Tender", by=cast.mads)
        results = race(
            lambda key=opportunity.pk, day=day: actions.extend(
                key=key, until=day + timedelta(2), reason="More", by=cast.mads
            ),
            lambda key=opportunity.pk, day=day: actions.extend(
                key=key, until=day + timedelta(3), reason="More", by=cast.anna
            ),
        )
        assert sum(isinstance(result, Opportunity) for result in results) == 1
        extended = TimelineEntry.objects.filter(opportunity=opportunity, event="extended")
        assert extended.count() == 2


def test_two_who_edit_the_same_version_lose_nothing_silently() -> None:
    cast = casting.make()
    opportunity = cast.managed()
    results = race(
        *[
            lambda step=step, by=by: actions.update(
                key=opportunity.pk, version=opportunity.version, changes={"next_step": step}, by=by
            )
            for step, by in (("Call", cast.mads), ("Write", cast.anna))
        ]
    )
    saved = [result.next_step for result in results if isinstance(result, Opportunity)]
    assert len(saved) == 1
    opportunity.refresh_from_db()
    assert opportunity.next_step == saved[0]
