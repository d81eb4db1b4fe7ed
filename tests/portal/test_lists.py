"""Distributed opportunities and Managed opportunities: a partner's own, and nothing else."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kanal.directory.models import Account
from kanal.distribution import actions
from kanal.opportunities.actions import add_note
from kanal.opportunities.models import Opportunity, Participation
from tests.cast import Cast
from tests.portal.conftest import Enter

pytestmark = pytest.mark.django_db

LISTS = "/portal/opportunities/"


def body(client: Any, address: str = LISTS, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return str(answer.content.decode())


def section(text: str, name: str) -> str:
    """Give the part of the page that shows one list."""
    found = re.search(rf'<section[^>]*id="{name}".*?</section>', text, re.S)
    assert found is not None
    return found.group()


def topics(text: str, name: str) -> list[str]:
    return re.findall(r'<a class="k-t-name"[^>]*>([^<]*)</a>', section(text, name))


def export(client: Any, which: str, kind: str = "csv", query: str = "") -> list[list[Any]]:
    answer = client.get(reverse("portal:export", args=[which, kind]) + query)
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_what_is_offered_and_what_is_accepted_stand_in_two_lists(cast: Cast, enter: Enter) -> None:
    cast.delivered(topic="Offered to us")
    cast.managed(topic="Accepted by us")
    cast.delivered(cast.fjord, topic="Offered to Fjord")
    cast.managed(cast.fjord, topic="Accepted by Fjord")
    cast.opportunity(topic="With nobody")
    text = body(enter(cast.mads))
    assert "Distributed opportunities" in text
    assert "Managed opportunities" in text
    assert topics(text, "distributed") == ["Offered to us"]
    assert topics(text, "managed") == ["Accepted by us"]
    assert "Fjord" not in text
    assert "With nobody" not in text


def test_a_seller_sees_only_what_is_shared_with_them_and_no_answers(cast: Cast, enter: Enter) -> None:
    shared, managed = cast.delivered(topic="Shared offer"), cast.managed(topic="Shared work")
    cast.delivered(topic="Not shared")
    cast.managed(topic="Not shared either")
    for made in (shared, managed):
        Participation.objects.get(opportunity=made, until=None).people.add(cast.sofie)
    text = body(enter(cast.sofie))
    assert topics(text, "distributed") == ["Shared offer"]
    assert topics(text, "managed") == ["Shared work"]
    assert "Not shared" not in text
    assert "Accept selected" not in text
    assert reverse("portal:accept", args=[shared.pk]) not in text
    assert "Your answers" not in text


@pytest.mark.parametrize("word", ["renewal", "LINDHOLM", "{reference}", "renewal lindholm"])
def test_both_lists_are_searched_by_topic_reference_and_customer(cast: Cast, enter: Enter, word: str) -> None:
    offered, managed = cast.delivered(), cast.managed()
    other = Account.objects.create(name="Another company")
    cast.delivered(topic="Payroll", account=other, contact=None)
    cast.managed(topic="Payroll", account=other, contact=None)
    for name, made in (("distributed", offered), ("managed", managed)):
        text = body(enter(cast.mads), f"{LISTS}?q={word.format(reference=made.reference)}")
        assert topics(text, name) == [made.topic]


@pytest.mark.parametrize(
    "word", ["Karen", "karen@lindholm.example", "Chris", "Nordlys", "own servers", "70 10 20 30"]
)
def test_nothing_hidden_is_found_by_searching(cast: Cast, enter: Enter, word: str) -> None:
    cast.delivered()
    text = body(enter(cast.mads), f"{LISTS}?q={word}")
    assert topics(text + '<section id="distributed"></section>', "distributed") == []
    assert "Clear the search" in text


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("topic", ["A", "B", "C"]),
        ("-topic", ["C", "B", "A"]),
        ("value", ["B", "C", "A"]),
        ("-value", ["C", "B", "A"]),
        ("deadline", ["A", "B", "C"]),
        ("nonsense", ["A", "B", "C"]),
    ],
)
def test_a_list_is_sorted_by_its_columns(
    cast: Cast, enter: Enter, freeze: Any, order: str, expected: list[str]
) -> None:
    for hour, topic, value in ((9, "A", None), (10, "B", Decimal(1)), (11, "C", Decimal(2))):
        freeze(datetime(2026, 11, 23, hour, tzinfo=UTC))
        cast.delivered(topic=topic, estimated_revenue=value)
    assert topics(body(enter(cast.mads), f"{LISTS}?dsort={order}"), "distributed") == expected


@pytest.mark.parametrize("key", ["topic", "customer", "value", "status", "stage", "close", "since"])
def test_every_column_of_the_managed_list_sorts_both_ways(cast: Cast, enter: Enter, key: str) -> None:
    cast.managed(topic="One")
    client = enter(cast.mads)
    assert 'aria-sort="ascending"' in section(body(client, f"{LISTS}?msort={key}"), "managed")
    assert 'aria-sort="descending"' in section(body(client, f"{LISTS}?msort=-{key}"), "managed")


def test_lists_are_paged_and_each_turns_its_own_pages(cast: Cast, enter: Enter) -> None:
    for number in range(12):
        cast.delivered(topic=f"Offer {number:02}")
    cast.managed(topic="Work")
    client = enter(cast.mads)
    first, second = body(client, f"{LISTS}?dsort=topic"), body(client, f"{LISTS}?dsort=topic&dpage=2")
    assert topics(first, "distributed") == [f"Offer {number:02}" for number in range(10)]
    assert topics(second, "distributed") == ["Offer 10", "Offer 11"]
    assert topics(second, "managed") == ["Work"]
    assert "1 to 10 of 12" in first
    assert topics(body(client, f"{LISTS}?dsort=topic&dpage=99"), "distributed") == ["Offer 10", "Offer 11"]


def test_closed_ones_stand_under_won_and_lost(cast: Cast, enter: Enter) -> None:
    won, lost = cast.managed(topic="We won"), cast.managed(topic="We lost")
    cast.managed(topic="Still open")
    actions.win(key=won.pk, reason="best_fit", by=cast.mads)
    actions.lose(key=lost.pk, reason="price", by=cast.mads)
    client = enter(cast.mads)
    assert topics(body(client), "managed") == ["Still open"]
    assert topics(body(client, f"{LISTS}?state=won"), "managed") == ["We won"]
    assert topics(body(client, f"{LISTS}?state=lost"), "managed") == ["We lost"]
    assert topics(body(client, f"{LISTS}?state=nonsense"), "managed") == ["Still open"]


def test_a_collaboration_names_the_other_partners(cast: Cast, enter: Enter) -> None:
    made = cast.managed()
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    assert "with Fjord Consulting" in section(body(enter(cast.mads)), "managed")
    assert "with Nordlys IT" in section(body(enter(cast.freja)), "managed")


def test_empty_lists_say_what_will_stand_there(cast: Cast, enter: Enter) -> None:
    text = body(enter(cast.mads))
    assert "Nothing waits for your answer" in text
    assert "You manage no open opportunities" in text
    assert "None won yet" in body(enter(cast.mads), f"{LISTS}?state=won")


def test_a_search_that_finds_nothing_names_it_and_leads_back(cast: Cast, enter: Enter) -> None:
    cast.delivered()
    text = body(enter(cast.mads), f"{LISTS}?q=%3Cb%3Ezebra")
    assert "Nothing here has “&lt;b&gt;zebra” in its topic, reference or customer." in text
    assert "Clear the search" in text


def test_your_answers_are_those_of_the_last_30_days_without_a_link_where_it_is_gone(
    cast: Cast, enter: Enter, freeze: Any
) -> None:
    freeze(datetime(2026, 9, 1, 9, tzinfo=UTC))
    old = cast.delivered()
    actions.decline(key=old.pk, reason="too_small", by=cast.mads)
    freeze(datetime(2026, 11, 23, 9, tzinfo=UTC))
    gone, kept, others = cast.delivered(topic="Gone"), cast.managed(topic="Kept"), cast.delivered(cast.fjord)
    actions.decline(key=gone.pk, reason="other", text="No room", by=cast.mads)
    actions.decline(key=others.pk, reason="conflict", text="Of Fjord", by=cast.bo)
    freeze(datetime(2026, 11, 23, 9, tzinfo=UTC) + timedelta(days=2))
    text = section(body(enter(cast.mads)), "answers")
    for words in (
        gone.reference,
        "Mads Iversen",
        "Other: No room",
        "Declined",
        "Kept",
        "Anna Bak",
        "Accepted",
    ):
        assert words in text, words
    for words in ("Gone", old.reference, others.reference, "Of Fjord", str(gone.pk)):
        assert words not in text, words
    assert str(kept.pk) in text


# ── Filters ──────────────────────────────────────────────────────────────────────────────────────
def test_the_managed_list_is_narrowed_to_what_daily_work_needs(cast: Cast, enter: Enter, freeze: Any) -> None:
    freeze(datetime(2026, 10, 1, 9, tzinfo=UTC))
    silent, late, asked, together, mine = (
        cast.managed(topic=topic) for topic in ("Silent", "Late", "Asked", "Together", "Mine")
    )
    freeze(datetime(2026, 11, 23, 9, tzinfo=UTC))
    for made in (late, asked, together, mine):
        add_note(key=made.pk, body="We called.", shared=True, by=cast.mads)
    Opportunity.objects.filter(pk=late.pk).update(estimated_close_date=date(2026, 11, 1))
    add_note(key=asked.pk, body="Who signs?", shared=True, by=cast.chris)
    actions.share(key=together.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    actions.move_stage(key=mine.pk, stage="quoting", by=cast.mads)
    Participation.objects.filter(opportunity=mine).update(assignee=cast.mads)
    client = enter(cast.mads)
    for query, expected in {
        "need=stalled": ["Silent"],
        "need=overdue": ["Late"],
        "need=asked": ["Asked"],
        "together=1": ["Together"],
        "mine=1": ["Mine"],
        "stage=quoting": ["Mine"],
        "status=on_hold": [],
        "need=nonsense&stage=nonsense&status=nonsense": ["Silent", "Late", "Asked", "Together", "Mine"],
    }.items():
        found = topics(body(client, f"{LISTS}?{query}&msort=topic"), "managed")
        assert sorted(found) == sorted(expected), query
        assert sorted(row[1] for row in export(client, "managed", query=f"?{query}")[1:]) == sorted(expected)
    text = section(body(client, f"{LISTS}?status=on_hold"), "managed")
    assert "Nothing that you manage fits these filters." in text
    assert "Clear the filters" in text
    assert silent.reference in section(body(client, f"{LISTS}?need=stalled"), "managed")


def test_a_search_keeps_the_filters(cast: Cast, enter: Enter) -> None:
    text = body(enter(cast.mads), f"{LISTS}?need=overdue&mine=1&state=open")
    for name, value in (("need", "overdue"), ("mine", "1"), ("state", "open")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in text


# ── Export ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_holds_what_the_list_shows(cast: Cast, enter: Enter, kind: str) -> None:
    for topic, value in (("B", Decimal(2)), ("A", Decimal("1.50")), ("Payroll", None)):
        cast.delivered(topic=topic, estimated_revenue=value)
    cast.delivered(cast.fjord, topic="A too")
    rows = export(enter(cast.mads), "distributed", kind, "?q=Lindholm&dsort=topic")
    assert rows[0][:3] == ["Reference", "Topic", "Customer"]
    assert [row[1] for row in rows[1:]] == ["A", "B", "Payroll"]
    assert [Decimal(row[6]) if row[6] else None for row in rows[1:]] == [Decimal("1.5"), Decimal(2), None]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_hides_the_customers_people_until_acceptance(cast: Cast, enter: Enter, kind: str) -> None:
    made = cast.delivered()
    client = enter(cast.mads)
    before = str(export(client, "distributed", kind)) + str(export(client, "managed", kind))
    assert "Karen" not in before
    assert "karen@" not in before
    client.post(reverse("portal:accept", args=[made.pk]))
    after = str(export(client, "managed", kind))
    assert "Karen Lindholm" in after
    assert "karen@lindholm.example" in after
    assert "Karen" not in str(export(client, "distributed", kind))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t="])
def test_no_cell_of_an_export_is_run_as_a_formula(cast: Cast, enter: Enter, start: str) -> None:
    cast.delivered()
    Opportunity.objects.update(topic=f"{start}1+1")
    client = enter(cast.mads)
    assert export(client, "distributed", "csv")[1][1] == f"'{start}1+1"
    assert export(client, "distributed", "xlsx")[1][1] == f"{start}1+1"


def test_an_unknown_export_does_not_exist(cast: Cast, enter: Enter) -> None:
    client = enter(cast.mads)
    for which, kind in (("other", "csv"), ("managed", "pdf")):
        assert client.get(reverse("portal:export", args=[which, kind])).status_code == 404


# ── How much is read ─────────────────────────────────────────────────────────────────────────────
def queries_of(client: Any, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    "address",
    [
        "/portal/",
        LISTS,
        f"{LISTS}?q=erp",
        f"{LISTS}?need=overdue&msort=next",
        "/portal/opportunities/export/managed.csv",
        "/portal/opportunities/export/distributed.csv",
    ],
)
def test_one_row_and_three_rows_take_the_same_number_of_queries(
    cast: Cast, enter: Enter, address: str
) -> None:
    def one_more() -> None:
        cast.delivered(account=Account.objects.create(name="Offer to", city="Aarhus"), contact=None)
        made = cast.managed(account=Account.objects.create(name="Work for", city="Odense"), contact=None)
        actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
        cast.managed()
        asked = cast.managed()
        add_note(key=asked.pk, body="Who signs?", shared=True, by=cast.chris)
        late = cast.managed()
        Opportunity.objects.filter(pk=late.pk).update(estimated_close_date=date(2020, 1, 1))
        declined = cast.delivered()
        actions.decline(key=declined.pk, reason="too_small", by=cast.mads)

    one_more()
    client = enter(cast.mads)
    first = queries_of(client, address)
    one_more()
    one_more()
    assert queries_of(client, address) == first
    assert first <= 18


def test_the_page_of_one_takes_the_same_number_of_queries_however_long_its_timeline(
    cast: Cast, enter: Enter
) -> None:
    made = cast.managed()
    client, address = enter(cast.mads), reverse("portal:opportunity", args=[made.pk])
    client.post(reverse("portal:note", args=[made.pk]), {"body": "One"})
    first = queries_of(client, address)
    for _time in range(3):
        client.post(reverse("portal:note", args=[made.pk]), {"body": "More"})
    assert queries_of(client, address) == first
