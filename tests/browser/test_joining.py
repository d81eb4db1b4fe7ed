"""S15 as people do it: a company applies, confirms by mail, is approved at the desk, and its administrator signs in."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from playwright.sync_api import Page, expect
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.config import clock
from kanal.directory.invitations import send as send_invitation
from kanal.directory.models import Partner, Person
from kanal.joining.mail import send
from kanal.joining.telling import tell_deciders
from kanal.portal.joining import robots
from tests import cast as casting
from tests.browser.test_every_page import look
from tests.browser.test_main_job import sign_in_by_the_form
from tests.browsing import sign_in
from tests.joining import made

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a-long-way-to-the-harbour"

ENGLISH = {
    "become": "Become a partner",
    "company": "Company",
    "domain": "Web domain",
    "country": "Country",
    "denmark": "Denmark",
    "name": "Your name",
    "role": "Your role",
    "mail": "Work mail",
    "why": "Why do you want to become a partner?",
    "consent": "may keep what I wrote",
    "send": "Send the application",
    "sent": "Look into your mail",
    "confirm": "Confirm",
    "received": "Received",
    "applications": "Applications",
    "waits": "1 waits",
    "near": "Nearest existing companies",
    "take_up": "Take up",
    "in_review": "In review",
    "approve…": "Approve…",
    "approve": "Approve",
    "tier": "Tier",
    "became": "It became a partner:",
    "approved": "Approved",
    "welcome": "Welcome to Havn Systems",
    "password": "Password",
    "accept": "Accept the invitation",
    "distributed": "Distributed opportunities",
    "confirm_mail": "Confirm your application to",
}
DANISH = {
    "become": "Bliv partner",
    "company": "Virksomhed",
    "domain": "Webdomæne",
    "country": "Land",
    "denmark": "Danmark",
    "name": "Dit navn",
    "role": "Din rolle",
    "mail": "Arbejdsmail",
    "why": "Hvorfor vil I være partner?",
    "consent": "må gemme det, jeg har skrevet",
    "send": "Send ansøgningen",
    "sent": "Se i din mail",
    "confirm": "Bekræft",
    "received": "Modtaget",
    "applications": "Ansøgninger",
    "waits": "1 venter",
    "near": "Nærmeste kendte virksomheder",
    "take_up": "Tag op",
    "in_review": "Under behandling",
    "approve…": "Godkend …",
    "approve": "Godkend",
    "tier": "Niveau",
    "became": "Den blev partner:",
    "approved": "Godkendt",
    "welcome": "Velkommen til Havn Systems",
    "password": "Adgangskode",
    "accept": "Acceptér invitationen",
    "distributed": "Distribuerede salgsmuligheder",
    "confirm_mail": "Bekræft din ansøgning til",
}
LANGUAGES = {"en": ENGLISH, "da": DANISH}


def work(done: set[int]) -> list[EmailMultiAlternatives]:
    """Do what the worker would, once each; give the mail that left."""
    before = len(mail.outbox)
    names = {
        "kanal.joining.tasks.mail": send,
        "kanal.joining.tasks.tell": tell_deciders,
        "kanal.directory.tasks.send_invitation": send_invitation,
    }
    for job in ProcrastinateJob.objects.filter(task_name__in=names).order_by("id"):
        if job.pk not in done:
            done.add(job.pk)
            names[job.task_name](**job.args)
    return mail.outbox[before:]


def link(message: EmailMultiAlternatives, start: str) -> str:
    found = re.search(rf"https?://[^/\s]+({start}\S+)", message.body)
    assert found, message.body
    return found[1]


def apply(page: Page, language: str, words: dict[str, str]) -> None:
    """Fill the public form in, and send it."""
    page.goto("/")
    if language == "da":
        page.get_by_role("button", name="Dansk").click()
    page.get_by_role("link", name=words["become"]).click()
    page.get_by_role("textbox", name=words["company"], exact=True).fill("Sønderbo Data")
    page.get_by_label(words["domain"]).fill("sonderbo.example")
    page.get_by_role("combobox", name=words["country"], exact=True).select_option(words["denmark"])
    page.get_by_label(words["name"]).fill("Else Bruun")
    page.get_by_label(words["role"]).fill("Managing director")
    page.get_by_label(words["mail"]).fill("else@sonderbo.example")
    page.get_by_label("Jutland").check()
    page.get_by_label("ERP", exact=True).check()
    page.get_by_label(words["why"]).fill("Our customers ask for it every week.")
    page.get_by_label(words["consent"]).check()
    clock.use(lambda: robots.FASTEST + timedelta(seconds=1))  # people are not as fast as this test
    page.get_by_role("button", name=words["send"]).click()
    expect(page.get_by_role("heading", name=words["sent"])).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_company_joins_from_the_public_page_to_its_first_sign_in(page: Page, language: str) -> None:
    casting.make()
    Person.objects.update(language=language)
    words, done = LANGUAGES[language], set[int]()

    apply(page, language, words)

    # It confirms by the mail, and sees how it stands.
    (to_confirm,) = work(done)
    assert to_confirm.subject.startswith(words["confirm_mail"])
    page.goto(link(to_confirm, "/join/confirm/"))
    page.get_by_role("button", name=words["confirm"], exact=True).click()
    expect(page.get_by_role("main").get_by_text(words["received"]).first).to_be_visible()
    status = page.url

    # A channel manager finds it in the queue and approves it.
    work(done)
    sign_in_by_the_form(page, "chris@havn.example")
    navigation = page.get_by_role("navigation")
    expect(navigation.get_by_role("link", name=words["applications"])).to_contain_text(words["waits"])
    navigation.get_by_role("link", name=words["applications"]).click()
    page.get_by_role("link", name="Sønderbo Data").click()
    expect(page.get_by_role("heading", name=words["near"])).to_be_visible()
    page.get_by_role("button", name=words["take_up"]).click()
    expect(page.get_by_text(words["in_review"]).first).to_be_visible()
    page.get_by_role("link", name=words["approve…"]).click()
    page.get_by_label(words["tier"]).select_option("Gold")
    page.get_by_role("button", name=words["approve"], exact=True).click()
    expect(page.get_by_text(words["became"])).to_be_visible()
    partner = Partner.objects.get(account__name="Sønderbo Data")
    assert (partner.tier.name, partner.channel_manager.name) == ("Gold", "Chris Mølgaard")

    # The applicant reads so, and the new administrator signs in.
    messages = work(done)
    invitation = next(message for message in messages if "/invitation/" in message.body)
    assert invitation.to == ["else@sonderbo.example"]
    page.context.clear_cookies()
    page.goto(status)
    if language == "da":
        page.get_by_role("button", name="Dansk").click()
    expect(page.get_by_role("main").get_by_text(words["approved"]).first).to_be_visible()
    page.goto(link(invitation, "/invitation/"))
    expect(page.get_by_role("heading", name=words["welcome"])).to_be_visible()
    page.get_by_label(words["password"]).first.fill(PASSWORD)
    page.get_by_role("button", name=words["accept"]).click()
    expect(page.get_by_role("heading", name=words["distributed"]).first).to_be_visible()
    else_ = Person.objects.get(email="else@sonderbo.example")
    assert (else_.partner, else_.partner_role, else_.language) == (partner, "administrator", language)


def test_a_rejected_applicant_reads_why_and_a_question_is_answered_without_sign_in(page: Page) -> None:
    cast = casting.make()
    done = set[int]()
    application = made.waiting(cast)
    sign_in(page, "chris@havn.example")
    page.goto(f"/sales/applications/{application.pk}/")
    page.get_by_role("button", name="Ask…").click()
    page.get_by_label("Question").fill("How many consultants do you have?")
    page.get_by_role("button", name="Send the question").click()
    expect(page.get_by_text("You may decide all the same.")).to_be_visible()

    page.context.clear_cookies()
    page.goto(link(work(done)[-1], "/join/status/"))
    page.get_by_label("Your answer").fill("Eleven.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("main").get_by_text("In review").first).to_be_visible()

    sign_in(page, "chris@havn.example")
    page.goto(f"/sales/applications/{application.pk}/")
    expect(page.get_by_text("Eleven.")).to_be_visible()
    page.get_by_role("button", name="Reject…").click()
    page.get_by_label("Reason").select_option("Your area is well covered by partners that we have")
    page.get_by_label("Your words").fill("We have two partners there.")
    page.get_by_role("button", name="Reject", exact=True).click()
    expect(page.get_by_text("is rejected. The applicant is told.")).to_be_visible()

    page.context.clear_cookies()
    page.goto(link(work(done)[-1], "/join/status/"))
    expect(page.get_by_text("We have two partners there.").first).to_be_visible()
    expect(page.get_by_text("Your area is well covered by partners that we have")).to_be_visible()


def test_an_applicant_withdraws_by_the_link(page: Page) -> None:
    cast = casting.make()
    made.waiting(cast)
    page.goto(link(work(set())[-1], "/join/status/"))
    page.get_by_role("button", name="Withdraw my application…").click()
    page.get_by_role("button", name="Withdraw my application", exact=True).click()
    expect(page.get_by_role("main").get_by_text("Withdrawn").first).to_be_visible()


def test_a_refused_form_and_each_page_of_the_link_have_no_barrier(page: Page) -> None:
    cast = casting.make()
    asked = made.waiting(cast)
    from kanal.joining import actions, links

    wrong = look(page, "gone", "/join/status/guessed/")
    wrong += look(page, "not ours", "/join/confirm/guessed/")
    wrong += look(page, "received", links.to_follow(asked))
    actions.ask(key=asked.pk, text="How many?", by=cast.chris)
    wrong += look(page, "asked", links.to_follow(asked))
    actions.reject(key=asked.pk, reason="covered", text="Two there.", by=cast.chris)
    wrong += look(page, "rejected", links.to_follow(asked))
    sign_in(page, "chris@havn.example")
    wrong += look(page, "rejected ones", "/sales/applications/?view=rejected")
    wrong += look(page, "none waits", "/sales/applications/")
    assert wrong == []
