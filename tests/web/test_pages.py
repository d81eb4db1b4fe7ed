"""Pages that belong to no face, and what surrounds every request."""

import json
import re

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from kanal.notify.models import Notification
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.urls")]


@pytest.fixture
def world():
    return cast.make()


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


def test_the_gallery_shows_every_component_in_both_looks(visitor):
    for face in ("", "?face=portal", "?face=plain"):
        answer = visitor.get(f"/ui/{face}")
        assert answer.status_code == 200
        html = answer.content.decode()
        for part in ("k-status", "k-path", "k-ring", "k-tl", "k-empty", "k-dialog", "k-pager", "data-lookup"):
            assert part in html


def test_a_page_weighs_little_and_names_its_language(visitor):
    answer = visitor.get("/help/", headers={"accept-language": "da"})
    html = answer.content.decode()
    assert '<html lang="da"' in html
    assert "Hjælp" in html
    assert len(answer.content) < 30_000


def test_health_is_told_without_signing_in(visitor):
    answer = visitor.get("/healthz")
    assert answer.status_code == 200
    assert json.loads(answer.content) == {"status": "ok", "database": True}


def test_search_engines_are_asked_to_stay_out(visitor):
    assert b"Disallow: /" in visitor.get("/robots.txt").content


@override_settings(DEMO=True)
def test_the_sign_in_page_of_the_demo_names_its_people_and_their_password(visitor):
    html = visitor.get(reverse("account_login")).content.decode()
    assert "kanal-demo" in html
    for name in ("ada", "chris", "sally", "otto"):
        assert f"{name}@havn.example" in html
    for address in ("anna@nordlys.example", "mads@nordlys.example", "stig@fjord.example"):
        assert address in html


@override_settings(DEMO=False)
def test_the_sign_in_page_of_a_real_installation_names_nobody(visitor):
    html = visitor.get(reverse("account_login")).content.decode()
    assert "kanal-demo" not in html
    assert "example" not in html


def test_nobody_makes_an_account_alone(visitor):
    html = visitor.get(reverse("account_signup")).content.decode()
    assert "An administrator of your company makes your account" in html
    assert '<input type="password"' not in html


def test_somebody_who_may_not_sign_in_any_more_is_refused(visitor, world):
    world.sofie.is_active = False
    world.sofie.save()
    visitor.post(reverse("account_login"), {"login": world.sofie.email, "password": cast.PASSWORD})
    assert "_auth_user_id" not in visitor.session


def test_signing_in_leads_home(visitor, world):
    answer = visitor.post(reverse("account_login"), {"login": world.sally.email, "password": cast.PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == "/"


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/nope/", 404, "There is nothing here"),
        ("/fail/missing/", 404, "There is nothing here"),
        ("/fail/not-allowed/", 403, "Only &lt;b&gt;administrators&lt;/b&gt; may do this."),
        ("/fail/conflict/", 409, "Somebody was faster."),
        ("/fail/invalid/", 400, "A topic is needed."),
        ("/fail/broken/", 500, "It is our fault"),
    ],
)
def test_a_failure_is_told_in_words_with_a_way_back(visitor, path, status, says):
    answer = visitor.get(path)
    html = answer.content.decode()
    assert answer.status_code == status
    assert says in html
    assert 'href="/"' in html
    assert "secret detail" not in html
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize("path", ["/fail/conflict/", "/fail/not-allowed/"])
def test_a_refused_form_shows_what_was_written_so_that_it_can_be_copied(visitor, path):
    typed = {
        "reason": "The customer moved <b>the board meeting</b>",
        "new_password": "correct horse battery staple",
        "code": "one two three four",
        "status": "accepted",
        "until": "2026-12-24",
    }
    html = visitor.post(path, typed).content.decode()
    assert "What you wrote" in html
    assert "The customer moved &lt;b&gt;the board meeting&lt;/b&gt;" in html
    for left_out in ("correct horse", "one two", "accepted", "2026-12-24"):
        assert left_out not in html
    assert "What you wrote" not in visitor.post(path, {"status": "accepted"}).content.decode()


def test_a_conflict_leads_back_to_the_page_that_was_left_and_never_elsewhere(visitor):
    def button(left: str) -> str:
        html = visitor.post("/fail/conflict/", {"a": "b"}, headers={"referer": left}).content.decode()
        return re.search(r'class="btn btn-primary" href="([^"]*)"', html)[1]

    assert button("http://testserver/portal/opportunities/1/?dialog=hold") == "/portal/opportunities/1/"
    assert button("https://evil.example/portal/") == button("http://testserver/fail/conflict/") == "/"
    assert button("http://testserver//evil.example/") == "/evil.example/"


def test_a_forbidden_page_keeps_the_navigation_of_somebody_signed_in(visitor, world):
    visitor.force_login(world.sally)
    html = visitor.get("/fail/not-allowed/").content.decode()
    assert "Ask an administrator" in html
    assert "k-side" in html


def test_a_form_that_is_too_old_is_refused_in_words():
    answer = Client(enforce_csrf_checks=True).post("/fail/form/", {"a": "b"})
    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()


