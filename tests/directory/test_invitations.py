"""Invitations: a link by mail, bound to an address, that works once and runs out."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.config import clock
from kanal.directory import actions
from kanal.directory.actions.invitations import LASTS, MAILS_A_DAY, MAILS_EACH
from kanal.directory.invitations import issue, send
from kanal.directory.models import Invitation, Partner, Person
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Refusal
from tests import cast as casting
from tests.cast import Cast

pytestmark = pytest.mark.django_db

NEW = {"name": "Vera Vind", "email": "Vera@Nordlys.example", "language": "da"}
PASSWORD = "lang-nok-kode-7"
TASK = "kanal.directory.tasks.send_invitation"
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def invited(cast: Cast, **facts: Any) -> Invitation:
    return actions.invite(
        **{"values": NEW, "role": "manager", "partner": cast.nordlys, "by": cast.anna, **facts}
    )


def mailed(invitation: Invitation) -> str:
    """Send the mail; give the path of its link."""
    send(invitation_id=str(invitation.pk))
    return re.search(r"http://[^/]+(/invitation/\S+)", mail.outbox[-1].body).group(1)


def accept(path: str, client: Client | None = None, **facts: str) -> Any:
    form = {"name": "Vera Vind", "password": PASSWORD, "language": "da", **facts}
    return (client or Client()).post(path, form)


# Inviting.
def test_an_invited_person_does_not_exist_until_they_accept(cast: Cast) -> None:
    invitation = invited(cast)
    assert not Person.objects.filter(email__iexact=NEW["email"]).exists()
    client = Client()
    answer = accept(mailed(invitation), client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    vera = Person.objects.get(email="vera@nordlys.example")
    assert (vera.partner, vera.partner_role, vera.language) == (cast.nordlys, "manager", "da")
    assert vera.check_password(PASSWORD)
    assert client.get(reverse("portal:dashboard")).status_code == 200
    invitation.refresh_from_db()
    assert invitation.person == vera


def test_the_mail_is_in_the_invitations_language_and_names_who_invites_whom_to_what(cast: Cast) -> None:
    path = mailed(invited(cast))
    (message,) = mail.outbox
    assert message.to == ["vera@nordlys.example"]
    assert message.subject == "Havn Systems inviterer dig til sin partnerportal"
    for part in (message.body, message.alternatives[0][0]):
        assert "Anna Bak" in part
        assert "Nordlys IT" in part
        assert path in part


def test_the_link_stands_nowhere_but_in_the_mail(cast: Cast) -> None:
    invitation = invited(cast)
    token = mailed(invitation).rsplit("/", 2)[1]
    invitation.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i::text FROM directory_invitation i UNION ALL SELECT e::text FROM directory_invitationevent e"
        )
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert "vera@nordlys.example" in stored
    assert token not in stored
    assert token not in str(list(ProcrastinateJob.objects.values_list("args", flat=True)))


def test_nobody_is_told_of_an_invitation_that_was_rolled_back(cast: Cast) -> None:
    with transaction.atomic():
        invited(cast)
        transaction.set_rollback(True)
    assert not ProcrastinateJob.objects.filter(task_name=TASK).exists()


@pytest.mark.parametrize("who", ["mads", "sofie", "bo", "sally", "otto"])
def test_others_than_administrators_and_those_who_keep_partners_invite_nobody(cast: Cast, who: str) -> None:
    waiting = invited(cast)
    with pytest.raises(NotAllowed):
        invited(cast, by=cast.people[who], values={"email": "x@x.example"})
    for act in (actions.resend, actions.revoke):
        with pytest.raises(Missing if who == "bo" else NotAllowed):
            act(key=waiting.pk, by=cast.people[who])


def test_a_channel_manager_invites_to_a_partner_and_not_to_the_vendor(cast: Cast) -> None:
    assert invited(cast, by=cast.chris).partner == cast.nordlys
    with pytest.raises(NotAllowed):
        invited(cast, by=cast.chris, partner=None, role="seller")
    with pytest.raises(NotAllowed):
        invited(cast, by=cast.anna, partner=None, role="seller")


def test_a_role_is_one_of_the_persons_own_side(cast: Cast) -> None:
    for role, partner in (("channel_manager", cast.nordlys), ("manager", None)):
        with pytest.raises(Invalid) as refused:
            invited(cast, role=role, partner=partner, by=cast.ada)
        assert "role" in refused.value.errors


def test_a_colleagues_address_is_not_invited_whatever_its_case(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        invited(cast, values={**NEW, "email": "MADS@nordlys.EXAMPLE"})
    assert "email" in refused.value.errors


def test_an_address_waits_once_at_a_company(cast: Cast) -> None:
    first = invited(cast)
    with pytest.raises(Invalid, match="invited already"):
        invited(cast)
    actions.revoke(key=first.pk, by=cast.anna)
    assert invited(cast).pk != first.pk


def test_nobody_learns_by_inviting_that_an_address_is_known_at_another_company(cast: Cast) -> None:
    told = invited(cast, values={"email": "stig@fjord.example", "name": "Stig"})
    assert Invitation.objects.waiting().filter(pk=told.pk).exists()
    send(invitation_id=str(told.pk))
    (message,) = mail.outbox
    assert message.to == ["stig@fjord.example"]
    assert "has an account at Havn Systems already" in message.body
    assert "/invitation/" not in message.body
    with pytest.raises(Invalid):  # the vendor sees everybody, so it is told at once
        invited(cast, values={"email": "stig@fjord.example"}, by=cast.ada)


def test_nobody_is_invited_to_a_partnership_that_has_ended(cast: Cast) -> None:
    invitation = invited(cast)
    path = mailed(invitation)
    Partner.objects.filter(pk=cast.nordlys.pk).update(status="ended")
    cast.nordlys.refresh_from_db()
    with pytest.raises(Invalid):
        invited(cast, by=cast.ada, values={"email": "x@nordlys.example"})
    assert "has ended" in accept(path).content.decode()
    assert not Person.objects.filter(email="vera@nordlys.example").exists()


def test_a_company_has_a_bounded_number_of_mails_sent(cast: Cast, freeze: Callable[[datetime], None]) -> None:
    freeze(MONDAY)
    for number in range(MAILS_A_DAY):
        invitation = invited(cast, values={"email": f"{number}@x.example"})
    with pytest.raises(Conflict, match="today"):
        invited(cast)
    for times in range(1, MAILS_EACH):
        freeze(MONDAY + timedelta(minutes=2 * times))
        actions.resend(key=invitation.pk, by=cast.anna)
    freeze(MONDAY + timedelta(days=2))
    with pytest.raises(Conflict, match="the most"):
        actions.resend(key=invitation.pk, by=cast.anna)
    assert invited(cast).email == "vera@nordlys.example"


# The link.
def test_a_link_works_once(cast: Cast) -> None:
    path = mailed(invited(cast))
    assert accept(path).status_code == 302
    for answer in (Client().get(path), accept(path, name="Somebody else")):
        assert answer.status_code == 409
        assert "has been used" in answer.content.decode()
    assert Person.objects.filter(email="vera@nordlys.example").count() == 1


def test_a_link_works_for_seven_days_and_not_a_second_longer(
    cast: Cast, freeze: Callable[[datetime], None]
) -> None:
    freeze(MONDAY)
    path = mailed(invited(cast))
    freeze(MONDAY + LASTS)
    for answer in (Client().get(path), accept(path)):
        assert answer.status_code == 409
        assert "has run out" in answer.content.decode()
    freeze(MONDAY + LASTS - timedelta(seconds=1))
    assert Client().get(path).status_code == 200
    assert accept(path).status_code == 302
    assert timedelta(days=7) == LASTS


def test_sending_again_kills_the_old_link_at_once(cast: Cast, freeze: Callable[[datetime], None]) -> None:
    freeze(MONDAY)
    invitation = invited(cast)
    old = mailed(invitation)
    freeze(MONDAY + timedelta(days=3))
    actions.resend(key=invitation.pk, by=cast.anna)
    assert accept(old).status_code == 404  # before the new mail has left
    new = mailed(invitation)
    assert accept(old).status_code == 404
    freeze(MONDAY + timedelta(days=9))
    assert accept(new).status_code == 302


def test_a_revoked_link_says_so_and_is_mailed_no_more(cast: Cast) -> None:
    invitation = invited(cast)
    path = mailed(invitation)
    actions.revoke(key=invitation.pk, by=cast.anna)
    assert "was taken back" in accept(path).content.decode()
    send(invitation_id=str(invitation.pk))
    assert len(mail.outbox) == 1
    with pytest.raises(Conflict):
        actions.resend(key=invitation.pk, by=cast.anna)


def test_what_was_accepted_can_not_be_revoked_or_sent_again(cast: Cast) -> None:
    invitation = invited(cast)
    accept(mailed(invitation))
    for act in (actions.resend, actions.revoke):
        with pytest.raises(Conflict):
            act(key=invitation.pk, by=cast.anna)


def test_an_invitation_is_for_its_address_whatever_else_is_sent(cast: Cast) -> None:
    path = mailed(invited(cast))
    accept(path, email="eve@evil.example", role="administrator", partner=str(cast.fjord.pk))
    vera = Person.objects.get(name="Vera Vind")
    assert (vera.email, vera.partner_role, vera.partner) == ("vera@nordlys.example", "manager", cast.nordlys)


def test_an_address_that_got_an_account_meanwhile_is_told_so(cast: Cast) -> None:
    path = mailed(invited(cast))
    casting.partner_person("Vera Vind", cast.nordlys, "seller")
    assert "an account with this address already" in accept(path).content.decode()


def test_a_weak_password_is_asked_anew_and_what_was_typed_stays(cast: Cast) -> None:
    path = mailed(invited(cast))
    answer = accept(path, name="Vera V.", password="vera")
    assert answer.status_code == 422
    assert 'value="Vera V."' in answer.content.decode()
    assert not Person.objects.filter(email="vera@nordlys.example").exists()
    assert accept(path).status_code == 302


def test_somebody_who_is_signed_in_does_not_become_somebody_else(cast: Cast) -> None:
    path = mailed(invited(cast))
    client = Client()
    client.force_login(cast.mads)
    assert "You are signed in as Mads Iversen" in accept(path, client).content.decode()
    assert not Person.objects.filter(email="vera@nordlys.example").exists()


def test_a_link_that_never_was_opens_nothing_and_trying_many_is_stopped(cast: Cast) -> None:
    invited(cast)  # its mail has not left, so it has no link: an empty one must not find it
    tries = [Client().get(reverse("invitation:accept", args=[f"guess{n}"])).status_code for n in range(70)]
    assert tries[0] == 404
    assert tries[-1] == 429


def test_the_page_is_kept_in_no_cache_and_found_by_no_search(cast: Cast) -> None:
    answer = Client().get(mailed(invited(cast)))
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_two_who_use_one_link_at_once_become_one_person() -> None:
    cast = casting.make()
    token = issue(invited(cast))
    start, outcomes = threading.Barrier(2), []

    def use(name: str) -> None:
        start.wait()
        try:
            actions.accept_invitation(token=token, name=name, password=PASSWORD, language="en")
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=[name]) for name in ("Vera", "Eve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome == "done" for outcome in outcomes) == [False, True], outcomes
    assert any("has been used" in outcome for outcome in outcomes)
    assert Person.objects.filter(email="vera@nordlys.example").count() == 1
    assert clock.now() > Invitation.objects.get().accepted_at


@pytest.mark.parametrize("change", [{"is_active": False}, {"partner_role": "seller"}])
def test_an_invitation_of_somebody_who_may_invite_no_more_opens_nothing(cast: Cast, change: dict) -> None:
    path = mailed(invited(cast, role="administrator"))
    Person.objects.filter(pk=cast.anna.pk).update(**change)
    assert accept(path).status_code == 409
    assert not Person.objects.filter(email__iexact=NEW["email"]).exists()


def test_who_sends_an_invitation_again_answers_for_it(cast: Cast) -> None:
    invitation = invited(cast, role="administrator")
    directory_clock = MONDAY + timedelta(days=400)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: directory_clock)
        actions.resend(key=invitation.pk, by=cast.ada)
        path = mailed(invitation)
        Person.objects.filter(pk=cast.anna.pk).update(is_active=False)
        assert accept(path).status_code == 302
