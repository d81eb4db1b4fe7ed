"""The page of what a person was told, on both faces."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kanal.notify.actions import Message, tell
from kanal.notify.models import Notification
from kanal.notify.queries import unread_count
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def told(person, number: int = 1, path: str = "/portal/opportunities/") -> Notification:
    facts = {
        "topic": f"ERP renewal {number}",
        "partner": "Nordlys IT",
        "who": "Anna Bak",
        "reference": f"OPP-{number}",
    }
    kind = "offer_accepted" if person.is_vendor else "offer_delivered"
    tell(person=person, message=Message(kind, facts, path, f"source {number}"))
    return Notification.objects.get(person=person, source=f"source {number}")


def test_a_partner_person_reads_what_they_were_told(cast: Cast, client) -> None:
    told(cast.mads)
    client.force_login(cast.mads)
    page = client.get("/portal/notifications/").content.decode()
    assert "Havn Systems offers you ERP renewal 1" in page
    assert "Notifications, 1 new" in page


def test_a_person_of_the_vendor_reads_theirs_at_the_desk(cast: Cast, client) -> None:
    told(cast.chris, path="/sales/opportunities/")
    client.force_login(cast.chris)
    page = client.get("/sales/notifications/").content.decode()
    assert "Nordlys IT accepted ERP renewal 1" in page
    assert "Anna Bak answered. Nordlys IT manages it from now on." in page


def test_nobody_reads_or_marks_what_others_were_told(cast: Cast, client) -> None:
    notification = told(cast.mads)
    client.force_login(cast.freja)
    assert "ERP renewal 1" not in client.get("/portal/notifications/").content.decode()
    assert client.get(f"/portal/notifications/{notification.pk}/").status_code == 404
    client.post(f"/portal/notifications/{notification.pk}/read/")
    client.post("/portal/notifications/read/")
    assert unread_count(cast.mads) == 1
    assert client.get("/sales/notifications/").status_code == 403


def test_opening_one_leads_to_it_and_notes_that_it_was_read(cast: Cast, client) -> None:
    notification = told(cast.mads)
    client.force_login(cast.mads)
    response = client.get(f"/portal/notifications/{notification.pk}/")
    assert (response.status_code, response.url) == (302, "/portal/opportunities/")
    assert unread_count(cast.mads) == 0
    assert client.get(f"/portal/notifications/{uuid.uuid4()}/").status_code == 404


def test_one_or_all_are_marked_as_read(cast: Cast, client) -> None:
    first = told(cast.mads)
    told(cast.mads, 2)
    told(cast.mads, 3)
    client.force_login(cast.mads)
    assert client.get("/portal/notifications/read/").status_code == 405
    assert client.post(f"/portal/notifications/{first.pk}/read/").status_code == 302
    assert unread_count(cast.mads) == 2
    client.post("/portal/notifications/read/")
    assert unread_count(cast.mads) == 0
    assert "Mark all as read" not in client.get("/portal/notifications/").content.decode()


@pytest.mark.parametrize("face", ["portal", "sales"])
def test_an_empty_list_says_what_will_be_here(cast: Cast, client, face: str) -> None:
    client.force_login(cast.mads if face == "portal" else cast.chris)
    assert "Nobody has told you anything yet" in client.get(f"/{face}/notifications/").content.decode()


def test_the_page_is_danish_for_who_reads_danish(cast: Cast, client) -> None:
    cast.mads.language = "da"
    cast.mads.save()
    told(cast.mads)
    client.force_login(cast.mads)
    page = client.get("/portal/notifications/").content.decode()
    assert "Havn Systems tilbyder jer ERP renewal 1" in page
    assert "Markér alle som læst" in page


def test_more_notifications_need_no_more_queries(cast: Cast, client) -> None:
    client.force_login(cast.mads)
    counts = []
    for upto in (1, 3):
        for number in range(upto):
            told(cast.mads, number)
        client.get("/portal/notifications/")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get("/portal/notifications/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_bell_counts_no_further_than_99(cast: Cast, client) -> None:
    for number in range(101):
        told(cast.mads, number)
    client.force_login(cast.mads)
    assert "99+" in client.get("/portal/notifications/").content.decode()


def test_an_anonymous_reader_signs_in_first(client, db) -> None:
    assert client.get("/portal/notifications/").status_code == 302
    assert client.get("/sales/notifications/").status_code == 302
