"""Every address as every role: who is let in, who is refused, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.addresses import ANONYMOUS, ASKERS, DESK, ELSEWHERE, ROWS, SIGNED_IN, Row, World, addresses

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    """Make the world once for all rows, in a transaction that is rolled back at the end."""
    before = django_settings.MEDIA_ROOT
    django_settings.MEDIA_ROOT = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)
    django_settings.MEDIA_ROOT = before


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    known = {name for name, _ in addresses() if not name.startswith(ELSEWHERE)}
    assert known - set(ROWS) == set(), "give these a row in tests/addresses.py"
    assert set(ROWS) - known == set(), "these are gone"


def _ask(world: World, name: str, who: str, method: str) -> HttpResponse:
    row = ROWS[name]
    client = Client(raise_request_exception=False)
    if who != ANONYMOUS:
        client.force_login(world.cast.people[who])
    address = row.address(name, world)
    return client.get(address) if method == "get" else client.post(address, dict(row.data))


def _kind(response: HttpResponse) -> str:
    """Put an answer into words."""
    if response.status_code in {302, 303} and response["Location"].startswith("/accounts/login/"):
        return "sign in"
    return {403: "403", 404: "404", 405: "405"}.get(
        response.status_code, "let in" if response.status_code < 500 else f"broken: {response.status_code}"
    )


def _expected(row: Row, name: str, who: str, let_in: frozenset[str]) -> str:
    if who in let_in:
        return "let in"
    if who == ANONYMOUS:
        return "sign in"
    right_face = (who in DESK) == name.startswith("desk:")
    hidden = row.hidden if row.seen is None else who not in row.seen
    return "404" if hidden and right_face else "403"


def _answers(world: World, name: str, method: str, let_in: frozenset[str]) -> Mapping[str, tuple[str, str]]:
    """Give what each person gets and ought to get; what a person changes is rolled back before the next asks."""
    found = {}
    for who in ASKERS:
        with transaction.atomic():
            found[who] = (_kind(_ask(world, name, who, method)), _expected(ROWS[name], name, who, let_in))
            transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("name", ROWS)
def test_an_address_lets_in_whom_its_row_names_and_nobody_else(world: World, name: str) -> None:
    row = ROWS[name]
    wrong = {
        f"{method} by {who}": f"{got}, ought to be {wanted}"
        for method, let_in in (("get", row.get), ("post", row.post))
        if let_in is not None
        for who, (got, wanted) in _answers(world, name, method, let_in).items()
        if got != wanted
    }
    assert wrong == {}


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.get is None])
def test_what_changes_something_is_never_done_by_reading(world: World, name: str) -> None:
    for who in sorted((ROWS[name].post or SIGNED_IN) - {ANONYMOUS})[:1]:
        assert _kind(_ask(world, name, who, "get")) in {"405", "404"}


def test_a_foreign_id_and_one_that_never_was_get_the_same_answer(world: World) -> None:
    client = Client()
    client.force_login(world.cast.bo)
    foreign = reverse("portal:opportunity", kwargs={"key": world.managed.pk})
    nothing = reverse("portal:opportunity", kwargs={"key": world.cast.lindholm.pk})
    answers = [client.get(address) for address in (foreign, nothing)]
    assert [answer.status_code for answer in answers] == [404, 404]
    # The token against forged requests differs from one answer to the next, and the address itself is shown.
    bodies = [re.sub(r"\b[A-Za-z0-9]{64}\b", "", answer.content.decode()) for answer in answers]
    assert bodies[0].replace(foreign, "") == bodies[1].replace(nothing, "")


def test_another_partners_opportunity_is_in_no_list_search_or_export(world: World) -> None:
    client = Client()
    client.force_login(world.cast.bo)
    pages = [
        reverse("portal:dashboard"),
        reverse("portal:opportunities"),
        reverse("portal:opportunities") + "?q=OPP",
        reverse("portal:opportunities") + "?q=ERP",
        *(
            reverse("portal:export", kwargs={"which": which, "kind": "csv"})
            for which in ("managed", "distributed")
        ),
    ]
    for address in pages:
        response = client.get(address)
        text = b"".join(response.streaming_content) if response.streaming else response.content
        shown = text.decode()
        # Its own is there, so that the test can see something at all.
        assert world.rival.reference in shown or address.endswith("distributed.csv")
        for hidden in (world.managed, world.offered):
            assert str(hidden.pk) not in shown
            assert hidden.reference not in shown
