"""Customers at the desk: who keeps them, and the warning before one is made twice; what partners made and wait for."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kanal.directory.models import Account
from kanal.opportunities.lifecycle import Status
from kanal.opportunities.models import Opportunity
from tests.cast import Cast

pytestmark = pytest.mark.django_db

SIMILAR = "/sales/lookup/similar/"


def enter(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def body(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def names(text: str) -> list[str]:
    return re.findall(r'<a class="k-t-name" href="/sales/accounts/[^"]*">([^<]*)</a>', text)


def test_the_desk_sees_all_customers_with_the_partner_that_keeps_each(cast: Cast) -> None:
    cast.customer()
    text = body(enter(cast.sally).get("/sales/accounts/"))
    assert names(text) == ["Bakke Bryghus", "Lindholm Foods"]
    assert f'href="{reverse("desk:partner", args=[cast.nordlys.pk])}">Nordlys IT</a>' in text


def test_the_list_narrows_to_what_one_partner_keeps(cast: Cast) -> None:
    cast.customer()
    cast.customer(cast.fjord, name="Fjordens Fisk")
    client = enter(cast.chris)
    assert names(body(client.get(f"/sales/accounts/?managing_partner={cast.fjord.pk}"))) == ["Fjordens Fisk"]
    assert names(body(client.get("/sales/accounts/?managing_partner_text=nordlys it"))) == ["Bakke Bryghus"]
    for asked in ("?managing_partner=nobody", f"?managing_partner={cast.fjord.pk}&q=bakke"):
        assert names(body(client.get(f"/sales/accounts/{asked}"))) == []


def test_the_list_asks_as_much_for_three_as_for_one(cast: Cast) -> None:
    client = enter(cast.chris)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            body(client.get("/sales/accounts/"))
        return len(asked)

    one = queries()
    cast.customer()
    cast.customer(cast.fjord, name="Fjordens Fisk")
    assert queries() == one


def test_the_desk_is_warned_of_all_similar_customers_and_told_who_keeps_them(cast: Cast) -> None:
    cast.customer(cast.fjord, registration_number="12345678")
    text = body(
        enter(cast.sally).get(SIMILAR, {"name": "Bakke Bryghus", "registration_number": "DK 12 34 56 78"})
    )
    for words in ("Bakke Bryghus", "kept by Fjord Consulting", "Same registration number, Similar name"):
        assert words in text


def test_a_new_account_is_warned_of_once_and_never_blocked(cast: Cast) -> None:
    client = enter(cast.sally)
    text = body(client.post("/sales/accounts/new/", {"name": "Lindholm Foods A/S", "city": "Vejle"}), 422)
    assert "Make it all the same" in text
    assert 'value="Vejle"' in text
    assert f'href="{reverse("desk:account", args=[cast.lindholm.pk])}"' in text
    warned = re.findall(r'name="warned" value="([^"]*)"', text)
    again = {"name": "Lindholm Foods A/S", "city": "Vejle", "warned": warned}
    assert client.post("/sales/accounts/new/", again).status_code == 302


def test_a_customer_made_on_the_spot_is_warned_of_and_the_one_there_can_be_used(cast: Cast) -> None:
    client = enter(cast.chris)
    sent = {
        "topic": "ERP",
        "new_account_name": "Lindholm Foods ApS",
        "currency": str(cast.dkk.pk),
        "rating": "warm",
        "source": "vendor",
        "status": "in_progress",
        "lines-TOTAL_FORMS": "0",
        "lines-INITIAL_FORMS": "0",
    }
    text = body(client.post("/sales/opportunities/new/", sent), 422)
    assert "Use this one" in text
    assert 'value="Lindholm Foods ApS"' in text
    assert not Opportunity.objects.exists()
    warned = re.findall(r'name="warned" value="([^"]*)"', text)
    client.post("/sales/opportunities/new/", {**sent, "warned": warned, "use": str(cast.lindholm.pk)})
    assert Opportunity.objects.get().account == cast.lindholm
    client.post("/sales/opportunities/new/", {**sent, "warned": warned})
    assert Account.objects.filter(name="Lindholm Foods ApS", managing_partner=None).exists()


# ── What waits for approval ──────────────────────────────────────────────────────────────────────
def test_the_page_of_what_a_partner_made_says_what_to_do(cast: Cast) -> None:
    made = cast.made()
    text = body(enter(cast.chris).get(reverse("desk:opportunity", args=[made.pk])))
    assert "Nordlys IT made this opportunity and waits for your approval" in text
    assert "lets Nordlys IT manage it" in text
    assert 'id="refuse-dialog"' in text
    seller = body(enter(cast.sally).get(reverse("desk:opportunity", args=[made.pk])))
    assert 'id="refuse-dialog"' not in seller, "it is another's, so a seller decides nothing"
    assert "Chris Mølgaard, an administrator or a channel manager decides on it." in seller


def test_it_is_refused_with_a_reason_by_its_dialog(cast: Cast) -> None:
    made = cast.made()
    client, address = enter(cast.chris), reverse("desk:opportunity_verb", args=[made.pk, "refuse"])
    text = body(client.post(address, {"refuse-text": "We sell there already."}), 422)
    assert "We sell there already." in text
    assert client.post(address, {"refuse-reason": "duplicate"}).status_code == 302
    made.refresh_from_db()
    assert (made.status, made.close_reason) == (Status.CANCELED, "duplicate")
    again = client.get(reverse("desk:opportunity", args=[made.pk]))
    assert "waits for your approval" not in body(again)
