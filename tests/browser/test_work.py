"""S8, S9 and managed work on the portal, by the words on the screen, in English and Danish."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kanal.distribution import actions
from kanal.opportunities.models import Opportunity, Participation
from tests.browsing import axe, sign_in
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "en": {
        "actions": "Actions",
        "assign": "Assign and share…",
        "to": "Assigned to",
        "seller": "Sofie Dahl, Seller",
        "save": "Save",
        "managed": "Managed opportunities",
        "timeline": "Timeline",
        "assigned": "Assigned to Sofie Dahl",
    },
    "da": {
        "actions": "Handlinger",
        "assign": "Tildel og del…",
        "to": "Tildelt",
        "seller": "Sofie Dahl, Sælger",
        "save": "Gem",
        "managed": "Administrerede salgsmuligheder",
        "timeline": "Tidslinje",
        "assigned": "Tildelt Sofie Dahl",
    },
}


def enter(page: Page, person: Any, language: str = "en") -> None:
    type(person).objects.filter(pk=person.pk).update(language=language)
    sign_in(page, person.email)


def choose(page: Page, words: str, menu: str = "Actions") -> Any:
    """Open a dialog from the menu of the page, and give it."""
    page.get_by_text(menu, exact=True).click()
    page.get_by_role("button", name=words, exact=True).click()
    return page.get_by_role("dialog")


@pytest.mark.parametrize("language", WORDS)
def test_s9_a_partner_hands_work_to_a_colleague_and_to_nobody_else(
    cast: Cast, page: Page, language: str
) -> None:
    made, say = cast.managed(), WORDS[language]
    enter(page, cast.mads, language)
    page.goto(f"/portal/opportunities/{made.pk}/")
    dialog = choose(page, say["assign"], say["actions"])
    offered = dialog.get_by_label(say["to"]).locator("option").all_inner_texts()
    assert len(offered) == 4  # nobody, and the three people of the company
    assert not any("Bo Lund" in text or "Chris" in text for text in offered)
    dialog.get_by_label(say["to"]).select_option(label=say["seller"])
    dialog.get_by_role("button", name=say["save"], exact=True).click()
    timeline = page.get_by_role("region", name=say["timeline"], exact=True)
    expect(timeline.get_by_text(say["assigned"])).to_be_visible()
    enter(page, cast.sofie, language)
    page.goto("/portal/opportunities/")
    managed = page.get_by_role("region", name=say["managed"], exact=True)
    expect(managed.get_by_role("link", name="ERP renewal for 140 users", exact=True)).to_be_visible()


def test_the_next_stage_asks_for_what_is_missing_and_keeps_the_note(cast: Cast, page: Page) -> None:
    made = cast.managed(estimated_revenue=None)
    actions.move_stage(key=made.pk, stage="interest_confirmed", by=cast.mads)
    enter(page, cast.mads)
    page.goto(f"/portal/opportunities/{made.pk}/")
    page.get_by_role("button", name="Move to Quoting", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note").fill("They want a price by Friday.")
    dialog.get_by_role("button", name="Move to Quoting").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert axe(page) == []
    expect(dialog.get_by_label("Note")).to_have_value("They want a price by Friday.")
    dialog.get_by_label("Value in DKK").fill("90,000")
    dialog.get_by_role("button", name="Move to Quoting").click()
    timeline = page.get_by_role("region", name="Timeline", exact=True)
    expect(timeline.get_by_text("They want a price by Friday.")).to_be_visible()
    expect(page.get_by_role("button", name="Move to Closing", exact=True)).to_be_visible()


def test_a_deal_is_lost_to_a_competitor_with_the_keyboard_alone(cast: Cast, page: Page) -> None:
    made = cast.managed()
    enter(page, cast.mads)
    page.goto(f"/portal/opportunities/{made.pk}/")
    page.get_by_text("Actions", exact=True).press("Enter")
    page.get_by_role("button", name="Lost…").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").select_option(label="A competitor won")
    dialog.get_by_label("Competitor").fill("Rival ERP")
    dialog.get_by_role("button", name="Close as lost").press("Enter")
    expect(page.get_by_role("region", name="At a glance").get_by_text("Rival ERP")).to_be_visible()
    made.refresh_from_db()
    assert (made.status, made.competitor) == ("lost", "Rival ERP")


def test_it_is_returned_for_one_of_seven_reasons_and_leaves_the_list(cast: Cast, page: Page) -> None:
    made = cast.managed()
    enter(page, cast.anna)
    page.goto(f"/portal/opportunities/{made.pk}/")
    dialog = choose(page, "Return…")
    assert dialog.get_by_role("radio").count() == 7
    dialog.get_by_label("No funding").check()
    dialog.get_by_role("button", name="Return", exact=True).click()
    expect(page).to_have_url(re.compile(r"/portal/opportunities/$"))
    managed = page.get_by_role("region", name="Managed opportunities", exact=True)
    expect(managed.get_by_role("link", name="ERP renewal")).to_have_count(0)
    assert Opportunity.objects.get(pk=made.pk).status == "returned"


@pytest.mark.parametrize("language", ["en", "da"])
def test_s8_in_a_collaboration_nobody_closes_extends_or_returns(
    cast: Cast, page: Page, language: str
) -> None:
    made = cast.opportunity()
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    enter(page, cast.mads, language)
    page.goto(f"/portal/opportunities/{made.pk}/")
    page.get_by_text(WORDS[language]["actions"], exact=True).click()
    gone = {"en": ["Won…", "Lost…", "Return…", "Extend…", "Put on hold…"],
            "da": ["Vundet…", "Tabt…", "Giv tilbage…", "Forlæng…", "Sæt i venteposition…"]}  # fmt: skip
    for words in gone[language]:
        expect(page.get_by_role("button", name=words)).to_have_count(0)
    expect(page.get_by_role("button", name=WORDS[language]["assign"])).to_be_visible()


WIDTHS = "[document.documentElement.scrollWidth, document.querySelector('dialog[open]').scrollWidth]"
DIALOGS = ("stage", "other-stage", "next-step", "figures", "products", "contact", "assign", "extend", "hold", "win",
           "lose", "return")  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_dialog_of_work_has_a_barrier_or_scrolls_sideways(cast: Cast, page: Page, theme: Any) -> None:
    made = cast.managed()
    Participation.objects.get(opportunity=made, until=None).people.add(cast.sofie)
    enter(page, cast.anna)
    page.emulate_media(color_scheme=theme)
    wrong = []
    for what in DIALOGS:
        page.set_viewport_size({"width": 320, "height": 800})
        page.goto(f"/portal/opportunities/{made.pk}/?dialog={what}")
        expect(page.get_by_role("dialog")).to_be_visible()
        wrong += [f"{what}: {fault}" for fault in axe(page, include="dialog[open]")]
        wide = page.evaluate(WIDTHS)
        wrong += [f"{what}: {wide}"] if max(wide) > 320 else []
    assert wrong == []
