"""The portal's first page: what waits, what there is, the nearest deadline."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from kanal.distribution import actions
from kanal.opportunities.actions import add_note
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


def test_a_sellers_dashboard_counts_nothing_that_is_not_shared_with_them(cast: Cast, enter: Enter) -> None:
    for topic in ("Secret offer", "Another secret offer"):
        cast.delivered(topic=topic)
    for topic in ("Secret work", "Secret together"):
        made = cast.managed(topic=topic, estimated_revenue=Decimal(7_770_000))
        add_note(key=made.pk, body="A secret question", shared=True, by=cast.chris)
    won = cast.managed(topic="Secret win")
    actions.win(key=won.pk, reason="price", by=cast.mads)
    text = body(enter(cast.sofie))
    for words in ("ecret", "7.77", "15.5", "won this quarter</a>", "Mads", "Chris Mølgaard wrote"):
        assert words not in text, words
    assert "Nothing waits for Nordlys IT right now." in text
    assert "You manage no open opportunities" in text


def test_a_question_and_late_work_wait_with_the_way_to_answer_them(
    cast: Cast, enter: Enter, freeze: Any
) -> None:
    freeze(datetime(2026, 11, 1, 9, tzinfo=UTC))
    asked, late, silent = (
        cast.managed(topic="Asked"),
        cast.managed(topic="Late"),
        cast.managed(topic="Silent"),
    )
    freeze(datetime(2026, 11, 25, 9, tzinfo=UTC))
    add_note(key=asked.pk, body="Who signs for the school?", shared=True, by=cast.chris)
    add_note(key=late.pk, body="We called.", shared=True, by=cast.mads)
    type(late).objects.filter(pk=late.pk).update(estimated_close_date=date(2026, 11, 9))
    text = body(enter(cast.mads))
    for words in (
        "Chris Mølgaard wrote: Asked",
        "“Who signs for the school?”",
        "16 days overdue: Late",
        f'href="{reverse("portal:opportunity", args=[late.pk])}?dialog=extend"',
        "No news for 24 days: Silent",
        f'href="{reverse("portal:opportunity", args=[silent.pk])}#timeline"',
        "3 things wait for Nordlys IT.",
        "1 note to answer",
        "1 overdue",
        "1 without news",
    ):
        assert words in text, words


def test_in_a_collaboration_nobody_is_offered_to_extend(cast: Cast, enter: Enter) -> None:
    made = cast.managed()
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    type(made).objects.filter(pk=made.pk).update(estimated_close_date=date(2020, 1, 1))
    text = body(enter(cast.mads))
    assert "overdue:" in text
    assert "dialog=extend" not in text


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
