"""The main job from end to end, as two people do it: create, deliver, answer, look again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from kanal.directory.models import Person
from tests import cast as casting
from tests.browser import test_desk, test_portal

pytestmark = pytest.mark.django_db(transaction=True)
LANGUAGES = {"en": test_desk.ENGLISH, "da": test_desk.DANISH}
TIMELINE = {"en": "Nordlys IT accepted", "da": "Nordlys IT accepterede"}


def sign_in_by_the_form(page: Page, email: str) -> None:
    page.context.clear_cookies()
    page.goto("/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").first.fill(casting.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).first.click()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_manager_creates_and_delivers_a_partner_accepts_and_both_see_it(page: Page, language: str) -> None:
    casting.make()
    Person.objects.update(language=language)
    desk, portal = LANGUAGES[language], test_portal.WORDS[language]

    sign_in_by_the_form(page, "chris@havn.example")
    page.get_by_role("navigation").get_by_role("link", name=desk["list"]).click()
    page.get_by_role("link", name=desk["new"], exact=True).click()
    page.get_by_label(desk["topic"]).fill("Warehouse scanning, three sites")
    test_desk.choose(page, desk["account"], "lindh", "Lindholm Foods")
    page.get_by_label(desk["need"]).fill("Scanners that the night shift trusts.")
    page.get_by_role("button", name=desk["save"], exact=True).click()
    test_desk.choose(page, desk["partner"], "nord", "Nordlys IT")
    page.get_by_label(desk["status"], exact=True).select_option(desk["delivered"])
    page.get_by_role("button", name=desk["save"], exact=True).click()
    expect(page.get_by_text(desk["told"])).to_be_visible()

    sign_in_by_the_form(page, "mads@nordlys.example")
    page.get_by_role("navigation").get_by_role("link", name=portal["opportunities"]).click()
    offered = test_portal.part(page, portal["distributed"])
    offered.get_by_role("link", name="Warehouse scanning, three sites", exact=True).click()
    expect(page.get_by_text("Scanners that the night shift trusts.")).to_be_visible()
    page.get_by_role("button", name=portal["accept"], exact=True).click()
    page.get_by_role("navigation").get_by_role("link", name=portal["opportunities"]).first.click()
    managed = test_portal.part(page, portal["managed"])
    expect(managed.get_by_role("link", name="Warehouse scanning, three sites")).to_be_visible()

    sign_in_by_the_form(page, "chris@havn.example")
    page.get_by_role("link", name="Warehouse scanning, three sites").click()
    expect(page.get_by_text(TIMELINE[language]).first).to_be_visible()
