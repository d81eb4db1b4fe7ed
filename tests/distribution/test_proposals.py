"""Proposals: who would get what is shown and changed before anything is sent; then all or a part is delivered."""

from __future__ import annotations

import uuid

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.config import clock
from kanal.directory.models import PartnerStatus
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed
from kanal.distribution import actions, proposed
from kanal.distribution.assignment import comparing, writing
from kanal.distribution.models import AssignmentRun, Offer, Outcome, RunState, Skip
from kanal.distribution.terms import Terms
from kanal.notify.models import Notification
from kanal.opportunities.models import Opportunity, TimelineEntry
from tests.cast import Cast, partner_company
from tests.distribution.runs import proposed as made

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy(cast: Cast):
    for partner in (cast.nordlys, cast.fjord):
        partner.territories.add(cast.jutland)
    return actions.make_policy(name="Standard", terms=Terms(rules=("territory", "capacity")), by=cast.chris)


def test_a_proposal_writes_no_offer_and_tells_nobody(cast: Cast, policy) -> None:
    opportunities = [cast.opportunity() for _ in range(3)]
    before = list(Opportunity.objects.order_by("pk").values())
    jobs, entries = ProcrastinateJob.objects.count(), TimelineEntry.objects.count()
    run = actions.propose(by=cast.chris)
    assert run.state == RunState.PROPOSED
    assert run.decisions.count() == len(opportunities)
    assert list(Opportunity.objects.order_by("pk").values()) == before
    assert not Offer.objects.exists()
    assert not Notification.objects.exists()
    assert (ProcrastinateJob.objects.count(), TimelineEntry.objects.count()) == (jobs, entries)


def test_in_a_batch_each_opportunity_gets_its_own_partner(cast: Cast, policy) -> None:
    for partner in (cast.nordlys, cast.fjord):
        partner.capacity = 2
        partner.save()
    for _ in range(4):
        cast.opportunity()
    run = actions.propose(by=cast.chris)
    actions.deliver_proposed(key=run.pk, by=cast.chris)
    got = list(Offer.objects.values_list("partner", flat=True))
    assert sorted(got) == sorted([cast.nordlys.pk] * 2 + [cast.fjord.pk] * 2)


def test_a_partner_that_declined_is_not_offered_again(cast: Cast, policy) -> None:
    opportunity = cast.delivered(cast.nordlys)
    actions.decline(key=opportunity.pk, reason="too_small", by=cast.mads)
    run = actions.propose(by=cast.chris)
    actions.deliver_proposed(key=run.pk, by=cast.chris)
    assert Offer.objects.get(opportunity=opportunity, status="pending").partner == cast.fjord


def test_a_selection_is_proposed_alone(cast: Cast, policy) -> None:
    wanted, _other = cast.opportunity(), cast.opportunity()
    run = actions.propose(by=cast.chris, keys=[wanted.pk])
    assert list(run.decisions.values_list("opportunity", flat=True)) == [wanted.pk]


def test_a_seller_proposes_only_what_they_own_and_an_auditor_nothing(cast: Cast, policy) -> None:
    own = cast.opportunity(by=cast.sally)
    cast.opportunity()
    run = actions.propose(by=cast.sally)
    assert list(run.decisions.values_list("opportunity", flat=True)) == [own.pk]
    with pytest.raises(NotAllowed):
        actions.propose(by=cast.otto)
    with pytest.raises(NotAllowed):
        actions.deliver_proposed(key=run.pk, by=cast.otto)


def test_a_seller_sees_no_run_of_others(cast: Cast) -> None:
    run = made([(cast.opportunity(), cast.nordlys)], by=cast.chris)
    with pytest.raises(Missing):
        proposed.visible_run(cast.sally, run.pk)
    with pytest.raises(Missing):
        proposed.visible_run(cast.mads, run.pk)
    assert proposed.visible_run(cast.otto, run.pk) == run


def test_nothing_waiting_is_said_and_makes_no_run(cast: Cast, policy) -> None:
    cast.delivered()
    with pytest.raises(Invalid):
        actions.propose(by=cast.chris)
    assert not AssignmentRun.objects.exists()


