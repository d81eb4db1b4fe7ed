"""S13 by the words on the screen: an administrator's people and company, what managers and sellers see; and a look."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from kanal.directory.invitations import send
from kanal.directory.models import Invitation, Look, Partner, Person
from kanal.opportunities.models import Participation
from tests.browsing import axe, sign_in
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {
    "en": {
        "team": "Team",
        "invite": "Invite a colleague",
        "email": "Email",
        "role": "Role",
        "seller": "Seller",
        "manager": "Manager",
        "send": "Send the invitation",
        "invited": "Invited",
        "name": "Your name",
        "password": "Password",
        "accept": "Accept the invitation",
        "change": "Change role…",
        "change_now": "Change role",
        "deactivate": "Deactivate…",
        "deactivate_now": "Deactivate",
        "goes_to": "Their open work goes to",
        "reactivate": "Reactivate",
        "company": "Company",
        "at_most": "Takes at most",
        "paused": "Paused until",
        "save": "Save",
        "opportunities": "Opportunities",
        "managed": "Managed opportunities",
    },
    "da": {
        "team": "Team",
        "invite": "Invitér en kollega",
        "email": "E-mail",
        "role": "Rolle",
        "seller": "Sælger",
        "manager": "Leder",
        "send": "Send invitationen",
        "invited": "Inviteret",
        "name": "Dit navn",
        "password": "Adgangskode",
        "accept": "Acceptér invitationen",
        "change": "Skift rolle…",
        "change_now": "Skift rolle",
        "deactivate": "Deaktivér…",
        "deactivate_now": "Deaktivér",
        "goes_to": "Det åbne arbejde går til",
        "reactivate": "Genaktivér",
        "company": "Virksomhed",
        "at_most": "Tager højst",
        "paused": "På pause indtil",
        "save": "Gem",
        "opportunities": "Salgsmuligheder",
        "managed": "Administrerede salgsmuligheder",
    },
}


def enter(page: Page, person: Any, language: str = "en") -> None:
    type(person).objects.filter(pk=person.pk).update(language=language)
    page.context.clear_cookies()
    sign_in(page, person.email)


def link_of(invitation: Invitation) -> str:
    send(invitation_id=str(invitation.pk))
    found = re.search(r"http://[^/]+(/invitation/\S+)", mail.outbox[-1].body)
    assert found
    return found.group(1)


@pytest.mark.parametrize("language", WORDS)
def test_an_administrator_keeps_people_by_the_words_on_the_screen(
    cast: Cast, page: Page, language: str
) -> None:
    say = WORDS[language]
    part = Participation.objects.get(opportunity=cast.managed(), until=None)
    enter(page, cast.anna, language)
    page.goto("/portal/")
    # She invites somebody, who comes.
    page.get_by_role("navigation").get_by_role("link", name=say["team"], exact=True).first.click()
    page.get_by_role("link", name=say["invite"]).click()
    page.get_by_label(say["email"]).fill("vera@nordlys.example")
    page.get_by_role("combobox", name=say["role"]).select_option(label=say["seller"])
    page.get_by_role("button", name=say["send"]).click()
    expect(page.get_by_role("region", name=say["invited"])).to_contain_text("vera@nordlys.example")
    path = link_of(Invitation.objects.get())
    page.context.clear_cookies()
    page.goto(path)
    page.get_by_label(say["name"]).fill("Vera Vind")
    page.get_by_label(say["password"]).fill("lang-nok-kode-7")
    page.get_by_role("button", name=say["accept"]).click()
    expect(page).to_have_url(re.compile("/portal/$"))
    vera = Person.objects.get(email="vera@nordlys.example")
    assert (vera.partner, vera.partner_role, vera.language) == (cast.nordlys, "seller", language)
    # A seller sees what is shared with her, and changes nobody.
    page.get_by_role("navigation").get_by_role("link", name=say["opportunities"]).first.click()
    expect(page.get_by_text("ERP renewal for 140 users")).to_have_count(0)
    part.people.add(vera)
    Participation.objects.filter(pk=part.pk).update(assignee=vera)
    page.reload()
    managed = page.get_by_role("region", name=say["managed"])
    expect(managed.get_by_role("link", name="ERP renewal for 140 users")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name=say["team"], exact=True).first.click()
    expect(page.get_by_role("link", name=say["invite"])).to_have_count(0)
    expect(page.get_by_role("link", name="Mads Iversen", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name=say["company"], exact=True)).to_have_count(0)
    # The administrator changes a role, and lets her go with her work handed over.
    enter(page, cast.anna, language)
    page.goto("/portal/people/")
    page.get_by_role("link", name="Sofie Dahl").click()
    page.get_by_role("button", name=say["change"]).click()
    page.get_by_role("dialog").get_by_role("combobox", name=say["role"]).select_option(label=say["manager"])
    page.get_by_role("dialog").get_by_role("button", name=say["change_now"], exact=True).click()
    expect(page.get_by_role("row", name="Sofie Dahl")).to_contain_text(say["manager"])
    page.get_by_role("link", name="Vera Vind").click()
    page.get_by_role("button", name=say["deactivate"]).click()
    page.get_by_label(say["goes_to"]).select_option(str(cast.mads.pk))
    page.get_by_role("dialog").get_by_role("button", name=say["deactivate_now"], exact=True).click()
    expect(page.get_by_role("row", name="Vera Vind")).to_be_visible()
    part.refresh_from_db()
    assert (part.assignee, list(part.people.all())) == (cast.mads, [])
    page.get_by_role("link", name="Vera Vind").click()
    page.get_by_role("button", name=say["reactivate"]).click()
    expect(page.get_by_role("button", name=say["deactivate"])).to_be_visible()


@pytest.mark.parametrize("language", WORDS)
def test_a_company_takes_at_most_eight_and_pauses(cast: Cast, page: Page, language: str) -> None:
    say = WORDS[language]
    enter(page, cast.anna, language)
    page.goto("/portal/people/")
    page.get_by_role("link", name=say["company"], exact=True).click()
    page.get_by_label(say["at_most"]).fill("8")
    page.get_by_label(say["paused"]).fill("2027-03-01")
    page.get_by_role("button", name=say["save"], exact=True).click()
    expect(page.get_by_role("status").get_by_text("Gemt." if language == "da" else "Saved.")).to_be_visible()
    kept = Partner.objects.get(pk=cast.nordlys.pk)
    assert (kept.capacity, str(kept.paused_until)) == (8, "2027-03-01")


def test_the_vendor_sees_the_portal_as_somebody_and_stops(cast: Cast, page: Page) -> None:
    cast.managed(topic="Not shared with Sofie")
    enter(page, cast.chris)
    page.goto(f"/sales/partners/{cast.nordlys.pk}/?part=people")
    page.get_by_role("button", name="See the portal as Sofie Dahl").first.click()
    band = page.get_by_text("You see the portal as Sofie Dahl, seller of Nordlys IT. Nothing can be changed.")
    expect(band).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Opportunities").first.click()
    expect(band).to_be_visible()
    expect(page.get_by_text("Not shared with Sofie")).to_have_count(0)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert axe(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("You no longer see the portal as Sofie Dahl.")).to_be_visible()
    assert [entry.path for entry in Look.objects.get().pages.all()] == ["/portal/", "/portal/opportunities/"]


@pytest.mark.parametrize("dialog", ["role", "leave"])
def test_no_dialog_of_a_colleague_has_a_barrier(cast: Cast, page: Page, dialog: str) -> None:
    part = Participation.objects.get(opportunity=cast.managed(), until=None)
    part.people.add(cast.sofie)
    enter(page, cast.anna)
    page.goto(f"/portal/people/{cast.sofie.pk}/?dialog={dialog}")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert axe(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
