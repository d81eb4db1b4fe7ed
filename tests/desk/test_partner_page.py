"""The page of a partner at the desk, and the hand-over of its work."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kanal.config import clock
from kanal.directory.models import Partner
from kanal.distribution import actions
from kanal.distribution.assignment import snapshots
from kanal.opportunities.models import Opportunity, Participation
from tests.cast import Cast

pytestmark = pytest.mark.django_db
PARTS = ["", "people", "opportunities", "answers", "rates"]


def of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def url(cast: Cast, part: str = "") -> str:
    return f"/sales/partners/{cast.nordlys.pk}/" + (f"?part={part}" if part else "")


def test_the_head_says_where_the_partnership_stands_and_how_much_room_there_is(cast: Cast) -> None:
    cast.managed()
    until = clock.today() + timedelta(days=20)
    Partner.objects.filter(pk=cast.nordlys.pk).update(capacity=8, paused_until=until)
    page = text(of(cast.otto).get(url(cast, "people")))
    assert "Status Active" in page
    assert "Paused until" in page
    assert "Tier Gold" in page
    assert "Open opportunities 1 of 8 Room for 7" in page
    assert "Channel manager CM Chris Mølgaard" in page


def test_people_are_listed_with_role_and_last_sign_in(cast: Cast) -> None:
    page = text(of(cast.ada).get(url(cast, "people")))
    assert re.search(r"Anna Bak anna@nordlys.example Administrator Active Never", page)
    assert "Bo Lund" not in page


def test_its_opportunities_lead_into_the_list_narrowed_to_it(cast: Cast) -> None:
    offered, managed = cast.delivered(topic="Offered one"), cast.managed(topic="Managed one")
    together = cast.managed(cast.fjord, topic="Shared one")
    actions.share(key=together.pk, partners=[cast.nordlys], by=cast.chris)
    own = cast.opportunity(topic="Made one")
    Opportunity.objects.filter(pk=own.pk).update(made_by_partner=cast.nordlys)
    cast.managed(cast.fjord, topic="Of a rival")
    desk = of(cast.chris)
    page = desk.get(url(cast, "opportunities"))
    links = [
        link.replace("&amp;", "&")
        for link in re.findall(r'btn-plain btn-small k-end" href="([^"]+)"', page.content.decode())
    ]
    shown = [re.findall(r'class="k-t-name"[^>]*>([^<]+)<', desk.get(link).content.decode()) for link in links]
    assert shown == [["Offered one"], ["Managed one", "Shared one"], ["Made one"]] or shown == [
        ["Offered one"],
        ["Shared one", "Managed one"],
        ["Made one"],
    ]
    assert "Distributed opportunities 1" in text(page)
    assert "Managed opportunities 2" in text(page)
    assert "Of a rival" not in text(page)
    assert {offered.status, managed.status} == {"delivered", "accepted"}


def test_answers_name_who_answered_why_and_for_whom(cast: Cast) -> None:
    actions.decline(key=cast.delivered().pk, reason="other", text="We have no people", by=cast.mads)
    actions.accept(key=cast.delivered().pk, by=cast.chris)
    page = text(of(cast.chris).get(url(cast, "answers")))
    assert "Declined Other “We have no people”" in page
    assert "Mads Iversen" in page
    assert "Chris Mølgaard on the partner’s behalf" in page


def test_rates_stand_beside_the_counts_that_they_come_from(cast: Cast) -> None:
    actions.decline(key=cast.delivered().pk, reason="too_small", by=cast.mads)
    cast.managed()
    cast.delivered()
    page = text(of(cast.chris).get(url(cast, "rates")))
    assert "67 % 2 of 3 delivered" in page
    assert "Feedback rate Accepted ones whose stage the partner has moved 0 % 0 of 1 accepted" in page


@pytest.mark.parametrize("part", PARTS)
def test_a_part_asks_as_much_for_one_opportunity_as_for_three(cast: Cast, part: str) -> None:
    desk, asked = of(cast.chris), []
    for number in (1, 3):
        for _ in range(number):
            cast.delivered()
            actions.decline(key=cast.delivered().pk, reason="too_small", by=cast.mads)
            cast.managed()
        snapshots.forget()  # what assignment keeps of the partners is read anew
        with CaptureQueriesContext(connection) as queries:
            desk.get(url(cast, part))
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert asked[0] <= 40


def test_a_partnership_that_can_not_end_yet_points_to_the_hand_over(cast: Cast) -> None:
    cast.managed()
    page = of(cast.chris).get(url(cast))
    fields = dict(re.findall(r'name="(version|name|time_zone)"[^>]*value="([^"]*)"', page.content.decode()))
    answer = of(cast.chris).post(
        url(cast), {**fields, "name": "Nordlys IT", "time_zone": "Europe/Copenhagen", "status": "ended"}
    )
    assert answer.status_code == 422
    assert "Give its open work to other partners first" in text(answer)
    assert f"/sales/partners/{cast.nordlys.pk}/hand-over/" in answer.content.decode()


def test_a_hand_over_is_previewed_with_who_gets_what_and_done_with_a_reason(cast: Cast) -> None:
    offered, managed = cast.delivered(), cast.managed()
    held = cast.managed()
    actions.hold(key=held.pk, reason="Budget", by=cast.chris)
    desk = of(cast.chris)
    where = f"/sales/partners/{cast.nordlys.pk}/hand-over/"
    first = text(desk.get(where))
    assert "Offers that wait for an answer 1" in first
    assert "Managed alone 2" in first
    where += "?" + urlencode({"to": 1, "to-offered_1": cast.fjord.pk, "to-managed_1": cast.fjord.pk})
    page = text(desk.get(where))
    assert "Will be done 2 Will be skipped 1 Fjord Consulting 2" in page
    assert "while the status is “On hold”" in page

    assert desk.post(where, {"count": "3"}).status_code == 422
    assert Participation.objects.filter(partner=cast.fjord).count() == 0
    result = text(desk.post(where, {"count": "3", "reason": "The partnership ends"}, follow=True))

    assert "Done 2 Skipped 1 Failed 0" in result
    assert "The partnership ends" in result
    for row in (offered, managed):
        row.refresh_from_db()
        assert row.partner == cast.fjord


def test_a_hand_over_needs_another_partner(cast: Cast) -> None:
    cast.managed()
    desk = of(cast.chris)
    where = f"/sales/partners/{cast.nordlys.pk}/hand-over/?to=1"
    assert "Choose at least one partner" in text(desk.get(where))
    answer = desk.get(f"{where}&to-managed_1={cast.nordlys.pk}")
    assert answer.status_code == 422
    assert "Choose other partners than Nordlys IT." in text(answer)


def test_where_nothing_is_open_there_is_nothing_to_hand_over(cast: Cast) -> None:
    desk = of(cast.chris)
    assert "The partner has no open opportunities." in text(
        desk.get(f"/sales/partners/{cast.nordlys.pk}/hand-over/")
    )
    assert "hand-over" not in desk.get(url(cast)).content.decode()
