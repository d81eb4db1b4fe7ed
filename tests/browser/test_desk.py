"""The desk as people use it: creating, delivering, finding; two languages, the keyboard alone, no hurdles."""

import re

import pytest
from playwright.sync_api import Page, expect

from kanal.directory.models import Person
from kanal.distribution import actions
from kanal.distribution.models import Offer
from kanal.opportunities.actions import add_note
from kanal.opportunities.models import Opportunity
from tests import cast as casting
from tests.browsing import axe, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

ENGLISH = {
    "list": "Opportunities",
    "new": "New",
    "topic": "Topic",
    "account": "Account",
    "contact": "Contact",
    "currency": "Currency",
    "revenue": "Est. revenue",
    "close": "Est. close date",
    "situation": "Customer situation",
    "need": "Customer need",
    "solution": "Proposed solution",
    "save": "Save",
    "summary": "Summary",
    "details": "Partner details",
    "partner": "Partner",
    "status": "Status",
    "delivered": "Delivered",
    "new account": "New account",
    "company": "Name of the company",
    "city": "City",
    "new contact": "New contact",
    "person": "Name of the contact",
    "told": "Nordlys IT is told at once",
    "hint": "Saving delivers it to Nordlys IT and tells them at once.",
    "find": "Find in this view",
}
DANISH = {
    "list": "Salgsmuligheder",
    "new": "Ny",
    "topic": "Emne",
    "account": "Firma",
    "contact": "Kontakt",
    "currency": "Valuta",
    "revenue": "Anslået omsætning",
    "close": "Forventet lukkedato",
    "situation": "Kundesituation",
    "need": "Kundens behov",
    "solution": "Foreslået løsning",
    "save": "Gem",
    "summary": "Oversigt",
    "details": "Partnerdetaljer",
    "partner": "Partner",
    "status": "Status",
    "delivered": "Leveret",
    "new account": "Nyt firma",
    "company": "Firmaets navn",
    "city": "By",
    "new contact": "Ny kontakt",
    "person": "Kontaktens navn",
    "told": "Nordlys IT får besked med det samme",
    "hint": "Når du gemmer, leveres den til Nordlys IT, som får besked med det samme.",
    "find": "Find i denne visning",
}


@pytest.fixture
def cast(page: Page):
    made = casting.make()
    sign_in(page, "chris@havn.example")
    return made


def speak(words, name):
    Person.objects.update(language="da" if words is DANISH else "en")
    return words[name]


def choose(page: Page, label: str, text: str, name: str) -> None:
    """Search in a look-up field and take what is found."""
    field = page.get_by_role("combobox", name=label, exact=True)
    field.click()
    field.press_sequentially(text)
    page.get_by_role("option", name=name).first.click()


def saved() -> Opportunity:
    return Opportunity.objects.select_related("account", "contact", "partner__account", "currency").latest(
        "created_at"
    )


@pytest.mark.parametrize("words", [ENGLISH, DANISH], ids=["en", "da"])
def test_an_opportunity_is_made_and_delivered_by_the_words_of_the_source(page, cast, words):
    speak(words, "list")
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name=words["list"]).click()
    page.get_by_role("link", name=words["new"], exact=True).click()
    expect(page.get_by_role("heading", name=words["summary"])).to_be_visible()
    page.get_by_label(words["topic"]).fill("ERP renewal")
    choose(page, words["account"], "lindh", "Lindholm Foods")
    choose(page, words["contact"], "kar", "Karen Lindholm")
    page.get_by_label(words["currency"]).select_option("EUR")
    page.get_by_label(words["revenue"]).fill("1240000")
    page.get_by_label(words["close"]).fill("2027-02-26")
    page.get_by_label(words["situation"]).fill("An old ERP.")
    page.get_by_label(words["need"]).fill("One system.")
    page.get_by_label(words["solution"]).fill("Havn ERP.")
    page.get_by_role("button", name=words["save"], exact=True).click()
    expect(page.get_by_role("heading", name="ERP renewal")).to_be_visible()
    made = saved()
    assert (made.account, made.contact, made.currency, made.status) == (
        cast.lindholm,
        cast.karen,
        cast.eur,
        "in_progress",
    )
    assert (made.customer_situation, made.customer_need, made.proposed_solution) == (
        "An old ERP.",
        "One system.",
        "Havn ERP.",
    )

    expect(page.get_by_role("heading", name=words["details"])).to_be_visible()
    choose(page, words["partner"], "nord", "Nordlys IT")
    page.get_by_label(words["status"], exact=True).select_option(words["delivered"])
    expect(page.get_by_text(words["hint"])).to_be_visible()
    page.get_by_role("button", name=words["save"], exact=True).click()
    expect(page.get_by_text(words["told"])).to_be_visible()
    assert (saved().status, saved().partner) == ("delivered", cast.nordlys)
    assert Offer.objects.get().is_pending


