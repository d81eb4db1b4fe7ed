"""*Sales > Opportunities*: the list at the desk."""

import csv
import io
import re
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client
from django.utils import translation

from kanal.desk.opportunities import export
from kanal.directory.models import Territory
from kanal.distribution import actions
from kanal.opportunities import queries
from kanal.opportunities.actions.values import Line
from kanal.opportunities.models import Opportunity

pytestmark = pytest.mark.django_db
LIST = "/sales/opportunities/"


@pytest.fixture
def desk(cast):
    client = Client()
    client.force_login(cast.chris)
    return client


def shown(response):
    return re.findall(r'class="k-t-name"[^>]*>([^<]+)<', response.content.decode())


def result(response):
    return re.search(r'role="status">([^<]+)<', response.content.decode())[1]


def test_the_list_shows_open_opportunities_what_is_due_first(desk, cast):
    cast.opportunity(topic="Fresh")
    cast.delivered(topic="Waits")
    gone = cast.opportunity(topic="Gone")
    actions.cancel(key=gone.pk, reason="mistake", by=cast.chris)
    response = desk.get(LIST)
    assert shown(response) == ["Waits", "Fresh"]
    assert result(response) == "2 in this view"
    assert "DKK\u00a02,480,000 in all" in response.content.decode()


def test_views_carry_their_counts(desk, cast):
    cast.opportunity()
    cast.delivered()
    text = desk.get(LIST).content.decode()
    found = re.findall(r'>([A-Z][a-z ]+)<span class="k-n">([\d,+]+)</span>', text)
    assert dict(found) == {
        "Open": "2", "To distribute": "1", "Waiting for a partner": "1", "Managed by partners": "0",
        "Made by partners": "0", "Won": "0", "Lost": "0", "All": "2",
    }  # fmt: skip


def test_a_count_that_stopped_says_so(desk, cast, monkeypatch):
    monkeypatch.setattr(queries, "CAP", 2)
    for _ in range(4):
        cast.opportunity()
    response = desk.get(LIST)
    assert result(response) == "2+ in this view"
    assert "Search or filter to reach the others" in response.content.decode()


def test_search_looks_at_topic_reference_customer_and_partner(desk, cast):
    made = cast.delivered(topic="Fleet")
    cast.opportunity(topic="Other", account=None, contact=None)
    for text in ("fleet", made.reference, "lindholm", "nordlys"):
        assert shown(desk.get(LIST, {"q": text})) == ["Fleet"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "delivered"}, {"Nordlys"}),
        ({"status": ["delivered", "in_progress"]}, {"Nordlys", "Euro", "Plain"}),
        ({"currency": "eur"}, {"Euro"}),
        ({"partner": "nordlys"}, {"Nordlys"}),
        ({"owner": "sally"}, {"Plain"}),
        ({"territory": "denmark"}, {"Nordlys", "Euro"}),
        ({"product": "erp"}, {"Euro"}),
        ({"value_from": "1,000,000.00"}, {"Nordlys"}),
        ({"value_to": "99"}, {"Euro"}),
        ({"close_from": "2027-02-26", "close_to": "2027-02-26"}, {"Nordlys", "Euro", "Plain"}),
        ({"close_to": "2027-02-25"}, set()),
        ({"created_from": "2020-01-01"}, {"Nordlys", "Euro", "Plain"}),
        ({"created_to": "2020-01-01"}, set()),
        ({"created_to": "yesterday", "currency": "eur"}, {"Euro"}),
    ],
)
def test_filters_narrow_the_list(desk, cast, query, expected):
    denmark = Territory.objects.create(name="Denmark")
    Territory.objects.filter(pk=cast.jutland.pk).update(parent=denmark)
    cast.delivered(topic="Nordlys")
    cast.opportunity(topic="Euro", currency=cast.eur, estimated_revenue=Decimal(1), lines=[Line(cast.erp)])
    cast.opportunity(topic="Plain", territory=None, owner=cast.sally, estimated_revenue=Decimal(1000))
    known = {
        "eur": cast.eur,
        "nordlys": cast.nordlys,
        "sally": cast.sally,
        "denmark": denmark,
        "erp": cast.erp,
    }
    sent = {name: str(known[value].pk) if str(value) in known else value for name, value in query.items()}
    assert set(shown(desk.get(LIST, sent))) == expected


