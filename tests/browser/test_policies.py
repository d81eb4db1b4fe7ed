"""A channel manager makes a policy and edits it in a real browser, by the labels that stand there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from kanal.distribution.models import PolicyVersion
from kanal.distribution.terms import Terms
from tests import cast as casting
from tests.browsing import axe, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = {
    "en": {
        "policies": "Policies",
        "make": "Make one with good defaults",
        "exact": "100 of 100 points",
        "win": "Win rate",
        "less": "110 of 100 points: take 10 away",
        "load": "Free capacity",
        "more": "102 of 100 points: take 2 away",
        "reach": "Within reach",
        "pin": "Customer",
        "to": "Always goes to",
        "why": "Why this change?",
        "save": "Save",
        "refused": "The points add up to 102 instead of 100. Take 2 away.",
        "saved": "Saved. Version 2 holds from now on.",
        "versions": "Versions",
        "told": "Rule: Within reach",
    },
    "da": {
        "policies": "Politikker",
        "make": "Lav en med gode standardværdier",
        "exact": "100 af 100 point",
        "win": "Vinderrate",
        "less": "110 af 100 point: tag 10 fra",
        "load": "Fri kapacitet",
        "more": "102 af 100 point: tag 2 fra",
        "reach": "Inden for rækkevidde",
        "pin": "Kunde",
        "to": "Går altid til",
        "why": "Hvorfor denne ændring?",
        "save": "Gem",
        "refused": "Pointene giver 102 i stedet for 100. Tag 2 fra.",
        "saved": "Gemt. Version 2 gælder fra nu af.",
        "versions": "Versioner",
        "told": "Regel: Inden for rækkevidde",
    },
}


def choose(page: Page, label: str, text: str) -> None:
    field = page.get_by_role("combobox", name=label).first
    field.click()
    field.press_sequentially(text[:4])
    page.get_by_role("option", name=text).click()


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_policy_is_made_and_edited_by_what_the_page_says(page: Page, language: str) -> None:
    cast, words = casting.make(), WORDS[language]
    cast.chris.language = language
    cast.chris.save()
    sign_in(page, cast.chris.email)
    page.goto("/")
    page.get_by_role("link", name=words["policies"]).click()
    page.get_by_role("button", name=words["make"]).click()
    expect(page.get_by_text(words["exact"])).to_be_visible()

    page.get_by_label(words["win"]).fill("19")
    expect(page.get_by_text(words["less"])).to_be_visible()
    page.get_by_label(words["load"]).fill("0")
    expect(page.get_by_text(words["more"])).to_be_visible()
    page.get_by_role("switch", name=words["reach"]).check()
    choose(page, words["pin"], "Lindholm Foods")
    choose(page, words["to"], "Nordlys IT")
    page.get_by_label(words["why"]).fill("Winners first")
    page.get_by_role("button", name=words["save"], exact=True).click()
    expect(page.get_by_text(words["refused"])).to_be_visible()

    page.get_by_label(words["win"]).fill("17")
    page.get_by_role("button", name=words["save"], exact=True).click()
    expect(page.get_by_text(words["saved"])).to_be_visible()
    version = PolicyVersion.objects.get(number=2)
    assert Terms.read(version.data).weights["win"] == 17
    assert version.pins.get().partner == cast.nordlys
    assert axe(page) == []

    page.get_by_role("link", name=words["versions"]).click()
    expect(page.get_by_text(words["told"])).to_be_visible()
    expect(page.get_by_text("Winners first")).to_be_visible()