@pytest.mark.parametrize("words", [ENGLISH, DANISH], ids=["en", "da"])
def test_a_customer_is_made_on_the_spot(page, cast, words):
    speak(words, "list")
    page.goto("/sales/opportunities/new/")
    page.get_by_label(words["topic"]).fill("Scanning")
    page.get_by_text(words["new account"], exact=True).click()
    page.get_by_label(words["company"]).fill("Rimfaks Logistik")
    page.get_by_label(words["city"], exact=True).fill("Taulov")
    page.get_by_text(words["new contact"], exact=True).click()
    page.get_by_label(words["person"]).fill("Per Rim")
    page.get_by_role("button", name=words["save"], exact=True).click()
    expect(page.get_by_role("heading", name="Scanning")).to_be_visible()
    assert (saved().account.name, saved().account.city, saved().contact.name) == (
        "Rimfaks Logistik",
        "Taulov",
        "Per Rim",
    )


def test_the_keyboard_alone_creates_and_saves(page, cast):
    page.goto("/sales/opportunities/")
    page.keyboard.press("c")
    page.wait_for_url("**/new/")
    page.get_by_label("Topic").focus()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Tab")
    page.keyboard.type("lindh")
    expect(page.get_by_role("option", name="Lindholm Foods")).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_label("Topic").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By keyboard")).to_be_visible()
    assert saved().account == cast.lindholm


def test_what_is_wrong_is_said_at_the_top_with_the_focus_there_and_a_way_to_the_field(page, cast):
    page.goto("/sales/opportunities/new/")
    page.get_by_role("link", name="General").click()
    page.get_by_label("Probability").fill("400")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#form-errors")).to_be_focused()
    page.locator("#form-errors").get_by_role("link", name="Topic").click()
    expect(page.get_by_label("Topic")).to_be_focused()
    page.locator("#form-errors").get_by_role("link", name="Probability").click()
    expect(page.get_by_label("Probability")).to_be_focused()
    assert axe(page) == []


def test_products_are_added_row_by_row(page, cast):
    page.goto("/sales/opportunities/new/")
    page.get_by_label("Topic").fill("With products")
    page.get_by_role("link", name="Products").click()
    page.get_by_role("button", name="Add product").click()
    row = page.locator("[data-line]").nth(1)
    row.get_by_role("combobox", name="Product").click()
    row.get_by_role("combobox", name="Product").press_sequentially("erp")
    page.get_by_role("option", name="Havn ERP").click()
    row.get_by_label("Quantity").fill("140")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="With products")).to_be_visible()
    assert saved().lines.get().quantity == 140


