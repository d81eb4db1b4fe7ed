"""The shell in a real browser: look-ups, dialogs, menus, selection, keys, themes, and axe."""

import pytest
from playwright.sync_api import expect

from tests.browsing import axe, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.web.urls")]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/ui/", "/ui/?face=portal", "/accounts/login/", "/help/", "/nope/"])
def test_pages_of_the_shell_are_open_to_everybody(page, path, theme):
    page.emulate_media(color_scheme=theme)
    page.on("response", lambda answer: None)
    if path == "/nope/":
        page.route("**/favicon.ico", lambda route: route.abort())
    page.goto(path)
    assert page.locator("html").get_attribute("data-bs-theme") == theme
    assert axe(page) == []


@pytest.mark.parametrize("path", ["/ui/", "/ui/?face=portal", "/accounts/login/", "/help/"])
def test_no_page_scrolls_sideways_on_a_small_phone(page, path):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_look_up_searches_while_one_types(page):
    page.goto("/ui/")
    field = page.get_by_role("combobox", name="Partner", exact=True)
    field.click()
    field.fill("fjord")
    page.get_by_role("option", name="Fjord Consulting").click()
    assert page.locator("select[data-lookup]").input_value() == "2"
    expect(page.locator(".ts-control .item")).to_have_text("Fjord Consulting")


def test_a_look_up_works_without_a_mouse(page):
    page.goto("/ui/")
    field = page.get_by_role("combobox", name="Partner", exact=True)
    field.focus()
    page.keyboard.type("vester")
    expect(page.get_by_role("option", name="Vester Data")).to_be_visible()
    page.keyboard.press("Enter")
    assert page.locator("select[data-lookup]").input_value() == "3"


def test_a_dialog_takes_the_focus_closes_on_escape_and_gives_it_back(page):
    page.goto("/ui/")
    opener = page.get_by_role("button", name="Reject…")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Reject this request?")).to_be_visible()
    expect(page.get_by_label("Reason")).to_be_focused()
    assert axe(page, include="#sample") == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Reject this request?")).to_be_hidden()
    expect(opener).to_be_focused()


def test_an_address_that_names_a_dialog_opens_it(page):
    page.goto("/ui/?dialog=sample")
    expect(page.get_by_role("dialog", name="Reject this request?")).to_be_visible()
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_role("dialog", name="Reject this request?")).to_be_hidden()
    assert "dialog=" not in page.url


def test_a_menu_opens_one_at_a_time_and_closes_on_escape(page):
    page.goto("/ui/")
    first = page.locator("details.k-drop", has_text="Close as…")
    second = page.locator("details.k-drop", has_text="More actions")
    first.locator("summary").click()
    second.locator("summary").click()
    expect(first).not_to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(second).not_to_have_attribute("open", "")


def test_selected_rows_bring_the_bar_that_counts_them(page):
    page.goto("/ui/")
    bar = page.locator("#sample-bulk")
    expect(bar).to_be_hidden()
    page.get_by_label("Select OPP-2026-000412").check()
    expect(bar).to_contain_text("1 selected")
    page.get_by_label("Select all on this page").check()
    expect(bar).to_contain_text("3 selected")
    page.get_by_role("button", name="Clear selection").click()
    expect(bar).to_be_hidden()


def test_keys_search_and_list_themselves_but_not_while_one_types(page):
    page.goto("/ui/")
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator("main [data-search]")).to_be_focused()
    page.keyboard.type("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_somebody_may_turn_the_keys_of_one_letter_off(page, cast):
    cast.sally.shortcuts = False
    cast.sally.save()
    sign_in(page, cast.sally.email)
    page.goto("/ui/")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_language_and_theme_are_changed_from_the_account_menu(page, cast):
    sign_in(page, cast.mads.email)
    page.goto("/help/")
    page.locator("summary", has_text=cast.mads.name).click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.locator("summary", has_text=cast.mads.name).click()
    page.get_by_role("button", name="Dansk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hjælp")


def test_the_demo_signs_a_person_in_with_one_click(page, cast):
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in as ada@havn.example").click()
    page.wait_for_url("**/help/")
    expect(page.locator("summary", has_text=cast.ada.name)).to_be_visible()


def test_a_person_signs_in_with_a_passkey_and_confirms_who_they_are(page, cast):
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(cast.ada.email)
    page.get_by_label("Password", exact=False).first.fill("kanal-demo")
    page.get_by_role("button", name="Sign in", exact=True).first.click()
    page.wait_for_url("**/help/")
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill("kanal-demo")
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.locator("main")).to_contain_text("Recovery")
    assert axe(page) == []
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/help/")
    expect(page.locator("summary", has_text=cast.ada.name)).to_be_visible()
