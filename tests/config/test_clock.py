"""There is one clock, and a test or the demo can move it."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from kanal.config import clock

MOMENT = datetime(2026, 3, 2, 12, tzinfo=UTC)
BLINK = timedelta(seconds=5)


def test_a_frozen_clock_stands_still_and_goes_on_afterwards():
    with clock.frozen(MOMENT):
        assert clock.now() == MOMENT
    assert abs(clock.now() - timezone.now()) < BLINK


def test_a_clock_that_is_ahead_stays_ahead_by_that_much():
    clock.use(lambda: timedelta(days=3))
    assert abs(clock.now() - timezone.now() - timedelta(days=3)) < BLINK


def test_today_is_the_readers_day():
    with clock.frozen(datetime(2026, 3, 2, 23, 30, tzinfo=UTC)):
        with timezone.override("Europe/Copenhagen"):
            assert clock.today().day == 3
        with timezone.override("UTC"):
            assert clock.today().day == 2


def test_the_fixture_stops_the_clock_and_can_move_it_on(freeze):
    freeze(MOMENT)
    assert clock.now() == MOMENT
    freeze(MOMENT + timedelta(hours=1))
    assert clock.now() == MOMENT + timedelta(hours=1)
