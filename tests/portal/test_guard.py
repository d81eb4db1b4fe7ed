"""The portal opens to people of partners alone, each to what their company takes part in."""

from __future__ import annotations

import io
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from kanal.directory.models import Partner
from kanal.opportunities.actions import Upload, add_note
from kanal.opportunities.models import Attachment, Opportunity
from kanal.portal.urls import urlpatterns
from tests.cast import Cast
from tests.portal.conftest import Enter

pytestmark = pytest.mark.django_db

# Addresses with a key: what each takes, and how it is asked.
OF_ONE = {"opportunity": "get", "accept": "post", "decline": "post", "ask": "post", "note": "post", "work": "post",
          "opportunity_revise": "get", "register": "post"}  # fmt: skip
OF_ALL = ("dashboard", "opportunities")


def address(name: str, key: uuid.UUID) -> str:
    return reverse(f"portal:{name}", args=[key, "hold"] if name == "work" else [key])


def ask(client: Client, name: str, key: uuid.UUID) -> int:
    facts = (
        {"reason": "no_capacity", "body": "Hello", "hold-reason": "Budget"} if OF_ONE[name] == "post" else {}
    )
    return int(getattr(client, OF_ONE[name])(address(name, key), facts).status_code)


def test_every_address_of_one_opportunity_is_known_to_these_tests() -> None:
    keyed = {pattern.name for pattern in urlpatterns if "uuid:" in str(getattr(pattern, "pattern", ""))}
    assert keyed - {"notification"} == {*OF_ONE, "file"}


@pytest.mark.parametrize("name", OF_ONE)
@pytest.mark.parametrize("who", ["bo", "freja", "stig", "sofie"])
@pytest.mark.parametrize("stage", ["delivered", "managed", "opportunity"])
def test_what_is_not_theirs_does_not_exist(cast: Cast, enter: Enter, name: str, who: str, stage: str) -> None:
    made = getattr(cast, stage)()
    assert ask(enter(cast.people[who]), name, made.pk) == 404
    assert ask(enter(cast.people[who]), name, uuid.uuid4()) == 404


@pytest.mark.parametrize("name", OF_ONE)
def test_a_partner_that_declined_finds_what_became_of_it_and_nothing_more(
    cast: Cast, enter: Enter, name: str
) -> None:
    made = cast.delivered()
    client = enter(cast.mads)
    client.post(address("decline", made.pk), {"reason": "no_capacity"})
    Opportunity.objects.filter(pk=made.pk).update(topic="A new secret")
    answer = getattr(client, OF_ONE[name])(address(name, made.pk), {"reason": "too_small"}, follow=True)
    assert answer.status_code in {200, 404, 409}
    body = answer.content.decode()
    assert "A new secret" not in body
    assert "Lindholm" not in body


def test_a_file_is_given_to_those_who_read_its_note(cast: Cast, enter: Enter) -> None:
    made = cast.managed()
    sent = Upload("offer.txt", 5, io.BytesIO(b"hello"))
    add_note(key=made.pk, body="", shared=True, by=cast.chris, files=[sent])
    key = Attachment.objects.get().pk
    answer = enter(cast.mads).get(reverse("portal:file", args=[key]))
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"hello")
    assert answer["Content-Disposition"] == 'attachment; filename="offer.txt"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    for person in (cast.freja, cast.sofie):
        assert enter(person).get(reverse("portal:file", args=[key])).status_code == 404


def test_a_file_of_an_internal_note_does_not_exist_for_partners(cast: Cast, enter: Enter) -> None:
    made = cast.managed()
    sent = Upload("margin.txt", 5, io.BytesIO(b"hello"))
    add_note(key=made.pk, body="", shared=False, by=cast.chris, files=[sent])
    key = Attachment.objects.get().pk
    assert enter(cast.mads).get(reverse("portal:file", args=[key])).status_code == 404


@pytest.mark.parametrize("name", OF_ALL)
@pytest.mark.parametrize("who", ["ada", "chris", "sally", "otto"])
def test_people_of_the_vendor_read_why_it_is_closed_and_find_their_way(
    cast: Cast, enter: Enter, name: str, who: str
) -> None:
    answer = enter(cast.people[who]).get(reverse(f"portal:{name}"))
    assert answer.status_code == 403
    assert "The portal is for people of partner companies" in answer.content.decode()
    assert f'href="{reverse("web:home")}"' in answer.content.decode()


def test_people_of_the_vendor_are_not_let_to_answers_by_the_portal(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    assert ask(enter(cast.chris), "accept", made.pk) == 403
    made.refresh_from_db()
    assert made.status == "delivered"


@pytest.mark.parametrize("name", OF_ALL)
def test_the_portal_is_closed_when_the_partnership_has_ended(cast: Cast, enter: Enter, name: str) -> None:
    Partner.objects.filter(pk=cast.nordlys.pk).update(status="ended")
    answer = enter(cast.mads).get(reverse(f"portal:{name}"))
    assert answer.status_code == 403
    assert "The partnership with Nordlys IT has ended" in answer.content.decode()


def test_who_is_not_signed_in_is_asked_to(cast: Cast) -> None:
    made = cast.delivered()
    for name, how in OF_ONE.items():
        answer = getattr(Client(), how)(address(name, made.pk))
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", [name for name, how in OF_ONE.items() if how == "post"])
def test_what_changes_something_is_no_link(cast: Cast, enter: Enter, name: str) -> None:
    made = cast.delivered()
    assert enter(cast.mads).get(address(name, made.pk)).status_code == 405
