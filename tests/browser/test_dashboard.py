"""S10 by the words on the screen: what is distributed, what is managed and with whom, and what waits."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kanal.config import clock
from kanal.distribution import actions
from kanal.opportunities.actions import add_note
from kanal.opportunities.models import Opportunity, Participation
from tests.browsing import axe, sign_in
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "en": {
        "heading": "Partner dashboard",
        "waits": "What waits for you",
        "distributed": "Distributed opportunities",
        "managed": "Managed opportunities",
        "activity": "Recent activity",
        "with": "with Fjord Consulting",
        "late": "16 days overdue",
        "accept": "Accept Offer",
        "answer": "Answer Together",
        "won": "1 won this quarter",
        "overdue": "1 overdue",
        "figures": ["to answer", "nearest deadline", "managed", "with partners", "days old on average"],
        "mine": "Assigned to me",
    },
    "da": {
        "heading": "Partnerdashboard",
        "waits": "Det venter på jer",
        "distributed": "Distribuerede salgsmuligheder",
        "managed": "Administrerede salgsmuligheder",
        "activity": "Seneste aktivitet",
        "with": "med Fjord Consulting",
        "late": "16 dage over tid",
        "accept": "Acceptér Offer",
        "answer": "Svar Together",
        "won": "1 vundet i dette kvartal",
        "overdue": "1 over tid",
        "figures": ["nærmeste frist", "administreret", "med partnere", "dage gamle i snit"],
        "mine": "Tildelt mig",
    },
}


def work(cast: Cast) -> None:
    """Give Nordlys IT an offer, a collaboration with a question, late work, and a sale that was won."""
    cast.delivered(topic="Offer", estimated_revenue=Decimal(480_000))
    together = cast.managed(topic="Together")
    actions.share(key=together.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    add_note(key=together.pk, body="Who signs for the school?", shared=True, by=cast.chris)
    late = cast.managed(topic="Late")
    day = clock.today() - timedelta(days=16)
    Opportunity.objects.filter(pk=late.pk).update(estimated_close_date=day)
    won = cast.managed(topic="Won")
    actions.win(key=won.pk, reason="price", by=cast.mads)


def part(page: Page, name: str) -> Any:
    return page.get_by_role("region", name=name, exact=True)


@pytest.mark.parametrize("language", WORDS)
def test_a_partner_reads_what_waits_and_what_it_manages_and_acts_from_there(
    cast: Cast, page: Page, language: str
) -> None:
    work(cast)
    say: dict[str, Any] = WORDS[language]
    type(cast.mads).objects.filter(pk=cast.mads.pk).update(language=language)
    sign_in(page, cast.mads.email)
    page.goto("/portal/")
    expect(page.get_by_role("heading", level=1)).to_have_text(say["heading"])
    expect(part(page, say["distributed"]).get_by_role("link", name="Offer", exact=True)).to_be_visible()
    managed = part(page, say["managed"])
    expect(managed.get_by_text(say["with"])).to_be_visible()
    expect(managed.get_by_text(say["late"])).to_be_visible()
    expect(managed.get_by_role("link", name=say["won"])).to_be_visible()
    for words in say["figures"]:
        expect(page.locator("dt", has_text=words).first).to_be_visible()
    waits = part(page, say["waits"])
    expect(waits.get_by_text("Who signs for the school?")).to_be_visible()
    expect(part(page, say["activity"]).get_by_role("link", name="Together").first).to_be_visible()
    assert axe(page) == []
    waits.get_by_role("button", name=say["accept"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Offer")
    page.goto("/portal/")
    part(page, say["waits"]).get_by_role("link", name=say["answer"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Together")
    page.goto("/portal/")
    part(page, say["waits"]).get_by_role("link", name=say["overdue"]).click()
    rows = part(page, say["managed"]).get_by_role("rowheader")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Late")


def test_a_filter_is_turned_on_and_off_with_one_click(cast: Cast, page: Page) -> None:
    work(cast)
    mine = cast.managed(topic="Mine")
    Participation.objects.filter(opportunity=mine, until=None).update(assignee=cast.mads)
    sign_in(page, cast.mads.email)
    page.goto("/portal/opportunities/")
    managed = part(page, "Managed opportunities")
    managed.get_by_role("link", name="Assigned to me").click()
    expect(managed.get_by_role("rowheader")).to_have_count(1)
    assert axe(page) == []
    managed.get_by_role("link", name="Remove filter").click()
    expect(managed.get_by_role("rowheader")).to_have_count(3)