def test_a_moved_line_goes_to_the_other_partner_and_keeps_its_reason(cast: Cast) -> None:
    opportunity = cast.opportunity()
    run = made([(opportunity, cast.nordlys)], by=cast.chris)
    line = run.decisions.get()
    with pytest.raises(Invalid, match="Say why"):
        actions.move(key=line.pk, partner=cast.fjord, reason=" ", by=cast.chris)
    actions.move(key=line.pk, partner=cast.fjord, reason="They know the customer.", by=cast.chris)
    actions.deliver_proposed(key=run.pk, by=cast.chris)
    line.refresh_from_db()
    assert (line.partner, line.given) == (cast.nordlys, cast.fjord)
    assert (line.moved_by, line.moved_reason) == (cast.chris, "They know the customer.")
    assert Offer.objects.get().partner == cast.fjord


def test_a_line_that_is_moved_back_was_never_moved(cast: Cast) -> None:
    run = made([(cast.opportunity(), cast.nordlys)], by=cast.chris)
    line = run.decisions.get()
    actions.move(key=line.pk, partner=cast.fjord, reason="They know it.", by=cast.chris)
    actions.move(key=line.pk, partner=cast.nordlys, reason="", by=cast.chris)
    line.refresh_from_db()
    assert (line.given, line.moved_by, line.moved_reason) == (cast.nordlys, None, "")


def test_a_line_without_a_partner_is_chosen_by_hand(cast: Cast) -> None:
    run = made([(cast.opportunity(), None)], by=cast.chris)
    actions.move(key=run.decisions.get().pk, partner=cast.nordlys, reason="New region.", by=cast.chris)
    actions.deliver_proposed(key=run.pk, by=cast.chris)
    assert Offer.objects.get().partner == cast.nordlys


def test_a_line_is_not_moved_to_who_takes_no_offers_declined_or_is_pinned_away(cast: Cast) -> None:
    opportunity = cast.delivered(cast.fjord)
    actions.decline(key=opportunity.pk, reason="too_small", by=cast.bo)
    third = partner_company("Tindra", status=PartnerStatus.PAUSED)
    run = made([(opportunity, cast.nordlys)], by=cast.chris)
    line = run.decisions.get()
    with pytest.raises(Invalid, match="takes no offers"):
        actions.move(key=line.pk, partner=third, reason="Try.", by=cast.chris)
    with pytest.raises(Invalid, match="declined"):
        actions.move(key=line.pk, partner=cast.fjord, reason="Try.", by=cast.chris)
    line.facts = {"pinned": str(cast.nordlys.pk)}
    line.save()
    with pytest.raises(Invalid, match="always gives"):
        actions.move(key=line.pk, partner=partner_company("Vester"), reason="Try.", by=cast.chris)


def test_a_full_partner_is_warned_of_and_still_gets_what_was_moved_to_it(cast: Cast) -> None:
    cast.fjord.capacity = 0
    cast.fjord.save()
    run = made([(cast.opportunity(), cast.nordlys)], by=cast.chris)
    moved = actions.move(
        key=run.decisions.get().pk, partner=cast.fjord, reason="Asked for it.", by=cast.chris
    )
    assert moved.warning == "Fjord Consulting would have 1 open opportunities, and takes 0."
    actions.deliver_proposed(key=run.pk, by=cast.chris)
    assert Offer.objects.get().partner == cast.fjord


def test_what_is_left_out_stays_proposed_for_later(cast: Cast) -> None:
    first, second = cast.opportunity(), cast.opportunity()
    run = made([(first, cast.nordlys), (second, cast.nordlys)], by=cast.chris)
    kept = run.decisions.get(opportunity=second)
    run = actions.deliver_proposed(key=run.pk, by=cast.chris, but=[kept.pk])
    kept.refresh_from_db()
    assert (run.state, kept.outcome) == (RunState.PROPOSED, Outcome.PROPOSED)
    run = actions.deliver_proposed(key=run.pk, by=cast.chris)
    assert (run.state, Offer.objects.count()) == (RunState.DONE, 2)


