"""The clock finds what is due among protections that are not, and does no more than it has to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kanal.opportunities.actions import add_note
from kanal.registration import actions
from kanal.registration.actions.due import to_watch
from kanal.registration.actions.watching import ACTIVITY
from kanal.registration.models import Registration
from tests.cast import Cast
from tests.registration import made

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def approved(cast: Cast, number: int) -> Registration:
    name = ("Ballerum Papir", "Ollerup Køl", "Vejrup Frø", "Gudme Vognfabrik")[number]
    return made.approved(cast, cast.mads, customer=name, domain=f"{name.split()[0].lower()}-firma.dk")


def due() -> list[Any]:
    return to_watch(ACTIVITY, 500)


def noted(cast: Cast, one: Registration) -> None:
    add_note(key=one.opportunity_id, body="They called.", shared=True, by=cast.mads)


def test_a_protection_is_looked_at_on_the_days_on_which_something_is_due(cast: Cast, freeze: Any) -> None:
    freeze(MONDAY)
    one = approved(cast, 0)
    seen = []
    for day in range(92):
        freeze(MONDAY + timedelta(days=day, hours=1))
        if day % 20 == 0:
            noted(cast, one)
        if due():
            seen.append(day)
            actions.run_clock()
            assert due() == []
    # 30, 14 and 7 days before the last day, which is 90 days after the approval.
    assert seen == [60, 76, 83]


def test_silence_is_due_when_it_is_warned_of_called_off_and_over(cast: Cast, freeze: Any) -> None:
    freeze(MONDAY)
    quiet, awake = approved(cast, 0), approved(cast, 1)
    freeze(MONDAY + timedelta(days=37))
    assert due() == []
    freeze(MONDAY + timedelta(days=38, hours=1))
    assert set(due()) == {quiet.pk, awake.pk}
    actions.run_clock()
    assert due() == []
    noted(cast, awake)
    assert due() == [awake.pk]
    actions.run_clock()
    assert due() == []
    freeze(MONDAY + timedelta(days=46))
    assert due() == [quiet.pk]
    actions.run_clock()
    assert (made.again(quiet).reason, made.again(awake).status) == ("silence", "approved")


def test_what_is_due_is_found_behind_any_number_that_is_not(cast: Cast, freeze: Any) -> None:
    freeze(MONDAY)
    late = approved(cast, 0)
    freeze(MONDAY + timedelta(days=30))
    for number in (1, 2, 3):
        approved(cast, number)
    freeze(MONDAY + timedelta(days=38, hours=1))
    assert to_watch(ACTIVITY, 1) == [late.pk]


def test_a_minute_in_which_nothing_is_due_asks_as_much_of_one_as_of_three(cast: Cast) -> None:
    asked = []
    for numbers in ((0,), (1, 2)):
        for number in numbers:
            approved(cast, number)
        with CaptureQueriesContext(connection) as queries:
            assert actions.run_clock() == 0
        asked.append(len(queries))
    assert asked[0] == asked[1]
