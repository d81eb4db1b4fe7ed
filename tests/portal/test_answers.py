"""Accept and Decline on the portal, once and for all."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from kanal.config import clock
from kanal.distribution import actions
from kanal.distribution.models import Offer
from kanal.opportunities.models import Opportunity
from tests.cast import Cast
from tests.portal.conftest import Enter

pytestmark = pytest.mark.django_db


def accept(client: Any, made: Opportunity) -> Any:
    return client.post(reverse("portal:accept", args=[made.pk]))


def decline(client: Any, made: Opportunity, **facts: str) -> Any:
    return client.post(reverse("portal:decline", args=[made.pk]), facts)


def told(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def status(made: Opportunity) -> str:
    made.refresh_from_db()
    return made.status


@pytest.mark.parametrize("who", ["anna", "mads"])
def test_accepting_leads_to_the_managed_opportunity(cast: Cast, enter: Enter, who: str) -> None:
    made = cast.delivered()
    client = enter(cast.people[who])
    answer = accept(client, made)
    assert answer["Location"] == reverse("portal:opportunity", args=[made.pk])
    assert status(made) == "accepted"
    assert "Managed opportunities" in client.get(answer["Location"]).content.decode()


def test_accepting_twice_ends_like_accepting_once(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    client = enter(cast.mads)
    first, second = accept(client, made), accept(client, made)
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert told(first)[-1] == told(second)[-1]
    assert Offer.objects.count() == 1


def test_declining_twice_ends_like_declining_once(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    client = enter(cast.mads)
    first, second = decline(client, made, reason="too_small"), decline(client, made, reason="too_small")
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert told(first)[-1] == told(second)[-1]


def test_a_colleague_who_was_faster_is_named(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    accept(enter(cast.anna), made)
    answer = accept(enter(cast.mads), made)
    assert answer["Location"] == reverse("portal:opportunity", args=[made.pk])
    assert told(answer) == ["Anna Bak has accepted this offer already."]


def test_an_answer_after_a_colleague_declined_is_told_on_a_page(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    decline(enter(cast.anna), made, reason="too_small")
    answer = accept(enter(cast.mads), made)
    assert answer.status_code == 409
    assert "Anna Bak has declined this offer already." in answer.content.decode()


def test_an_answer_to_a_withdrawn_offer_is_told_on_a_page(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    actions.withdraw(key=made.pk, by=cast.chris)
    for answer in (accept(enter(cast.mads), made), decline(enter(cast.mads), made, reason="too_small")):
        assert answer.status_code == 409
        assert "This offer was withdrawn" in answer.content.decode()


def test_an_answer_one_second_too_late_is_refused(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    client = enter(cast.mads)
    with clock.frozen(Offer.objects.get().deadline + timedelta(seconds=1)):
        answer = accept(client, made)
    assert answer["Location"] == reverse("portal:opportunity", args=[made.pk])
    assert "can no longer be answered" in told(answer)[0]
    assert status(made) == "delivered"


def test_declining_takes_a_reason_and_words_and_takes_it_off_the_lists(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    client = enter(cast.mads)
    answer = decline(client, made, reason="other", text="Our team is at another customer until May.")
    assert answer["Location"] == reverse("portal:opportunities")
    offer = Offer.objects.get()
    assert (offer.status, offer.reason, offer.text) == (
        "declined",
        "other",
        "Our team is at another customer until May.",
    )
    body = client.get(answer["Location"]).content.decode()
    assert made.topic not in body
    assert made.reference in body  # among “Your answers”
    assert reverse("portal:opportunity", args=[made.pk]) not in body


def test_declining_without_a_reason_asks_for_one_and_keeps_what_was_written(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    answer = decline(enter(cast.mads), made, text="Not for us")
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose a reason" in body
    assert "Not for us" in body
    assert 'id="decline" aria-labelledby="decline-title" open' in body
    assert status(made) == "delivered"


def test_the_reason_other_needs_words(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    answer = decline(enter(cast.mads), made, reason="other", text=" ")
    assert answer.status_code == 422
    assert "Say in a few words why" in answer.content.decode()
    chosen = next(tag for tag in answer.content.decode().split("<") if 'value="other"' in tag)
    assert "checked" in chosen


# ── Several at once ──────────────────────────────────────────────────────────────────────────────
def several(client: Any, name: str, *keys: object, **facts: str) -> Any:
    return client.post(reverse(f"portal:{name}_several"), {"id": [str(key) for key in keys], **facts})


def test_several_are_accepted_at_once(cast: Cast, enter: Enter) -> None:
    first, second = cast.delivered(), cast.delivered(topic="Another")
    answer = several(enter(cast.mads), "accept", first.pk, second.pk)
    assert answer["Location"] == reverse("portal:opportunities")
    assert told(answer) == ["2 opportunities accepted."]
    assert (status(first), status(second)) == ("accepted", "accepted")


def test_several_are_declined_at_once_for_one_reason(cast: Cast, enter: Enter) -> None:
    first, second = cast.delivered(), cast.delivered(topic="Another")
    answer = several(enter(cast.mads), "decline", first.pk, second.pk, reason="no_capacity", text="Until May")
    assert told(answer) == ["2 opportunities declined."]
    assert set(Offer.objects.values_list("reason", "text")) == {("no_capacity", "Until May")}


def test_declining_several_without_a_reason_asks_and_keeps_the_selection(cast: Cast, enter: Enter) -> None:
    first, second = cast.delivered(), cast.delivered(topic="Another")
    answer = several(enter(cast.mads), "decline", second.pk, text="Until May")
    body = " ".join(answer.content.decode().split())
    assert answer.status_code == 422
    assert "Choose a reason" in body
    assert "Until May" in body
    assert f'value="{second.pk}" form="several" autocomplete="off" checked' in body
    assert f'value="{first.pk}" form="several" autocomplete="off" checked' not in body
    assert status(second) == "delivered"


def test_each_that_could_not_be_done_is_named_with_the_reason_and_nothing_leaks(
    cast: Cast, enter: Enter
) -> None:
    good, late = cast.delivered(topic="In time"), cast.delivered(topic="Withdrawn meanwhile")
    foreign = cast.delivered(cast.fjord, topic="Secret of Fjord")
    actions.withdraw(key=late.pk, by=cast.chris)
    answer = several(enter(cast.mads), "accept", good.pk, late.pk, foreign.pk, uuid.uuid4(), "nonsense")
    body = answer.content.decode()
    assert answer.status_code == 200
    assert "1 opportunity accepted." in body
    assert "3 could not be answered" in body
    assert late.reference in body
    assert "This offer was withdrawn" in body
    assert "Secret of Fjord" not in body
    assert foreign.reference not in body
    assert (status(good), status(late), status(foreign)) == ("accepted", "in_progress", "delivered")


def test_where_nothing_could_be_done_the_answer_is_a_conflict(cast: Cast, enter: Enter) -> None:
    late = cast.delivered()
    actions.withdraw(key=late.pk, by=cast.chris)
    assert several(enter(cast.mads), "accept", late.pk).status_code == 409


def test_a_seller_answers_none_of_several(cast: Cast, enter: Enter) -> None:
    made = cast.delivered()
    made.participations.get(until=None).people.add(cast.sofie)
    answer = several(enter(cast.sofie), "accept", made.pk)
    assert answer.status_code == 409
    assert "administrator or managers answer offers" in answer.content.decode()
    assert status(made) == "delivered"


def test_without_a_selection_nothing_happens(cast: Cast, enter: Enter) -> None:
    for name in ("accept", "decline"):
        assert told(several(enter(cast.mads), name)) == ["Choose at least one opportunity."]
