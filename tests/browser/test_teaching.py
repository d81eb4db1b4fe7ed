"""A partner's administrator takes an industry off the profile, the vendor approves, by what the pages say."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from kanal.distribution import actions
from tests import cast as casting
from tests.browsing import axe, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = {
    "en": {
        "question": "You declined 4 of 4 in Food: take it off your profile?",
        "off": "Take it off Food",
        "asked": "We ask the vendor to take Food off your profile.",
        "waits": "Waits for the vendor",
        "approve": "Approve Nordlys IT: Food",
        "approved": "Food is off the profile of Nordlys IT, which is told.",
    },
    "da": {
        "question": "I afviste 4 af 4 inden for Food: skal det af jeres profil?",
        "off": "Fjern det Food",
        "asked": "Vi beder leverandøren om at fjerne Food fra jeres profil.",
        "waits": "Venter på leverandøren",
        "approve": "Godkend Nordlys IT: Food",
        "approved": "Food er fjernet fra profilen hos Nordlys IT, som får besked.",
    },
}


@pytest.mark.parametrize("language", ["en", "da"])
def test_declines_become_a_change_that_the_vendor_approves(page: Page, language: str) -> None:
    cast, words = casting.make(), WORDS[language]
    for person in (cast.anna, cast.chris):
        person.language = language
        person.save()
    cast.nordlys.industries.add(cast.food)
    for _ in range(4):
        actions.decline(key=cast.delivered().pk, reason="not_our_field", by=cast.mads)

    sign_in(page, cast.anna.email)
    page.goto("/portal/company/")
    expect(page.get_by_text(words["question"])).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name=words["off"]).click()
    expect(page.get_by_text(words["asked"])).to_be_visible()
    expect(page.get_by_text(words["waits"])).to_be_visible()

    page.context.clear_cookies()
    sign_in(page, cast.chris.email)
    page.goto("/sales/profile-changes/")
    assert axe(page) == []
    page.get_by_role("button", name=words["approve"]).click()
    expect(page.get_by_text(words["approved"])).to_be_visible()
    assert not cast.nordlys.industries.exists()