def test_every_answer_closes_the_doors_that_kanal_does_not_need(visitor):
    headers = visitor.get("/help/").headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_what_somebody_signed_in_sees_is_kept_in_no_cache(visitor, world):
    assert "Cache-Control" not in visitor.get("/help/").headers
    visitor.force_login(world.sally)
    assert "no-store" in visitor.get("/help/")["Cache-Control"]


def test_a_person_reads_in_their_own_language_and_look(visitor, world):
    world.sally.language, world.sally.theme, world.sally.density = "da", "dark", "compact"
    world.sally.save()
    visitor.force_login(world.sally)
    html = visitor.get("/help/", headers={"accept-language": "en"}).content.decode()
    assert re.search(r'<html lang="da" data-density="compact" data-bs-theme="dark"', html)


def test_a_persons_wishes_are_kept_with_the_person(visitor, world):
    visitor.force_login(world.sally)
    visitor.post(reverse("web:preferences"), {"language": "da", "theme": "dark", "density": "compact"})
    visitor.post(reverse("web:preferences"), {"shortcuts": "off"})
    world.sally.refresh_from_db()
    assert (world.sally.language, world.sally.theme, world.sally.density) == ("da", "dark", "compact")
    assert not world.sally.shortcuts


def test_a_visitors_wishes_are_kept_in_cookies(visitor):
    visitor.post(reverse("web:preferences"), {"language": "da", "theme": "dark"})
    html = visitor.get("/help/").content.decode()
    assert 'lang="da"' in html
    assert 'data-bs-theme="dark"' in html


@pytest.mark.parametrize(
    "wish", [{"language": "xx"}, {"theme": "../x"}, {"density": "<b>"}, {"shortcuts": "maybe"}]
)
def test_a_wish_that_is_not_known_changes_nothing(visitor, world, wish):
    visitor.force_login(world.sally)
    answer = visitor.post(reverse("web:preferences"), wish)
    assert answer.status_code == 302
    world.sally.refresh_from_db()
    assert (world.sally.language, world.sally.theme, world.sally.shortcuts) == ("en", "auto", True)


@pytest.mark.parametrize(
    ("target", "leads"),
    [("/help/", "/help/"), ("https://evil.example/", "/"), ("//evil.example", "/"), ("", "/")],
)
def test_after_a_wish_the_reader_stays_within_kanal(visitor, target, leads):
    assert visitor.post(reverse("web:preferences"), {"theme": "dark", "next": target})["Location"] == leads


@override_settings(ROOT_URLCONF="kanal.config.urls")
def test_each_person_is_sent_to_where_their_work_is(visitor, world):
    assert visitor.get("/")["Location"] == reverse("account_login")
    visitor.force_login(world.sally)
    assert visitor.get("/")["Location"].startswith("/sales/")
    visitor.force_login(world.mads)
    assert visitor.get("/")["Location"].startswith("/portal/")


def test_settings_are_in_the_navigation_of_those_who_may_see_them(visitor, world):
    with override_settings(ROOT_URLCONF="kanal.config.urls"):
        shown = {}
        for person in (world.ada, world.otto, world.sally):
            visitor.force_login(person)
            shown[person] = "Territories" in visitor.get("/help/").content.decode()
    assert shown == {world.ada: True, world.otto: True, world.sally: False}


@pytest.mark.parametrize(
    "name",
    [
        "account_change_password",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "account_logout",
    ],
)
def test_pages_about_ones_own_account_wear_the_same_look(visitor, world, name):
    for person, shell in ((world.sally, "k-side"), (world.mads, "k-top")):
        visitor.post(reverse("account_login"), {"login": person.email, "password": cast.PASSWORD})
        visitor.post(reverse("account_reauthenticate"), {"password": cast.PASSWORD})
        html = visitor.get(reverse(name)).content.decode()
        assert "k-settings" in html
        assert shell in html
        visitor.logout()


def test_somebody_confirms_who_they_are_before_adding_a_second_factor(visitor, world):
    visitor.post(reverse("account_login"), {"login": world.sally.email, "password": cast.PASSWORD})
    answer = visitor.get(reverse("mfa_activate_totp"), follow=True)
    assert answer.status_code == 200
    assert "k-card" in answer.content.decode()


@override_settings(ROOT_URLCONF="kanal.config.urls")
@pytest.mark.parametrize(
    ("language", "says"), [("en", "Notifications, 2 new"), ("da", "Notifikationer, 2 nye")]
)
def test_the_bell_says_how_much_is_new(visitor, world, language, says):
    for person in (world.sally, world.mads):
        person.language = language
        person.save()
        for number in range(2):
            Notification.objects.create(person=person, kind="delivered", path="/", source=str(number))
        visitor.force_login(person)
        assert says in visitor.get("/help/").content.decode()


def test_a_page_of_the_shell_asks_the_database_little(visitor, world, django_assert_max_num_queries):
    visitor.force_login(world.sally)
    with django_assert_max_num_queries(3):  # the session, the person, what is unread
        visitor.get("/help/")


def test_a_request_for_another_host_is_not_answered():
    answer = Client(SERVER_NAME="evil.example").get("/help/")
    assert answer.status_code == 400
    assert "This could not be read" in answer.content.decode()


def test_who_tries_too_often_is_asked_to_wait(visitor):
    for _attempt in range(31):
        answer = visitor.post(reverse("account_login"), {"login": "nobody@havn.example", "password": "x"})
    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()
