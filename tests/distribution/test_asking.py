"""While the vendor owes an answer, the time that a partner has to answer stands still."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from kanal.config import clock
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed
from kanal.distribution import actions
from kanal.distribution.actions.telling import tell_about_entry
from kanal.distribution.models import Offer, OfferStatus
from kanal.notify.models import Notification
from kanal.opportunities import access
from kanal.opportunities.models import Opportunity, TimelineEntry
from tests.cast import Cast

pytestmark = pytest.mark.django_db

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=COPENHAGEN)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=COPENHAGEN)


@pytest.fixture
def offered(cast: Cast, freeze) -> Opportunity:
    """Give an opportunity that was offered on Monday at nine: 24 working hours end on Thursday at nine."""
    freeze(MONDAY)
    made = cast.delivered()
    assert made.answer_by == at(26, 9)
    return made


def offer_of(opportunity: Opportunity) -> Offer:
    return Offer.objects.get(opportunity=opportunity)


def test_the_time_stands_still_from_the_question_to_the_answer(cast: Cast, offered, freeze) -> None:
    freeze(at(23, 15))  # six of the working hours are gone, eighteen are left
    actions.ask(key=offered.pk, body="Which modules do they run?", by=cast.mads)
    offer = offer_of(offered)
    assert (offer.paused_at, offer.left_seconds) == (at(23, 15), 18 * 3600)
    assert Opportunity.objects.get(pk=offered.pk).answer_by is None
    freeze(at(30, 12))  # long after the old deadline
    assert actions.expire_due() == 0
    assert not actions.expire(key=offered.pk)
    actions.write_note(key=offered.pk, body="Finance and stock.", shared=True, by=cast.chris)
    offer = offer_of(offered)
    assert offer.paused_at is None
    assert offer.deadline == at(30, 12) + timedelta(days=2, hours=2)  # 4 + 8 + 6 working hours
    assert Opportunity.objects.get(pk=offered.pk).answer_by == offer.deadline
    freeze(offer.deadline + timedelta(seconds=1))
    assert actions.expire_due() == 1


def test_the_time_that_stood_still_is_not_the_partners_waiting(cast: Cast, offered, freeze) -> None:
    freeze(at(23, 11))
    actions.ask(key=offered.pk, body="Which modules?", by=cast.mads)
    freeze(at(25, 11))
    actions.write_note(key=offered.pk, body="Finance.", shared=True, by=cast.chris)
    freeze(at(25, 14))
    actions.accept(key=offered.pk, by=cast.mads)
    offer = offer_of(offered)
    assert (offer.paused_minutes, offer.waited_minutes) == (16 * 60, 5 * 60)


@pytest.mark.parametrize("how", ["accept", "decline"])
def test_an_offer_is_answered_while_its_time_stands_still(cast: Cast, offered, freeze, how: str) -> None:
    actions.ask(key=offered.pk, body="Which modules?", by=cast.mads)
    freeze(at(30, 9))
    if how == "accept":
        actions.accept(key=offered.pk, by=cast.anna)
    else:
        actions.decline(key=offered.pk, reason="too_small", by=cast.anna)
    offer = offer_of(offered)
    assert offer.status == {"accept": "accepted", "decline": "declined"}[how]
    assert (offer.paused_at, offer.left_seconds, offer.waited_minutes) == (None, None, 0)
    assert Opportunity.objects.get(pk=offered.pk).answer_by is None


def test_the_vendor_withdraws_while_the_time_stands_still(cast: Cast, offered) -> None:
    actions.ask(key=offered.pk, body="Which modules?", by=cast.mads)
    assert actions.withdraw(key=offered.pk, by=cast.chris).status == OfferStatus.WITHDRAWN


def test_a_second_question_and_an_internal_note_change_nothing_of_the_clock(
    cast: Cast, offered, freeze
) -> None:
    actions.ask(key=offered.pk, body="Which modules?", by=cast.mads)
    before = offer_of(offered).left_seconds
    freeze(at(24, 9))
    actions.ask(key=offered.pk, body="And how many users?", by=cast.anna)
    actions.write_note(key=offered.pk, body="Does anybody know?", shared=False, by=cast.chris)
    actions.write_note(key=offered.pk, body="We can start in May.", shared=True, by=cast.mads)
    offer = offer_of(offered)
    assert (offer.left_seconds, offer.paused_at) == (before, MONDAY)


def test_a_question_makes_nobodys_edit_stale(cast: Cast, offered) -> None:
    actions.ask(key=offered.pk, body="Which modules?", by=cast.mads)
    assert Opportunity.objects.get(pk=offered.pk).version == offered.version


def test_a_reminder_waits_with_the_time(cast: Cast, offered, freeze) -> None:
    assert offer_of(offered).remind_at == at(25, 13)
    actions.ask(key=offered.pk, body="Which modules?", by=cast.mads)
    freeze(at(25, 14))
    assert actions.remind_due() == 0
    actions.write_note(key=offered.pk, body="Finance.", shared=True, by=cast.chris)
    assert offer_of(offered).remind_at == at(30, 10)  # twenty working hours later, as at the beginning
    freeze(at(30, 10))
    assert actions.remind_due() == 1


def test_who_is_told_of_the_question_and_of_its_answer(cast: Cast, offered) -> None:
    entry = actions.ask(key=offered.pk, body="Which modules?", by=cast.mads)
    chris = [str(cast.chris.pk)]
    tell_about_entry(
        happening="offer_asked", entry_id=str(entry.pk), partner_ids=[], person_ids=chris, vendor=True
    )
    assert [one.person for one in Notification.objects.filter(kind="offer_asked")] == [cast.chris]
    answer = actions.write_note(key=offered.pk, body="Finance.", shared=True, by=cast.chris)
    partner = [str(cast.nordlys.pk)]
    tell_about_entry(
        happening="offer_answered", entry_id=str(answer.pk), partner_ids=partner, person_ids=[], vendor=False
    )
    told = {one.person for one in Notification.objects.filter(kind="offer_answered")}
    assert told == {cast.anna, cast.mads}


def test_only_who_answers_offers_asks_and_only_in_time(cast: Cast, offered, freeze) -> None:
    with pytest.raises(Missing):
        actions.ask(key=offered.pk, body="Which modules?", by=cast.bo)
    with pytest.raises(NotAllowed):
        actions.ask(key=offered.pk, body="Which modules?", by=cast.chris)
    with pytest.raises(Invalid):
        actions.ask(key=offered.pk, body="  ", by=cast.mads)
    freeze(at(26, 10))
    with pytest.raises(Conflict, match="can no longer be answered"):
        actions.ask(key=offered.pk, body="Which modules?", by=cast.mads)
    assert not TimelineEntry.objects.filter(opportunity=offered, body="Which modules?").exists()


def test_the_next_partner_does_not_read_the_question(cast: Cast, offered) -> None:
    actions.ask(key=offered.pk, body="Which modules?", by=cast.mads)
    actions.decline(key=offered.pk, reason="too_small", by=cast.mads)
    actions.deliver(key=offered.pk, partner=cast.fjord, by=cast.chris)
    now = Opportunity.objects.get(pk=offered.pk)
    entries = access.entries(cast.bo, now, access.participation(cast.bo, now))
    assert "Which modules?" not in {entry.body for entry in entries}


def test_the_database_holds_a_pause_to_an_offer_that_waits(cast: Cast, offered) -> None:
    actions.ask(key=offered.pk, body="Which modules?", by=cast.mads)
    for facts in (
        {"left_seconds": None},
        {"status": OfferStatus.DECLINED, "reason": "other", "answered_at": clock.now()},
    ):
        with pytest.raises(IntegrityError, match="offer_paused_has_time_left"), transaction.atomic():
            Offer.objects.filter(opportunity=offered).update(**facts)


def page(client: Client, name: str, *keys: object) -> str:
    return client.get(reverse(name, args=keys)).content.decode()


def test_both_sides_read_that_the_time_stands_still(cast: Cast, offered, client: Client) -> None:
    client.force_login(cast.mads)
    assert "Ask " in page(client, "portal:opportunity", offered.pk)
    refused = client.post(reverse("portal:ask", args=[offered.pk]), {"body": " "})
    assert refused.status_code == 422
    assert "Write what you want to know." in refused.content.decode()
    client.post(reverse("portal:ask", args=[offered.pk]), {"body": "Which modules?"})
    assert "The clock stands still until the question is answered, 24 working hours left after that" in page(
        client, "portal:opportunity", offered.pk
    )
    for name in ("portal:opportunities", "portal:dashboard"):
        assert "clock stands still" in page(client, name).lower(), name
    client.force_login(cast.chris)
    desk = page(client, "desk:opportunity", offered.pk)
    assert "The clock stands still" in desk
    assert "Answer with a shared note on the timeline" in desk
    assert "Waits for your answer" in page(client, "desk:opportunities")
    client.post(
        reverse("desk:opportunity_note", args=[offered.pk]), {"body": "Finance.", "visibility": "shared"}
    )
    assert offer_of(offered).paused_at is None
