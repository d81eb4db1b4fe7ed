"""The page of one opportunity, before and after acceptance."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kanal.config import clock
from kanal.distribution import actions
from kanal.distribution.models import Offer
from kanal.opportunities import access
from kanal.opportunities.actions import add_note
from kanal.opportunities.actions.values import Line
from kanal.opportunities.models import Attachment, Opportunity, Participation, TimelineEntry
from tests.cast import Cast
from tests.portal.conftest import Enter

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Copenhagen
PEOPLE = ("Karen", "karen@lindholm.example", "70 10 20 30")


def page(client: Any, made: Opportunity, status: int = 200, **headers: Any) -> str:
    answer = client.get(reverse("portal:opportunity", args=[made.pk]), **headers)
    assert answer.status_code == status
    return str(answer.content.decode())


def share(made: Opportunity, person: Any) -> None:
    Participation.objects.get(opportunity=made, partner=person.partner, until=None).people.add(person)


def test_an_offer_shows_what_is_needed_to_decide(cast: Cast, enter: Enter) -> None:
    made = cast.delivered(lines=[Line(product=cast.erp, quantity=Decimal(140), unit_price=Decimal(5900))])
    body = page(enter(cast.mads), made)
    for text in (
        "ERP renewal for 140 users",
        made.reference,
        "DKK\u00a01,240,000",
        "26 Feb 2027",
        "Lindholm Foods",
        "Kolding",
        "Runs an ERP from 2011",
        "One system for finance",
        "Havn ERP in two steps",
        "Havn ERP",
        "DKK\u00a0826,000",
        "Customer situation",
        "Customer need",
        "Proposed solution",
        "Accept",
        "Decline…",
        "If you accept",
    ):
        assert text in body, text


def test_the_deadline_is_told_in_words(cast: Cast, enter: Enter, freeze: Any) -> None:
    freeze(MONDAY)
    made = cast.delivered()
    freeze(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    assert "Answer by Thursday 10:00, 8 working hours left" in page(enter(cast.mads), made)


def test_the_customers_people_are_hidden_until_acceptance(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    client = enter(cast.mads)
    before = page(client, made)
    assert not any(text in before for text in PEOPLE)
    assert "stay private until you accept" in before
    client.post(reverse("portal:accept", args=[made.pk]))
    after = page(client, made)
    assert all(text in after for text in PEOPLE)


def test_the_customers_people_are_not_even_read_before_acceptance(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    client = enter(cast.mads)
    with CaptureQueriesContext(connection) as queries:
        page(client, made)
    assert not any('"directory_contact"' in query["sql"] for query in queries.captured_queries)


def test_the_first_look_at_an_offer_is_noted_and_asking_ahead_is_none(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    client = enter(cast.mads)
    client.head(reverse("portal:opportunity", args=[made.pk]))
    page(client, made, headers={"Sec-Purpose": "prefetch"})
    page(client, made, headers={"Purpose": "prefetch"})
    assert Offer.objects.get().seen_at is None
    page(client, made)
    first = Offer.objects.get()
    assert (first.seen_at is not None, first.seen_by) == (True, cast.mads)
    page(enter(cast.anna), made)
    assert Offer.objects.get().seen_at == first.seen_at


def test_a_seller_sees_what_is_shared_and_answers_nothing(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    share(made, cast.sofie)
    client = enter(cast.sofie)
    body = page(client, made)
    assert reverse("portal:accept", args=[made.pk]) not in body
    assert "Decline…" not in body
    assert "administrator or managers answer this" in body
    for name in ("accept", "decline"):
        answer = client.post(reverse(f"portal:{name}", args=[made.pk]), {"reason": "no_capacity"})
        assert answer.status_code == 403
    assert client.post(reverse("portal:decline", args=[made.pk])).status_code == 403
    made.refresh_from_db()
    assert made.status == "delivered"


def test_an_offer_whose_time_has_ended_shows_no_answer(cast: Cast, enter: Enter, freeze: Any) -> None:
    freeze(MONDAY)
    made = cast.delivered()
    freeze(datetime(2026, 11, 30, 9, 0, tzinfo=UTC))
    body = page(enter(cast.mads), made)
    assert "The time to answer ended" in body
    assert reverse("portal:accept", args=[made.pk]) not in body


def test_a_managed_opportunity_shows_stage_people_and_who_takes_part(cast: Cast, enter: Enter) -> None:
    made = cast.managed()
    actions.move_stage(key=made.pk, stage="quoting", by=cast.mads)
    share(made, cast.sofie)
    body = page(enter(cast.mads), made)
    for text in (
        "Quoting",
        "Managed opportunities",
        "Who takes part",
        "Sofie Dahl",
        "Chris Mølgaard",
        "Nordlys IT accepted",
    ):
        assert text in body, text
    assert "Fjord Consulting" not in body


def test_collaborating_partners_read_who_takes_part_and_each_others_notes(cast: Cast, enter: Enter) -> None:
    made = cast.managed()
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    enter(cast.mads).post(reverse("portal:note", args=[made.pk]), {"body": "We start on Wednesday."})
    body = page(enter(cast.freja), made)
    for text in ("We start on Wednesday.", "Nordlys IT", "Collaboration", "Mads Iversen"):
        assert text in body, text


def test_a_note_is_read_at_the_desk_and_not_by_the_next_partner(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    client = enter(cast.mads)
    answer = client.post(reverse("portal:note", args=[made.pk]), {"body": "Who signs?"})
    assert answer["Location"] == reverse("portal:opportunity", args=[made.pk]) + "#timeline"
    assert "Who signs?" in page(client, made)
    assert "Who signs?" in [entry.body for entry in access.entries(cast.chris, made, None)]
    client.post(reverse("portal:decline", args=[made.pk]), {"reason": "too_small", "text": "Only two users"})
    actions.deliver(key=made.pk, partner=cast.fjord, by=cast.chris)
    body = page(enter(cast.freja), made)
    assert "Who signs?" not in body
    assert "Only two users" not in body
    assert "Nordlys" not in body


def test_what_the_vendor_writes_inside_stays_inside(cast: Cast, enter: Enter) -> None:
    made = cast.managed()
    add_note(key=made.pk, body="Margin is thin.", shared=False, by=cast.chris)
    assert "Margin is thin." not in page(enter(cast.mads), made)


def test_a_note_brings_files_and_what_was_typed_is_kept_when_one_is_refused(cast: Cast, enter: Enter) -> None:
    made = cast.managed()
    client, where = enter(cast.mads), reverse("portal:note", args=[made.pk])
    good = [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.txt", b"two")]
    assert client.post(where, {"body": "Two files", "files": good}).status_code == 302
    assert sorted(Attachment.objects.values_list("name", flat=True)) == ["a.txt", "b.txt"]
    bad = SimpleUploadedFile("page.html", b"<script>")
    answer = client.post(where, {"body": "One more <b>", "files": [bad]})
    assert answer.status_code == 422
    assert "One more &lt;b&gt;" in answer.content.decode()
    assert "page.html" in answer.content.decode()
    assert Attachment.objects.count() == 2


def test_an_empty_note_is_refused_with_the_reason(cast: Cast, enter: Enter) -> None:
    made = cast.managed()
    count = TimelineEntry.objects.count()
    answer = enter(cast.mads).post(reverse("portal:note", args=[made.pk]), {"body": "  "})
    assert answer.status_code == 422
    assert "Write a note, or add a file." in answer.content.decode()
    assert TimelineEntry.objects.count() == count


@pytest.mark.parametrize("how", ["withdraw", "expire", "decline"])
def test_an_offer_that_ended_says_what_became_of_it(cast: Cast, enter: Enter, how: str) -> None:
    made = cast.delivered()
    if how == "withdraw":
        actions.withdraw(key=made.pk, by=cast.chris, reason="Bought elsewhere")
        words = "withdrew it"
    elif how == "decline":
        actions.decline(key=made.pk, reason="too_small", by=cast.anna)
        words = "Anna Bak declined it."
    else:
        with clock.frozen(Offer.objects.get().deadline):
            actions.expire(key=made.pk)
        words = "The time to answer ended"
    body = page(enter(cast.mads), made, status=404)
    assert words in body
    assert made.reference in body
    assert made.topic not in body


def test_the_page_speaks_danish(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    type(cast.mads).objects.filter(pk=cast.mads.pk).update(language="da")
    body = page(enter(cast.mads), made)
    for text in (
        "Distribuerede salgsmuligheder",
        "Acceptér",
        "Afvis…",
        "Kundesituation",
        "Kundens behov",
        "Foreslået løsning",
    ):
        assert text in body, text
