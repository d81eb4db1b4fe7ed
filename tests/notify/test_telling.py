"""Who is told what became of an offer, by which words, in which language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.db import transaction
from django.utils import translation
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.directory.models import Person
from kanal.distribution import actions
from kanal.distribution.actions.telling import tell_about
from kanal.distribution.models import DeclineReason
from kanal.notify.actions import Message, mark_read, tell
from kanal.notify.mail import send
from kanal.notify.models import Notification
from kanal.notify.queries import recent, unread_count
from tests.cast import Cast

pytestmark = pytest.mark.django_db

# A Monday; an answer window of 24 working hours ends on Thursday at the same time.
MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def work() -> None:
    """Do what waits in the queue: tell people, then send their mail; every job runs twice, as it may."""
    for _again in range(2):
        for event, offer in _jobs("kanal.distribution.tasks.tell", "event", "offer_id"):
            tell_about(event=event, offer_id=offer)
        for (notification,) in _jobs("kanal.notify.tasks.mail", "notification_id"):
            send(notification_id=notification)


def _jobs(task: str, *names: str) -> list[tuple[str, ...]]:
    waiting = ProcrastinateJob.objects.filter(task_name=task).order_by("id").values_list("args", flat=True)
    return [tuple(args[name] for name in names) for args in waiting]


def receivers() -> list[str]:
    return sorted(message.recipients()[0].split("<")[-1].strip(">") for message in mail.outbox)


def bodies() -> str:
    return "\n".join(
        f"{message.subject}\n{message.body}\n{message.alternatives[0][0]}" for message in mail.outbox
    )


def test_a_delivery_tells_those_who_answer_at_the_partner_once(cast: Cast, freeze) -> None:
    freeze(MONDAY)
    opportunity = cast.delivered()
    work()
    assert receivers() == ["anna@nordlys.example", "mads@nordlys.example"]
    message = mail.outbox[0]
    assert message.subject == "Havn Systems offers you ERP renewal for 140 users"
    for body in (message.body, message.alternatives[0][0]):
        assert "Answer by Thursday 26 November 16:00" in body
        assert "24 working hours left" in body
        assert f"http://127.0.0.1:8000/portal/opportunities/{opportunity.pk}/" in body
        assert "DKK\u00a01,240,000" in body
        assert "Lindholm Foods, Kolding" in body


def test_each_reads_it_in_their_own_language_and_time_zone(cast: Cast, freeze) -> None:
    Person.objects.filter(pk=cast.mads.pk).update(language="da", time_zone="Europe/Helsinki")
    freeze(MONDAY)
    cast.delivered()
    work()
    by_person = {message.recipients()[0].split("<")[-1].strip(">"): message for message in mail.outbox}
    danish, english = by_person["mads@nordlys.example"], by_person["anna@nordlys.example"]
    assert danish.subject == "Havn Systems tilbyder jer ERP renewal for 140 users"
    assert "torsdag den 26. november kl. 17.00" in danish.body
    assert "24 arbejdstimer tilbage" in danish.body
    assert "1.240.000" in danish.body
    assert '<html lang="da">' in danish.alternatives[0][0]
    assert "Thursday 26 November 16:00" in english.body


def test_nothing_hidden_is_in_the_mail_before_acceptance(cast: Cast) -> None:
    cast.delivered()
    work()
    for hidden in ("Karen", "karen@lindholm.example", "70 10 20 30"):
        assert hidden not in bodies()


def test_of_an_offer_that_has_been_answered_meanwhile_no_delivery_is_announced(cast: Cast) -> None:
    opportunity = cast.delivered()
    actions.decline(key=opportunity.pk, reason="too_small", text="Not for us.", by=cast.anna)
    work()
    delivered = [message for message in mail.outbox if "mads@" in message.recipients()[0]]
    assert delivered == []


def test_an_acceptance_tells_the_owner_and_the_channel_manager(cast: Cast) -> None:
    opportunity = cast.delivered(owner=cast.sally)
    work()
    mail.outbox.clear()
    actions.accept(key=opportunity.pk, by=cast.mads)
    work()
    assert receivers() == ["chris@havn.example", "sally@havn.example"]
    assert mail.outbox[0].subject == "Nordlys IT accepted ERP renewal for 140 users"
    assert f"/sales/opportunities/{opportunity.pk}/" in mail.outbox[0].body


def test_a_decline_says_its_reason_in_the_readers_language(cast: Cast) -> None:
    Person.objects.filter(pk=cast.chris.pk).update(language="da")
    opportunity = cast.delivered()
    work()
    mail.outbox.clear()
    actions.decline(key=opportunity.pk, reason="no_capacity", text="Too <busy> now.", by=cast.anna)
    work()
    (message,) = mail.outbox
    assert receivers() == ["chris@havn.example"]
    assert message.subject == "Nordlys IT har afvist ERP renewal for 140 users"
    with translation.override("da"):
        assert f"Begrundelse: {DeclineReason.NO_CAPACITY.label}" in message.body
    assert "Too <busy> now." in message.body
    assert "Too &lt;busy&gt; now." in message.alternatives[0][0]


def test_a_withdrawal_tells_the_partner_and_leads_where_it_may_still_go(cast: Cast) -> None:
    opportunity = cast.delivered()
    work()
    mail.outbox.clear()
    actions.withdraw(key=opportunity.pk, reason="The customer asked us to wait.", by=cast.chris)
    work()
    assert receivers() == ["anna@nordlys.example", "mads@nordlys.example"]
    assert "The customer asked us to wait." in mail.outbox[0].body
    assert str(opportunity.pk) not in bodies()
    assert "http://127.0.0.1:8000/portal/opportunities/\n" in mail.outbox[0].body


def test_an_expiry_tells_both_sides_each_in_its_own_words(cast: Cast, freeze) -> None:
    freeze(MONDAY)
    cast.delivered()
    work()
    mail.outbox.clear()
    freeze(datetime(2026, 11, 26, 15, 1, tzinfo=UTC))
    assert actions.expire_due() == 1
    work()
    subjects = {message.recipients()[0].split("<")[-1].strip(">"): message.subject for message in mail.outbox}
    assert subjects == {
        "anna@nordlys.example": "The time to answer has ended: ERP renewal for 140 users",
        "mads@nordlys.example": "The time to answer has ended: ERP renewal for 140 users",
        "chris@havn.example": "Nordlys IT did not answer in time: ERP renewal for 140 users",
    }


def test_a_delivery_that_is_rolled_back_tells_nobody(cast: Cast) -> None:
    opportunity = cast.opportunity()
    with transaction.atomic():
        actions.deliver(key=opportunity.pk, partner=cast.nordlys, by=cast.chris)
        transaction.set_rollback(True)
    work()
    assert mail.outbox == []
    assert not Notification.objects.exists()


def test_a_person_who_may_no_longer_sign_in_gets_no_mail(cast: Cast) -> None:
    cast.delivered()
    for event, offer in _jobs("kanal.distribution.tasks.tell", "event", "offer_id"):
        tell_about(event=event, offer_id=offer)
    Person.objects.filter(pk=cast.anna.pk).update(is_active=False)
    work()
    assert receivers() == ["mads@nordlys.example"]


def test_a_mail_that_could_not_leave_is_tried_again_under_the_same_id(cast: Cast, monkeypatch) -> None:
    cast.delivered()
    work()
    ids = {message.extra_headers["Message-ID"] for message in mail.outbox}
    assert len(ids) == 2
    again = Notification.objects.order_by("id").first()
    Notification.objects.filter(pk=again.pk).update(mailed_at=None)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", _no_answer)
        with pytest.raises(ConnectionRefusedError):
            send(notification_id=str(again.pk))
    assert send(notification_id=str(again.pk)) is True
    assert mail.outbox[-1].extra_headers["Message-ID"] in ids
    assert mail.outbox[-1].extra_headers["Auto-Submitted"] == "auto-generated"
    assert send(notification_id=str(again.pk)) is False


def _no_answer(*_args: object) -> int:
    raise ConnectionRefusedError


def test_a_topic_with_line_breaks_is_one_line_in_the_subject(cast: Cast) -> None:
    cast.delivered(topic="ERP\nBcc: all@nordlys.example")
    work()
    assert mail.outbox[0].subject == "Havn Systems offers you ERP Bcc: all@nordlys.example"
    assert len(mail.outbox) == 2


def test_the_counter_counts_what_is_unread_and_stops_at_a_hundred(cast: Cast) -> None:
    for number in range(103):
        message = Message(
            "offer_delivered", {"topic": f"No. {number}"}, "/portal/opportunities/", f"{number}"
        )
        tell(person=cast.mads, message=message)
    assert unread_count(cast.mads) == 100
    newest = recent(cast.mads, 2)
    assert len(newest) == 2
    mark_read(person=cast.mads, key=newest[0].pk)
    mark_read(person=cast.sofie)
    assert Notification.objects.filter(read_at__isnull=True).count() == 102
    mark_read(person=cast.mads)
    assert unread_count(cast.mads) == 0
