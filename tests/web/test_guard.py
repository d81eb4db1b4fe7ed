"""Doors that stay closed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address", ["/accounts/email/", "/accounts/confirm-email/", "/accounts/confirm-email/x/"]
)
def test_nobody_adds_or_swaps_mail_addresses_of_their_own(cast: Cast, client, address: str) -> None:
    client.force_login(cast.anna)
    assert client.get(address).status_code == 404
    posted = client.post(address, {"action_add": "", "email": "anna@rival.example"})
    assert posted.status_code == 404
    cast.anna.refresh_from_db()
    assert cast.anna.email == "anna@nordlys.example"


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("desk:opportunities", "?q=%00"),
        ("desk:opportunities", "?partner=%00"),
        ("desk:accounts", "?q=a%00b"),
        ("desk:lookup_accounts", "?q=%00"),
        ("desk:opportunities", "?created_to=9999-12-31"),
    ],
)
def test_what_no_person_types_is_refused_and_breaks_nothing(
    cast: Cast, client, name: str, query: str
) -> None:
    client.force_login(cast.chris)
    assert client.get(reverse(name) + query).status_code in {200, 400}


def test_a_note_with_a_nul_is_refused(cast: Cast, client) -> None:
    client.force_login(cast.chris)
    address = reverse("desk:opportunity_note", args=[cast.opportunity().pk])
    assert client.post(address, {"body": "a\0b", "visibility": "internal"}).status_code == 400


def test_even_a_refused_host_gets_the_policy(client, settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
