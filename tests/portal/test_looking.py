"""The vendor sees the portal exactly as a partner's person sees it, changes nothing, and it is on record."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from kanal.config import clock
from kanal.directory import actions
from kanal.directory.actions.looks import LASTS
from kanal.directory.models import Look, Partner, Person
from kanal.directory.refusal import Missing, NotAllowed
from kanal.distribution.models import Offer
from kanal.notify.models import Notification
from kanal.opportunities.models import Participation
from kanal.portal.guard import me, partner_page
from tests.addresses import ROWS, World
from tests.cast import Cast
from tests.portal.conftest import Enter

pytestmark = pytest.mark.django_db

WRITES = [name for name, row in ROWS.items() if name.startswith("portal:") and row.post is not None]
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def looking(enter: Enter, viewer: Person, at: Person) -> Client:
    client = enter(viewer)
    answer = client.post(reverse("desk:look_start", args=[at.pk]))
    assert answer["Location"] == reverse("portal:dashboard")
    return client


@pytest.fixture
def world(tmp_path: Any, settings: Any, db: None) -> World:
    settings.MEDIA_ROOT = tmp_path
    return World()


def counts() -> dict[str, Any]:
    """Give the number of rows and a sum of their contents for every table but those of looks and sessions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        found = {}
        for table in tables:
            if table not in {"directory_look", "directory_lookedat", "django_session"}:
                cursor.execute(
                    f'SELECT count(*), coalesce(sum(hashtext(t::text)::bigint), 0) FROM "{table}" t'
                )
                found[table] = cursor.fetchone()
        return found


def test_there_is_something_to_refuse() -> None:
    assert {"portal:accept", "portal:note", "portal:person_leave", "portal:company"} <= set(WRITES)


@pytest.mark.parametrize("name", WRITES)
def test_every_address_that_writes_refuses_with_the_reason_and_writes_nothing(
    world: World, enter: Enter, name: str
) -> None:
    row = ROWS[name]
    client = looking(enter, world.cast.chris, world.cast.anna)
    before = counts()
    answer = client.post(reverse(name, kwargs=dict(row.args(world))), dict(row.data))
    assert answer.status_code == 403
    assert "You see the portal as Anna Bak does, and change nothing." in answer.content.decode()
    assert counts() == before


READS = [name for name, row in ROWS.items() if name.startswith("portal:") and row.get is not None]


@pytest.mark.parametrize("name", READS)
def test_every_page_that_reads_is_the_page_of_that_person_and_leaves_no_trace(
    world: World, enter: Enter, freeze: Callable[[datetime], None], name: str
) -> None:
    freeze(clock.now())  # so that both read the same “3 seconds ago”
    row = ROWS[name]
    assert row.get is not None
    who = sorted(row.get & {"anna", "mads"})[0]
    person = world.cast.people[who]
    own, client = enter(person), looking(enter, world.cast.chris, person)
    before = counts()
    address = reverse(name, kwargs=dict(row.args(world)))
    seen = client.get(address)
    assert seen.status_code < 400
    assert counts() == before
    if seen.streaming or seen.status_code != 200 or b"<main" not in seen.content:
        return  # a file, a way on, a part of a page

    def main(answer: Any) -> str:
        found = re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL)
        assert found
        return re.sub(r"\b[A-Za-z0-9]{64}\b", "", found.group(0))

    assert "Nothing can be changed." in seen.content.decode()
    assert main(seen) == main(own.get(address))


def test_an_offer_that_is_looked_at_is_not_seen_and_its_notification_not_read(
    cast: Cast, enter: Enter
) -> None:
    made = cast.delivered()
    told = Notification.objects.create(
        person=cast.mads,
        kind="offer_delivered",
        facts={},
        source="x",
        path=f"/portal/opportunities/{made.pk}/",
    )
    client = looking(enter, cast.chris, cast.mads)
    assert client.get(reverse("portal:opportunity", args=[made.pk])).status_code == 200
    client.get(reverse("portal:notification", args=[told.pk]))
    told.refresh_from_db()
    assert told.read_at is None
    assert Offer.objects.get().seen_at is None


def test_a_seller_is_seen_with_what_is_shared_with_them_alone(cast: Cast, enter: Enter) -> None:
    shared, other = cast.managed(topic="Shared with Sofie"), cast.managed(topic="Not for Sofie")
    Participation.objects.get(opportunity=shared, until=None).people.add(cast.sofie)
    client = looking(enter, cast.ada, cast.sofie)
    shown = client.get(reverse("portal:opportunities")).content.decode()
    assert "Shared with Sofie" in shown
    assert "Not for Sofie" not in shown
    assert client.get(reverse("portal:opportunity", args=[other.pk])).status_code == 404
    assert client.get(reverse("portal:company")).status_code == 403


def test_the_page_speaks_the_persons_language_and_the_banner_the_viewers(cast: Cast, enter: Enter) -> None:
    Person.objects.filter(pk=cast.mads.pk).update(language="da")
    shown = looking(enter, cast.chris, cast.mads).get(reverse("portal:opportunities")).content.decode()
    assert "Distribuerede salgsmuligheder" in shown
    assert "You see the portal as Mads Iversen, manager of Nordlys IT. Nothing can be changed." in shown


