"""An administrator keeps the directory in a real browser, by the labels that stand there."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from kanal.directory import actions
from kanal.directory.models import Invitation, Product
from tests import cast as casting
from tests.browsing import axe, sign_in
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = {
    "en": {
        "products": "Products",
        "new_product": "New product",
        "name": "Name",
        "code": "Code",
        "family": "Product family",
        "price": "List price",
        "amount": "1,900.50",
        "save": "Save",
        "added": "Havn Payroll is added.",
        "shown": "DKK 1,900.50",
        "partners": "Partners",
        "invite": "Invite",
        "email": "Email",
        "role": "Role",
        "manager": "Manager",
        "invited": "Vera Vind is invited.",
        "state": "Invited",
    },
    "da": {
        "products": "Produkter",
        "new_product": "Nyt produkt",
        "name": "Navn",
        "code": "Kode",
        "family": "Produktfamilie",
        "price": "Listepris",
        "amount": "1.900,50",
        "save": "Gem",
        "added": "Havn Payroll er tilføjet.",
        "shown": "1.900,50 DKK",
        "partners": "Partnere",
        "invite": "Invitér",
        "email": "E-mail",
        "role": "Rolle",
        "manager": "Leder",
        "invited": "Vera Vind er inviteret.",
        "state": "Inviteret",
    },
}


@pytest.fixture
def cast(live_server: Any) -> Cast:
    return casting.make()


@pytest.mark.parametrize("language", ["en", "da"])
def test_an_administrator_adds_a_product_and_a_person_of_a_partner(
    cast: Cast, page: Page, language: str
) -> None:
    words = WORDS[language]
    actions.set_preferences(person=cast.ada, language=language)
    sign_in(page, "ada@havn.example")
    page.goto("/")
    page.get_by_role("link", name=words["products"], exact=True).click()
    page.get_by_role("link", name=words["new_product"]).first.click()
    page.get_by_label(words["name"]).fill("Havn Payroll")
    page.get_by_label(words["code"]).fill("PAY-1")
    page.get_by_label(words["family"]).select_option("ERP")
    page.get_by_label(words["price"]).fill(words["amount"])
    page.locator("select[name=currency]").select_option("DKK")
    page.get_by_role("button", name=words["save"], exact=True).click()
    expect(page.get_by_text(words["added"])).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Havn Payroll")
    page.get_by_role("link", name=words["products"], exact=True).first.click()
    expect(page.get_by_role("row", name="Havn Payroll")).to_contain_text(
        words["shown"].replace(" ", "\u00a0")
    )
    assert Product.objects.get(code="PAY-1").version == 1

    page.get_by_role("link", name=words["partners"], exact=True).click()
    page.get_by_role("link", name="Nordlys IT").click()
    page.get_by_role("link", name=words["invite"], exact=True).click()
    page.get_by_label(words["name"]).fill("Vera Vind")
    page.get_by_label(words["email"]).fill("vera@nordlys.example")
    page.get_by_label(words["role"]).select_option(label=words["manager"])
    page.get_by_role("button", name=words["invite"], exact=True).click()
    expect(page.get_by_text(words["invited"])).to_be_visible()
    expect(page.get_by_role("row", name="Vera Vind")).to_contain_text(words["state"])
    assert Invitation.objects.get(email="vera@nordlys.example").partner == cast.nordlys


def test_archive_and_restore_ask_first_and_work_by_keyboard(cast: Cast, page: Page) -> None:
    sign_in(page, "ada@havn.example")
    page.goto(reverse("desk:industry", args=[cast.food.pk]))
    page.get_by_role("button", name="Archive…").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Archive Food?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Archive…").click()
    dialog.get_by_role("button", name="Archive", exact=True).click()
    expect(page.get_by_text("Food is archived.")).to_be_visible()
    page.get_by_role("button", name="Restore…").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore", exact=True).click()
    expect(page.get_by_text("Food is restored.")).to_be_visible()


def kinds(cast: Cast) -> dict[str, str]:
    """Give one address of each kind of page."""
    return {
        "list": reverse("desk:partners"),
        "people": reverse("desk:people"),
        "no match": reverse("desk:accounts") + "?q=zzz",
        "nothing archived": reverse("desk:products") + "?view=archived",
        "account": reverse("desk:account", args=[cast.lindholm.pk]),
        "partner": reverse("desk:partner", args=[cast.nordlys.pk]),
        "product": reverse("desk:product", args=[cast.erp.pk]),
        "currency": reverse("desk:currency", args=[cast.eur.pk]),
        "person": reverse("desk:person", args=[cast.mads.pk]),
        "new": reverse("desk:partner_new"),
        "invite": reverse("desk:person_new") + "?for=partner",
        "dialog": reverse("desk:person", args=[cast.mads.pk]) + "?dialog=role",
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_kind_of_page(cast: Cast, page: Page, theme: str) -> None:
    actions.set_preferences(person=cast.ada, theme=theme)
    sign_in(page, "ada@havn.example")
    for kind, url in kinds(cast).items():
        page.goto(url)
        assert axe(page) == [], kind
    page.goto(reverse("desk:product_new"))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nothing was saved")).to_be_visible()
    assert axe(page) == []
    sign_in(page, "otto@havn.example")
    page.goto(reverse("desk:partner", args=[cast.nordlys.pk]))
    assert axe(page) == []


def test_nothing_scrolls_sideways_on_a_narrow_screen(cast: Cast, page: Page) -> None:
    sign_in(page, "ada@havn.example")
    page.set_viewport_size({"width": 320, "height": 640})
    for kind, url in kinds(cast).items():
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, kind