def test_delivering_nothing_is_refused(cast: Cast) -> None:
    run = made([(cast.opportunity(), cast.nordlys)], by=cast.chris)
    with pytest.raises(Invalid):
        actions.deliver_proposed(key=run.pk, by=cast.chris, but=[run.decisions.get().pk])
    with pytest.raises(Invalid):
        actions.deliver_proposed(key=run.pk, by=cast.chris, only=[uuid.uuid4()])
    run.refresh_from_db()
    assert run.state == RunState.PROPOSED


def test_many_go_to_the_worker_who_tells_whoever_delivered(cast: Cast) -> None:
    rows = [cast.opportunity(topic=f"Case {n}") for n in range(writing.AT_ONCE + 1)]
    run = made([(row, cast.nordlys) for row in rows], by=cast.chris)
    run = actions.deliver_proposed(key=run.pk, by=cast.ada)
    assert (run.state, Offer.objects.count()) == (RunState.DELIVERING, 0)
    assert ProcrastinateJob.objects.filter(args={"run_id": str(run.pk)}).count() == 1
    with pytest.raises(Conflict):
        actions.deliver_proposed(key=run.pk, by=cast.chris)
    with pytest.raises(Conflict):
        actions.move(key=run.decisions.first().pk, partner=cast.fjord, reason="Late.", by=cast.chris)
    run = writing.carry_out(key=run.pk)
    assert (run.state, Offer.objects.filter(delivered_by=cast.ada).count()) == (RunState.DONE, len(rows))
    assert Notification.objects.get(person=cast.ada).path == f"/sales/distribution/{run.pk}/"


def test_a_proposal_that_is_put_away_delivers_nothing(cast: Cast) -> None:
    run = made([(cast.opportunity(), cast.nordlys)], by=cast.chris)
    actions.discard(key=run.pk, by=cast.chris)
    with pytest.raises(Conflict):
        actions.deliver_proposed(key=run.pk, by=cast.chris)


def test_what_changed_after_the_proposal_is_marked_and_skipped(cast: Cast) -> None:
    opportunity = cast.opportunity()
    run = made([(opportunity, cast.nordlys)], by=cast.chris)
    Opportunity.objects.filter(pk=opportunity.pk).update(modified_at=clock.now())
    [line] = proposed.lines_of(run, [cast.nordlys])[cast.nordlys.pk]
    assert line.changed
    actions.deliver_proposed(key=run.pk, by=cast.chris)
    assert run.decisions.get().why == Skip.CHANGED


def test_the_overview_adds_up_and_says_who_is_filled(cast: Cast) -> None:
    cast.nordlys.capacity = 3
    cast.nordlys.save()
    cast.managed(cast.nordlys)
    pairs = [(cast.opportunity(), cast.nordlys) for _ in range(2)]
    run = made([*pairs, (cast.opportunity(), cast.fjord), (cast.opportunity(), None)], by=cast.chris)
    sums = proposed.overview(run)
    assert (sums.total, sums.given, sums.waiting, sums.nobody, sums.filled) == (4, 3, 3, 1, 1)
    assert sums.value == 3 * 1_240_000
    nordlys = next(share for share in sums.shares if share.partner == cast.nordlys)
    assert (nordlys.number, nordlys.load, nordlys.after, nordlys.is_full) == (2, 1, 3, True)


def test_the_version_before_says_what_it_would_have_decided(cast: Cast, policy) -> None:
    cast.opportunity()
    run = actions.propose(by=cast.chris)
    assert comparing.by_previous(run) is None
    actions.save_policy(
        key=policy.policy_id,
        version=policy.policy.version,
        name="Standard",
        terms=Terms(rules=("territory", "capacity"), score_least=100),
        pins=(),
        why="Only the perfect.",
        by=cast.chris,
    )
    again = actions.propose(by=cast.chris)
    assert again.decisions.get().partner is None
    found = comparing.by_previous(again)
    assert found is not None
    [difference] = found[1]
    assert (difference.now, difference.before) == (None, run.decisions.get().partner_id)
