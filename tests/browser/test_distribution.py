"""What a channel manager does with the waiting queue, by the words on the screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from kanal.directory.models import Person
from kanal.distribution import actions
from kanal.distribution.models import AssignmentRun, Offer
from kanal.distribution.terms import Terms
from tests import cast as casting
from tests.browser import clocked
from tests.browser.test_desk import choose
from tests.browser.test_many import whole
from tests.browsing import sign_in
from tests.distribution.runs import proposed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(page: Page):
    made = casting.make()
    for partner in (made.nordlys, made.fjord):
        partner.territories.add(made.jutland)
    actions.make_policy(
        name="Nordic default", terms=Terms(rules=("territory", "capacity", "offered")), by=made.chris
    )
    sign_in(page, "chris@havn.example")
    return made


def test_a_queue_is_previewed_a_line_moved_all_delivered_and_the_next_partner_gets_what_nobody_answered(
    page, cast
):
    field = cast.opportunity(topic="Field service")
    cast.opportunity(topic="Stock planning")
    page.goto("/sales/opportunities/")
    page.get_by_role("link", name="Distribution").click()
    expect(page.get_by_text("Waiting, the longest first")).to_be_visible()
    assert whole(page) == []
    page.get_by_role("button", name="Preview all 2").click()

    expect(page.get_by_role("heading", name="Assign 2 opportunities to their best partners")).to_be_visible()
    expect(page.get_by_text("A proposal: nothing has been sent.")).to_be_visible()
    assert not Offer.objects.exists()
    page.get_by_role("button", name="Why, and to whom else: Field service").click()
    expect(page.get_by_role("columnheader", name="Candidate").first).to_be_visible()
    assert whole(page) == []

    run = AssignmentRun.objects.get()
    line = run.decisions.get(opportunity=field)
    other = cast.fjord if line.partner == cast.nordlys else cast.nordlys
    page.get_by_role("link", name="Give it to another partner").click()
    choose(page, "Partner", other.name[:5].lower(), other.name)
    page.get_by_label("Reason").fill("They know the customer.")
    assert whole(page) == []
    page.get_by_role("button", name="Move").click()
    expect(page.get_by_text(f"Field service goes to {other.name} once it is delivered.")).to_be_visible()
    expect(page.get_by_text("moved by Chris Mølgaard")).to_be_visible()

    page.get_by_role("button", name="Deliver all 2").click()
    expect(page.get_by_text("2 opportunities are delivered.")).to_be_visible()
    expect(page.get_by_role("heading", name="Assigned 2 opportunities")).to_be_visible()
    assert whole(page) == []
    offer = Offer.objects.get(opportunity=field)
    assert offer.partner == other

    clocked.move(page, "Behind the next deadline")
    following = Offer.objects.get(opportunity=field, status="pending")
    assert following.partner == line.partner
    page.goto(f"/sales/opportunities/{field.pk}/")
    page.get_by_role("link", name="Offers").click()
    expect(page.get_by_role("heading", name=f"Why {following.partner.name}")).to_be_visible()
    expect(page.get_by_role("row", name=other.name).filter(has_text="Expired")).to_be_visible()
    expect(page.get_by_text(f"{other.name} had this one before and let it go")).to_be_visible()
    assert whole(page) == []


def test_what_is_unchecked_is_not_delivered_and_the_button_counts(page, cast):
    pairs = [(cast.opportunity(topic=f"Case {n}"), cast.nordlys) for n in range(3)]
    run = proposed(pairs, by=cast.chris)
    page.goto(f"/sales/distribution/{run.pk}/")
    expect(page.get_by_role("button", name="Deliver selected (3)")).to_be_visible()
    page.get_by_role("checkbox", name=f"Select {pairs[1][0].reference}").uncheck()
    page.get_by_role("button", name="Deliver selected (2)").click()
    expect(page.get_by_text("2 opportunities are delivered.")).to_be_visible()
    expect(page.get_by_text("The rest of a proposal.")).to_be_visible()
    assert run.decisions.get(outcome="proposed").opportunity == pairs[1][0]


def test_a_danish_reader_finds_danish_words_and_works_by_keyboard(page, cast):
    Person.objects.filter(pk=cast.chris.pk).update(language="da")
    run = proposed([(cast.opportunity(topic="Feltservice"), cast.nordlys)], by=cast.chris)
    page.goto(f"/sales/distribution/{run.pk}/")
    expect(page.get_by_role("heading", name="Tildel 1 salgsmulighed til den bedste partner")).to_be_visible()
    why = page.get_by_role("button", name="Hvorfor, og til hvem ellers: Feltservice")
    why.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ingen politik tager denne salgsmulighed")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ingen politik tager denne salgsmulighed")).to_be_hidden()
    page.get_by_role("button", name="Levér 1").click()
    expect(page.get_by_text("1 salgsmulighed er leveret.")).to_be_visible()
