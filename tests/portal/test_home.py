"""The portal's first page: what waits, what there is, the nearest deadline."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from kanal.distribution import actions
from kanal.opportunities.models import Participation
from kanal.portal import home
from tests.cast import Cast
from tests.portal.conftest import Enter

pytestmark = pytest.mark.django_db


def body(client: Any) -> str:
    answer = client.get(reverse("portal:dashboard"))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_tells_what_waits_with_the_time_that_is_left_and_lets_answer(
    cast: Cast, enter: Enter, freeze: Any
) -> None:
    freeze(datetime(2026, 11, 23, 9, tzinfo=UTC))
    made = cast.delivered(estimated_revenue=Decimal(2_060_000))
    cast.delivered(cast.fjord, topic="Of another partner")
    freeze(datetime(2026, 11, 25, 9, tzinfo=UTC))
    text = body(enter(cast.mads))
    for words in (
        "What waits for you",
        made.topic,
        "8 working hours left",
        "answer by Thursday 10:00",
        "2.06M",
        "Kolding",
        "1 thing waits for Nordlys IT.",
        reverse("portal:accept", args=[made.pk]),
    ):
        assert words in text, words
    assert "Of another partner" not in text


def test_it_adds_up_what_is_managed_by_stage(cast: Cast, enter: Enter) -> None:
    first, second = cast.managed(), cast.managed(topic="Second")
    actions.move_stage(key=second.pk, stage="quoting", by=cast.mads)
    actions.share(key=first.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    won = cast.managed(topic="Won already")
    actions.win(key=won.pk, reason="price", by=cast.mads)
    text = body(enter(cast.mads))
    assert "2.48M" in text
    assert "with Fjord Consulting" in text
    assert "Won already" not in text[text.index("Managed opportunities") : text.index("Recent activity")]
    assert "1 won this quarter" in text


def test_a_seller_reads_what_is_shared_and_answers_nothing(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    cast.delivered(topic="Not shared")
    Participation.objects.get(opportunity=made, until=None).people.add(cast.sofie)
    text = body(enter(cast.sofie))
    assert made.topic in text
    assert "Not shared" not in text
    assert "/accept/" not in text


def test_when_all_is_answered_it_says_so_calmly(cast: Cast, enter: Enter) -> None:
    text = body(enter(cast.mads))
    assert "All done" in text
    assert "Nothing waits for Nordlys IT right now." in text


@pytest.mark.parametrize(
    ("hour", "words"),
    [(7, "Good morning, Mads"), (12, "Hello, Mads"), (20, "Good evening, Mads"), (2, "Good evening, Mads")],
)
def test_it_greets_by_the_hour_of_the_reader(freeze: Any, hour: int, words: str) -> None:
    freeze(datetime(2026, 11, 23, hour, tzinfo=UTC))
    with timezone.override("UTC"):
        assert home.greeting("Mads Iversen") == words


def test_large_figures_are_short_in_both_languages() -> None:
    assert home.compact(Decimal(2_060_000)) == "2.06M"
    with translation.override("da"):
        assert home.compact(Decimal(2_060_000)) == "2,06\u00a0mio."
