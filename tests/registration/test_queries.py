"""What partners read of how fast the vendor decides: real times, real reasons, and nobody's name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kanal.registration import actions, queries
from kanal.registration.lifecycle import RejectReason
from kanal.registration.models import Registration
from tests.cast import Cast
from tests.registration import made

pytestmark = pytest.mark.django_db
Freeze = Callable[[datetime], None]
# A Monday at 9 at the vendor; its day has eight hours, from 8 to 16.
MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


def sent(cast: Cast, number: int) -> Registration:
    """Submit a request for a customer of its own."""
    facts = {"customer": f"Company {number} ApS", "domain": f"company{number}-data.dk"}
    return made.submitted(cast, cast.mads if number % 2 else cast.freja, **facts)


def decided(cast: Cast, freeze: Freeze, number: int, hours: int, reason: str = "too_little") -> Registration:
    """Submit a request on Monday at 9, and reject it after so many hours of that day."""
    freeze(MONDAY)
    one = sent(cast, number)
    freeze(MONDAY + timedelta(hours=hours))
    return actions.reject(key=one.pk, reason=reason, text="Say more.", by=cast.ada)


def test_the_times_are_those_of_all_partners_in_working_hours(cast: Cast, freeze: Freeze) -> None:
    made.policy(cast.chris, decide_hours=4)
    for number, hours in enumerate([1, 2, 3, 4, 5]):
        decided(cast, freeze, number, hours)
    found = queries.pace()
    assert (found.decided, found.rejected, found.approved) == (5, 5, 0)
    assert (found.hours, found.slow_hours, found.in_time) == (3.0, 5.0, 80)


def test_a_night_and_a_weekend_are_no_working_time(cast: Cast, freeze: Freeze) -> None:
    friday = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)  # 15 at the vendor: one hour is left of the day
    for number in range(5):
        freeze(friday)
        one = sent(cast, number)
        freeze(MONDAY)  # an hour into the day
        actions.reject(key=one.pk, reason="other", text="No.", by=cast.ada)
    assert queries.pace().hours == 2.0


def test_the_time_in_which_the_partner_owes_an_answer_does_not_count(cast: Cast, freeze: Freeze) -> None:
    for number in range(5):
        freeze(MONDAY)
        one = sent(cast, number)
        freeze(MONDAY + timedelta(hours=1))
        actions.ask(key=one.pk, question="Who?", fields=[], by=cast.ada)
        freeze(MONDAY + timedelta(hours=4))
        actions.answer(key=one.pk, values={}, text="Else.", by=one.created_by)
        freeze(MONDAY + timedelta(hours=6))
        actions.reject(key=one.pk, reason="other", text="No.", by=cast.ada)
    assert queries.pace().hours == 3.0


def test_too_few_decisions_say_their_number_and_no_median(cast: Cast, freeze: Freeze) -> None:
    for number in range(4):
        decided(cast, freeze, number, 1)
    found = queries.pace()
    assert found.decided == 4
    assert (found.hours, found.slow_hours, found.in_time) == (None, None, None)


def test_every_reason_of_the_closed_list_stands_there_with_how_often_it_was_given(
    cast: Cast, freeze: Freeze
) -> None:
    decided(cast, freeze, 1, 1, "too_little")
    decided(cast, freeze, 2, 1, "too_little")
    decided(cast, freeze, 3, 1, "no_relation")
    found = dict(queries.pace().reasons)
    assert list(found) == list(RejectReason)
    assert found[RejectReason.TOO_LITTLE] == 2
    assert found[RejectReason.NO_RELATION] == 1
    assert sum(found.values()) == 3


def test_what_the_policy_approves_by_itself_is_counted_apart(cast: Cast, freeze: Freeze) -> None:
    freeze(MONDAY)
    made.policy(cast.chris, auto_below=1_000_000)
    sent(cast, 1)
    found = queries.pace()
    assert (found.decided, found.at_once) == (0, 1)


def test_what_was_decided_before_the_last_90_days_is_left_out(cast: Cast, freeze: Freeze) -> None:
    freeze(MONDAY)
    old = sent(cast, 1)
    made.approve(old, cast)
    freeze(MONDAY + timedelta(days=80))
    # Taking the protection back later makes no decision of today of it.
    actions.revoke(key=old.pk, reason="mistake", text="Sorry.", by=cast.ada)
    assert queries.pace().decided == 1
    freeze(MONDAY + timedelta(days=91))
    assert queries.pace().decided == 0


def test_it_is_read_in_as_many_queries_for_one_as_for_three(cast: Cast, freeze: Freeze) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            queries.pace()
        return len(found)

    decided(cast, freeze, 1, 1)
    one = count()
    for number in (2, 3):
        decided(cast, freeze, number, 1)
    assert count() == one
