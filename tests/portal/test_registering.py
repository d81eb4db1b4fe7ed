"""A company registers its deals on the portal: the button, the draft, what was submitted, and the list."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kanal.config import clock
from kanal.opportunities.models import Opportunity
from kanal.registration import actions
from kanal.registration.lifecycle import Status
from kanal.registration.models import Evidence, Registration
from tests.cast import Cast
from tests.portal.conftest import Enter
from tests.registration import made

pytestmark = pytest.mark.django_db
WORK = "We have run their network since 2019, and showed them the ERP on 12 November."


@pytest.fixture(autouse=True)
def files_of_its_own(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def url(name: str, one: Registration | Opportunity) -> str:
    return reverse(f"portal:{name}", args=[one.pk])


def typed(draft: Registration, **facts: Any) -> dict[str, Any]:
    """Give what the form of a draft sends."""
    return {
        "company": draft.company,
        "domain": draft.domain,
        "registration_number": draft.registration_number,
        "street": draft.street,
        "postal_code": draft.postal_code,
        "city": draft.city,
        "country": draft.country,
        "contact_name": draft.contact_name,
        "contact_email": draft.contact_email,
        "contact_phone": draft.contact_phone,
        "family": str(draft.family_id or ""),
        "value": "265,000.00",
        "expected_close": (clock.today() + timedelta(days=60)).isoformat(),
        "work_done": WORK,
        "version": str(draft.version),
        **facts,
    }


def send(client: Client, draft: Registration, do: str = "save", **facts: Any) -> HttpResponse:
    return client.post(url("registration", draft), {**typed(draft, **facts), "do": do})


def text_of(answer: HttpResponse) -> str:
    """Give the words of a page."""
    page = re.sub(r"(?s)<(script|style|template).*?</\1>", " ", answer.content.decode())
    return " ".join(re.sub("<[^>]*>", " ", page).split())


# ── The button ───────────────────────────────────────────────────────────────────────────────────
def test_register_stands_at_the_bottom_of_what_the_company_made_and_begins_a_draft(
    cast: Cast, enter: Enter
) -> None:
    opportunity = made.opportunity(cast, cast.mads)
    client = enter(cast.mads)
    page = client.get(url("opportunity", opportunity)).content.decode()
    assert page.index("Timeline") < page.index(url("register", opportunity))
    answer = client.post(url("register", opportunity))
    draft = Registration.objects.get()
    assert answer["Location"] == url("registration", draft)
    page = client.get(url("opportunity", opportunity)).content.decode()
    assert url("register", opportunity) not in page
    assert url("registration", draft) in page


def test_what_the_vendor_made_can_not_be_registered(cast: Cast, enter: Enter) -> None:
    managed = cast.managed()
    client = enter(cast.mads)
    assert url("register", managed) not in client.get(url("opportunity", managed)).content.decode()
    assert client.post(url("register", managed)).status_code == 403


def test_the_opportunity_says_how_its_request_stands(cast: Cast, enter: Enter) -> None:
    held = made.approved(cast, cast.mads)
    page = enter(cast.mads).get(url("opportunity", held.opportunity))
    assert "Approved" in text_of(page)
    assert held.reference in text_of(page)
    assert "90 days left" in text_of(page)
    assert url("register", held.opportunity) not in page.content.decode()


# ── The draft ────────────────────────────────────────────────────────────────────────────────────
def test_a_draft_saves_itself_and_says_when(cast: Cast, enter: Enter) -> None:
    draft = made.draft(cast, cast.mads)
    answer = enter(cast.mads).post(url("registration_save", draft), typed(draft, city="Marstal"))
    assert answer.status_code == 200
    assert re.search(r"Saved \d\d:\d\d", text_of(answer))
    kept = made.again(draft)
    assert kept.city == "Marstal"
    assert f'name="version" id="id_version" value="{kept.version}"' in answer.content.decode()


def test_what_can_not_be_read_is_named_and_the_rest_is_saved(cast: Cast, enter: Enter) -> None:
    draft = made.draft(cast, cast.mads)
    values = typed(draft, city="Marstal", contact_email="not a mail")
    answer = enter(cast.mads).post(url("registration_save", draft), values)
    assert "but not: Mail of the contact" in text_of(answer)
    assert made.again(draft).city == "Marstal"


def test_a_draft_that_saves_itself_overwrites_no_colleague(cast: Cast, enter: Enter) -> None:
    draft = made.draft(cast, cast.mads)
    actions.save_draft(key=draft.pk, version=draft.version, values={"city": "Ærøskøbing"}, by=cast.anna)
    client = enter(cast.mads)
    answer = client.post(url("registration_save", draft), typed(draft, city="Marstal"))
    assert answer.status_code == 422
    assert "A colleague changed this request" in text_of(answer)
    page = send(client, draft, city="Marstal")
    assert page.status_code == 409
    assert "Ærøskøbing" in text_of(page)
    assert 'value="Marstal"' in page.content.decode()
    # The next try starts from what stands there.
    again = send(client, draft, city="Marstal", version=str(made.again(draft).version))
    assert again.status_code == 302
    assert made.again(draft).city == "Marstal"


def test_it_works_without_scripts_by_the_button_save(cast: Cast, enter: Enter) -> None:
    draft = made.draft(cast, cast.mads)
    assert send(enter(cast.mads), draft, city="Marstal").status_code == 302
    assert made.again(draft).city == "Marstal"


def test_what_is_missing_is_said_at_the_top_and_at_its_field_and_the_rest_is_kept(
    cast: Cast, enter: Enter
) -> None:
    draft = made.draft(cast, cast.mads)
    page = send(enter(cast.mads), draft, "submit", work_done="", value="", city="Marstal")
    assert page.status_code == 422
    body = page.content.decode()
    assert "3 things are missing or need another look. The draft is kept." in text_of(page)
    for field in ("value", "work_done", "accept_terms"):
        assert f'href="#id_{field}"' in body
        assert f'id="id_{field}_error"' in body
    kept = made.again(draft)
    assert (kept.status, kept.city) == (Status.DRAFT, "Marstal")


def test_a_day_that_is_no_day_is_said_and_the_rest_is_kept(cast: Cast, enter: Enter) -> None:
    draft = made.draft(cast, cast.mads)
    page = send(enter(cast.mads), draft, "submit", expected_close="soon", city="Marstal", accept_terms="on")
    assert page.status_code == 422
    assert 'id="id_expected_close_error"' in page.content.decode()
    assert made.again(draft).city == "Marstal"


def test_submitting_locks_the_request_and_names_the_promise(cast: Cast, enter: Enter) -> None:
    draft = made.draft(cast, cast.mads)
    client = enter(cast.mads)
    assert send(client, draft, "submit", accept_terms="on").status_code == 302
    sent = made.again(draft)
    assert sent.status == Status.SUBMITTED
    page = client.get(url("registration", draft))
    assert "decides by" in text_of(page)
    assert "The promise: within 16 working hours." in text_of(page)
    assert WORK in text_of(page)
    assert 'name="company"' not in page.content.decode()
    # A tab that still shows the draft is told.
    late = send(client, draft, city="Marstal")
    assert late.status_code == 302
    assert made.again(draft).city != "Marstal"


def test_evidence_comes_and_goes_without_losing_what_was_typed(cast: Cast, enter: Enter) -> None:
    draft = made.draft(cast, cast.mads)
    client = enter(cast.mads)
    file = SimpleUploadedFile("minutes.txt", b"they asked", content_type="text/plain")
    send(client, draft, "attach", files=file, city="Marstal")
    assert made.again(draft).city == "Marstal"
    added = Evidence.objects.get()
    page = client.get(url("registration", draft)).content.decode()
    assert "minutes.txt" in page
    client.post(url("registration", draft), {**typed(made.again(draft), city="Rise"), "drop": str(added.pk)})
    assert not Evidence.objects.exists()
    assert made.again(draft).city == "Rise"


def test_a_file_that_is_not_taken_is_said_and_nothing_is_lost(cast: Cast, enter: Enter) -> None:
    draft = made.draft(cast, cast.mads)
    file = SimpleUploadedFile("run.exe", b"MZ", content_type="application/octet-stream")
    page = send(enter(cast.mads), draft, "attach", files=file, city="Marstal")
    assert page.status_code == 422
    assert made.again(draft).city == "Marstal"
    assert not Evidence.objects.exists()


def test_a_protected_customer_is_offered_the_line_in_the_same_words_whoever_holds_it(
    cast: Cast, enter: Enter
) -> None:
    made.approved(cast, cast.mads)
    client = enter(cast.freja)
    draft = made.draft(cast, cast.freja)
    page = send(client, draft, "submit", accept_terms="on")
    assert page.status_code == 422
    assert "This customer is protected for now." in text_of(page)
    assert 'name="wait_in_line"' in page.content.decode()
    assert "Nordlys" not in text_of(page)
    draft = made.again(draft)
    assert send(client, draft, "submit", accept_terms="on", wait_in_line="on").status_code == 302
    assert made.again(draft).waits_in_line
    page = client.get(url("registration", draft))
    assert "You have been in line since" in text_of(page)
    assert "Nordlys" not in text_of(page)


def test_a_full_company_is_told_and_keeps_its_draft(cast: Cast, enter: Enter) -> None:
    made.policy(cast.chris, cap=1)
    made.submitted(cast, cast.mads)
    draft = made.draft(cast, cast.mads, customer="Marstal Tov ApS", domain="marstal-tov.dk")
    client = enter(cast.mads)
    assert "Your company holds 1 of 1 registrations." in text_of(client.get(url("registration", draft)))
    page = send(client, draft, "submit", accept_terms="on", city="Marstal")
    assert page.status_code == 409
    assert "The draft is kept." in text_of(page)
    assert made.again(draft).city == "Marstal"


def test_a_draft_can_be_discarded(cast: Cast, enter: Enter) -> None:
    draft = made.draft(cast, cast.mads)
    answer = enter(cast.mads).post(url("registration_withdraw", draft))
    assert answer["Location"] == reverse("portal:registrations")
    assert made.again(draft).status == Status.WITHDRAWN


# ── What was submitted ───────────────────────────────────────────────────────────────────────────
def asked(cast: Cast) -> Registration:
    sent = made.submitted(cast, cast.mads)
    actions.ask(key=sent.pk, question="Who signs there?", fields=["contact_name"], by=cast.chris)
    return made.again(sent)


def test_a_question_opens_its_fields_and_stops_the_vendors_clock(cast: Cast, enter: Enter) -> None:
    one = asked(cast)
    client = enter(cast.mads)
    page = client.get(url("registration", one))
    assert "Who signs there?" in text_of(page)
    assert "stands still" in text_of(page)
    assert 'name="contact_name"' in page.content.decode()
    assert 'name="company"' not in page.content.decode()
    answer = client.post(
        url("registration_answer", one),
        {"contact_name": "Else Bakke", "answer": "Else does.", "company": "X"},
    )
    assert answer.status_code == 302
    kept = made.again(one)
    assert (kept.status, kept.contact_name, kept.company) == (Status.IN_REVIEW, "Else Bakke", one.company)
    assert "Answered: Else does." in text_of(client.get(url("registration", one)))


def test_an_empty_answer_is_asked_again_with_what_was_typed(cast: Cast, enter: Enter) -> None:
    one = asked(cast)
    page = enter(cast.mads).post(
        url("registration_answer", one), {"contact_name": "Else Bakke", "answer": " "}
    )
    assert page.status_code == 422
    assert "Write what you answer." in text_of(page)
    assert 'value="Else Bakke"' in page.content.decode()


def test_a_day_that_passed_meanwhile_does_not_keep_a_partner_from_answering(cast: Cast, enter: Enter) -> None:
    one = asked(cast)
    Registration.objects.filter(pk=one.pk).update(expected_close=clock.today() - timedelta(days=1))
    values = {"contact_name": "Else Bakke", "answer": "Else does."}
    assert enter(cast.mads).post(url("registration_answer", one), values).status_code == 302
    assert made.again(one).status == Status.IN_REVIEW


def test_a_rejected_one_says_why_and_is_registered_again_as_a_new_draft(cast: Cast, enter: Enter) -> None:
    sent = made.submitted(cast, cast.mads)
    actions.reject(key=sent.pk, reason="no_relation", text="Send the minutes.", by=cast.chris)
    client = enter(cast.mads)
    page = client.get(url("registration", sent))
    assert "The work done with the customer is not shown" in text_of(page)
    assert "Send the minutes." in text_of(page)
    assert "Register again" in text_of(page)
    client.post(url("register", sent.opportunity))
    draft = Registration.objects.get(status=Status.DRAFT)
    assert draft.pk != sent.pk
    assert "Register again" not in text_of(client.get(url("registration", sent)))


def test_a_protection_shows_its_days_and_more_time_is_asked_for_with_evidence(
    cast: Cast, enter: Enter
) -> None:
    held = made.approved(cast, cast.mads)
    client = enter(cast.mads)
    page = text_of(client.get(url("registration", held)))
    assert "Protected until" in page
    assert [f"Reminder, {days} days before" in page for days in (30, 14, 7)] == [True] * 3
    refused = client.post(url("registration_extend", held), {"days": "30", "evidence": ""})
    assert refused.status_code == 422
    assert 'id="extend" aria-labelledby="extend-title" open' in refused.content.decode()
    file = SimpleUploadedFile("offer.txt", b"signed soon", content_type="text/plain")
    values = {"days": "30", "evidence": "The board decides on 4 March.", "files": file}
    assert client.post(url("registration_extend", held), values).status_code == 302
    page = client.get(url("registration", held))
    assert "30 days" in text_of(page)
    assert "Waits for an answer" in text_of(page)
    assert "Ask for more time…" not in text_of(page)


def test_silence_is_warned_of_with_the_day_and_how_to_keep_the_protection(cast: Cast, enter: Enter) -> None:
    held = made.approved(cast, cast.mads)
    Registration.objects.filter(pk=held.pk).update(idle_ends_at=clock.now() + timedelta(days=5))
    page = text_of(enter(cast.mads).get(url("registration", held)))
    assert "Without activity the protection ends" in page
    assert "Write a note" in page


def test_withdrawing_gives_the_customer_up(cast: Cast, enter: Enter) -> None:
    held = made.approved(cast, cast.mads)
    client = enter(cast.mads)
    assert "Give up this protection?" in text_of(client.get(url("registration", held)))
    client.post(url("registration_withdraw", held), {"text": "They chose another system."})
    assert made.again(held).status == Status.WITHDRAWN
    assert not made.again(held).is_protected
    assert "This request was withdrawn" in text_of(client.get(url("registration", held)))


def test_no_step_of_the_history_names_another_partner(cast: Cast, enter: Enter) -> None:
    first = made.approved(cast, cast.mads)
    second = made.submitted(cast, cast.freja, wait_in_line=True)
    actions.withdraw(key=first.pk, by=cast.mads)
    actions.mark_duplicate(key=second.pk, original=first.pk, text="", by=cast.chris)
    page = text_of(enter(cast.freja).get(url("registration", second)))
    assert "Came up for review" in page
    assert "Nordlys" not in page
    assert first.reference not in page
    assert "duplicate" in page


def test_what_overrode_a_protection_is_read_by_its_holder(cast: Cast, enter: Enter) -> None:
    held = made.approved(cast, cast.mads)
    actions.note_override(
        held.protection, to=cast.fjord, reason="The customer asked us in writing.", by=cast.chris
    )
    page = text_of(enter(cast.mads).get(url("registration", held)))
    assert "The customer asked us in writing." in page
    assert "in spite of the protection" in page
    assert "Fjord" not in page


# ── Who sees what ────────────────────────────────────────────────────────────────────────────────
NAMES = ("registration", "registration_save", "registration_answer", "registration_withdraw",
         "registration_extend")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("who", ["bo", "freja", "stig", "sofie"])
def test_what_is_not_theirs_looks_as_if_it_never_was(cast: Cast, enter: Enter, name: str, who: str) -> None:
    theirs = made.draft(cast, cast.mads)
    client = enter(cast.people[who])
    method = client.get if name == "registration" else client.post

    def body(key: uuid.UUID) -> tuple[int, str]:
        answer = method(reverse(f"portal:{name}", args=[key]))
        # What differs from page to page by itself: the token, masked anew each time.
        plain = re.sub(
            r'csrfmiddlewaretoken" value="[^"]*|X-CSRFToken": "[^"]*|data-csrf="[^"]*',
            "",
            answer.content.decode(),
        )
        return answer.status_code, plain.replace(str(key), "KEY")

    assert body(theirs.pk) == body(uuid.uuid4())
    assert body(theirs.pk)[0] == 404


def test_a_seller_sees_what_is_shared_with_them_alone(cast: Cast, enter: Enter) -> None:
    mine = made.draft(cast, cast.sofie, customer="Marstal Tov ApS", domain="marstal-tov.dk")
    made.draft(cast, cast.mads)
    page = text_of(enter(cast.sofie).get(reverse("portal:registrations")))
    assert mine.company in page
    assert "Søby" not in page


def test_a_seller_does_not_withdraw_what_the_company_holds(cast: Cast, enter: Enter) -> None:
    held = made.approved(cast, cast.sofie)
    client = enter(cast.sofie)
    assert "Withdraw…" not in text_of(client.get(url("registration", held)))
    assert client.post(url("registration_withdraw", held)).status_code == 403


# ── The list ─────────────────────────────────────────────────────────────────────────────────────
def listed(client: Client, view: str = "", **query: str) -> str:
    query = {**({"view": view} if view else {}), **query}
    return text_of(client.get(reverse("portal:registrations"), query))


def test_every_request_stands_in_the_view_of_what_comes_next(cast: Cast, enter: Enter) -> None:
    client = enter(cast.mads)
    assert "No registrations yet" in listed(client)
    draft = made.draft(cast, cast.mads, customer="Draft Data ApS", domain="draft-data.dk")
    made.submitted(cast, cast.mads, customer="Waiting Works ApS", domain="waiting-works.dk")
    made.approved(cast, cast.mads, customer="Guarded Grain ApS", domain="guarded-grain.dk")
    made.approved(cast, cast.freja, customer="Lined Lamps ApS", domain="lined-lamps.dk")
    made.submitted(cast, cast.mads, customer="Lined Lamps ApS", domain="lined-lamps.dk", wait_in_line=True)
    gone = made.submitted(cast, cast.mads, customer="Ended Eels ApS", domain="ended-eels.dk")
    actions.withdraw(key=gone.pk, by=cast.mads)
    companies = {
        "need": draft.company,
        "waiting": "Waiting Works ApS",
        "line": "Lined Lamps ApS",
        "protected": "Guarded Grain ApS",
        "ended": "Ended Eels ApS",
    }
    for view, company in companies.items():
        page = listed(client, view)
        assert [name for name in companies.values() if f"{name} ERP" in page] == [company], view


def test_the_list_is_searched_by_customer_code_and_topic(cast: Cast, enter: Enter) -> None:
    sent = made.submitted(cast, cast.mads)
    client = enter(cast.mads)
    for words in ("teknik", sent.reference, "ERP for Søby"):
        assert "Søby Teknik ApS ERP" in listed(client, "waiting", q=words)
    assert "No match" in listed(client, "waiting", q="nothing like it")


def test_the_list_says_how_many_may_be_held(cast: Cast, enter: Enter) -> None:
    made.submitted(cast, cast.mads)
    assert "1 of 20 held" in listed(enter(cast.mads))


def test_the_list_asks_for_one_and_for_three_the_same_number_of_times(cast: Cast, enter: Enter) -> None:
    client = enter(cast.mads)

    def queries(view: str) -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("portal:registrations"), {"view": view})
        return len(found)

    for number in range(3):
        facts = {"customer": f"Company {number} ApS", "domain": f"company{number}-data.dk"}
        made.draft(cast, cast.mads, **facts)
        made.approved(cast, cast.mads, customer=f"Held {number} ApS", domain=f"held{number}-data.dk")
        if number == 0:
            one = [queries("need"), queries("protected")]
    assert [queries("need"), queries("protected")] == one


@pytest.mark.parametrize("text", ["%", "'\"<script>", "𝕊🎉" * 60])
def test_no_search_breaks_the_list(cast: Cast, enter: Enter, text: str) -> None:
    made.submitted(cast, cast.mads)
    page = enter(cast.mads).get(reverse("portal:registrations"), {"q": text, "page": "x", "view": "y"})
    assert page.status_code == 200
    assert b"'\"<script>" not in page.content


@pytest.mark.parametrize("field", ["company", "domain", "work_done", "family", "version", "drop"])
def test_nothing_typed_breaks_the_draft(cast: Cast, enter: Enter, field: str) -> None:
    client, draft = enter(cast.mads), made.draft(cast, cast.mads)
    for text in ("9" * 40, "<script>alert(1)</script>", "🎉" * 5000):
        page = send(client, draft, "submit", accept_terms="on", **{field: text})
        assert page.status_code in {302, 404, 409, 422}
        assert b"<script>alert" not in page.content
        if made.again(draft).status != Status.DRAFT:
            draft = made.draft(
                cast, cast.mads, customer=f"Firma {field}", domain=f"{field.replace('_', '')}-firma.dk"
            )
