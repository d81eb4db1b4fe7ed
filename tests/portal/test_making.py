"""New opportunity on the portal, and what its page says while it waits for approval."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kanal.directory.models import Account
from kanal.distribution import actions
from kanal.opportunities.lifecycle import Status
from kanal.opportunities.models import Opportunity
from tests.cast import Cast
from tests.portal.conftest import Enter

pytestmark = pytest.mark.django_db

NEW = "/portal/opportunities/new/"


def body(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def typed(cast: Cast, **facts: Any) -> dict[str, Any]:
    """Give what a browser sends."""
    lines = {
        "TOTAL_FORMS": 2,
        "INITIAL_FORMS": 0,
        "0-product": cast.erp.pk,
        "0-quantity": "8",
        "0-unit_price": "1,200.50",
    }
    return {
        "topic": "Booking for eight clinics",
        "new_account_name": "Kystvejens Klinikker",
        "new_account_city": "Esbjerg",
        "new_contact_name": "Else Thorup",
        "currency": cast.dkk.pk,
        "estimated_revenue": "265,000",
        "estimated_close_date": "2027-01-29",
        "customer_situation": "Four calendars.",
        "customer_need": "One calendar.",
        "proposed_solution": "Havn Field Service.",
        "next_step": "Show it",
        "next_step_on": "2026-12-01",
        **{f"lines-{name}": value for name, value in lines.items()},
        **facts,
    }


@pytest.mark.parametrize("who", ["anna", "mads", "sofie"])
def test_everybody_at_a_partner_makes_one_in_one_form(cast: Cast, enter: Enter, who: str) -> None:
    client = enter(cast.people[who])
    answer = client.post(NEW, typed(cast))
    made = Opportunity.objects.get()
    assert answer["Location"] == reverse("portal:opportunity", args=[made.pk])
    assert (made.account_name, made.contact.name if made.contact else "") == (
        "Kystvejens Klinikker",
        "Else Thorup",
    )
    assert (made.customer_need, made.next_step) == ("One calendar.", "Show it")
    assert [str(line.unit_price) for line in made.lines.all()] == ["1200.50"]
    text = body(client.get(answer["Location"]))
    assert "Waits for approval" in text


def test_the_customers_page_leads_to_one_for_that_customer(cast: Cast, enter: Enter) -> None:
    account, _person = cast.customer()
    text = body(enter(cast.anna).get(f"{NEW}?customer={account.pk}"))
    assert f'value="{account.pk}" selected' in text
    foreign, _person = cast.customer(cast.fjord, name="Fjordens Fisk")
    for key in (foreign.pk, "no-key"):
        assert "Fjordens Fisk" not in body(enter(cast.anna).get(f"{NEW}?customer={key}"))


@pytest.mark.parametrize("name", ["account", "contact", "account_text"])
def test_a_foreign_customer_can_not_be_named(cast: Cast, enter: Enter, name: str) -> None:
    account, person = cast.customer(cast.fjord, name="Fjordens Fisk")
    value = {"account": account.pk, "contact": person.pk, "account_text": account.name}[name]
    sent = typed(cast, new_account_name="", new_contact_name="", **{name: value})
    text = body(enter(cast.anna).post(NEW, sent), 422)
    assert "There is no such choice" in text
    assert not Opportunity.objects.exists()


def test_what_is_refused_keeps_all_that_was_typed(cast: Cast, enter: Enter) -> None:
    sent = typed(cast, topic="", estimated_revenue="a lot", **{"lines-1-unit_price": "5"})
    text = body(enter(cast.anna).post(NEW, sent), 422)
    for value in ("Kystvejens Klinikker", "Else Thorup", "a lot", "2027-01-29", "Show it", "1,200.50"):
        assert f'value="{value}"' in text
    assert "Four calendars." in text
    assert not Account.objects.filter(name="Kystvejens Klinikker").exists()


def test_an_empty_form_names_all_that_is_missing_at_once_and_in_its_order(cast: Cast, enter: Enter) -> None:
    client = enter(cast.anna)
    empty = body(client.get(NEW))
    for name in ("topic", "account"):
        assert re.search(rf'for="id_{name}">[^<]*<span class="k-req"', empty)
    assert 'name="lines-0-product"' not in empty
    sent = {"topic": "", "currency": cast.dkk.pk, "lines-TOTAL_FORMS": 0, "lines-INITIAL_FORMS": 0}
    text = body(client.post(NEW, sent), 422)
    assert re.findall(r'href="#(id_\w+)"', text) == ["id_topic", "id_account"]
    assert text.count("Choose the customer, or enter a new one.") == 2  # above the form, and at its field


def test_what_the_domain_refuses_stands_at_its_field(cast: Cast, enter: Enter) -> None:
    text = body(enter(cast.anna).post(NEW, typed(cast, new_account_name="", new_contact_name="")), 422)
    assert "Choose the customer, or enter a new one." in text
    text = body(enter(cast.anna).post(NEW, typed(cast, next_step="")), 422)
    assert "Say what is to be done on that day." in text


def test_a_very_similar_customer_is_asked_about_once_and_can_be_used(cast: Cast, enter: Enter) -> None:
    account, _person = cast.customer(name="Kystvejens Klinikker A/S")
    client = enter(cast.anna)
    text = body(client.post(NEW, typed(cast)), 422)
    assert "Use this one" in text
    assert "Make it all the same" in text
    warned = re.findall(r'name="warned" value="([^"]*)"', text)
    used = client.post(NEW, typed(cast, warned=warned, use=str(account.pk)))
    assert used.status_code == 302
    assert Opportunity.objects.get().account == account
    assert client.post(NEW, typed(cast, warned=warned)).status_code == 302
    assert Account.objects.filter(name="Kystvejens Klinikker").exists()


def test_it_is_rewritten_while_it_waits(cast: Cast, enter: Enter) -> None:
    client = enter(cast.mads)
    client.post(NEW, typed(cast))
    made = Opportunity.objects.get()
    address = reverse("portal:opportunity_revise", args=[made.pk])
    text = body(client.get(address))
    assert 'value="Booking for eight clinics"' in text
    same = {
        "new_account_name": "",
        "new_contact_name": "",
        "account": made.account_id,
        "contact": made.contact_id,
    }
    answer = client.post(address, typed(cast, topic="Booking for nine", version=made.version, **same))
    assert answer.status_code == 302
    made.refresh_from_db()
    assert made.topic == "Booking for nine"
    stale = body(client.post(address, typed(cast, topic="Booking for ten", version=1, **same)), 409)
    assert "Booking for nine" in stale
    assert 'value="Booking for ten"' in stale


def test_it_is_canceled_while_it_waits(cast: Cast, enter: Enter) -> None:
    made = cast.made()
    client = enter(cast.mads)
    assert 'id="cancel"' in body(client.get(reverse("portal:opportunity", args=[made.pk])))
    client.post(reverse("portal:work", args=[made.pk, "cancel"]), {"cancel-reason": "mistake"})
    made.refresh_from_db()
    assert made.status == Status.CANCELED


def test_what_waits_and_what_is_approved_read_otherwise(cast: Cast, enter: Enter) -> None:
    made = cast.made()
    client, address = enter(cast.mads), reverse("portal:opportunity", args=[made.pk])
    text = body(client.get(address))
    assert "Waits for approval" in text
    assert reverse("portal:customer", args=[made.account_id]) in text, "it is the company's own customer"
    actions.approve(key=made.pk, by=cast.chris)
    text = body(client.get(address))
    assert "Waits for approval" not in text
    assert client.get(reverse("portal:opportunity_revise", args=[made.pk])).status_code == 302


@pytest.mark.parametrize("address", ["/portal/", "/portal/opportunities/"])
def test_the_lists_mark_what_waits_and_lead_to_a_new_one(cast: Cast, enter: Enter, address: str) -> None:
    made = cast.made()
    client = enter(cast.mads)
    text = body(client.get(address))
    assert "Waits for approval" in text
    assert f'href="{NEW}"' in text
    actions.approve(key=made.pk, by=cast.chris)
    assert "Waits for approval" not in body(client.get(address))


def test_a_refused_one_says_why_and_whom_to_ask(cast: Cast, enter: Enter) -> None:
    made = cast.made()
    actions.refuse(key=made.pk, reason="duplicate", text="We sell there already.", by=cast.ada)
    text = body(enter(cast.mads).get(reverse("portal:opportunity", args=[made.pk])))
    assert "Havn Systems refused this opportunity" in text
    for words in ("Duplicate", "We sell there already.", "Ada Holm decided", "mailto:chris@havn.example"):
        assert words in text


def test_a_customer_that_is_not_the_companys_own_is_no_link(cast: Cast, enter: Enter) -> None:
    text = body(enter(cast.mads).get(reverse("portal:opportunity", args=[cast.managed().pk])))
    assert cast.lindholm.name in text
    assert str(cast.lindholm.pk) not in text


def test_a_rival_finds_nothing_of_it(cast: Cast, enter: Enter) -> None:
    made = cast.made()
    for name in ("opportunity", "opportunity_revise"):
        address = reverse(f"portal:{name}", args=[made.pk])
        assert enter(cast.bo).get(address).status_code == 404
        assert enter(cast.sofie).get(address).status_code == 404, "nor a seller with whom it is not shared"


def test_the_form_asks_as_much_with_three_customers_as_with_one(cast: Cast, enter: Enter) -> None:
    client = enter(cast.anna)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            body(client.get(NEW))
        return len(asked)

    cast.customer()
    one = queries()
    cast.customer(name="Second")
    cast.customer(name="Third")
    assert queries() == one
