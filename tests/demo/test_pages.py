"""Mail and clock of the demo."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.config import clock
from kanal.demo.mail import Backend
from kanal.demo.models import DemoClock, DemoMail
from kanal.demo.offset import Offset
from kanal.distribution import actions
from kanal.registration import actions as registration
from tests.cast import Cast
from tests.registration import made

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def kept(subject: str = "Hello", html: str = "<html><head></head><body><b>Hi</b></body></html>") -> DemoMail:
    message = EmailMultiAlternatives(
        subject, "Hi there", to=["Mads <mads@nordlys.example>"], connection=Backend()
    )
    if html:
        message.attach_alternative(html, "text/html")
    assert message.send() == 1
    return DemoMail.objects.get(subject=subject)


def test_mail_is_kept_and_shown(client) -> None:
    mail = kept()
    assert "Hello" in client.get("/demo/mail/").content.decode()
    page = client.get(f"/demo/mail/{mail.pk}/").content.decode()
    assert "Hi there" in page
    assert f'src="/demo/mail/{mail.pk}/body/"' in page


def test_a_mail_shown_runs_nothing_and_is_framed_by_its_own_page_alone(client) -> None:
    mail = kept()
    page, body = client.get(f"/demo/mail/{mail.pk}/"), client.get(f"/demo/mail/{mail.pk}/body/")
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "script-src 'self'" in page["Content-Security-Policy"]
    policy = body["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert body["X-Frame-Options"] == "SAMEORIGIN"


def test_mail_is_found_by_whom_it_went_to(client) -> None:
    kept()
    assert "Hello" in client.get("/demo/mail/?to=mads").content.decode()
    nothing = client.get("/demo/mail/?to=freja").content.decode()
    assert "Hello" not in nothing
    assert "freja" in nothing


def test_a_mail_without_html_is_shown_as_text(client) -> None:
    mail = kept(html="")
    assert "<iframe" not in client.get(f"/demo/mail/{mail.pk}/").content.decode()


def test_no_mail_yet_says_how_to_get_some(client) -> None:
    assert "No mail yet" in client.get("/demo/mail/").content.decode()


def test_the_clock_moves_forward_and_back(client, freeze) -> None:
    freeze(MONDAY)
    client.post("/demo/clock/", {"step": "hour"})
    assert DemoClock.objects.get().ahead == timedelta(hours=1)
    client.post("/demo/clock/", {"step": "reset"})
    assert not DemoClock.objects.exists()
    client.post("/demo/clock/", {"step": "day"})
    assert DemoClock.objects.get().ahead == timedelta(days=1)
    assert "not moved" in client.post("/demo/clock/", {"step": "year"}, follow=True).content.decode()


def test_a_friday_is_followed_by_a_monday(client, freeze) -> None:
    freeze(datetime(2026, 11, 20, 9, 0, tzinfo=UTC))
    client.post("/demo/clock/", {"step": "day"})
    assert DemoClock.objects.get().ahead == timedelta(days=3)


def test_behind_a_deadline_offers_end_by_the_queue(cast: Cast, client, freeze) -> None:
    freeze(MONDAY)
    opportunity = cast.delivered()
    client.post("/demo/clock/", {"step": "deadline"})
    client.post("/demo/clock/", {"step": "hour"})
    waiting = ProcrastinateJob.objects.filter(task_name="kanal.distribution.tasks.expire_offers")
    assert waiting.count() == 1
    freeze(MONDAY + DemoClock.objects.get().ahead)
    assert actions.expire_due() == 1
    opportunity.refresh_from_db()
    assert opportunity.status == "expired"


def test_an_offer_whose_clock_stands_still_has_no_next_deadline(cast: Cast, client, freeze) -> None:
    freeze(MONDAY)
    actions.ask(key=cast.delivered().pk, body="Which modules?", by=cast.mads)
    page = client.post("/demo/clock/", {"step": "deadline"}, follow=True).content.decode()
    assert "no next deadline" in page


def test_behind_the_end_of_a_protection_the_customer_is_free(cast: Cast, client) -> None:
    page = client.post("/demo/clock/", {"step": "end"}, follow=True).content.decode()
    assert "No protection holds, so there is no next end." in page
    held = made.approved(cast, cast.mads)
    client.post("/demo/clock/", {"step": "end"})
    clock.use(Offset())
    registration.run_clock()
    assert made.again(held).status == "expired"


def test_with_the_clock_reminders_and_policies_move(client) -> None:
    client.post("/demo/clock/", {"step": "hour"})
    waiting = ProcrastinateJob.objects.filter(queue_name="clock", status="todo")
    names = {name.rsplit(".", 1)[1] for name in waiting.values_list("task_name", flat=True)}
    assert {"expire_offers", "remind_partners", "assign_by_itself", "run_clock"} <= names


def test_without_an_offer_there_is_no_next_deadline(client) -> None:
    page = client.post("/demo/clock/", {"step": "deadline"}, follow=True).content.decode()
    assert "no next deadline" in page
    assert not DemoClock.objects.exists()


def test_the_offset_is_read_from_the_database_and_survives_a_missing_table() -> None:
    DemoClock.objects.create(ahead=timedelta(hours=2))
    assert Offset()() == timedelta(hours=2)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE demo_democlock RENAME TO elsewhere")
        assert Offset()() == timedelta()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        transaction.set_rollback(True)


def test_the_offset_asks_the_database_once_a_second(django_assert_num_queries) -> None:
    offset = Offset()
    with django_assert_num_queries(2):
        for _again in range(50):
            offset()


def test_neither_mail_nor_clock_are_there_without_the_demo() -> None:
    script = """
import django
django.setup()
from django.apps import apps
from django.urls import Resolver404, resolve
for path in ("/demo/mail/", "/demo/clock/"):
    try:
        resolve(path)
    except Resolver404:
        continue
    raise SystemExit(f"{path} is there")
raise SystemExit(int(apps.is_installed("kanal.demo")))
"""
    settings = {"KANAL_DEMO": "no", "KANAL_DEBUG": "no", "DJANGO_SETTINGS_MODULE": "kanal.config.settings"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
