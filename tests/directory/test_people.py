"""People: invitations, roles, access, preferences."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.directory import actions
from kanal.directory.invitations import send
from kanal.directory.models import Partner, Person, VendorRole
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Stale
from tests import cast as casting
from tests.cast import Cast

pytestmark = pytest.mark.django_db

NEW = {
    "name": "Vera Vind",
    "email": "Vera@Nordlys.example",
    "language": "da",
    "time_zone": "Europe/Copenhagen",
}


def invited(cast: Cast, **facts: Any) -> Person:
    return actions.invite(
        **{"values": NEW, "role": "manager", "partner": cast.nordlys, "by": cast.ada, **facts}
    )


# Invitations.
def test_an_invited_person_has_a_role_and_no_password_and_gets_a_mail_by_the_queue(cast: Cast) -> None:
    vera = invited(cast)
    assert (vera.email, vera.partner, vera.partner_role) == ("vera@nordlys.example", cast.nordlys, "manager")
    assert not vera.has_usable_password()
    job = ProcrastinateJob.objects.get(task_name="kanal.directory.tasks.invite")
    assert job.args == {"person_id": str(vera.pk)}


def test_nobody_is_told_of_an_invitation_that_was_rolled_back(cast: Cast) -> None:
    with transaction.atomic():
        invited(cast)
        transaction.set_rollback(True)
    assert not ProcrastinateJob.objects.filter(task_name="kanal.directory.tasks.invite").exists()


def test_the_invitation_is_in_the_persons_language_and_its_link_lets_them_choose_a_password(
    cast: Cast,
) -> None:
    vera = invited(cast)
    send(person_id=str(vera.pk))
    (message,) = mail.outbox
    assert message.to == ["vera@nordlys.example"]
    assert message.subject == "Havn Systems inviterer dig til sin partnerportal"
    assert "Nordlys IT" in message.body
    path = re.search(r"http://[^/]+(/\S+)", message.body).group(1)
    assert path in message.alternatives[0][0]
    client = Client()
    form = client.get(path, follow=True)
    assert form.status_code == 200
    address = form.redirect_chain[-1][0] if form.redirect_chain else path
    client.post(address, {"password1": "lang-nok-kode-7", "password2": "lang-nok-kode-7"})
    vera.refresh_from_db()
    assert vera.check_password("lang-nok-kode-7")


def test_no_invitation_goes_to_somebody_who_was_deactivated_meanwhile(cast: Cast) -> None:
    vera = invited(cast)
    actions.deactivate(key=vera.pk, by=cast.ada)
    send(person_id=str(vera.pk))
    assert mail.outbox == []
    with pytest.raises(Conflict):
        actions.invite_again(key=vera.pk, by=cast.ada)


def test_a_mail_address_belongs_to_one_person_whatever_its_case(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        invited(cast, values={**NEW, "email": "MADS@nordlys.EXAMPLE"})
    assert "email" in refusal.value.errors


def test_a_role_is_one_of_the_persons_own_side(cast: Cast) -> None:
    with pytest.raises(Invalid):
        invited(cast, role="channel_manager")
    with pytest.raises(Invalid):
        invited(cast, role="manager", partner=None)
    assert invited(cast, role="seller", partner=None).vendor_role == VendorRole.SELLER


def test_nobody_is_invited_to_a_partnership_that_has_ended(cast: Cast) -> None:
    Partner.objects.filter(pk=cast.nordlys.pk).update(status="ended")
    cast.nordlys.refresh_from_db()
    with pytest.raises(Invalid):
        invited(cast)


@pytest.mark.parametrize("who", ["chris", "sally", "otto", "anna"])
def test_only_an_administrator_keeps_people(cast: Cast, who: str) -> None:
    by = cast.people[who]
    with pytest.raises(NotAllowed):
        invited(cast, by=by)
    with pytest.raises(NotAllowed):
        actions.invite_again(key=cast.mads.pk, by=by)
    with pytest.raises(NotAllowed):
        actions.keep_person(key=cast.mads.pk, version=1, values={"name": "x", "email": "x@x.example"}, by=by)
    with pytest.raises(NotAllowed):
        actions.change_role(key=by.pk, role="administrator", by=by)
    with pytest.raises(NotAllowed):
        actions.deactivate(key=cast.mads.pk, by=by)
    with pytest.raises(NotAllowed):
        actions.reactivate(key=cast.mads.pk, by=by)


# Editing.
def test_a_person_is_edited_from_the_version_that_stands(cast: Cast) -> None:
    values = {"name": "Mads Iversen-Holm", "email": "mads@nordlys.example"}
    kept = actions.keep_person(key=cast.mads.pk, version=1, values=values, by=cast.ada)
    assert (kept.version, kept.name) == (2, "Mads Iversen-Holm")
    with pytest.raises(Stale):
        actions.keep_person(key=cast.mads.pk, version=1, values={**values, "name": "Mads"}, by=cast.ada)


def test_an_old_mail_address_opens_nothing_any_more(cast: Cast) -> None:
    cast.mads.emailaddress_set.create(email="mads@nordlys.example", verified=True, primary=True)
    values = {"name": cast.mads.name, "email": "mads.iversen@nordlys.example"}
    actions.keep_person(key=cast.mads.pk, version=1, values=values, by=cast.ada)
    assert not cast.mads.emailaddress_set.exists()


# Roles and access.
def test_a_role_changes_and_counts_at_once(cast: Cast) -> None:
    assert actions.change_role(key=cast.sofie.pk, role="manager", by=cast.ada).partner_role == "manager"
    assert actions.change_role(key=cast.sally.pk, role="auditor", by=cast.ada).vendor_role == "auditor"
    with pytest.raises(Invalid):
        actions.change_role(key=cast.sofie.pk, role="auditor", by=cast.ada)


def test_the_last_administrator_stays_one_and_stays_active(cast: Cast) -> None:
    with pytest.raises(Conflict, match="last administrator"):
        actions.change_role(key=cast.ada.pk, role="seller", by=cast.ada)
    with pytest.raises(Conflict, match="last administrator"):
        actions.deactivate(key=cast.ada.pk, by=cast.ada)
    actions.change_role(key=cast.chris.pk, role="administrator", by=cast.ada)
    cast.chris.refresh_from_db()
    actions.deactivate(key=cast.ada.pk, by=cast.chris)
    with pytest.raises(Conflict):
        actions.deactivate(key=cast.chris.pk, by=cast.chris)


def test_the_administrators_of_a_partner_may_all_go(cast: Cast) -> None:
    assert not actions.deactivate(key=cast.anna.pk, by=cast.ada).is_active


def test_whatever_a_deactivated_person_has_open_ends_at_once_and_does_not_come_back(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.mads)
    other = Client()
    other.force_login(cast.sofie)
    actions.deactivate(key=cast.mads.pk, by=cast.ada)
    assert "_auth_user_id" not in client.session
    actions.reactivate(key=cast.mads.pk, by=cast.ada)
    assert "_auth_user_id" not in client.session
    assert "_auth_user_id" in other.session
    assert Client().login(email="mads@nordlys.example", password=casting.PASSWORD)


def test_a_deactivated_person_can_not_sign_in(cast: Cast) -> None:
    actions.deactivate(key=cast.mads.pk, by=cast.ada)
    assert not Client().login(email="mads@nordlys.example", password=casting.PASSWORD)


def test_somebody_who_does_not_exist_is_missing(cast: Cast) -> None:
    with pytest.raises(Missing):
        actions.deactivate(key=cast.nordlys.pk, by=cast.ada)


# Preferences.
def test_preferences_are_kept_and_leave_the_version(cast: Cast) -> None:
    actions.set_preferences(person=cast.mads, language="da", theme="dark", density="compact", shortcuts=False)
    kept = Person.objects.get(pk=cast.mads.pk)
    assert (kept.language, kept.theme, kept.density, kept.shortcuts, kept.version) == (
        "da",
        "dark",
        "compact",
        False,
        1,
    )
    actions.set_preferences(person=kept, theme="auto")
    assert Person.objects.get(pk=kept.pk).language == "da"


@pytest.mark.parametrize("wish", [{"language": "xx"}, {"theme": "pink"}, {"density": "tight"}])
def test_a_preference_that_does_not_exist_is_refused(cast: Cast, wish: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        actions.set_preferences(person=cast.mads, **wish)


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_demote_each_other_at_once_leave_one() -> None:
    cast = casting.make()
    actions.change_role(key=cast.chris.pk, role="administrator", by=cast.ada)
    cast.chris.refresh_from_db()
    start, outcomes = threading.Barrier(2), []

    def demote(whom: Person, by: Person) -> None:
        start.wait()
        try:
            actions.change_role(key=whom.pk, role="seller", by=by)
            outcomes.append("done")
        except Conflict:
            outcomes.append("refused")
        finally:
            connection.close()

    pairs = [(cast.ada, cast.chris), (cast.chris, cast.ada)]
    threads = [threading.Thread(target=demote, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]
    assert Person.objects.filter(vendor_role="administrator", is_active=True).count() == 1
