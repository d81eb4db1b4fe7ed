"""People: invitations, roles, access, preferences."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test import Client

from kanal.directory import actions
from kanal.directory.models import Person
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Stale
from tests import cast as casting
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["chris", "sally", "otto", "mads", "sofie"])
def test_only_an_administrator_keeps_people(cast: Cast, who: str) -> None:
    by = cast.people[who]
    with pytest.raises(NotAllowed):
        actions.keep_person(key=cast.mads.pk, version=1, values={"name": "x", "email": "x@x.example"}, by=by)
    with pytest.raises(NotAllowed):
        actions.change_role(key=by.pk, role="administrator", by=by)
    with pytest.raises(NotAllowed):
        actions.deactivate(key=cast.mads.pk, by=by)
    with pytest.raises(NotAllowed):
        actions.reactivate(key=cast.mads.pk, by=by)


def test_an_administrator_of_a_partner_keeps_the_people_of_the_own_company_alone(cast: Cast) -> None:
    assert actions.change_role(key=cast.sofie.pk, role="manager", by=cast.anna).partner_role == "manager"
    assert not actions.deactivate(key=cast.sofie.pk, by=cast.anna).is_active
    assert actions.reactivate(key=cast.sofie.pk, by=cast.anna).is_active
    for stranger in (cast.stig, cast.bo, cast.ada):
        for act in (
            lambda key: actions.change_role(key=key, role="seller", by=cast.anna),
            lambda key: actions.deactivate(key=key, by=cast.anna),
            lambda key: actions.reactivate(key=key, by=cast.anna),
        ):
            with pytest.raises(Missing):
                act(stranger.pk)


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


def test_a_partner_keeps_an_administrator_and_only_the_vendor_may_shut_out_the_last(cast: Cast) -> None:
    with pytest.raises(Conflict, match="Anna Bak is the last administrator"):
        actions.change_role(key=cast.anna.pk, role="seller", by=cast.anna)
    with pytest.raises(Conflict, match="Anna Bak is the last administrator"):
        actions.deactivate(key=cast.anna.pk, by=cast.anna)
    assert not actions.deactivate(key=cast.anna.pk, by=cast.ada).is_active


def test_who_was_demoted_a_moment_ago_decides_nothing_any_more(cast: Cast) -> None:
    actions.change_role(key=cast.mads.pk, role="administrator", by=cast.anna)
    as_before = Person.objects.get(pk=cast.mads.pk)
    actions.change_role(key=cast.mads.pk, role="manager", by=cast.anna)
    with pytest.raises(NotAllowed):
        actions.deactivate(key=cast.sofie.pk, by=as_before)


@pytest.mark.parametrize("before", [False, True])
def test_whom_the_vendor_shut_out_the_vendor_alone_lets_in_again(cast: Cast, before: bool) -> None:
    if before:
        actions.deactivate(key=cast.sofie.pk, by=cast.anna)
    actions.deactivate(key=cast.sofie.pk, by=cast.ada)
    actions.deactivate(key=cast.sofie.pk, by=cast.anna)
    with pytest.raises(NotAllowed, match="The vendor deactivated"):
        actions.reactivate(key=cast.sofie.pk, by=cast.anna)
    assert actions.reactivate(key=cast.sofie.pk, by=cast.ada).is_active
    actions.deactivate(key=cast.sofie.pk, by=cast.anna)
    assert actions.reactivate(key=cast.sofie.pk, by=cast.anna).is_active


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
@pytest.mark.parametrize("act", ["demote", "deactivate"])
@pytest.mark.parametrize("pair", [("ada", "chris"), ("anna", "mads")])
def test_two_administrators_who_end_each_other_at_once_leave_one(pair: tuple[str, str], act: str) -> None:
    people = casting.make().people
    first, second = (people[name] for name in pair)
    actions.change_role(key=second.pk, role="administrator", by=first)
    second.refresh_from_db()
    start, outcomes = threading.Barrier(2), []

    def end(whom: Person, by: Person) -> None:
        start.wait()
        try:
            if act == "demote":
                actions.change_role(key=whom.pk, role="seller", by=by)
            else:
                actions.deactivate(key=whom.pk, by=by)
            outcomes.append("done")
        except (Conflict, NotAllowed):
            outcomes.append("refused")
        finally:
            connection.close()

    pairs = [(first, second), (second, first)]
    threads = [threading.Thread(target=end, args=one) for one in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]
    left = [one for one in Person.objects.filter(pk__in=[first.pk, second.pk]) if one.is_active]
    assert [one.vendor_role or one.partner_role for one in left].count("administrator") == 1
