"""Declines teach: a habit becomes a question, the partner asks, the vendor decides, nothing changes before."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kanal.directory.models import Account, Industry, Person, Territory
from kanal.directory.refusal import Conflict, Invalid, NotAllowed, Refusal
from kanal.distribution import actions
from kanal.distribution.actions import answer_suggestion, decide_change
from kanal.distribution.models import ProfileChange, Subject
from kanal.distribution.teaching import suggestions
from kanal.notify.models import Notification
from tests.cast import Cast

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def decline(cast: Cast, number: int, *, reason: str = "not_our_field", **facts: Any) -> None:
    for _ in range(number):
        actions.decline(key=cast.delivered(**facts).pk, reason=reason, by=cast.mads)


@pytest.fixture
def tired(cast: Cast, freeze) -> Cast:
    """Nordlys has declined four of five in Food."""
    freeze(MONDAY)
    cast.nordlys.industries.add(cast.food)
    cast.managed()
    decline(cast, 4)
    return cast


def ask(cast: Cast, *, take_off: bool = True) -> ProfileChange:
    return answer_suggestion(subject="industry", about=cast.food.pk, take_off=take_off, by=cast.anna)


@pytest.mark.django_db
def test_four_of_five_declined_as_not_our_field_is_a_question(tired: Cast) -> None:
    [found] = suggestions(tired.nordlys)
    assert (found.subject, found.about, found.declined, found.answered) == (
        Subject.INDUSTRY,
        tired.food,
        4,
        5,
    )


@pytest.mark.django_db
def test_other_reasons_few_declines_and_what_is_not_on_the_profile_teach_nothing(cast: Cast) -> None:
    decline(cast, 4)
    assert suggestions(cast.nordlys) == []  # Food is not on its profile
    other = Account.objects.create(name="Havblik", industry=Industry.objects.create(name="Care"))
    cast.nordlys.industries.add(other.industry)
    decline(cast, 4, reason="no_capacity", account=other, contact=None)
    decline(cast, 3, account=other, contact=None)
    assert suggestions(cast.nordlys) == []  # three of seven, the others had no time


@pytest.mark.django_db
def test_what_was_declined_long_ago_is_forgotten(tired: Cast, freeze) -> None:
    freeze(MONDAY + timedelta(days=181))
    assert suggestions(tired.nordlys) == []


@pytest.mark.django_db
def test_a_territory_is_the_nearest_on_the_profile_that_holds_the_opportunity(cast: Cast) -> None:
    north = Territory.objects.create(name="North", parent=cast.jutland)
    cast.nordlys.territories.add(cast.jutland)
    decline(cast, 4, reason="not_our_area", territory=north)
    assert [one.about for one in suggestions(cast.nordlys)] == [cast.jutland]


@pytest.mark.django_db
def test_nothing_changes_before_the_vendor_has_approved_and_both_sides_are_told(tired: Cast) -> None:
    change = ask(tired)
    assert tired.food in tired.nordlys.industries.all()
    assert suggestions(tired.nordlys) == []
    assert Notification.objects.filter(person=tired.chris, kind="profile_change_asked").count() == 1
    decide_change(key=change.pk, approve=True, by=tired.chris)
    assert tired.food not in tired.nordlys.industries.all()
    assert Notification.objects.filter(person=tired.anna, kind="profile_change_approved").count() == 1


@pytest.mark.django_db
def test_a_rejection_says_why_and_the_profile_stays(tired: Cast) -> None:
    change = ask(tired)
    with pytest.raises(Invalid):
        decide_change(key=change.pk, approve=False, reason=" ", by=tired.chris)
    decide_change(key=change.pk, approve=False, reason="We need you there", by=tired.chris)
    assert tired.food in tired.nordlys.industries.all()
    told = Notification.objects.get(person=tired.anna, kind="profile_change_rejected")
    assert told.facts["text"] == "We need you there"
    assert "We need you there" in enter(tired.anna).get(reverse("portal:company")).content.decode()
    assert suggestions(tired.nordlys) == []


@pytest.mark.django_db
def test_not_now_is_not_asked_again_for_ninety_days(tired: Cast, freeze) -> None:
    ask(tired, take_off=False)
    freeze(MONDAY + timedelta(days=89))
    assert suggestions(tired.nordlys) == []
    freeze(MONDAY + timedelta(days=90))
    assert len(suggestions(tired.nordlys)) == 1
    assert enter(tired.chris).get(reverse("desk:profile_changes")).context["page"].object_list.count() == 0


@pytest.mark.django_db
def test_only_an_administrator_of_the_partner_asks_and_only_who_keeps_partners_decides(tired: Cast) -> None:
    for person in (tired.mads, tired.sofie, tired.chris):
        with pytest.raises(NotAllowed):
            answer_suggestion(subject="industry", about=tired.food.pk, take_off=True, by=person)
    with pytest.raises(Conflict):
        answer_suggestion(subject="industry", about=tired.food.pk, take_off=True, by=tired.bo)
    change = ask(tired)
    for person in (tired.sally, tired.otto, tired.anna):
        with pytest.raises(Refusal):
            decide_change(key=change.pk, approve=True, by=person)
    assert "Take it off" not in enter(tired.mads).get(reverse("portal:company")).content.decode()


@pytest.mark.django_db
def test_the_database_keeps_a_decision_and_holds_what_a_change_is_about(tired: Cast) -> None:
    change = ask(tired)
    decide_change(key=change.pk, approve=True, by=tired.chris)
    for wrong in (
        lambda: ProfileChange.objects.filter(pk=change.pk).update(state="rejected", reason="No"),
        lambda: ProfileChange.objects.filter(pk=change.pk).delete(),
        lambda: ProfileChange.objects.create(
            partner=tired.nordlys, subject="family", industry=tired.food, state="asked", declined=4, answered=4,
            asked_by=tired.anna,
        ),
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            wrong()


@pytest.mark.django_db(transaction=True)
def test_two_that_decide_at_once_decide_once(cast: Cast) -> None:
    cast.nordlys.industries.add(cast.food)
    decline(cast, 4)
    key, outcomes, start = ask(cast).pk, [], threading.Barrier(2)

    def go(approve: bool, by: Person) -> None:
        start.wait()
        try:
            outcomes.append(decide_change(key=key, approve=approve, reason="Stay", by=by).state)
        except Conflict:
            outcomes.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=args) for args in ((True, cast.chris), (False, cast.ada))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "too late" in outcomes
    gone = cast.food not in cast.nordlys.industries.all()
    assert gone == (ProfileChange.objects.get().state == "approved")


@pytest.mark.django_db
def test_the_queue_asks_as_much_for_one_change_as_for_three(cast: Cast) -> None:
    client, asked = enter(cast.chris), []
    for number in (1, 2):
        for _ in range(number):
            industry = Industry.objects.create(name=uuid.uuid4().hex)
            ProfileChange.objects.create(
                partner=cast.nordlys, subject="industry", industry=industry, state="asked", declined=4, answered=4,
                asked_by=cast.anna,
            )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("desk:profile_changes")).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1]


@pytest.mark.django_db
def test_a_rejection_without_a_reason_is_refused_beside_its_field(tired: Cast) -> None:
    change = ask(tired)
    answer = enter(tired.chris).post(
        reverse("desk:profile_change", args=[change.pk, "reject"]), {"reason": ""}
    )
    assert answer.status_code == 422
    assert "Write in up to 500 characters why." in answer.content.decode()


@pytest.mark.django_db
def test_the_partners_page_says_what_waits_and_only_while_it_waits(tired: Cast) -> None:
    client, address = enter(tired.chris), reverse("desk:partner", args=[tired.nordlys.pk])
    assert "asks to have this taken off" not in client.get(address).content.decode()
    change = ask(tired)
    assert "asks to have this taken off its profile: Food." in client.get(address).content.decode()
    decide_change(key=change.pk, approve=False, reason="Stay", by=tired.chris)
    assert "asks to have this taken off" not in client.get(address).content.decode()
