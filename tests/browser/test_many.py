"""What a channel manager does to many opportunities, by the words on the screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from kanal.directory.models import Person
from kanal.distribution import actions
from kanal.distribution.actions import bulk as doing
from kanal.distribution.models import BulkRun, Offer
from kanal.opportunities.models import Opportunity
from tests import cast as casting
from tests.browser.test_desk import choose
from tests.browsing import axe, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 320, "height": 800}


@pytest.fixture
def cast(page: Page):
    made = casting.make()
    sign_in(page, "chris@havn.example")
    return made


def whole(page: Page) -> list[str]:
    """Give what is wrong with the page, wide and on the narrowest screen."""
    wrong = axe(page)
    size = page.viewport_size
    assert size
    page.set_viewport_size(NARROW)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(size)
    return wrong + ([f"{page.url} is {width} px wide"] if width > NARROW["width"] else [])


def test_several_are_delivered_and_the_one_that_can_not_be_is_skipped_with_the_reason(page, cast):
    cast.opportunity(topic="Warehouse scanning")
    cast.opportunity(topic="Stock planning")
    cast.delivered(cast.fjord, topic="Field service")
    page.goto("/sales/opportunities/")
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Deliver to…").click()
    expect(page.get_by_text("3 opportunities are selected.")).to_be_visible()
    assert whole(page) == []
    choose(page, "Partner", "nord", "Nordlys IT")
    page.get_by_role("button", name="Preview").click()

    expect(page.get_by_role("heading", name="2 will be done")).to_be_visible()
    expect(page.get_by_role("heading", name="1 will be skipped")).to_be_visible()
    expect(page.get_by_text("“Deliver” can’t be done while the status is “Delivered”.")).to_be_visible()
    assert whole(page) == []
    page.get_by_role("button", name="Deliver (2)").click()

    expect(page.get_by_role("heading", name="Delivered to a partner")).to_be_visible()
    expect(page.get_by_role("link", name="Warehouse scanning")).to_be_visible()
    page.get_by_role("link", name="Skipped 1").click()
    expect(page.get_by_role("row").filter(has_text="Field service")).to_contain_text("“Delivered”")
    assert whole(page) == []
    assert Offer.objects.filter(partner=cast.nordlys).count() == 2


def test_all_that_match_run_in_the_background_and_the_page_follows(page, cast):
    for number in range(52):
        cast.opportunity(topic=f"Case {number}")
    page.goto("/sales/opportunities/?q=Case")
    page.get_by_label("Select all on this page").check()
    page.get_by_label("All 52 that match").check()
    page.get_by_role("button", name="Change owner…").click()
    expect(page.get_by_text("52 opportunities match the list.")).to_be_visible()
    choose(page, "New owner", "sally", "Sally Winther")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Change owner (52)").click()
    expect(page.get_by_text("0 of 52 are done.")).to_be_visible()
    assert whole(page) == []

    doing.carry_out(key=BulkRun.objects.get().pk)  # what the worker does

    expect(page.get_by_role("link", name="Done 52")).to_be_visible()
    assert Opportunity.objects.filter(owner=cast.sally).count() == 52
    page.goto("/sales/notifications/")
    expect(page.get_by_text("Changing the owner is done: 52 of 52")).to_be_visible()


def test_one_is_shared_with_two_partners_from_the_list(page, cast):
    cast.opportunity(topic="Warehouse scanning")
    page.goto("/sales/opportunities/")
    page.get_by_label("Select OPP").check()
    page.get_by_role("button", name="Share with…").click()
    choose(page, "Partner 1", "nord", "Nordlys IT")
    choose(page, "Partner 2", "fjord", "Fjord Consulting")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Share (1)").click()
    expect(page.get_by_role("heading", name="Shared with partners")).to_be_visible()
    assert Opportunity.objects.get().collaboration


def test_an_accepted_one_is_taken_back_by_its_dialog(page, cast):
    row = cast.managed(topic="Warehouse scanning")
    page.goto(f"/sales/opportunities/{row.pk}/")
    page.get_by_text("Actions", exact=True).click()
    page.get_by_role("button", name="Take back…").click()
    dialog = page.get_by_role("dialog", name="Take it back?")
    expect(dialog.get_by_text("Nordlys IT loses access at once and is told why.")).to_be_visible()
    dialog.get_by_label("Why, as the partner is told").fill("No progress since spring")
    dialog.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Taken back; the partner is told")).to_be_visible()
    entry = page.get_by_role("listitem").filter(has_text="Taken back from Nordlys IT")
    expect(entry.first).to_contain_text("Chris Mølgaard")
    expect(entry.first).to_contain_text("No progress since spring")


def test_an_accepted_one_is_taken_back_by_the_field_status(page, cast):
    row = cast.managed(topic="Warehouse scanning")
    page.goto(f"/sales/opportunities/{row.pk}/")
    page.get_by_label("Status", exact=True).select_option("In progress")
    expect(page.get_by_text("Saving takes it back: whoever works on it loses access")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Say why, in a few words.").first).to_be_visible()
    page.get_by_label("In your own words").first.fill("No progress")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Taken back from Nordlys IT")).to_be_visible()
    row.refresh_from_db()
    assert (row.status, row.partner) == ("in_progress", None)


WORDS = {
    "en": {
        "hand over": "Hand over work…",
        "offers": "Offers that wait for an answer",
        "to": "Goes to",
        "preview": "Preview",
        "skipped": "1 will be skipped",
        "reason": "Reason",
        "do": "Hand over (2)",
        "done": "Handed over",
    },
    "da": {
        "hand over": "Overdrag arbejde…",
        "offers": "Tilbud, der venter på svar",
        "to": "Går til",
        "preview": "Forhåndsvisning",
        "skipped": "1 springes over",
        "reason": "Begrundelse",
        "do": "Overdrag (2)",
        "done": "Overdraget",
    },
}


@pytest.mark.parametrize("language", WORDS)
def test_the_open_work_of_a_partner_is_handed_over_from_its_page(page, cast, language):
    words = WORDS[language]
    offered, managed, held = cast.delivered(), cast.managed(), cast.managed()
    actions.hold(key=held.pk, reason="Budget", by=cast.chris)
    Person.objects.update(language=language)
    page.goto(f"/sales/partners/{cast.nordlys.pk}/")
    page.get_by_role("link", name=words["hand over"]).click()
    expect(page.get_by_role("heading", name=words["offers"])).to_be_visible()
    assert whole(page) == []
    for place in (0, 1):
        field = page.get_by_role("combobox", name=words["to"], exact=True).nth(place)
        field.click()
        field.press_sequentially("fjord")
        page.get_by_role("option", name="Fjord Consulting").first.click()
    page.get_by_role("button", name=words["preview"]).click()
    expect(page.get_by_role("heading", name=words["skipped"])).to_be_visible()
    assert whole(page) == []
    page.get_by_label(words["reason"]).fill("The partnership ends")
    page.get_by_role("button", name=words["do"]).click()
    expect(page.get_by_role("heading", name=words["done"], exact=True)).to_be_visible()
    for row in (offered, managed):
        row.refresh_from_db()
        assert (row.status, row.partner) == ("delivered", cast.fjord)


@pytest.mark.parametrize("part", ["", "people", "opportunities", "answers", "rates"])
def test_no_part_of_a_partners_page_has_a_barrier(page, cast, part):
    cast.managed()
    actions.decline(key=cast.delivered().pk, reason="other", text="We have nobody", by=cast.mads)
    page.goto(f"/sales/partners/{cast.nordlys.pk}/?part={part}")
    page.emulate_media(color_scheme="dark")
    assert whole(page) == []
    page.emulate_media(color_scheme="light")
    assert axe(page) == []
