"""A partnership that ends, or a company that is renamed, while its work goes on."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from kanal.directory.actions import keep_partner
from kanal.directory.models import Partner
from kanal.directory.refusal import Invalid, Refusal
from kanal.distribution import actions
from kanal.distribution.actions.telling import tell_about
from kanal.distribution.models import Offer
from kanal.notify.models import Notification
from kanal.opportunities.models import Opportunity, Participation
from tests import cast as casting
from tests.cast import Cast
from tests.distribution.test_concurrency import race


def change_partner(partner: Partner, by, **facts) -> Partner:
    """Change a partner as its page does: `name` is of the company, everything else of the profile."""
    company = {"name": facts.pop("name")} if "name" in facts else {}
    version = Partner.objects.get(pk=partner.pk).version
    return keep_partner(key=partner.pk, version=version, company=company, values=facts, related={}, by=by)


@pytest.mark.django_db
def test_a_partner_that_ended_while_the_form_was_open_gets_no_offer(cast: Cast) -> None:
    opportunity = cast.opportunity()
    Partner.objects.filter(pk=cast.nordlys.pk).update(status="ended")
    with pytest.raises(Invalid, match="takes no offers now"):
        actions.deliver(key=opportunity.pk, partner=cast.nordlys, by=cast.chris)


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_delivering_while_the_partnership_ends_leaves_no_offer_that_nobody_can_open() -> None:
    cast = casting.make()
    for _ in range(15):
        opportunity = cast.opportunity()
        race(
            lambda key=opportunity.pk: actions.deliver(key=key, partner=cast.nordlys, by=cast.chris),
            lambda: change_partner(cast.nordlys, cast.ada, status="ended"),
        )
        opportunity.refresh_from_db()
        ended = Partner.objects.get(pk=cast.nordlys.pk).status == "ended"
        assert not (ended and opportunity.status == "delivered")
        if opportunity.status == "delivered":
            actions.withdraw(key=opportunity.pk, by=cast.chris)
        Partner.objects.filter(pk=cast.nordlys.pk).update(status="active")


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_renaming_a_partner_and_answering_its_offer_never_wait_for_each_other_in_a_ring() -> None:
    cast = casting.make()
    for number in range(20):
        opportunity = cast.delivered()
        accepted, renamed = race(
            lambda key=opportunity.pk: actions.accept(key=key, by=cast.mads),
            lambda number=number: change_partner(cast.nordlys, cast.ada, name=f"Nordlys {number}"),
        )
        assert isinstance(accepted, Offer), accepted
        assert isinstance(renamed, Partner | Refusal)
        opportunity.refresh_from_db()
        assert opportunity.partner_name == f"Nordlys {number}"


@pytest.mark.django_db
def test_what_is_reopened_does_not_go_back_to_a_partner_that_has_ended(cast: Cast) -> None:
    opportunity = cast.managed()
    actions.win(key=opportunity.pk, reason="best_fit", by=cast.mads)
    change_partner(cast.nordlys, cast.ada, status="ended")
    actions.reopen(key=opportunity.pk, reason="They never paid", by=cast.chris)
    opportunity.refresh_from_db()
    assert (opportunity.status, opportunity.partner) == ("in_progress", None)
    assert not Participation.objects.filter(until=None).exists()


@pytest.mark.django_db
def test_a_late_worker_does_not_announce_an_offer_that_has_ended(cast: Cast) -> None:
    opportunity = cast.opportunity()
    offer = actions.deliver(key=opportunity.pk, partner=cast.nordlys, by=cast.chris)
    actions.withdraw(key=opportunity.pk, by=cast.chris)
    assert tell_about(event="offer_delivered", offer_id=str(offer.pk)) == 0
    assert not Notification.objects.exists()


@pytest.mark.engine
@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM distribution_offer",
        "UPDATE distribution_offer SET text = 'other words'",
        "UPDATE distribution_offer SET reason = 'conflict'",
        "DELETE FROM opportunities_participation",
    ],
)
def test_what_was_answered_can_not_be_rewritten_or_removed_by_plain_sql(cast: Cast, statement: str) -> None:
    actions.decline(key=cast.delivered().pk, reason="no_capacity", by=cast.mads)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Opportunity.objects.get().status == "declined"
