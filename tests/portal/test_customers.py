"""Customers on the portal: the company's own, and nobody else's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kanal.directory import actions as directory
from kanal.directory.models import Account, Contact
from tests.cast import Cast
from tests.portal.conftest import Enter

pytestmark = pytest.mark.django_db

LIST = "/portal/customers/"
SIMILAR = "/portal/customers/similar/"


def body(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def names(text: str) -> list[str]:
    return re.findall(r'<a class="k-t-name" href="/portal/customers/[^"]*">([^<]*)</a>', text)


def test_a_company_sees_its_own_customers_and_no_others(cast: Cast, enter: Enter) -> None:
    cast.customer()
    cast.customer(cast.fjord, name="Fjordens Fisk")
    for person in (cast.anna, cast.mads, cast.sofie):
        assert names(body(enter(person).get(LIST))) == ["Bakke Bryghus"]
        assert names(body(enter(person).get(LIST + "?q=fjord"))) == []
    assert names(body(enter(cast.bo).get(LIST))) == ["Fjordens Fisk"]
    assert cast.lindholm.name not in body(enter(cast.anna).get(LIST)), "the vendor's own are not a partner's"


@pytest.mark.parametrize("noun", ["customers", "contacts"])
def test_look_ups_find_the_companys_own_alone(cast: Cast, enter: Enter, noun: str) -> None:
    account, person = cast.customer()
    theirs, their_person = cast.customer(cast.fjord)
    found = enter(cast.anna).get(f"/portal/lookup/{noun}/?q=bakke").json()
    assert [one["id"] for one in found] == [str(account.pk if noun == "customers" else person.pk)]
    of_theirs = enter(cast.anna).get(f"/portal/lookup/contacts/?account={theirs.pk}").json()
    assert of_theirs == []
    assert str(their_person.pk) not in str(found)


def test_every_address_of_a_foreign_customer_is_not_there(cast: Cast, enter: Enter) -> None:
    account, person = cast.customer(cast.fjord)
    client = enter(cast.anna)
    for name, key in (("customer", account.pk), ("contact_new", account.pk), ("contact", person.pk)):
        assert client.get(reverse(f"portal:{name}", args=[key])).status_code == 404
        assert client.post(reverse(f"portal:{name}", args=[key]), {"name": "Mine"}).status_code == 404
    for name, key in (("customer", account.pk), ("contact", person.pk)):
        for verb in ("archive", "restore"):
            assert client.post(reverse(f"portal:{name}_{verb}", args=[key])).status_code == 404
    account.refresh_from_db()
    assert (account.name, account.archived_at) == ("Bakke Bryghus", None)
    # Nor are the vendor's own customers, nor the company's own account.
    for key in (cast.lindholm.pk, cast.nordlys.account_id):
        assert client.get(reverse("portal:customer", args=[key])).status_code == 404


def test_a_customer_is_entered_and_kept_by_the_company(cast: Cast, enter: Enter) -> None:
    answer = enter(cast.sofie).post(
        f"{LIST}new/", {"name": "Vestas Bageri", "city": "Lem", "managing_partner": cast.fjord.pk}
    )
    account = Account.objects.get(name="Vestas Bageri")
    assert answer["Location"] == reverse("portal:customer", args=[account.pk])
    assert account.managing_partner == cast.nordlys


def test_what_is_refused_keeps_what_was_typed(cast: Cast, enter: Enter) -> None:
    text = body(enter(cast.anna).post(f"{LIST}new/", {"name": "", "city": "Lem", "employees": "many"}), 422)
    assert 'value="Lem"' in text
    assert 'value="many"' in text
    assert 'id="form-errors"' in text


def test_an_old_version_is_refused_and_shows_what_stands_there(cast: Cast, enter: Enter) -> None:
    account, _person = cast.customer()
    directory.keep(kind=Account, key=account.pk, version=1, values={"city": "Grenaa"}, by=cast.anna)
    client, address = enter(cast.mads), reverse("portal:customer", args=[account.pk])
    text = body(client.post(address, {"name": account.name, "city": "Aarhus", "version": "1"}), 409)
    assert "Grenaa" in text
    assert 'value="Aarhus"' in text
    assert cast.anna.name in text
    assert 'name="version" value="2"' in text
    assert client.post(address, {"name": account.name, "city": "Aarhus", "version": "2"}).status_code == 302


def test_the_page_shows_its_people_and_only_the_work_that_the_reader_sees(cast: Cast, enter: Enter) -> None:
    account, person = cast.customer()
    cast.made(by=cast.mads, topic="The manager's", account=account)
    cast.made(by=cast.sofie, topic="The seller's", account=account)
    address = reverse("portal:customer", args=[account.pk])
    whole, sellers = body(enter(cast.anna).get(address)), body(enter(cast.sofie).get(address))
    assert person.name in sellers
    assert "The manager&#x27;s" in whole
    assert "The manager&#x27;s" not in sellers
    assert "The seller&#x27;s" in sellers


def test_what_open_work_needs_is_not_archived(cast: Cast, enter: Enter) -> None:
    account, _person = cast.customer()
    cast.made(account=account)
    client = enter(cast.mads)
    text = body(client.post(reverse("portal:customer_archive", args=[account.pk])), 409)
    assert "Open work still needs Bakke Bryghus" in text
    account.refresh_from_db()
    assert account.archived_at is None


def test_an_archived_customer_leaves_lists_and_look_ups_and_comes_back(cast: Cast, enter: Enter) -> None:
    account, _person = cast.customer()
    client = enter(cast.mads)
    client.post(reverse("portal:customer_archive", args=[account.pk]))
    assert names(body(client.get(LIST))) == []
    assert names(body(client.get(LIST + "?view=archived"))) == ["Bakke Bryghus"]
    assert client.get("/portal/lookup/customers/?q=bakke").json() == []
    client.post(reverse("portal:customer_restore", args=[account.pk]))
    assert names(body(client.get(LIST))) == ["Bakke Bryghus"]


def test_people_of_a_customer_are_kept_the_same_way(cast: Cast, enter: Enter) -> None:
    account, person = cast.customer()
    client = enter(cast.sofie)
    client.post(
        reverse("portal:contact_new", args=[account.pk]), {"name": "Ib Bakke", "email": "ib@bakke.example"}
    )
    assert Contact.objects.get(name="Ib Bakke").account == account
    address = reverse("portal:contact", args=[person.pk])
    assert client.post(address, {"name": "Else B.", "version": "1"}).status_code == 302
    assert client.post(address, {"name": "Else C.", "version": "1"}).status_code == 409
    body(client.post(address, {"name": "Else C.", "email": "no address", "version": "2"}), 422)
    assert enter(cast.mads).post(reverse("portal:contact_archive", args=[person.pk])).status_code == 302
    text = body(client.get(reverse("portal:customer", args=[account.pk])))
    assert address in text, "it can be found again, to be restored"
    assert "Archived" in text
    person.refresh_from_db()
    assert (person.name, person.archived_at is None) == ("Else B.", False)


# ── The warning ──────────────────────────────────────────────────────────────────────────────────
def test_a_very_similar_own_customer_is_named_while_typing(cast: Cast, enter: Enter) -> None:
    account, _person = cast.customer()
    text = body(enter(cast.anna).get(SIMILAR, {"name": "bakke bryghus a/s"}))
    assert "Bakke Bryghus" in text
    assert reverse("portal:customer", args=[account.pk]) in text
    assert "Similar name" in text


@pytest.mark.parametrize(
    "typed", [{"name": "Lindholm Foods"}, {"name": "Bakke Bryghus"}, {"domain": "bakke.example"}]
)
def test_nothing_of_others_is_named_while_typing(cast: Cast, enter: Enter, typed: dict[str, str]) -> None:
    cast.customer(cast.fjord, domain="bakke.example")
    assert body(enter(cast.anna).get(SIMILAR, typed)).strip() == ""
    answer = enter(cast.anna).post(f"{LIST}new/", {"name": "Bakke Bryghus", "domain": "bakke.example"})
    assert answer.status_code == 302, "it is no secret that was given away by asking twice"


def test_without_scripts_the_warning_comes_once_and_never_blocks(cast: Cast, enter: Enter) -> None:
    account, _person = cast.customer()
    client = enter(cast.anna)
    text = body(client.post(f"{LIST}new/", {"name": "Bakke Bryghus ApS", "city": "Lem"}), 422)
    assert "Make it all the same" in text
    assert 'value="Lem"' in text
    warned = re.findall(r'name="warned" value="([^"]*)"', text)
    assert warned == [str(account.pk)]
    again = client.post(f"{LIST}new/", {"name": "Bakke Bryghus ApS", "city": "Lem", "warned": warned})
    assert again.status_code == 302
    assert Account.objects.filter(name="Bakke Bryghus ApS", managing_partner=cast.nordlys).exists()


def test_a_customer_is_not_like_itself(cast: Cast, enter: Enter) -> None:
    account, _person = cast.customer()
    typed = {"name": account.name, "but": str(account.pk)}
    assert body(enter(cast.anna).get(SIMILAR, typed)).strip() == ""
    body(enter(cast.anna).get(SIMILAR, {"name": account.name, "but": "no key"}))


def test_the_list_asks_as_much_for_three_as_for_one(cast: Cast, enter: Enter) -> None:
    client = enter(cast.anna)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            body(client.get(LIST))
        return len(asked)

    cast.customer()
    one = queries()
    for name in ("Second", "Third"):
        account, _person = cast.customer(name=name, industry=cast.food)
        cast.made(account=account)
    assert queries() == one


@pytest.mark.parametrize("sort", ["name", "-name", "city", "-changed", "industry", "nonsense"])
def test_the_list_sorts(cast: Cast, enter: Enter, sort: str) -> None:
    cast.customer(name="B", city="A")
    cast.customer(name="A", city="B")
    wanted = {"-name": ["B", "A"], "city": ["B", "A"]}.get(sort, ["A", "B"])
    assert names(body(enter(cast.anna).get(f"{LIST}?sort={sort}"))) == wanted
