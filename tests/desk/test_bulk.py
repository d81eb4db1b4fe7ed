"""The desk's pages of what is done to many opportunities at once."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kanal.distribution import actions, bulk
from kanal.distribution.actions import bulk as doing
from kanal.distribution.bulk import Wish
from kanal.distribution.models import BulkRun, BulkVerb, Offer
from kanal.opportunities.models import Opportunity
from tests.cast import Cast

pytestmark = pytest.mark.django_db
BULK = "/sales/opportunities/bulk/"


def of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def address(verb: str, *rows: Opportunity, **more: object) -> str:
    return f"{BULK}{verb}/?{urlencode([('id', row.pk) for row in rows] + list(more.items()))}"


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_preview_counts_what_goes_and_says_why_the_rest_is_skipped(cast: Cast) -> None:
    free, waiting = cast.opportunity(), cast.delivered(cast.fjord)
    desk = of(cast.chris)
    where = address("deliver", free, waiting)
    assert "2 opportunities are selected." in text(desk.get(where))

    page = text(desk.get(where + f"&to=1&to-partner={cast.nordlys.pk}"))

    assert "1 will be done" in page
    assert "1 will be skipped" in page
    assert "“Deliver” can’t be done while the status is “Delivered”." in page
    assert not Offer.objects.filter(partner=cast.nordlys).exists()


def test_what_was_previewed_is_done_and_its_page_says_what_came_of_it(cast: Cast) -> None:
    free, waiting = cast.opportunity(), cast.delivered(cast.fjord)
    desk = of(cast.chris)
    where = address("deliver", free, waiting, to=1, **{"to-partner": cast.nordlys.pk})
    page = text(desk.post(where, {"count": "2"}, follow=True))
    assert "Done 1 Skipped 1 Failed 0" in page
    assert Offer.objects.get(partner=cast.nordlys).opportunity == free


def test_a_list_that_has_changed_is_shown_anew_before_anything_is_done(cast: Cast) -> None:
    cast.opportunity()
    desk = of(cast.chris)
    where = f"{BULK}deliver/?" + urlencode(
        {"all": "on", "within": "view=open", "to": 1, "to-partner": cast.nordlys.pk}
    )
    assert "1 will be done" in text(desk.get(where))
    cast.opportunity()
    answer = desk.post(where, {"count": "1"})
    assert answer.status_code == 409
    assert "The list has changed meanwhile." in text(answer)
    assert "2 will be done" in text(answer)
    assert not Offer.objects.exists()


def test_all_that_match_are_those_of_the_list_not_of_the_page(cast: Cast) -> None:
    for number in range(30):
        cast.opportunity(topic=f"Case {number}")
    cast.opportunity(topic="Other")
    desk = of(cast.chris)
    page = text(desk.get("/sales/opportunities/?view=open&q=Case"))
    assert "All 30 that match" in page
    where = f"{BULK}change-owner/?" + urlencode(
        {"all": "on", "within": "view=open&q=Case", "to": 1, "to-owner": cast.sally.pk}
    )
    assert "30 will be done" in text(desk.get(where))
    desk.post(where, {"count": "30"})
    assert Opportunity.objects.filter(owner=cast.sally).count() == 30


def test_a_list_that_is_too_long_is_refused_with_the_way_on(cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr("kanal.desk.opportunities.bulk.LIMIT", 2)
    rows = [cast.opportunity() for _ in range(3)]
    where = address("deliver", *rows, to=1, **{"to-partner": cast.nordlys.pk})
    page = of(cast.chris).get(where)
    assert "2 can be done in one go, and this list has more. Narrow it" in text(page)
    of(cast.chris).post(where, {"count": "3"})
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    ("verb", "field"), [("deliver", "Partner"), ("share", "Partner 1"), ("change-owner", "New owner")]
)
def test_a_choice_that_is_missing_is_named(cast: Cast, verb: str, field: str) -> None:
    answer = of(cast.chris).get(address(verb, cast.opportunity(), to=1))
    assert answer.status_code == 422
    assert field in text(answer)
    assert "This field is required." in text(answer)


def test_without_a_selection_the_page_leads_back(cast: Cast) -> None:
    page = of(cast.chris).get(f"{BULK}deliver/?within=view%3Dwaiting&id=nonsense")
    assert "Nothing is selected" in text(page)
    assert 'href="/sales/opportunities/?view=waiting"' in page.content.decode()


def test_a_long_run_shows_how_far_it_is_and_the_page_changes_when_it_ends(cast: Cast) -> None:
    rows = [cast.opportunity() for _ in range(bulk.AT_ONCE + 1)]
    desk = of(cast.chris)
    where = address("deliver", *rows, to=1, **{"to-partner": cast.nordlys.pk})
    assert "It goes on in the background" in text(desk.get(where))
    shown = desk.post(where, {"count": "51"}, follow=True)
    assert "0 of 51 are done." in text(shown)
    run = BulkRun.objects.get()
    polled = desk.get(f"/sales/bulk/{run.pk}/", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in polled
    doing.carry_out(key=run.pk)
    polled = desk.get(f"/sales/bulk/{run.pk}/", headers={"HX-Request": "true"})
    assert polled["HX-Refresh"] == "true"
    page = text(desk.get(f"/sales/bulk/{run.pk}/"))
    assert "Done 51 Skipped 0 Failed 0" in page
    assert "To NI Nordlys IT By CM Chris Mølgaard" in page


def test_a_change_of_owner_names_the_new_owner_and_no_partner(cast: Cast) -> None:
    wish = Wish(BulkVerb.CHANGE_OWNER, owner=cast.sally)
    run = doing.start(wish=wish, keys=[cast.opportunity().pk], by=cast.chris)
    page = text(of(cast.chris).get(f"/sales/bulk/{run.pk}/"))
    assert "State Done New owner SW Sally Winther By CM Chris Mølgaard" in page


def queries_of(client: Client, where: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(where).status_code == 200
    return len(asked)


def test_preview_and_result_ask_as_much_for_one_row_as_for_fifty(cast: Cast) -> None:
    desk = of(cast.chris)
    asked = []
    for number in (1, 3, 50):
        rows = [cast.opportunity() for _ in range(number)]
        where = address("deliver", *rows, to=1, **{"to-partner": cast.nordlys.pk})
        run = doing.start(
            wish=Wish(BulkVerb.DELIVER, [cast.nordlys]), keys=[row.pk for row in rows], by=cast.chris
        )
        asked.append((queries_of(desk, where), queries_of(desk, f"/sales/bulk/{run.pk}/?size=100")))
    assert asked[0] == asked[1] == asked[2]
    assert max(asked[0]) <= 14


def test_selected_rows_or_all_that_match_are_exported(cast: Cast) -> None:
    first, second = cast.opportunity(topic="First"), cast.opportunity(topic="Second")
    desk = of(cast.chris)

    def exported(query: dict) -> str:
        answer = desk.get("/sales/opportunities/export/csv/?" + urlencode(query))
        return b"".join(answer.streaming_content).decode()

    assert "Second" not in exported({"view": "all", "id": first.pk, "within": "view=open"})
    whole = exported({"view": "all", "id": first.pk, "all": "on", "within": "view=open"})
    assert "First" in whole
    assert "Second" in whole
    assert second.topic not in exported({"view": "all", "all": "on", "within": "view=open&q=First"})


def test_taking_back_says_who_is_told_and_asks_why(cast: Cast) -> None:
    row = cast.managed()
    desk = of(cast.chris)
    assert "Nordlys IT loses access at once and is told why." in text(
        desk.get(f"/sales/opportunities/{row.pk}/")
    )
    answer = desk.post(f"/sales/opportunities/{row.pk}/take_back/", {})
    assert answer.status_code == 422
    desk.post(f"/sales/opportunities/{row.pk}/take_back/", {"take_back-reason": "No progress"})
    row.refresh_from_db()
    assert (row.status, row.partner) == ("in_progress", None)


def test_what_several_work_on_is_taken_back_from_all_by_name(cast: Cast) -> None:
    row = cast.managed()
    actions.share(key=row.pk, partners=[cast.fjord], by=cast.chris)
    page = text(of(cast.chris).get(f"/sales/opportunities/{row.pk}/"))
    assert "Nordlys IT and Fjord Consulting lose access at once and are told why." in page


def test_a_partner_made_one_offers_no_way_to_take_it_back(cast: Cast) -> None:
    row = cast.opportunity()
    Opportunity.objects.filter(pk=row.pk).update(made_by_partner=cast.nordlys)
    actions.approve(key=row.pk, by=cast.chris)
    assert "take_back-dialog" not in of(cast.chris).get(f"/sales/opportunities/{row.pk}/").content.decode()
