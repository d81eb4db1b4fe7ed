"""An opportunity is offered to one partner, who answers in time, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from kanal.config import clock
from kanal.directory.models import Partner
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed
from kanal.distribution import actions
from kanal.distribution.actions import Move, save
from kanal.distribution.models import Offer
from kanal.opportunities.actions import Values
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def jobs() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'event', args->>'offer_id' FROM procrastinate_jobs WHERE queue_name = 'tell' ORDER BY id"
        )
        return cursor.fetchall()


def test_delivering_opens_an_offer_with_a_deadline_and_tells_the_partner(cast: Cast) -> None:
    opportunity = cast.opportunity()
    offer = actions.deliver(key=opportunity.pk, partner=cast.nordlys, by=cast.chris)
    opportunity.refresh_from_db()
    assert (opportunity.status, opportunity.partner, opportunity.answer_by) == (
        "delivered",
        cast.nordlys,
        offer.deadline,
    )
    assert offer.deadline > clock.now()
    assert jobs() == [("offer_delivered", str(offer.pk))]


def test_accepting_makes_the_partner_manage_it(cast: Cast) -> None:
    opportunity = cast.delivered()
    offer = actions.accept(key=opportunity.pk, by=cast.mads)
    opportunity.refresh_from_db()
    running = Participation.objects.get(opportunity=opportunity, until=None)
    assert (opportunity.status, opportunity.answer_by) == ("accepted", None)
    assert (running.partner, running.kind) == (cast.nordlys, "managing")
    assert (offer.answered_by, offer.on_behalf, offer.seen_by) == (cast.mads, False, cast.mads)


def test_the_vendor_may_answer_on_behalf_of_the_partner(cast: Cast) -> None:
    offer = actions.accept(key=cast.delivered().pk, by=cast.chris)
    assert (offer.status, offer.on_behalf, offer.seen_at) == ("accepted", True, None)


def test_declining_needs_a_reason_and_other_needs_words(cast: Cast) -> None:
    opportunity = cast.delivered()
    with pytest.raises(Invalid, match="Choose a reason"):
        actions.decline(key=opportunity.pk, reason="", by=cast.mads)
    with pytest.raises(Invalid, match="in a few words"):
        actions.decline(key=opportunity.pk, reason="other", by=cast.mads)
    offer = actions.decline(key=opportunity.pk, reason="other", text="Merger", by=cast.mads)
    opportunity.refresh_from_db()
    assert (offer.reason, offer.text, opportunity.status, opportunity.partner) == (
        "other",
        "Merger",
        "declined",
        None,
    )


def test_a_declined_partner_is_not_offered_again_without_a_reason(cast: Cast) -> None:
    opportunity = cast.delivered()
    actions.decline(key=opportunity.pk, reason="no_capacity", by=cast.mads)
    with pytest.raises(Invalid, match="Nordlys IT declined this opportunity before"):
        actions.deliver(key=opportunity.pk, partner=cast.nordlys, by=cast.chris)
    offer = actions.deliver(
        key=opportunity.pk, partner=cast.nordlys, by=cast.chris, override_reason="They hired two."
    )
    assert offer.override_reason == "They hired two."


@pytest.mark.parametrize("status", ["paused", "ended"])
def test_a_partner_that_is_not_active_gets_no_offers(cast: Cast, status: str) -> None:
    Partner.objects.filter(pk=cast.nordlys.pk).update(status=status)
    cast.nordlys.refresh_from_db()
    with pytest.raises(Invalid, match="takes no offers now"):
        actions.deliver(key=cast.opportunity().pk, partner=cast.nordlys, by=cast.chris)


def test_an_answer_one_second_too_late_is_refused_and_one_in_the_last_second_counts(cast: Cast) -> None:
    late, timely = cast.delivered(), cast.delivered()
    with (
        clock.frozen(late.answer_by + timedelta(seconds=1)),
        pytest.raises(Conflict, match="can no longer be answered"),
    ):
        actions.accept(key=late.pk, by=cast.mads)
    with clock.frozen(timely.answer_by - timedelta(seconds=1)):
        assert actions.accept(key=timely.pk, by=cast.mads).status == "accepted"


def test_the_clock_ends_an_offer_that_nobody_answered_and_only_that(cast: Cast) -> None:
    due, answered = cast.delivered(), cast.managed()
    assert actions.expire_due() == 0
    with clock.frozen(due.answer_by + timedelta(minutes=1)):
        assert actions.expire_due() == 1
        assert actions.expire_due() == 0
    due.refresh_from_db()
    answered.refresh_from_db()
    assert (due.status, due.partner, answered.status) == ("expired", None, "accepted")


def test_withdrawing_ends_the_offer_and_the_partners_sight_of_it(cast: Cast) -> None:
    opportunity = cast.delivered()
    actions.withdraw(key=opportunity.pk, by=cast.chris, reason="The customer bought elsewhere")
    opportunity.refresh_from_db()
    assert (opportunity.status, opportunity.partner) == ("in_progress", None)
    with pytest.raises(Conflict, match="was withdrawn"):
        actions.accept(key=opportunity.pk, by=cast.mads)
    with pytest.raises(Missing):
        actions.accept(key=opportunity.pk, by=cast.bo)


def test_the_second_of_two_colleagues_is_told_who_was_faster(cast: Cast) -> None:
    opportunity = cast.delivered()
    actions.accept(key=opportunity.pk, by=cast.mads)
    with pytest.raises(Conflict, match="Mads Iversen has accepted this offer already"):
        actions.decline(key=opportunity.pk, reason="no_capacity", by=cast.anna)


def test_a_rival_can_not_answer_somebody_elses_offer(cast: Cast) -> None:
    opportunity = cast.delivered()
    for person in (cast.bo, cast.freja, cast.stig, cast.sofie):
        with pytest.raises(Missing):
            actions.accept(key=opportunity.pk, by=person)


def test_a_seller_of_the_vendor_does_not_deliver_what_somebody_else_owns(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="only the opportunities that they own"):
        actions.deliver(key=cast.opportunity().pk, partner=cast.nordlys, by=cast.sally)


def test_what_is_delivered_and_answered_stands_on_the_timeline_with_who_did_it(cast: Cast) -> None:
    opportunity = cast.managed()
    events = TimelineEntry.objects.filter(opportunity=opportunity).order_by("at", "id")
    assert [(entry.event, entry.author.name, entry.visibility) for entry in events] == [
        ("created", "Chris Mølgaard", "internal"),
        ("delivered", "Chris Mølgaard", "shared"),
        ("accepted", "Anna Bak", "shared"),
    ]


def test_cancelling_withdraws_the_offer_that_waits(cast: Cast) -> None:
    opportunity = cast.delivered()
    actions.cancel(key=opportunity.pk, reason="duplicate", by=cast.chris)
    assert Offer.objects.get().status == "withdrawn"
    assert not Participation.objects.filter(until=None).exists()


def test_the_first_opening_by_the_partner_is_remembered(cast: Cast) -> None:
    opportunity = cast.delivered()
    actions.mark_seen(opportunity=opportunity, by=cast.chris)
    actions.mark_seen(opportunity=opportunity, by=cast.bo)
    assert Offer.objects.get().seen_at is None
    actions.mark_seen(opportunity=opportunity, by=cast.mads)
    actions.mark_seen(opportunity=opportunity, by=cast.anna)
    assert Offer.objects.get().seen_by == cast.mads


@pytest.mark.engine
def test_the_database_itself_refuses_a_second_pending_offer_and_a_second_answer(cast: Cast) -> None:
    opportunity = cast.delivered()
    first = Offer.objects.get()
    with pytest.raises(DatabaseError, match="one_pending_offer"), transaction.atomic():
        Offer.objects.create(opportunity=opportunity, partner=cast.fjord, deadline=first.deadline)
    actions.accept(key=opportunity.pk, by=cast.mads)
    with pytest.raises(DatabaseError, match="is accepted already"), transaction.atomic():
        Offer.objects.update(status="declined", reason="other")


# ── The desk's page: one Save ─────────────────────────────────────────────────────────────────


def _values(opportunity: Opportunity, cast: Cast) -> Values:
    return Values(
        topic=opportunity.topic,
        currency=cast.dkk,
        account=cast.lindholm,
        contact=cast.karen,
        estimated_revenue=opportunity.estimated_revenue,
    )


def test_setting_partner_and_status_delivered_and_saving_delivers(cast: Cast) -> None:
    made = cast.opportunity()
    saved = save(
        key=made.pk,
        version=1,
        values=_values(made, cast),
        move=Move("delivered", cast.nordlys),
        by=cast.chris,
    )
    assert (saved.status, saved.partner) == ("delivered", cast.nordlys)
    assert len(jobs()) == 1


def test_a_refused_delivery_keeps_nothing_of_the_edit(cast: Cast) -> None:
    made = cast.opportunity()
    values = _values(made, cast)
    with pytest.raises(Invalid, match="Choose the partner"):
        save(key=made.pk, version=1, values=values, move=Move("delivered"), by=cast.chris)
    made.refresh_from_db()
    assert (made.version, made.customer_need != "", jobs()) == (1, True, [])


def test_naming_a_partner_without_delivering_tells_and_opens_nothing(cast: Cast) -> None:
    made = cast.opportunity()
    saved = save(
        key=made.pk,
        version=1,
        values=_values(made, cast),
        move=Move("in_progress", cast.nordlys),
        by=cast.chris,
    )
    assert (saved.status, saved.partner, jobs()) == ("in_progress", cast.nordlys, [])
    assert not Participation.objects.exists()


def test_another_partner_on_a_delivered_one_withdraws_first(cast: Cast) -> None:
    made = cast.delivered()
    saved = save(
        key=made.pk,
        version=made.version,
        values=_values(made, cast),
        move=Move("delivered", cast.fjord),
        by=cast.chris,
    )
    assert saved.partner == cast.fjord
    assert [(offer.partner.name, offer.status) for offer in Offer.objects.order_by("delivered_at")] == [
        ("Nordlys IT", "withdrawn"),
        ("Fjord Consulting", "pending"),
    ]


def test_a_status_to_which_no_step_leads_is_refused(cast: Cast) -> None:
    made = cast.managed()
    with pytest.raises(Conflict, match="No step leads from “Accepted” to “Delivered”"):
        save(
            key=made.pk,
            version=made.version,
            values=_values(made, cast),
            move=Move("delivered", cast.nordlys),
            by=cast.chris,
        )


def test_the_partner_of_managed_work_is_not_swapped_by_a_field(cast: Cast) -> None:
    made = cast.managed()
    with pytest.raises(Invalid, match="can’t be changed while the status is “Accepted”"):
        save(
            key=made.pk,
            version=made.version,
            values=_values(made, cast),
            move=Move("accepted", cast.fjord),
            by=cast.chris,
        )


# ── Closing and working ───────────────────────────────────────────────────────────────────────


def test_a_hold_remembers_where_it_was(cast: Cast) -> None:
    made = cast.managed()
    actions.hold(key=made.pk, reason="Budget in January", by=cast.mads)
    assert Opportunity.objects.get(pk=made.pk).status == "on_hold"
    actions.resume(key=made.pk, by=cast.chris)
    assert Opportunity.objects.get(pk=made.pk).status == "accepted"


def test_winning_takes_the_estimate_and_reopening_clears_it(cast: Cast) -> None:
    made = cast.managed()
    actions.win(key=made.pk, reason="best_fit", by=cast.mads)
    won = Opportunity.objects.get(pk=made.pk)
    assert (won.status, won.actual_revenue, won.actual_close_date) == (
        "won",
        made.estimated_revenue,
        clock.today(),
    )
    actions.reopen(key=made.pk, reason="Signed by the wrong person", by=cast.chris)
    again = Opportunity.objects.get(pk=made.pk)
    assert (again.status, again.actual_revenue, again.close_reason) == ("accepted", None, "")


def test_a_stage_is_apart_from_the_status(cast: Cast) -> None:
    made = cast.managed()
    actions.move_stage(key=made.pk, stage="quoting", by=cast.mads)
    made.refresh_from_db()
    assert (made.stage, made.status) == ("quoting", "accepted")
    with pytest.raises(Invalid, match="is no stage"):
        actions.move_stage(key=made.pk, stage="dreaming", by=cast.mads)


def test_extending_needs_a_later_date_and_a_reason(cast: Cast) -> None:
    made = cast.managed()
    with pytest.raises(Invalid, match="after the one that stands now"):
        actions.extend(key=made.pk, until=made.estimated_close_date, reason="x", by=cast.mads)
    with pytest.raises(Invalid, match="Say why"):
        actions.extend(key=made.pk, until=made.estimated_close_date + timedelta(1), reason=" ", by=cast.mads)
    actions.extend(key=made.pk, until=made.estimated_close_date + timedelta(1), reason="Tender", by=cast.mads)


def test_a_partner_made_opportunity_is_approved_and_not_delivered_away(cast: Cast) -> None:
    made = cast.opportunity()
    Opportunity.objects.filter(pk=made.pk).update(made_by_partner=cast.nordlys)
    with pytest.raises(Conflict, match="Only an opportunity that a partner made"):
        actions.approve(key=cast.opportunity().pk, by=cast.chris)
    actions.approve(key=made.pk, by=cast.chris)
    made.refresh_from_db()
    assert (made.status, made.partner) == ("approved", cast.nordlys)
    actions.cancel(key=made.pk, reason="mistake", by=cast.mads)
    assert Opportunity.objects.get(pk=made.pk).status == "canceled"
