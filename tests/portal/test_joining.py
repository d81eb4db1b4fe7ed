"""The public pages of joining: robots, strangers who want to know whom we know, and the applicant's link."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.signing import dumps
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.config import clock
from kanal.directory.models import Account, Industry, ProductFamily, Territory
from kanal.joining import actions, links
from kanal.joining.models import CONFIRM_WITHIN, Application
from kanal.portal.joining import robots
from tests.cast import Cast
from tests.joining.made import applied, waiting

pytestmark = pytest.mark.django_db


def stamp(seconds: float = 60) -> str:
    """Give the stamp of a form that was shown some seconds ago."""
    with clock.frozen(clock.now() - timedelta(seconds=seconds)):
        return robots.new_stamp()


def sheet(cast: Cast, **facts: Any) -> dict[str, Any]:
    """Give what a browser sends."""
    return {
        "company": "Sønderbo Data",
        "domain": "sonderbo.example",
        "country": "DK",
        "employees": "24",
        "name": "Else Bruun",
        "email": "else@sonderbo.example",
        "job_title": "Managing director",
        "territories": [str(cast.jutland.pk)],
        "families": [str(cast.erp.family_id)],
        "why": "Our customers ask for it every week.",
        "consent": "on",
        "trap": "",
        "stamp": stamp(),
        **facts,
    }


def jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name="kanal.joining.tasks.mail").count()


# ── Applying ───────────────────────────────────────────────────────────────────────────────────
def test_an_application_is_kept_and_mailed_and_the_page_says_to_look_into_the_mail(
    cast: Cast, client
) -> None:
    answer = client.post("/join/", sheet(cast), headers={"accept-language": "da"}, follow=True)
    assert answer.redirect_chain == [("/join/sent/", 302)]
    made = Application.objects.get()
    assert (made.status, made.language, made.mail_domain) == ("unconfirmed", "da", "sonderbo.example")
    assert (list(made.territories.all()), list(made.families.all())) == ([cast.jutland], [cast.erp.family])
    assert jobs() == 1


def test_a_page_address_is_taken_for_the_domain_that_it_is_at(cast: Cast, client) -> None:
    client.post("/join/", sheet(cast, domain="https://www.Sonderbo.example/om/os"))
    assert Application.objects.get().domain == "www.sonderbo.example"


REQUIRED = ["company", "domain", "country", "name", "email", "job_title", "territories", "families", "why"]


@pytest.mark.parametrize("field", [*REQUIRED, "consent"])
def test_what_is_missing_is_named_and_what_was_typed_stays(cast: Cast, client, field: str) -> None:
    sent = sheet(cast)
    del sent[field]
    answer = client.post("/join/", sent)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    if field != "why":
        assert "Our customers ask for it every week." in answer.content.decode()
    assert not Application.objects.exists()


def test_mistakes_are_listed_in_the_order_of_the_page(cast: Cast, client) -> None:
    text = client.post("/join/", sheet(cast, company="", country="", name="", why="")).content.decode()
    assert re.findall(r'href="#(id_\w+)"', text) == ["id_company", "id_country", "id_name", "id_why"]


def test_a_vendor_without_lists_asks_for_nothing_from_them(cast: Cast, client) -> None:
    for kind in (Territory, Industry, ProductFamily):
        kind.objects.update(archived_at=clock.now())
    assert client.get("/join/").status_code == 200
    sent = sheet(cast)
    del sent["territories"], sent["families"]
    assert client.post("/join/", sent).status_code == 302


def test_what_is_archived_can_not_be_chosen(cast: Cast, client) -> None:
    other = Territory.objects.create(name="Zealand")
    Territory.objects.filter(pk=other.pk).update(archived_at=clock.now())
    answer = client.post("/join/", sheet(cast, territories=[str(other.pk)]))
    assert set(answer.context["form"].errors) == {"territories"}


# ── Robots ─────────────────────────────────────────────────────────────────────────────────────
def refused(client: Client, sent: dict[str, Any]) -> str:
    answer = client.post("/join/", sent)
    assert answer.status_code == 422
    assert not Application.objects.exists()
    text = answer.content.decode()
    assert "Sønderbo Data" in text
    return text


def test_whoever_fills_the_field_that_people_do_not_see_is_refused(cast: Cast, client) -> None:
    shown = client.get("/join/").content.decode()
    assert 'class="k-further" aria-hidden="true"' in shown
    text = refused(client, sheet(cast, trap="http://spam.example"))
    # Should a person's browser have filled it, they see it now.
    assert "it is there to recognize robots" in text
    assert "k-further" not in text


def test_a_form_that_comes_back_too_fast_is_refused_and_taken_when_sent_again(cast: Cast, client) -> None:
    sent = sheet(cast, stamp=stamp(1))
    assert "very fast" in refused(client, sent)
    with clock.frozen(clock.now() + robots.FASTEST):
        assert client.post("/join/", sent).status_code == 302


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (lambda: stamp(60 * 60 * 13), "open for very long"),
        (lambda: "", "lost its date"),
        (lambda: "made-up", "lost its date"),
        (lambda: dumps(["00" * 16, 0], salt="something else"), "lost its date"),
        (lambda: stamp()[:-2] + "xx", "lost its date"),
    ],
    ids=["too old", "none", "made up", "of another kind", "tampered with"],
)
def test_a_form_without_a_good_date_is_refused_with_a_fresh_one(cast: Cast, client, bad, says: str) -> None:
    sent = sheet(cast, stamp=bad())
    assert says in refused(client, sent)
    fresh = client.post("/join/", sent).context["form"].data["stamp"]
    with clock.frozen(clock.now() + robots.FASTEST):
        assert client.post("/join/", {**sent, "stamp": fresh}).status_code == 302


def test_one_form_is_taken_once_however_often_it_is_sent(cast: Cast, client) -> None:
    sent = sheet(cast)
    answers = [client.post("/join/", sent) for _ in range(3)]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/join/sent/")}
    assert (Application.objects.count(), jobs()) == (1, 1)


def send(client: Client, cast: Cast, number: int, **facts: Any) -> Any:
    told = {"email": f"else@firm{number}.example", **facts}
    return client.post("/join/", sheet(cast, **told), REMOTE_ADDR=facts.get("address", "192.0.2.1"))


def test_one_machine_sends_ten_applications_an_hour_and_no_more(cast: Cast, client) -> None:
    assert [send(client, cast, number).status_code for number in range(11)] == [302] * 10 + [429]
    last = send(client, cast, 12)
    assert "Nothing is lost" in last.content.decode()
    assert "Our customers ask for it every week." in last.content.decode()
    assert client.post("/join/", sheet(cast), REMOTE_ADDR="192.0.2.2").status_code == 302


def test_one_mail_domain_sends_twenty_an_hour_from_wherever(cast: Cast, client) -> None:
    answers = [
        client.post(
            "/join/", sheet(cast, email=f"n{n}@crowd.example"), REMOTE_ADDR=f"192.0.2.{n}"
        ).status_code
        for n in range(1, 22)
    ]
    assert answers == [302] * 20 + [429]


def test_mistakes_are_not_counted(cast: Cast, client) -> None:
    for _ in range(15):
        assert client.post("/join/", sheet(cast, why="")).status_code == 422
    assert client.post("/join/", sheet(cast)).status_code == 302


def test_a_form_that_is_much_too_large_is_refused(cast: Cast, client) -> None:
    assert client.post("/join/", sheet(cast, why="x" * 3_000_000)).status_code == 400
    assert not Application.objects.exists()


# ── Whom we know ───────────────────────────────────────────────────────────────────────────────
def test_the_answer_is_the_same_for_a_known_company_and_mail_address_as_for_unknown_ones(cast: Cast) -> None:
    waiting(cast, email="else@sonderbo.example")
    for _ in range(3):  # this address has had its mails of today
        applied(cast, email="full@sonderbo.example")
    known = [
        {"email": cast.mads.email, "company": "Nordlys IT", "domain": "nordlys.example"},
        {"email": cast.ada.email},
        {"company": "Lindholm Foods", "domain": "lindholm.example"},
        {"email": "else@sonderbo.example"},
        {"email": "full@sonderbo.example"},
    ]
    unknown = {"email": "kim@stranger.example", "company": "Stranger", "domain": "stranger.example"}
    seen = set()
    for facts in [unknown, *known]:
        client = Client()
        answer = client.post("/join/", sheet(cast, **facts))
        page = client.get(answer["Location"])
        seen.add(
            (answer.status_code, answer["Location"], answer.content, _without_token(page.content.decode()))
        )
    assert len(seen) == 1
    assert Account.objects.filter(name="Stranger").count() == 0


def _without_token(text: str) -> str:
    return re.sub(r"\b[A-Za-z0-9]{64}\b", "", text)


# ── Confirming ─────────────────────────────────────────────────────────────────────────────────
def path_to_confirm(application: Application) -> str:
    return "/join/confirm/" + links.to_confirm(application).rstrip("/").rpartition("/")[2] + "/"


def test_opening_the_link_changes_nothing_and_a_click_confirms(cast: Cast, client) -> None:
    made = applied(cast)
    path = path_to_confirm(made)
    for _ in range(2):  # as a program does that looks through mail
        assert client.get(path).status_code == 200
    made.refresh_from_db()
    assert made.status == "unconfirmed"
    answer = client.post(path)
    assert answer["Location"].startswith("/join/status/")
    made.refresh_from_db()
    assert made.status == "waiting"
    assert client.get(answer["Location"]).status_code == 200


def test_a_link_that_was_used_says_so_and_gives_no_way_in(cast: Cast, client) -> None:
    made = waiting(cast)
    path = path_to_confirm(made)
    shown = client.get(path)
    assert "This link has done its work" in shown.content.decode()
    assert "/join/status/" not in shown.content.decode()
    again = client.post(path)
    assert again.status_code == 409
    assert "/join/status/" not in again.content.decode()


def test_a_link_that_has_run_out_and_one_that_is_not_ours_say_so(cast: Cast, client) -> None:
    made = applied(cast)
    with clock.frozen(clock.now() + CONFIRM_WITHIN + timedelta(hours=1)):
        late = client.post(path_to_confirm(made))
    assert (late.status_code, "Apply again" in late.content.decode()) == (409, True)
    wrong = client.get("/join/confirm/made-up/")
    assert (wrong.status_code, "confirms nothing" in wrong.content.decode()) == (404, True)


# ── Following ──────────────────────────────────────────────────────────────────────────────────
def test_the_page_of_the_link_shows_each_state_without_sign_in(cast: Cast, client) -> None:
    made = waiting(cast)
    path = links.to_follow(made)

    def page() -> str:
        answer = client.get(path)
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"
        return answer.content.decode()

    assert "Received" in page()
    actions.take_up(key=made.pk, by=cast.chris)
    actions.note(key=made.pk, text="Their owner called me.", by=cast.chris)
    assert "In review" in page()
    assert "Their owner called me." not in page()
    assert "Chris" not in page()
    actions.ask(key=made.pk, text="How many consultants?", by=cast.chris)
    assert "How many consultants?" in page()
    empty = client.post(f"{path}answer/", {"text": " "})
    assert empty.status_code == 422
    assert client.post(f"{path}answer/", {"text": "Eleven."}).status_code == 302
    assert "Eleven." in page()
    actions.reject(key=made.pk, reason="covered", text="Two partners there.", by=cast.chris)
    assert "Not approved" in page()
    assert "well covered by partners" in page()
    assert "Two partners there." in page()
    assert "Withdraw" not in page()


def test_an_applicant_withdraws_once(cast: Cast, client) -> None:
    made = waiting(cast)
    path = links.to_follow(made)
    assert client.post(f"{path}withdraw/").status_code == 302
    made.refresh_from_db()
    assert made.status == "withdrawn"
    again = client.post(f"{path}withdraw/")
    assert again.status_code == 409
    assert "That was not done." in again.content.decode()


def test_a_secret_that_opens_nothing_answers_404_and_so_does_a_verb_of_the_vendor(cast: Cast, client) -> None:
    path = links.to_follow(waiting(cast))
    assert client.get("/join/status/guessed/").status_code == 404
    assert client.post("/join/status/guessed/withdraw/").status_code == 404
    assert client.post(f"{path}approve/").status_code == 404


def test_the_sign_in_page_leads_to_the_form(cast: Cast, client) -> None:
    assert 'href="/join/"' in client.get("/accounts/login/").content.decode()


def test_a_vendor_may_close_the_public_page_and_links_go_on_to_work(cast: Cast, client, settings) -> None:
    path = links.to_follow(waiting(cast))
    settings.JOINING_OPEN = False
    for answer in (client.get("/join/"), client.post("/join/", sheet(cast))):
        assert (answer.status_code, "takes no applications here" in answer.content.decode()) == (404, True)
    assert Application.objects.count() == 1
    assert "/join/" not in client.get("/accounts/login/").content.decode()
    assert client.get(path).status_code == 200