def test_typing_finds_filtering_narrows_and_the_export_follows(page, cast):
    cast.delivered(topic="Fleet")
    cast.opportunity(topic="Warehouse")
    page.goto("/sales/opportunities/")
    page.get_by_role("searchbox", name="Find in this view").fill("fleet")
    expect(page.get_by_role("link", name="Warehouse")).to_have_count(0)
    expect(page.get_by_text("1 of 2", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=fleet"))
    assert "q=fleet" in page.locator("[data-export=csv]").get_attribute("href")
    page.get_by_role("searchbox", name="Find in this view").fill("")
    expect(page.get_by_role("link", name="Warehouse")).to_be_visible()
    page.get_by_role("button", name="Add filter").click()
    dialog = page.get_by_role("dialog", name="Filter opportunities")
    dialog.get_by_label("In progress").check()
    dialog.get_by_role("button", name="Show matches").click()
    expect(page.get_by_role("link", name="Fleet")).to_have_count(0)
    page.get_by_role("link", name="Remove filter Status In progress").click()
    expect(page.get_by_role("link", name="Fleet")).to_be_visible()


def test_rows_are_selected_and_exported(page, cast):
    first = cast.opportunity(topic="First")
    cast.opportunity(topic="Second")
    page.goto("/sales/opportunities/")
    page.get_by_label(f"Select {first.reference}").check()
    expect(page.get_by_text("1 selected")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export selected").click()
    text = download.value.path().read_text("utf-8-sig")
    assert "First" in text
    assert "Second" not in text


def test_an_offer_is_withdrawn_by_its_dialog(page, cast):
    made = cast.delivered()
    page.goto(f"/sales/opportunities/{made.pk}/")
    page.locator(".k-offer").get_by_text("Withdraw…").click()
    dialog = page.get_by_role("dialog", name="Withdraw the offer?")
    dialog.get_by_label("What the partner is told").fill("We have found another way.")
    dialog.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Offer withdrawn; the partner is told")).to_be_visible()
    assert saved().status == "in_progress"


def test_fields_of_a_reason_come_with_their_status(page, cast):
    made = cast.managed()
    page.goto(f"/sales/opportunities/{made.pk}/")
    expect(page.get_by_label("Reason", exact=True)).to_have_count(1)
    expect(page.locator("#record").get_by_label("Reason", exact=True)).to_be_hidden()
    page.get_by_label("Status", exact=True).select_option("Lost")
    page.locator("#record").get_by_label("Reason", exact=True).select_option("Price")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert saved().status == "lost"


def test_a_note_says_who_will_read_it(page, cast):
    made = cast.delivered()
    page.goto(f"/sales/opportunities/{made.pk}/")
    expect(page.get_by_text("Nordlys IT sees this")).to_be_hidden()
    page.get_by_role("radio", name="Shared").check(force=True)
    expect(page.get_by_text("Nordlys IT sees this")).to_be_visible()
    page.get_by_label("Note", exact=True).fill("See you on Friday")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#timeline").get_by_text("See you on Friday")).to_be_visible()


def pages(cast):
    """Give every kind of page, filled."""
    made = cast.delivered()
    add_note(key=made.pk, body="Internal", shared=False, by=cast.chris)
    add_note(key=made.pk, body="Shared", shared=True, by=cast.mads)
    declined = cast.delivered(cast.fjord)
    actions.decline(key=declined.pk, reason="too_small", by=cast.bo)
    cast.managed()
    base = "/sales/opportunities/"
    return [
        base,
        f"{base}?q=zebra&status=won",
        f"{base}?dialog=filters",
        f"{base}?view=won",
        f"{base}new/",
        f"{base}{made.pk}/",
        f"{base}{made.pk}/?from=#general",
        f"{base}{made.pk}/#products",
        f"{base}{declined.pk}/",
        f"{base}{made.pk}/?dialog=withdraw-dialog",
        f"{base}{made.pk}/history/",
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_hurdle_and_none_scrolls_sideways(page, cast, theme):
    Person.objects.update(theme=theme)
    page.goto("/sales/opportunities/")
    assert axe(page) == []
    for address in pages(cast):
        page.goto("about:blank")
        page.goto(address)
        assert axe(page) == [], address
        page.set_viewport_size({"width": 320, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{address} is {wide} wide"
        page.set_viewport_size({"width": 1280, "height": 900})


def test_an_auditor_sees_the_page_without_a_save(page, cast):
    made = cast.delivered()
    sign_in(page, "otto@havn.example")
    page.goto(f"/sales/opportunities/{made.pk}/")
    expect(page.get_by_text("An auditor reads everything and changes nothing.")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    assert axe(page) == []


def test_two_people_at_once_are_shown_what_each_changed(page, cast):
    made = cast.opportunity()
    page.goto(f"/sales/opportunities/{made.pk}/")
    page.get_by_label("Topic").fill("Mine")
    Opportunity.objects.filter(pk=made.pk).update(topic="Theirs", version=2)
    page.get_by_role("button", name="Save", exact=True).click()
    row = page.get_by_role("row", name="Topic")
    expect(row).to_contain_text("Theirs")
    expect(page.get_by_label("Topic")).to_have_value("Mine")
    assert axe(page) == []
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Mine")).to_be_visible()