def test_a_look_is_on_record_with_who_as_whom_from_until_and_the_pages(
    cast: Cast, enter: Enter, freeze: Callable[[datetime], None]
) -> None:
    freeze(MONDAY)
    client = looking(enter, cast.chris, cast.mads)
    client.get(reverse("portal:dashboard"))
    freeze(MONDAY + timedelta(minutes=5))
    client.get(reverse("portal:opportunities") + "?q=secret")
    answer = client.post(reverse("desk:look_stop"), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("desk:partner", args=[cast.nordlys.pk])
    look = Look.objects.get()
    assert (look.by, look.person, look.since) == (cast.chris, cast.mads, MONDAY)
    assert look.until == MONDAY + timedelta(minutes=5)
    assert [page.path for page in look.pages.all()] == ["/portal/", "/portal/opportunities/"]
    for reader, url in (
        (cast.otto, reverse("desk:partner", args=[cast.nordlys.pk])),
        (cast.ada, reverse("desk:person", args=[cast.mads.pk])),
    ):
        shown = enter(reader).get(url).content.decode()
        assert "as Mads Iversen" in shown
        assert "/portal/opportunities/" in shown
    sally = enter(cast.sally).get(reverse("desk:partner", args=[cast.nordlys.pk])).content.decode()
    assert "as Mads Iversen" not in sally
    assert client.get(reverse("portal:dashboard")).status_code == 403


def test_a_look_ends_by_itself(cast: Cast, enter: Enter, freeze: Callable[[datetime], None]) -> None:
    freeze(MONDAY)
    client = looking(enter, cast.chris, cast.mads)
    freeze(MONDAY + LASTS - timedelta(seconds=1))
    assert client.get(reverse("portal:dashboard")).status_code == 200
    freeze(MONDAY + LASTS)
    assert client.get(reverse("portal:dashboard")).status_code == 403


def test_who_looks_anew_ends_the_look_before(cast: Cast, enter: Enter) -> None:
    client = looking(enter, cast.chris, cast.mads)
    client.post(reverse("desk:look_start", args=[cast.bo.pk]))
    assert [look.runs for look in Look.objects.order_by("since")] == [False, True]
    assert "Bo Lund" in client.get(reverse("portal:dashboard")).content.decode()


def test_the_desk_stays_the_viewers_own_while_they_look(cast: Cast, enter: Enter) -> None:
    client = looking(enter, cast.chris, cast.mads)
    assert "Chris Mølgaard" in client.get(reverse("desk:opportunities")).content.decode()


@pytest.mark.parametrize("who", ["sally", "otto", "anna"])
def test_only_administrators_and_channel_managers_look(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        actions.begin_look(key=cast.mads.pk, by=cast.people[who])
    assert not Look.objects.exists()


def test_nobody_looks_as_the_vendor_or_as_who_is_shut_out(cast: Cast, enter: Enter) -> None:
    with pytest.raises(NotAllowed):
        actions.begin_look(key=cast.sally.pk, by=cast.ada)
    with pytest.raises(Missing):
        actions.begin_look(key=cast.nordlys.pk, by=cast.ada)
    client = looking(enter, cast.chris, cast.mads)
    actions.deactivate(key=cast.mads.pk, by=cast.ada)
    assert client.get(reverse("portal:dashboard")).status_code == 403
    Partner.objects.filter(pk=cast.fjord.pk).update(status="ended")
    with pytest.raises(NotAllowed):
        actions.begin_look(key=cast.bo.pk, by=cast.ada)


def test_who_may_look_no_more_sees_nothing_from_the_next_click_on(cast: Cast, enter: Enter) -> None:
    client = looking(enter, cast.chris, cast.mads)
    actions.change_role(key=cast.chris.pk, role="seller", by=cast.ada)
    assert client.get(reverse("portal:dashboard")).status_code == 403


def test_a_look_of_somebody_else_is_nobodys(cast: Cast, enter: Enter) -> None:
    look = actions.begin_look(key=cast.mads.pk, by=cast.ada)
    client = enter(cast.chris)
    session = client.session
    session["look"] = str(look.pk)
    session.save()
    assert client.get(reverse("portal:dashboard")).status_code == 403


def test_the_database_itself_refuses_a_page_that_writes_though_it_is_only_looked_at(cast: Cast) -> None:
    @partner_page
    def careless(request: HttpRequest) -> HttpResponse:
        Partner.objects.filter(pk=me(request).partner_id).update(capacity=1)
        return HttpResponse("done")

    look = actions.begin_look(key=cast.mads.pk, by=cast.chris)
    request = RequestFactory().get("/portal/")
    request.user, request.session = cast.chris, {"look": str(look.pk)}  # type: ignore[assignment]
    with pytest.raises(NotAllowed, match="would change something"):
        careless(request)
    assert Partner.objects.get(pk=cast.nordlys.pk).capacity is None
    request.user = cast.mads
    assert careless(request).content == b"done"


def test_what_was_looked_at_is_never_changed_or_removed(cast: Cast) -> None:
    look = actions.begin_look(key=cast.mads.pk, by=cast.chris)
    actions.note_look(look=look, path="/portal/")
    for act in (look.pages.all().delete, lambda: look.pages.update(path="/"), look.delete):
        with pytest.raises((ProgrammingError, ProtectedError)), transaction.atomic():
            act()