def test_filters_that_are_on_are_chips_that_can_be_taken_off(desk, cast):
    cast.delivered()
    text = desk.get(
        LIST, {"status": ["delivered", "accepted"], "currency": str(cast.dkk.pk)}
    ).content.decode()
    assert "Remove filter Status Delivered or Accepted" in text
    assert re.search(r'href="\?currency=[0-9a-f-]+" aria-label="Remove filter Status', text)


def test_a_filter_that_cannot_be_read_is_named_and_the_rest_holds(desk, cast):
    cast.opportunity(topic="One")
    response = desk.get(LIST, {"value_from": "much", "currency": str(cast.dkk.pk)})
    assert response.status_code == 200
    assert shown(response) == ["One"]
    assert "Enter a number." in response.content.decode()


@pytest.mark.parametrize("key", queries.ORDERS)
def test_every_column_sorts_both_ways(desk, cast, key):
    cast.opportunity(topic="a")
    cast.delivered(topic="b")
    assert sorted(shown(desk.get(LIST, {"sort": key}))) == ["a", "b"]
    assert sorted(shown(desk.get(LIST, {"sort": f"-{key}"}))) == ["a", "b"]
    assert desk.get(LIST, {"sort": f"-{key}"}).content.count(b'aria-sort="descending"') == 1


def test_an_unknown_order_view_or_page_does_no_harm(desk, cast):
    cast.opportunity(topic="One")
    query = {"sort": "password", "view": "secret", "page": "99", "size": "1000000"}
    assert shown(desk.get(LIST, query)) == ["One"]


def test_pages_keep_search_filters_and_order(desk, cast):
    for number in range(27):
        cast.opportunity(topic=f"T{number:02}")
    response = desk.get(LIST, {"sort": "topic", "page": "2", "q": "lindholm", "view": "open"})
    assert shown(response) == ["T25", "T26"]
    assert "26 to 27 of 27" in response.content.decode()
    assert 'href="?sort=topic&amp;q=lindholm&amp;view=open&amp;page=1"' in response.content.decode()
    assert len(shown(desk.get(LIST, {"size": "50"}))) == 27


