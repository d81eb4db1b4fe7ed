"""Rates of partners: right against a plain recount, whatever happened, and fast with many offers."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta
from statistics import median_low

import hypothesis.strategies as st
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis.extra.django import TestCase

from kanal.config import clock
from kanal.directory.models import Partner
from kanal.directory.refusal import Refusal
from kanal.distribution import actions
from kanal.distribution.deadlines import calendar_of
from kanal.distribution.models import Offer
from kanal.insights.answers import Answers, Rate, answers_of
from kanal.opportunities.lifecycle import Stage
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry
from tests import cast as casting
from tests.cast import Cast

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


def recount(partner: Partner) -> dict[str, object]:
    """Count offer by offer, as slowly and plainly as the definitions read."""
    found: dict[str, object] = {}
    offers = [
        one for one in Offer.objects.filter(partner=partner) if one.opportunity.made_by_partner != partner
    ]
    for status in ("pending", "accepted", "declined", "expired", "withdrawn"):
        found[status] = sum(one.status == status for one in offers)
    accepted = [one for one in offers if one.status == "accepted"]
    for name, event in (("feedback", "stage_moved"), ("returned", "returned")):
        found[name] = sum(_followed(one, accepted, event) for one in accepted)
    kept = {one.opportunity for one in accepted if _has(partner, one.opportunity)}
    found["won"] = sum(one.status == "won" for one in kept)
    found["lost"] = sum(one.status == "lost" for one in kept)
    own = [one for one in offers if one.status in {"accepted", "declined"} and not one.on_behalf]
    times = [
        calendar_of(partner).between(one.delivered_at, one.answered_at) // timedelta(minutes=1) for one in own
    ]
    found["time"] = timedelta(minutes=median_low(times)) if times else None
    return found


def _followed(offer: Offer, accepted: list[Offer], event: str) -> bool:
    later = [
        one.answered_at
        for one in accepted
        if one.opportunity_id == offer.opportunity_id and one.answered_at > offer.answered_at
    ]
    entries = TimelineEntry.objects.filter(
        opportunity=offer.opportunity, event=event, company=offer.partner, at__gte=offer.answered_at
    )
    return any(not later or entry.at < min(later) for entry in entries)


def _has(partner: Partner, opportunity: Opportunity) -> bool:
    return Participation.objects.filter(partner=partner, opportunity=opportunity, until=None).exists()


def told(answers: Answers) -> dict[str, object]:
    return {
        "pending": answers.waiting,
        "accepted": answers.accepted,
        "declined": answers.declined,
        "expired": answers.expired,
        "withdrawn": answers.withdrawn,
        "feedback": answers.feedback,
        "returned": answers.returned,
        "won": answers.won,
        "lost": answers.lost,
        "time": answers.answer_time,
    }


def return_(key: uuid.UUID, cast: Cast) -> None:
    actions.return_(key=key, reason="no_interest", by=cast.mads)


@pytest.mark.django_db
def test_each_rate_is_a_pair_of_counts_that_anybody_can_check(cast: Cast, freeze) -> None:
    freeze(MONDAY)
    rows = [cast.delivered() for _ in range(6)]
    freeze(MONDAY + timedelta(hours=3))
    for row in rows[:3]:
        actions.accept(key=row.pk, by=cast.mads)
    actions.decline(key=rows[3].pk, reason="no_capacity", by=cast.mads)
    actions.withdraw(key=rows[4].pk, by=cast.chris)
    actions.move_stage(key=rows[0].pk, stage=Stage.CONTACTING, by=cast.mads)
    actions.win(key=rows[0].pk, reason="price", by=cast.mads)
    actions.lose(key=rows[1].pk, reason="price", by=cast.chris)
    return_(rows[2].pk, cast)

    found = answers_of(cast.nordlys)

    assert found.touch_rate == Rate(4, 5)  # the withdrawn one is not delivered, the waiting one is
    assert found.feedback_rate == Rate(1, 3)
    assert found.return_rate == Rate(1, 3)
    assert found.win_rate == Rate(1, 2)
    assert (found.answer_time, found.timed) == (timedelta(hours=3), 4)
    assert found.touch_rate.percent == 80


@pytest.mark.django_db
def test_a_partner_that_got_nothing_has_no_rates(cast: Cast) -> None:
    found = answers_of(cast.nordlys)
    assert [found.touch_rate.share, found.feedback_rate.share, found.win_rate.percent] == [None, None, None]
    assert found.answer_time is None


@pytest.mark.django_db
def test_the_vendor_moving_a_stage_is_no_feedback_of_the_partner(cast: Cast) -> None:
    row = cast.managed()
    actions.move_stage(key=row.pk, stage=Stage.CONTACTING, by=cast.chris)
    assert answers_of(cast.nordlys).feedback_rate == Rate(0, 1)


@pytest.mark.django_db
def test_an_answer_on_the_partners_behalf_counts_but_not_its_time(cast: Cast) -> None:
    actions.accept(key=cast.delivered().pk, by=cast.chris)
    found = answers_of(cast.nordlys)
    assert found.touch_rate == Rate(1, 1)
    assert (found.answer_time, found.timed) == (None, 0)


@pytest.mark.django_db
def test_what_a_partner_made_itself_counts_nowhere(cast: Cast) -> None:
    row = cast.managed()
    actions.win(key=row.pk, reason="price", by=cast.chris)
    Opportunity.objects.filter(pk=row.pk).update(made_by_partner=cast.nordlys)
    found = answers_of(cast.nordlys)
    assert (found.delivered, found.won) == (0, 0)


@pytest.mark.django_db
def test_what_follows_an_acceptance_belongs_to_that_one_alone(cast: Cast, freeze) -> None:
    freeze(MONDAY)
    row = cast.managed()
    freeze(MONDAY + timedelta(minutes=10))
    actions.move_stage(key=row.pk, stage=Stage.CONTACTING, by=cast.mads)
    return_(row.pk, cast)
    freeze(MONDAY + timedelta(minutes=20))
    actions.deliver(key=row.pk, partner=cast.nordlys, by=cast.chris)
    actions.accept(key=row.pk, by=cast.mads)
    found = answers_of(cast.nordlys)
    assert found.feedback_rate == Rate(1, 2)
    assert found.return_rate == Rate(1, 2)


STEPS = ["deliver", "deliver elsewhere", "accept", "accept on behalf", "decline", "withdraw", "expire", "stage",
         "stage by vendor", "return", "take back", "share", "win", "lose", "cancel", "reopen", "wait"]  # fmt: skip


class Anything(TestCase):
    @settings(max_examples=25)
    @given(
        st.lists(
            st.tuples(st.sampled_from(STEPS), st.integers(0, 2), st.integers(1, 900)), min_size=5, max_size=30
        )
    )
    def test_whatever_happens_the_rates_are_those_of_a_plain_recount(self, steps) -> None:
        cast = casting.make()
        rows = [cast.opportunity() for _ in range(3)]
        now = MONDAY
        stages = list(Stage.values)
        for number, (step, place, minutes) in enumerate(steps):
            now += timedelta(minutes=minutes)
            key = rows[place].pk
            try:
                with clock.frozen(now):
                    _do(step, key, cast, stages[number % len(stages)])
            except Refusal:
                continue
        for partner in (cast.nordlys, cast.fjord):
            assert told(answers_of(partner)) == recount(partner)


def _do(step: str, key: uuid.UUID, cast: Cast, stage: str) -> None:
    holder = Participation.objects.filter(opportunity=key, until=None).select_related("partner").first()
    person = cast.bo if holder and holder.partner == cast.fjord else cast.mads
    verbs = {
        "deliver": lambda: actions.deliver(
            key=key, partner=cast.nordlys, by=cast.chris, override_reason="Again"
        ),
        "deliver elsewhere": lambda: actions.deliver(
            key=key, partner=cast.fjord, by=cast.chris, override_reason="Again"
        ),
        "accept": lambda: actions.accept(key=key, by=person),
        "accept on behalf": lambda: actions.accept(key=key, by=cast.chris),
        "decline": lambda: actions.decline(key=key, reason="too_small", by=person),
        "withdraw": lambda: actions.withdraw(key=key, by=cast.chris),
        "expire": lambda: actions.expire(key=key),
        "stage": lambda: actions.move_stage(key=key, stage=stage, by=person),
        "stage by vendor": lambda: actions.move_stage(key=key, stage=stage, by=cast.chris),
        "return": lambda: actions.return_(key=key, reason="no_interest", by=person),
        "take back": lambda: actions.take_back(key=key, reason="No progress", by=cast.chris),
        "share": lambda: actions.share(key=key, partners=[cast.nordlys, cast.fjord], by=cast.chris),
        "win": lambda: actions.win(key=key, reason="price", by=cast.chris),
        "lose": lambda: actions.lose(key=key, reason="price", by=cast.chris),
        "cancel": lambda: actions.cancel(key=key, reason="timing", by=cast.chris),
        "reopen": lambda: actions.reopen(key=key, reason="Again", by=cast.chris),
        "wait": lambda: None,
    }
    verbs[step]()


@pytest.mark.django_db
def test_five_thousand_offers_are_counted_in_three_queries_and_a_moment(cast: Cast) -> None:
    first = cast.managed()
    Opportunity.objects.filter(pk=first.pk).update(stage="contacting")
    offers = [
        Offer(
            opportunity=first,
            partner=cast.nordlys,
            status="declined" if place % 2 else "expired",
            reason="no_capacity" if place % 2 else "",
            delivered_at=MONDAY - timedelta(hours=place),
            answered_at=MONDAY - timedelta(hours=place) + timedelta(hours=place % 30),
            deadline=MONDAY + timedelta(days=2),
            waited_minutes=place % 480,
        )
        for place in range(5000)
    ]
    Offer.objects.bulk_create(offers, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE distribution_offer")
    best = 9.0
    for _ in range(3):
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as asked:
            found = answers_of(cast.nordlys)
        best = min(best, time.perf_counter() - began)
    assert len(asked) == 3
    assert (found.declined, found.expired, found.timed) == (2500, 2500, 2501)
    print(f"5,000 offers: {best * 1000:.0f} ms")
    assert best < 0.5  # two busy cores; alone it is a tenth of that
