"""Customers that a partner keeps (S14) and opportunities that it makes (S12), as people do both, by what they see."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from kanal.directory.models import Account
from kanal.opportunities.lifecycle import Status
from kanal.opportunities.models import Opportunity
from tests import cast as casting
from tests.browsing import axe, sign_in
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def company(transactional_db: None) -> Cast:
    return casting.make()


def test_a_partner_keeps_customers_and_contacts_that_no_other_partner_sees(page: Page, company: Cast) -> None:
    sign_in(page, "anna@nordlys.example")
    page.goto("/portal/")
    page.get_by_role("link", name="Customers", exact=True).click()
    page.get_by_role("link", name="New customer").first.click()
    page.get_by_label("Name*").fill("Bakke Bryghus")
    page.get_by_label("City").fill("Ebeltoft")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Bakke Bryghus")).to_be_visible()
    page.get_by_role("link", name="New contact").click()
    page.get_by_label("Name*").fill("Else Bakke")
    page.get_by_label("Email").fill("else@bakke.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Else Bakke")).to_be_visible()

    sign_in(page, "bo@fjord.example")
    page.goto("/portal/customers/")
    expect(page.get_by_text("No customers yet")).to_be_visible()
    page.goto("/portal/customers/?q=bakke")
    expect(page.get_by_role("link", name="Bakke Bryghus")).to_have_count(0)
    key = Account.objects.get(name="Bakke Bryghus").pk
    answer = page.goto(f"/portal/customers/{key}/")
    assert answer is not None
    assert answer.status == 404

    sign_in(page, "chris@havn.example")
    page.goto("/sales/accounts/")
    row = page.get_by_role("row").filter(has_text="Bakke Bryghus")
    expect(row.get_by_role("link", name="Nordlys IT")).to_be_visible()


def test_a_very_similar_customer_is_named_while_somebody_types(page: Page, company: Cast) -> None:
    account, _person = company.customer()
    company.customer(company.fjord, name="Bakke Brygger")
    sign_in(page, "anna@nordlys.example")
    page.goto("/portal/customers/new/")
    page.get_by_label("Name*").press_sequentially("Bakke bryghus")
    warning = page.get_by_role("status").filter(has_text="A very similar customer is here already")
    expect(warning).to_be_visible()
    expect(warning).not_to_contain_text("Bakke Brygger")
    assert axe(page) == []
    warning.get_by_role("link", name="Use this one").click()
    expect(page).to_have_url(re.compile(f"/portal/customers/{account.pk}/$"))


def test_the_desk_uses_the_customer_that_is_there_already(page: Page, company: Cast) -> None:
    sign_in(page, "chris@havn.example")
    page.goto("/sales/opportunities/new/")
    page.get_by_text("New account").click()
    page.get_by_label("Name of the company").press_sequentially("Lindholm foods a/s")
    page.get_by_role("button", name="Use this one").click()
    expect(page.locator("#id_account")).to_have_value(str(company.lindholm.pk))
    expect(page.locator("#id_new_account_name")).to_have_value("")
    page.get_by_label("Topic").fill("ERP for two sites")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="ERP for two sites")).to_be_visible()
    assert Opportunity.objects.get().account == company.lindholm


def make_one(page: Page) -> Opportunity:
    """Make an opportunity as Sofie does, with a customer made on the spot."""
    sign_in(page, "sofie@nordlys.example")
    page.goto("/portal/opportunities/new/")
    page.get_by_label("Topic").fill("Booking for eight clinics")
    page.get_by_text("New customer").click()
    page.get_by_label("Name of the company").fill("Kystvejens Klinikker")
    page.get_by_text("New contact").click()
    page.get_by_label("Name of the contact").fill("Else Thorup")
    page.get_by_label("Value").fill("265,000")
    page.get_by_label("Customer situation").fill("Four calendars.")
    page.get_by_label("Customer need").fill("One calendar.")
    page.get_by_label("Proposed solution").fill("Havn Field Service.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Booking for eight clinics")).to_be_visible()
    expect(page.get_by_text("Waits for approval").first).to_be_visible()
    return Opportunity.objects.get()


def test_what_a_partner_makes_is_open_under_sales_and_approved_by_its_status(
    page: Page, company: Cast
) -> None:
    made = make_one(page)
    sign_in(page, "chris@havn.example")
    page.goto("/sales/opportunities/")
    expect(page.get_by_role("link", name="Booking for eight clinics")).to_be_visible()
    page.get_by_role("link", name="Made by partners").click()
    page.get_by_role("link", name="Booking for eight clinics").click()
    expect(page.get_by_text("Nordlys IT made this opportunity and waits for your approval")).to_be_visible()
    assert axe(page) == []
    page.get_by_label("Status").select_option("Approved")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved and approved. Nordlys IT is told at once.")).to_be_visible()
    made.refresh_from_db()
    assert made.status == Status.APPROVED

    sign_in(page, "sofie@nordlys.example")
    page.goto("/portal/opportunities/")
    page.get_by_role("link", name="Booking for eight clinics").click()
    expect(page.get_by_text("Approved").first).to_be_visible()
    expect(page.get_by_text("Waits for approval")).to_have_count(0)


def test_what_a_partner_makes_is_refused_with_a_reason_that_it_reads(page: Page, company: Cast) -> None:
    made = make_one(page)
    sign_in(page, "chris@havn.example")
    page.goto(f"/sales/opportunities/{made.pk}/")
    page.get_by_role("button", name="Refuse…").last.click()
    dialog = page.get_by_role("dialog", name="Refuse this opportunity?")
    dialog.get_by_label("Reason").select_option("Duplicate")
    dialog.get_by_label("In your own words").fill("We sell there already.")
    dialog.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text("Refused; the partner is told")).to_be_visible()

    sign_in(page, "sofie@nordlys.example")
    page.goto(f"/portal/opportunities/{made.pk}/")
    expect(page.get_by_text("Havn Systems refused this opportunity")).to_be_visible()
    expect(page.get_by_text("We sell there already.").first).to_be_visible()


def test_the_words_of_the_source_stand_there_in_danish(page: Page, company: Cast) -> None:
    for person in company.people.values():
        person.language = "da"
        person.save()
    sign_in(page, "anna@nordlys.example")
    page.goto("/portal/opportunities/new/")
    for words in ("Emne", "Kontakt", "Kundesituation", "Kundens behov", "Foreslået løsning"):
        expect(page.get_by_label(words).first).to_be_attached()
    for words in ("Oversigt", "Ny salgsmulighed"):
        expect(page.get_by_role("heading", name=words)).to_be_visible()
    expect(page.get_by_role("button", name="Gem")).to_be_visible()
    made = company.made()
    sign_in(page, "chris@havn.example")
    page.goto(f"/sales/opportunities/{made.pk}/")
    expect(page.get_by_role("heading", name="Partnerdetaljer")).to_be_visible()
    page.get_by_label("Status").select_option("Godkendt")
    page.get_by_role("button", name="Gem").click()
    made.refresh_from_db()
    expect(page.get_by_text("Gemt og godkendt. Nordlys IT får besked med det samme.")).to_be_visible()
    made.refresh_from_db()
    assert made.status == Status.APPROVED