def test_htmx_gets_the_part_that_changes_and_caches_tell_them_apart(desk, cast):
    cast.opportunity(topic="One")
    whole, part = desk.get(LIST), desk.get(LIST, headers={"HX-Request": "true"})
    back = desk.get(LIST, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert shown(part) == shown(whole) == ["One"]
    assert b"<html" in back.content
    assert "HX-Request" in part["Vary"]
    assert "HX-Request" in whole["Vary"]


def test_the_number_of_queries_does_not_grow_with_the_rows(desk, cast, django_assert_max_num_queries):
    def queries_of():
        with django_assert_max_num_queries(20) as seen:
            desk.get(LIST)
        return len(seen)

    declined = cast.delivered()
    actions.decline(key=declined.pk, reason="too_small", by=cast.anna)
    cast.delivered()
    few = queries_of()
    for _ in range(2):
        declined = cast.delivered(cast.fjord, owner=cast.sally, currency=cast.eur)
        actions.decline(key=declined.pk, reason="too_small", by=cast.bo)
        cast.delivered(cast.fjord)
    assert queries_of() == few


def test_first_use_no_match_and_all_done_each_say_what_next(desk, cast):
    first = desk.get(LIST).content.decode()
    assert "No opportunities yet" in first
    assert "New opportunity" in first
    cast.delivered()
    nothing = desk.get(LIST, {"q": "zebra", "status": "delivered"}).content.decode()
    assert "Nothing matches" in nothing
    assert "“zebra”" in nothing
    assert "Clear search and filters" in nothing
    assert "All done" in desk.get(LIST, {"view": "to_distribute"}).content.decode()
    assert "Nothing here" in desk.get(LIST, {"view": "won"}).content.decode()


def test_the_last_partner_of_a_declined_one_is_named(desk, cast):
    made = cast.delivered()
    actions.decline(key=made.pk, reason="too_small", by=cast.anna)
    assert "was Nordlys IT" in desk.get(LIST).content.decode()


def test_partner_people_have_no_business_at_the_desk(cast):
    client = Client()
    assert client.get(LIST).status_code == 302
    client.force_login(cast.mads)
    for address in (LIST, f"{LIST}new/", f"{LIST}export/csv/", "/sales/lookup/accounts/"):
        assert client.get(address).status_code == 403


def test_an_auditor_reads_the_list_and_makes_nothing(cast):
    client = Client()
    client.force_login(cast.otto)
    cast.opportunity(topic="One")
    response = client.get(LIST)
    assert shown(response) == ["One"]
    assert f'href="{LIST}new/"' not in response.content.decode()
    assert client.get(f"{LIST}new/").status_code == 403


def exported(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_export_is_exactly_the_list(desk, cast):
    cast.delivered(topic="Æble, “stor”", estimated_revenue=Decimal("100.50"))
    cast.delivered(topic="Banan")
    cast.opportunity(topic="Not delivered")
    query = {"view": "waiting", "sort": "-topic", "status": "delivered", "q": "lind"}
    rows = exported(desk.get(f"{LIST}export/csv/", query))
    assert [row["Topic"] for row in rows] == [
        topic.replace("&quot;", '"') for topic in shown(desk.get(LIST, query))
    ]
    assert rows[0]["Status"] == "Delivered"
    assert rows[0]["Est. revenue"] == "100.50"
    assert rows[0]["Partner"] == "Nordlys IT"


def test_the_export_begins_with_the_mark_that_spreadsheet_programs_need(desk, cast):
    response = desk.get(f"{LIST}export/csv/")
    assert b"".join(response.streaming_content).startswith(b"\xef\xbb\xbfReference,Topic")
    assert response["Content-Disposition"].startswith('attachment; filename="opportunities-')


@pytest.mark.parametrize("topic", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_an_exported_cell_is_never_a_formula(desk, cast, topic):
    made = cast.opportunity()
    Opportunity.objects.filter(pk=made.pk).update(topic=topic)
    assert exported(desk.get(f"{LIST}export/csv/"))[0]["Topic"] == f"'{topic}"
    sheet = spreadsheet(desk.get(f"{LIST}export/xlsx/"))
    assert sheet["B2"].data_type == "s"
    assert sheet["B2"].value == topic


def spreadsheet(response):
    return openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active


def test_a_spreadsheet_holds_numbers_and_dates_as_such(desk, cast):
    cast.opportunity(estimated_revenue=Decimal("100.50"))
    rows = list(spreadsheet(desk.get(f"{LIST}export/xlsx/")).iter_rows(values_only=True))
    row = dict(zip(rows[0], rows[1], strict=True))
    assert row["Est. revenue"] == 100.5
    assert row["Est. close date"].year == 2027


def test_only_selected_rows_are_exported_where_some_are(desk, cast):
    first, second = cast.opportunity(topic="First"), cast.opportunity(topic="Second")
    cast.opportunity(topic="Third")
    query = {"view": "all", "id": [str(first.pk), str(second.pk), "nonsense"], "sort": "topic"}
    assert [row["Topic"] for row in exported(desk.get(f"{LIST}export/csv/", query))] == ["First", "Second"]


def test_an_export_speaks_the_readers_language(desk, cast):
    cast.opportunity()
    cast.chris.language = "da"
    cast.chris.save()
    row = exported(desk.get(f"{LIST}export/csv/"))[0]
    assert row["Emne"] == "ERP renewal for 140 users"
    assert row["Status"] == "I gang"


def test_an_export_reads_row_by_row(cast, django_assert_num_queries):
    for _ in range(3):
        cast.opportunity()
    with translation.override("en"), django_assert_num_queries(1):
        assert len(list(export.rows(queries.ordered(Opportunity.objects.all(), "topic")))) == 3


def test_another_kind_of_export_does_not_exist(desk):
    assert desk.get(f"{LIST}export/exe/").status_code == 404


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("accounts", "lindholm", ["Lindholm Foods"]),
        ("accounts", "nordlys", []),
        ("contacts", "karen", ["Karen Lindholm"]),
        ("partners", "ordl", ["Nordlys IT"]),
        ("people", "al", ["Sally Winther"]),
        ("people", "otto", []),
        ("products", "ERP-1", ["Havn ERP"]),
        ("territories", "jut", ["Jutland"]),
    ],
)
def test_look_ups_find_by_name(desk, kind, text, expected):
    found = desk.get(f"/sales/lookup/{kind}/", {"q": text}).json()
    assert [one["text"] for one in found] == expected


def test_contacts_are_looked_up_within_the_account(desk, cast):
    address = "/sales/lookup/contacts/"
    assert len(desk.get(address, {"account": str(cast.lindholm.pk)}).json()) == 1
    assert desk.get(address, {"account": str(cast.nordlys.account_id)}).json() == []
    assert desk.get(address, {"account": "nonsense"}).json() == []
