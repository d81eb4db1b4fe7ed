"""S7 on the portal, by the words on the screen: what is distributed, what is managed, Accept and Decline."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import translation
from playwright.sync_api import Page, expect

from kanal.distribution import actions
from kanal.distribution.models import DeclineReason, Offer
from kanal.opportunities.actions import add_note
from kanal.opportunities.models import Opportunity
from tests.browsing import axe, sign_in
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "en": {
        "opportunities": "Opportunities",
        "distributed": "Distributed opportunities",
        "managed": "Managed opportunities",
        "accept": "Accept",
        "decline": "Decline…",
        "words": "In your own words",
        "confirm": "Decline",
        "timeline": "Timeline",
        "note": "Note",
        "add": "Add note",
    },
    "da": {
        "opportunities": "Salgsmuligheder",
        "distributed": "Distribuerede salgsmuligheder",
        "managed": "Administrerede salgsmuligheder",
        "accept": "Acceptér",
        "decline": "Afvis…",
        "words": "Med jeres egne ord",
        "confirm": "Afvis",
        "timeline": "Tidslinje",
        "note": "Note",
        "add": "Tilføj note",
    },
}


def enter(page: Page, person: Any, language: str = "en", theme: str = "light") -> None:
    type(person).objects.filter(pk=person.pk).update(language=language, theme=theme)
    sign_in(page, person.email)


def part(page: Page, name: str) -> Any:
    return page.get_by_role("region", name=name, exact=True)


@pytest.mark.parametrize("language", WORDS)
def test_a_partner_finds_accepts_and_writes_by_the_words_on_the_screen(
    cast: Cast, page: Page, language: str
) -> None:
    cast.delivered()
    say = WORDS[language]
    enter(page, cast.mads, language)
    page.goto("/portal/")
    page.get_by_role("navigation").get_by_role("link", name=say["opportunities"]).click()
    part(page, say["distributed"]).get_by_role("link", name="ERP renewal for 140 users", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ERP renewal for 140 users")
    assert "Karen" not in page.content()
    page.get_by_role("button", name=say["accept"], exact=True).click()
    expect(page.get_by_role("link", name="karen@lindholm.example")).to_be_visible()
    page.get_by_role("textbox", name=say["note"], exact=True).fill("We call them on Wednesday.")
    page.get_by_role("button", name=say["add"]).click()
    expect(part(page, say["timeline"]).get_by_text("We call them on Wednesday.")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name=say["opportunities"]).first.click()
    expect(part(page, say["managed"]).get_by_role("link", name="ERP renewal for 140 users")).to_be_visible()
    expect(part(page, say["distributed"]).get_by_role("link", name="ERP renewal")).to_have_count(0)


@pytest.mark.parametrize("language", WORDS)
def test_a_partner_declines_with_a_reason(cast: Cast, page: Page, language: str) -> None:
    made = cast.delivered()
    say = WORDS[language]
    enter(page, cast.mads, language)
    page.goto(f"/portal/opportunities/{made.pk}/")
    page.get_by_role("button", name=say["decline"]).click()
    dialog = page.get_by_role("dialog")
    with translation.override(language):
        reason = str(DeclineReason.NOT_OUR_AREA.label)
    dialog.get_by_label(reason).check()
    dialog.get_by_label(say["words"]).fill("Nobody north of Aalborg until March.")
    dialog.get_by_role("button", name=say["confirm"], exact=True).click()
    expect(page).to_have_url(re.compile(r"/portal/opportunities/$"))
    offer = Offer.objects.get()
    assert (offer.reason, offer.text) == ("not_our_area", "Nobody north of Aalborg until March.")


def test_declining_without_a_reason_opens_the_dialog_again(cast: Cast, page: Page) -> None:
    made = cast.delivered()
    enter(page, cast.mads)
    page.goto(f"/portal/opportunities/{made.pk}/?dialog=decline")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("In your own words").fill("Not for us")
    dialog.get_by_role("button", name="Decline", exact=True).click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    expect(dialog.get_by_label("In your own words")).to_have_value("Not for us")
    assert axe(page) == []
    dialog.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_several_are_chosen_and_declined_together(cast: Cast, page: Page) -> None:
    for topic in ("One", "Two", "Three"):
        cast.delivered(topic=topic)
    enter(page, cast.mads)
    page.goto("/portal/opportunities/")
    bar = page.get_by_role("button", name="Decline selected…")
    expect(bar).to_be_hidden()
    page.get_by_label("Select One").check()
    page.get_by_label("Select Three").check()
    expect(page.get_by_text("2 selected")).to_be_visible()
    assert axe(page) == []
    bar.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Too small for us").check()
    dialog.get_by_role("button", name="Decline", exact=True).click()
    expect(page.get_by_text("2 opportunities declined.")).to_be_visible()
    assert list(Opportunity.objects.filter(status="delivered").values_list("topic", flat=True)) == ["Two"]
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Accept selected").click()
    expect(page.get_by_text("1 opportunity accepted.")).to_be_visible()


def test_an_offer_is_accepted_with_the_keyboard_alone(cast: Cast, page: Page) -> None:
    made = cast.delivered()
    enter(page, cast.mads)
    page.goto(f"/portal/opportunities/{made.pk}/")
    accept = page.get_by_role("button", name="Accept", exact=True)
    for _press in range(30):
        if accept.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You manage it now")).to_be_visible()
    made.refresh_from_db()
    assert made.status == "accepted"


def test_a_list_is_sorted_and_paged_in_place(cast: Cast, page: Page) -> None:
    for number in range(12):
        cast.delivered(topic=f"Offer {number:02}")
    enter(page, cast.mads)
    page.goto("/portal/opportunities/")
    offers = part(page, "Distributed opportunities")
    offers.get_by_role("link", name="Opportunity", exact=True).click()
    sorted_by = offers.get_by_role("columnheader", name="Opportunity", exact=True)
    expect(sorted_by).to_have_attribute(
        "aria-sort", "ascending"
    )  # the old rows may have begun with the same one
    expect(offers.get_by_role("rowheader").first).to_contain_text("Offer 00")
    offers.get_by_role("link", name="Next").click()
    expect(offers.get_by_role("rowheader")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"dsort=topic.*dpage=2"))


def _everything(cast: Cast) -> dict[str, str]:
    """Fill the portal, and give the address of each kind of page."""
    offer = cast.delivered()
    work = cast.managed()
    actions.share(key=work.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    add_note(key=work.pk, body="The board meets on 8 December.", shared=True, by=cast.chris)
    gone = cast.delivered(topic="Gone")
    actions.decline(key=gone.pk, reason="other", text="No room", by=cast.anna)
    one = "/portal/opportunities/{}/"
    return {
        "home": "/portal/",
        "lists": "/portal/opportunities/",
        "no match": "/portal/opportunities/?q=zebra",
        "offer": one.format(offer.pk),
        "dialog": one.format(offer.pk) + "?dialog=decline",
        "managed": one.format(work.pk),
        "gone": one.format(gone.pk),
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("filled", [True, False])
def test_every_page_is_accessible_and_none_scrolls_sideways(
    cast: Cast, page: Page, theme: str, filled: bool
) -> None:
    addresses = _everything(cast) if filled else {"home": "/portal/", "lists": "/portal/opportunities/"}
    enter(page, cast.mads, theme=theme)
    for name, address in addresses.items():
        for width in (1280, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            if width != 390:
                assert axe(page) == [], (name, width)
