"""A draft that saves itself, and asking whether a customer is free, as somebody does both in a browser."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests import cast as casting
from tests.browsing import axe, sign_in
from tests.registration import made

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_deal_is_registered_from_the_opportunity_and_saves_itself_on_the_way(page: Page) -> None:
    cast = casting.make()
    opportunity = made.opportunity(cast, cast.mads)
    sign_in(page, cast.mads.email)
    page.goto(reverse("portal:opportunity", args=[opportunity.pk]))
    page.get_by_role("button", name="Register", exact=True).click()
    page.get_by_label("Why your company").fill("We have run their network since 2019.")
    expect(page.locator("#saved")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
    page.get_by_label("Mail of the contact").fill("no mail")
    expect(page.locator("#saved")).to_contain_text("Mail of the contact: Enter a valid email address.")
    page.get_by_label("Mail of the contact").fill("else@soby-teknik.dk")
    expect(page.locator("#saved")).not_to_contain_text("Mail of the contact")
    # All of it is saved: leaving asks nothing, and it stands there again.
    page.get_by_role("link", name="Deal registrations").first.click()
    page.get_by_role("link", name="Søby Teknik ApS").click()
    expect(page.get_by_label("Why your company")).to_have_value("We have run their network since 2019.")
    expect(page.get_by_label("Mail of the contact")).to_have_value("else@soby-teknik.dk")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#form-errors")).to_contain_text("Accept the terms")
    assert axe(page) == []
    page.get_by_label("Our company accepts the terms").check()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("decides by")).to_be_visible()
    assert axe(page) == []


def test_a_customer_is_checked_in_danish_and_a_protected_one_waits_in_line(page: Page) -> None:
    cast = casting.make()
    made.approved(cast, cast.mads)
    cast.freja.language = "da"
    cast.freja.save()
    sign_in(page, cast.freja.email)
    page.goto(reverse("portal:dashboard"))
    page.get_by_role("link", name="Tjek en kunde").click()
    page.get_by_label("Virksomhed").fill("Søby Teknik ApS")
    page.get_by_label("Webdomæne").fill("soby-teknik.dk")
    page.get_by_role("button", name="Tjek").click()
    answer = page.locator("#answer")
    expect(answer).to_contain_text("Beskyttet")
    expect(answer).not_to_contain_text("Nordlys")
    expect(page.get_by_label("Virksomhed")).to_have_value("Søby Teknik ApS")
    assert axe(page) == []
    mine = made.draft(cast, cast.freja)
    page.goto(reverse("portal:registration", args=[mine.pk]))
    page.get_by_label(re.compile("Hvorfor jeres")).fill("De ringede til os.")
    page.get_by_label("Vores firma accepterer betingelserne").check()
    page.get_by_role("button", name="Indsend").click()
    page.get_by_label("Stå i kø").check()
    page.get_by_label("Vores firma accepterer betingelserne").check()
    page.get_by_role("button", name="Indsend").click()
    expect(page.get_by_text("I har stået i kø siden")).to_be_visible()
    expect(page.get_by_text("I kø", exact=True)).to_be_visible()
    assert axe(page) == []
