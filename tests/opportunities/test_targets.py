"""What the field *Status* offers, by role and by what happened before."""

import pytest

from kanal.distribution import actions
from kanal.opportunities.models import Opportunity
from kanal.opportunities.targets import for_new, targets

pytestmark = pytest.mark.django_db


def offered(person, opportunity):
    return {status.value for status in targets(person, Opportunity.objects.get(pk=opportunity.pk))}


def test_a_channel_manager_may_set_what_the_lifecycle_allows(cast):
    assert offered(cast.chris, cast.opportunity()) == {
        "delivered", "accepted", "on_hold", "won", "lost", "canceled",
    }  # fmt: skip
    assert offered(cast.chris, cast.delivered()) == {"in_progress", "accepted", "declined", "canceled"}
    assert offered(cast.chris, cast.managed()) == {"in_progress", "on_hold", "won", "lost", "canceled"}


def test_an_auditor_and_a_seller_who_does_not_own_it_set_nothing(cast):
    made = cast.opportunity()
    assert offered(cast.otto, made) == set()
    assert offered(cast.sally, made) == set()


def test_what_is_on_hold_goes_back_to_what_it_was(cast):
    made = cast.managed()
    actions.hold(key=made.pk, reason="Budget", by=cast.chris)
    assert offered(cast.chris, made) == {"accepted", "canceled"}


def test_what_is_reopened_goes_to_its_partner_or_in_progress(cast):
    managed, alone = cast.managed(), cast.opportunity()
    for one in (managed, alone):
        actions.lose(key=one.pk, reason="price", by=cast.chris)
    assert offered(cast.chris, managed) == {"accepted"}
    assert offered(cast.chris, alone) == {"in_progress"}


def test_only_what_a_partner_made_can_be_approved(cast):
    made = cast.opportunity()
    Opportunity.objects.filter(pk=made.pk).update(made_by_partner=cast.nordlys)
    assert "approved" in offered(cast.chris, made)


def test_a_new_one_may_be_delivered_at_once(cast):
    assert [status.value for status in for_new()] == ["delivered", "accepted"]
