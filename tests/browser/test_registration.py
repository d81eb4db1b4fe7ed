"""Deal registration from end to end, by the words on the screen, as its people do it in their own languages.

A partner makes an opportunity and registers it; the vendor finds the request on the opportunity, asks, is answered, and
approves; another partner hears that the customer is protected and waits in line; the time passes the end, and exactly
that one comes up.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kanal.config import clock
from kanal.directory.models import Person
from kanal.registration.models import Registration
from tests import cast as casting
from tests.browser import clocked
from tests.browser.test_main_job import sign_in_by_the_form
from tests.browser.test_many import whole
from tests.registration import made

pytestmark = pytest.mark.django_db(transaction=True)

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "register": "Register",
        "why": "Why your company",
        "value": "Value in DKK",
        "terms": "Our company accepts the terms",
        "submit": "Submit",
        "submitted": "Submitted",
        "request": "Deal registration request from Nordlys IT",
        "review": "Review request",
        "ask": "Ask for information…",
        "question": "Question",
        "contact": "Contact",
        "send": "Send the question",
        "your answer": "Your answer",
        "answer": "Answer",
        "approve": "Approve…",
        "approve now": "Approve",
        "protected for": "is protected for Nordlys IT until",
        "check": "Check a customer",
        "domain": "Web domain",
        "ask now": "Check",
        "protected": "Protected",
        "clear": "Clear",
        "wait": "Wait in line",
        "in line": "In line",
        "end": "Behind the end of the next protection",
        "in review": "In review",
        "queue": "Registrations",
    },
    "da": {
        "register": "Registrer",
        "why": "Hvorfor jeres firma",
        "value": "Værdi i DKK",
        "terms": "Vores firma accepterer betingelserne",
        "submit": "Indsend",
        "submitted": "Indsendt",
        "request": "Anmodning om handelsregistrering fra Nordlys IT",
        "review": "Gennemgå anmodning",
        "ask": "Bed om oplysninger…",
        "question": "Spørgsmål",
        "contact": "Kontakt",
        "send": "Send spørgsmålet",
        "your answer": "Jeres svar",
        "answer": "Svar",
        "approve": "Godkend …",
        "approve now": "Godkend",
        "protected for": "er beskyttet for Nordlys IT",
        "check": "Tjek en kunde",
        "domain": "Webdomæne",
        "ask now": "Tjek",
        "protected": "Beskyttet",
        "clear": "Fri",
        "wait": "Stå i kø",
        "in line": "I kø",
        "end": "Efter næste beskyttelses slutning",
        "in review": "Til gennemgang",
        "queue": "Registreringer",
    },
}


@pytest.mark.parametrize("language", WORDS)
def test_a_partner_registers_the_vendor_asks_and_approves_and_the_next_in_line_comes_up(
    page: Page, language: str
) -> None:
    cast = casting.make()
    Person.objects.update(language=language)
    words = WORDS[language]
    opportunity = made.opportunity(cast, cast.mads, topic="ERP for Søby")
    register(page, cast, words, opportunity)

    sign_in_by_the_form(page, "ada@havn.example")
    page.goto(f"/sales/opportunities/{opportunity.pk}/")
    expect(page.get_by_text(words["request"])).to_be_visible()
    assert whole(page) == []
    page.get_by_role("link", name=words["review"]).first.click()
    page.get_by_role("button", name=words["ask"]).click()
    page.get_by_role("dialog").get_by_label(words["question"]).fill("Who decides there?")
    page.get_by_role("dialog").get_by_role("checkbox", name=words["contact"], exact=True).check()
    page.get_by_role("button", name=words["send"]).click()

    sign_in_by_the_form(page, "mads@nordlys.example")
    page.goto(f"/portal/registrations/{Registration.objects.get().pk}/")
    expect(page.get_by_text("Who decides there?").first).to_be_visible()
    page.get_by_label(words["contact"], exact=True).fill("Else Søby")
    page.get_by_label(words["your answer"]).fill("Else does, with her brother.")
    assert whole(page) == []
    page.get_by_role("button", name=words["answer"], exact=True).click()

    sign_in_by_the_form(page, "ada@havn.example")
    page.get_by_role("navigation").get_by_role("link", name=words["queue"]).first.click()
    page.get_by_role("link", name="Søby Teknik ApS").first.click()
    expect(page.get_by_text("Else does, with her brother.").first).to_be_visible()
    page.get_by_role("button", name=words["approve"]).click()
    page.get_by_role("dialog").get_by_role("button", name=words["approve now"], exact=True).click()
    expect(page.get_by_text(words["protected for"]).first).to_be_visible()

    waiting = wait_in_line(page, cast, words)
    behind = made.submitted(cast, third(cast, language), wait_in_line=True)
    clocked.move(page, words["end"], language=language)
    expect_promoted(page, words, waiting, behind)


def register(page: Page, cast: casting.Cast, words: dict[str, str], opportunity: Any) -> None:
    """Register a deal at the bottom of the page of its opportunity."""
    sign_in_by_the_form(page, "mads@nordlys.example")
    page.goto(f"/portal/opportunities/{opportunity.pk}/")
    page.get_by_role("button", name=words["register"], exact=True).click()
    page.get_by_label(words["why"]).fill("We have run their network since 2019.")
    page.get_by_label(words["value"]).fill("265000")
    page.get_by_label(words["terms"]).check()
    assert whole(page) == []
    page.get_by_role("button", name=words["submit"], exact=True).first.click()
    expect(page.get_by_text(words["submitted"]).first).to_be_visible()


def wait_in_line(page: Page, cast: casting.Cast, words: dict[str, str]) -> Registration:
    """Ask as another partner whether the customer is free, and wait for it."""
    sign_in_by_the_form(page, "freja@fjord.example")
    page.get_by_role("navigation").get_by_role("link", name=words["check"]).first.click()
    page.get_by_label(words["domain"], exact=True).fill("www.soby-teknik.dk")
    page.get_by_role("button", name=words["ask now"], exact=True).click()
    expect(page.get_by_role("main").get_by_text(words["protected"], exact=True)).to_be_visible()
    expect(page.get_by_text("Nordlys")).to_have_count(0)
    page.get_by_label(words["domain"], exact=True).fill("ingen-kender-os.dk")
    page.get_by_role("button", name=words["ask now"], exact=True).click()
    expect(page.get_by_role("main").get_by_text(words["clear"], exact=True)).to_be_visible()

    draft = made.draft(cast, cast.freja, topic="New ERP in Søby", customer="SØBY TEKNIK")
    page.goto(f"/portal/registrations/{draft.pk}/")
    page.get_by_label(words["why"]).fill("Their owner called us last week.")
    page.get_by_label(words["terms"]).check()
    page.get_by_role("button", name=words["submit"], exact=True).first.click()
    page.get_by_label(words["wait"], exact=True).check()
    assert whole(page) == []
    page.get_by_role("button", name=words["submit"], exact=True).first.click()
    expect(page.get_by_text(words["in line"]).first).to_be_visible()
    return made.again(draft)


def third(cast: casting.Cast, language: str) -> Person:
    """Make somebody of one more partner, a minute later."""
    clock.use(lambda: timedelta(minutes=1))
    partner = casting.partner_company("Kompas Partners", channel_manager=cast.chris)
    return casting.partner_person("Jens Kjær", partner, "manager", language=language)


def expect_promoted(page: Page, words: dict[str, str], waiting: Registration, behind: Registration) -> None:
    """See that the one that waited first is in review, and that the one behind it still waits."""
    assert [made.again(one).status for one in (waiting, behind)] == ["in_review", "submitted"]
    sign_in_by_the_form(page, "freja@fjord.example")
    page.goto(f"/portal/registrations/{waiting.pk}/")
    expect(page.get_by_text(words["in review"]).first).to_be_visible()
    sign_in_by_the_form(page, "jens@kompas.example")
    page.goto(f"/portal/registrations/{behind.pk}/")
    expect(page.get_by_text(words["in line"]).first).to_be_visible()


def test_a_draft_says_while_it_is_typed_whether_the_customer_is_free(page: Page) -> None:
    cast = casting.make()
    made.approved(cast, cast.mads)
    draft = made.draft(cast, cast.freja, customer="Marstal Værft", domain="marstal-vaerft.dk")
    sign_in_by_the_form(page, "freja@fjord.example")
    page.goto(f"/portal/registrations/{draft.pk}/")
    answer = page.get_by_role("status", name="Answer")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(answer.get_by_text("Clear", exact=True)).to_be_visible()
    page.get_by_label("Web domain").fill("soby-teknik.dk")
    page.get_by_label("Company", exact=True).fill("Søby Teknik")
    page.get_by_label("City").focus()
    expect(answer.get_by_text("Protected", exact=True)).to_be_visible()
    expect(answer.get_by_role("link")).to_have_count(0)
    assert whole(page) == []
