"""A deadline is said in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from kanal.config import clock
from kanal.distribution import deadlines
from tests.cast import Cast

pytestmark = pytest.mark.django_db
FRIDAY_14 = datetime(2026, 11, 27, 13, 0, tzinfo=UTC)  # 14:00 in Copenhagen


@pytest.fixture(autouse=True)
def _zone():
    with timezone.override("Europe/Copenhagen"):
        yield


@pytest.mark.parametrize(
    ("now", "words", "short", "urgent"),
    [
        ("2026-11-27T07:00", "Answer by today 14:00, 6 working hours left", "6 h", True),
        ("2026-11-26T14:00", "Answer by Friday 14:00, 7 working hours left", "7 h", True),
        ("2026-11-25T14:00", "Answer by Friday 14:00, 15 working hours left", "1 d 7 h", False),
        ("2026-11-27T12:30", "Answer by today 14:00, 30 working minutes left", "30 min", True),
        ("2026-11-16T08:00", "Answer by Friday 27 November, 14:00, 77 working hours left", "9 d 5 h", False),
        ("2026-11-27T13:00", "The time to answer ended today 14:00", "0 min", True),
    ],
)
def test_the_deadline_in_words(cast: Cast, now: str, words: str, short: str, urgent: bool) -> None:
    with clock.frozen(datetime.fromisoformat(now).replace(tzinfo=UTC)), translation.override("en"):
        left = deadlines.time_left(cast.nordlys, FRIDAY_14, FRIDAY_14 - timedelta(days=3))
        assert (left.words, left.short, left.urgent) == (words, short, urgent)
        assert 0 <= left.fraction <= 1


@pytest.mark.parametrize(
    ("hours", "until"), [(4, "2026-11-30T10:00"), (16, "2026-12-01T14:00"), (None, "2026-12-02T14:00")]
)
def test_a_policy_says_how_many_working_hours_there_are(cast: Cast, hours: int | None, until: str) -> None:
    """Two are left on Friday; without a policy the installation gives 24."""
    answer_by = deadlines.answer_by(cast.nordlys, FRIDAY_14, hours)
    assert timezone.localtime(answer_by) == datetime.fromisoformat(until).replace(
        tzinfo=timezone.get_current_timezone()
    )
