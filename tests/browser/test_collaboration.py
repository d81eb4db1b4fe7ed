"""Partner collaboration as people meet it: shared by the words of the source, worked together, left."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from kanal.directory.models import Person
from kanal.distribution import actions
from kanal.opportunities.models import Opportunity, Participation
from tests import cast as casting
from tests.browsing import axe, sign_in
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)

ENGLISH = {
    "general": "General",
    "pipeline": "Partner pipeline",
    "collaboration": "Partner collaboration",
    "accounts": "Partner collaboration accounts",
    "add": "Add a partner",
    "account": "Partner account",
    "role": "Role",
    "lead": "Lead",
    "support": "Support",
    "status": "Status",
    "accepted": "Accepted",
    "save": "Save",
    "saved": "Saved and shared",
    "remove": "Remove Fjord Consulting",
    "managed": "Managed opportunities",
    "with": "with Fjord Consulting",
    "who": "Who takes part",
    "win": "Win",
    "extend": "Extend",
}
DANISH = {
    "general": "Generelt",
    "pipeline": "Partnerpipeline",
    "collaboration": "Partnersamarbejde",
    "accounts": "Partnersamarbejdsfirmaer",
    "add": "Tilføj en partner",
    "account": "Partnerkonto",
    "role": "Rolle",
    "lead": "Ansvarlig",
    "support": "Support",
    "status": "Status",
    "accepted": "Accepteret",
    "save": "Gem",
    "saved": "Gemt og delt",
    "remove": "Fjern Fjord Consulting",
    "managed": "Administrerede salgsmuligheder",
    "with": "med Fjord Consulting",
    "who": "Hvem der deltager",
}


@pytest.fixture
def cast(page: Page) -> Cast:
    made = casting.make()
    sign_in(page, "chris@havn.example")
    return made


def open_general(page: Page, made: Opportunity, words: dict[str, str] = ENGLISH) -> None:
    page.goto(f"/sales/opportunities/{made.pk}/")
    page.get_by_role("link", name=words["general"], exact=True).click()
    expect(page.get_by_role("heading", name=words["pipeline"])).to_be_visible()


def add(page: Page, name: str, role: str, words: dict[str, str] = ENGLISH) -> None:
    page.get_by_role("button", name=words["add"]).click()
    row: Locator = page.get_by_role("combobox", name=words["account"], exact=True).last
    row.press_sequentially(name[:4])
    page.get_by_role("option", name=name).first.click()
    page.get_by_label(words["role"], exact=True).last.select_option(label=role)


@pytest.mark.parametrize("words", [ENGLISH, DANISH], ids=["en", "da"])
def test_an_opportunity_is_shared_by_the_words_of_the_source(
    page: Page, cast: Cast, words: dict[str, str]
) -> None:
    Person.objects.update(language="da" if words is DANISH else "en")
    made = cast.opportunity()
    open_general(page, made, words)
    page.get_by_label(words["collaboration"], exact=True).check()
    expect(page.get_by_role("heading", name=words["accounts"])).to_be_visible()
    add(page, "Nordlys IT", words["lead"], words)
    add(page, "Fjord Consulting", words["support"], words)
    page.get_by_label(words["status"], exact=True).select_option(label=words["accepted"])
    page.get_by_role("button", name=words["save"], exact=True).click()
    expect(page.get_by_text(words["saved"])).to_be_visible()
    made.refresh_from_db()
    assert (made.status, made.collaboration, made.partner) == ("accepted", True, cast.nordlys)
    page.get_by_role("link", name=words["general"], exact=True).click()
    expect(page.get_by_label(words["remove"])).to_be_attached()
    sign_in(page, "mads@nordlys.example")
    page.goto("/portal/opportunities/")
    expect(page.get_by_role("heading", name=words["managed"])).to_be_visible()
    expect(page.get_by_text(words["with"])).to_be_visible()
    page.get_by_role("link", name="ERP renewal for 140 users").click()
    expect(page.get_by_role("heading", name=words["who"])).to_be_visible()


def test_what_was_added_is_kept_when_the_save_is_refused(page: Page, cast: Cast) -> None:
    made = cast.opportunity()
    open_general(page, made)
    page.get_by_label("Partner collaboration", exact=True).check()
    add(page, "Fjord Consulting", "Support")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Set the status to “Accepted”").first).to_be_visible()
    page.get_by_role("link", name="General", exact=True).click()
    expect(page.get_by_text("Fjord Consulting").locator("visible=true")).to_be_visible()
    expect(page.get_by_label("Role", exact=True)).to_have_value("support")
    page.get_by_label("Status", exact=True).select_option(label="Accepted")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved and shared")).to_be_visible()


def test_a_partner_is_removed_and_a_role_changed_by_the_keyboard(page: Page, cast: Cast) -> None:
    made = cast.opportunity()
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    open_general(page, made)
    page.get_by_label("Role of Nordlys IT").focus()
    page.keyboard.press("L")
    page.get_by_label("Remove Fjord Consulting").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("Leaves when you save")).to_have_count(2)
    expect(page.get_by_text("Leaves when you save").last).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    part = Participation.objects.get(opportunity=made, until=None)
    assert (part.partner, part.role) == (cast.nordlys, "lead")


def test_a_row_that_was_added_by_mistake_goes_away_and_is_not_saved(page: Page, cast: Cast) -> None:
    made = cast.opportunity()
    open_general(page, made)
    page.get_by_label("Partner collaboration", exact=True).check()
    add(page, "Fjord Consulting", "Support")
    page.get_by_label("Remove this row").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("combobox", name="Partner account")).to_have_count(0)
    add(page, "Nordlys IT", "Lead")
    page.get_by_label("Status", exact=True).select_option(label="Accepted")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved and shared")).to_be_visible()
    assert Participation.objects.get(opportunity=made, until=None).partner == cast.nordlys


def test_without_scripts_partners_are_added_by_name(page: Page, cast: Cast) -> None:
    made = cast.opportunity()
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(
        base_url=page.url if page.url.startswith("http") else None, java_script_enabled=False
    )
    context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    plain = context.new_page()
    address = f"/sales/opportunities/{made.pk}/"
    page.goto(address)
    plain.goto(page.url)
    plain.get_by_label("Partner collaboration", exact=True).check()
    rows = plain.locator("input[name^=members-][name$=partner_text]")
    expect(rows).to_have_count(2)
    rows.nth(0).fill("Nordlys IT")
    rows.nth(1).fill("fjord consulting")
    plain.get_by_label("Status", exact=True).select_option(label="Accepted")
    plain.get_by_role("button", name="Save", exact=True).click()
    expect(plain.get_by_text("Saved and shared")).to_be_visible()
    context.close()
    assert Participation.objects.filter(opportunity=made, until=None).count() == 2


def test_in_a_collaboration_no_partner_closes_or_extends_but_all_read_the_notes(
    page: Page, cast: Cast
) -> None:
    made = cast.managed()
    sign_in(page, "mads@nordlys.example")
    page.goto(f"/portal/opportunities/{made.pk}/")
    actions.share(key=made.pk, partners=[cast.fjord], by=cast.chris)
    page.reload()
    for name in ("Win", "Lose", "Return", "Extend", "Put on hold", "Cancel"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
        expect(page.get_by_role("link", name=name)).to_have_count(0)
    page.get_by_role("textbox", name="Note", exact=True).fill("We start on Wednesday.")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_text("We start on Wednesday.")).to_be_visible()
    sign_in(page, "freja@fjord.example")
    page.goto(f"/portal/opportunities/{made.pk}/")
    expect(page.get_by_text("We start on Wednesday.")).to_be_visible()
    expect(page.get_by_role("heading", name="Who takes part")).to_be_visible()
    expect(page.get_by_text("Nordlys IT").first).to_be_visible()


def test_a_partner_that_was_removed_while_its_page_was_open_is_told_and_keeps_its_words(
    page: Page, cast: Cast
) -> None:
    made = cast.opportunity()
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    sign_in(page, "mads@nordlys.example")
    page.goto(f"/portal/opportunities/{made.pk}/")
    page.get_by_role("textbox", name="Note", exact=True).fill("An hour of typing")
    actions.remove(key=made.pk, partner=cast.nordlys, by=cast.chris)
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_role("heading", name="Your company no longer takes part")).to_be_visible()
    expect(page.get_by_label("Copy it if you need it elsewhere")).to_have_value("An hour of typing")
    assert axe(page) == []
    page.get_by_role("link", name="Back to the opportunities").click()
    expect(page.get_by_text("ERP renewal for 140 users")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_section_has_no_hurdles_and_does_not_scroll_sideways(page: Page, cast: Cast, theme: str) -> None:
    Person.objects.update(theme=theme)
    made = cast.opportunity()
    roles = {cast.nordlys.pk: "lead", cast.fjord.pk: "co_sell"}
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris, roles=roles)
    open_general(page, made)
    page.get_by_role("button", name="Add a partner").click()
    page.keyboard.press("Escape")
    page.get_by_label("Remove Fjord Consulting").check(force=True)
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        assert axe(page, include="#general") == [], width
