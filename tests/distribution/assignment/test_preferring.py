"""The best suited partner gets the offer by itself, the next best after it, and it says why."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections

from kanal.config import clock
from kanal.directory.models import Account, Certification, Partner, ProductFamily, Territory
from kanal.directory.refusal import Conflict, Missing, NotAllowed
from kanal.distribution import actions
from kanal.distribution.assignment import explaining, snapshots, storing
from kanal.distribution.assignment.deciding import decide_for
from kanal.distribution.matching import Part, Rule
from kanal.distribution.models import AssignmentRun, Decision, Offer, OfferStatus, Outcome, RunKind
from kanal.distribution.terms import Filter, Terms
from kanal.opportunities.models import Opportunity, OpportunityProduct, Participation, TimelineEntry
from tests.cast import Cast, partner_company, policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    snapshots.forget()


def _near(partner: Partner, territory: Territory) -> None:
    partner.territories.add(territory)
    Partner.objects.filter(pk=partner.pk).update(version=partner.version + 1)


def _waiting_jobs() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'offer_id' FROM procrastinate_jobs WHERE task_name LIKE '%%find_next' ORDER BY id"
        )
        return [row[0] for row in cursor.fetchall()]


def test_the_partner_of_the_territory_gets_it_and_the_desk_reads_why(cast: Cast) -> None:
    policy(cast.chris, answer_hours=8)
    _near(cast.nordlys, cast.jutland)
    opportunity = cast.opportunity()
    decision = actions.assign_partner(key=opportunity.pk, by=cast.chris)
    offer = Offer.objects.get(opportunity=opportunity)
    assert (decision.outcome, decision.partner, decision.offer) == (Outcome.OFFERED, cast.nordlys, offer)
    assert offer.delivered_by == cast.chris
    why = explaining.explain(decision)
    assert why.chosen.partner == cast.nordlys
    assert why.chosen.score == decision.score == sum(why.chosen.parts.values())
    assert why.runner_up.partner == cast.fjord
    assert why.chosen.parts[Part.TERRITORY] > why.runner_up.parts[Part.TERRITORY] == 0


def test_the_answer_window_is_the_policys(cast: Cast) -> None:
    policy(cast.chris, answer_hours=2, remind_hours=1)
    short = actions.assign_partner(key=cast.opportunity().pk, by=cast.chris).offer
    long = actions.deliver(key=cast.opportunity().pk, partner=cast.nordlys, by=cast.chris)
    assert short.deadline < long.deadline


def test_whoever_may_not_deliver_may_not_assign(cast: Cast) -> None:
    policy(cast.chris)
    opportunity = cast.opportunity()
    for person in (cast.otto, cast.sally):
        with pytest.raises(NotAllowed):
            actions.assign_partner(key=opportunity.pk, by=person)
    with pytest.raises(Missing):
        actions.assign_partner(key=opportunity.pk, by=cast.anna)
    assert not Offer.objects.exists()


def test_what_a_partner_works_on_is_not_assigned(cast: Cast) -> None:
    policy(cast.chris)
    with pytest.raises(Conflict):
        actions.assign_partner(key=cast.managed().pk, by=cast.chris)
    with pytest.raises(Conflict):
        actions.assign_partner(key=cast.made().pk, by=cast.chris)


def test_without_a_policy_nobody_is_chosen_and_it_says_so(cast: Cast) -> None:
    decision = actions.assign_partner(key=cast.opportunity().pk, by=cast.chris)
    assert (decision.outcome, decision.why, decision.offer) == (Outcome.NOBODY, "no_policy", None)
    assert explaining.explain(decision) is None


def test_every_rule_that_leaves_a_partner_out_is_named(cast: Cast) -> None:
    policy(
        cast.chris,
        rules=("territory", "family", "certification", "capacity", "value", "language", "conflict"),
    )
    another = ProductFamily.objects.create(name="Booking")
    for partner in (cast.nordlys, cast.fjord):
        partner.families.add(another)
    ProductFamily.objects.update(certificate=True)
    Partner.objects.update(version=2, capacity=0, value_most=10, languages=["de"])
    Account.objects.filter(pk=cast.lindholm.pk).update(language="da", managing_partner=cast.fjord)
    opportunity = cast.opportunity()
    OpportunityProduct.objects.create(opportunity=opportunity, product=cast.erp)
    decision = actions.assign_partner(key=opportunity.pk, by=cast.chris)
    assert (decision.outcome, decision.why) == (Outcome.NOBODY, "nobody")
    why = explaining.explain(decision)
    rules = {one.partner: set(one.rules) for one in why.left_out}
    everybody = {Rule.TERRITORY, Rule.FAMILY, Rule.CERTIFICATION, Rule.VALUE, Rule.LANGUAGE}
    assert everybody | {Rule.CONFLICT} <= rules[cast.nordlys]
    assert everybody <= rules[cast.fjord]
    assert Rule.CONFLICT not in rules[cast.fjord]
    assert decision.left_out["territory"] == 2


def test_a_certificate_that_has_run_out_counts_for_nothing(cast: Cast) -> None:
    policy(cast.chris, rules=("certification",))
    erp = ProductFamily.objects.get(name="ERP")
    ProductFamily.objects.update(certificate=True, version=2)
    today = clock.today()
    Certification.objects.create(
        partner=cast.nordlys, family=erp, name="Old", valid_until=today - timedelta(days=1)
    )
    opportunity = cast.opportunity()
    OpportunityProduct.objects.create(opportunity=opportunity, product=cast.erp)
    assert actions.assign_partner(key=opportunity.pk, by=cast.chris).outcome == Outcome.NOBODY
    Certification.objects.create(partner=cast.nordlys, family=erp, name="New", valid_until=today)
    assert actions.assign_partner(key=opportunity.pk, by=cast.chris).partner == cast.nordlys


def test_a_partner_that_declined_is_not_offered_again(cast: Cast) -> None:
    policy(cast.chris, attempts=5)
    opportunity = cast.opportunity()
    first = actions.assign_partner(key=opportunity.pk, by=cast.chris)
    who = cast.anna if first.partner == cast.nordlys else cast.bo
    actions.decline(key=opportunity.pk, reason="too_small", by=who)
    assert _waiting_jobs() == [str(first.offer_id)]
    second = actions.offer_next(after=first.offer_id)
    assert (second.run.kind, second.run.by, second.attempt) == (RunKind.NEXT, None, 2)
    assert second.partner != first.partner
    other = cast.bo if who == cast.anna else cast.anna
    actions.decline(key=opportunity.pk, reason="too_small", by=other)
    third = actions.offer_next(after=second.offer_id)
    assert (third.outcome, third.why) == (Outcome.NOBODY, "nobody")
    assert {one.rules for one in explaining.explain(third).left_out} == {(Rule.DECLINED,)}


def test_after_the_attempts_of_the_policy_a_person_is_asked(cast: Cast) -> None:
    policy(cast.chris, attempts=1)
    opportunity = cast.opportunity(by=cast.ada)
    first = actions.assign_partner(key=opportunity.pk, by=cast.ada)
    who = cast.anna if first.partner == cast.nordlys else cast.bo
    actions.decline(key=opportunity.pk, reason="too_small", by=who)
    last = actions.offer_next(after=first.offer_id)
    assert (last.outcome, last.why) == (Outcome.NOBODY, "attempts")
    assert Opportunity.objects.to_distribute().filter(pk=opportunity.pk).exists()
    entry = TimelineEntry.objects.get(opportunity=opportunity, event="nobody_found")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args::text FROM procrastinate_jobs WHERE args->>'happening' = 'opportunity_unassigned'"
        )
        args = json.loads(cursor.fetchone()[0])
    assert args["entry_id"] == str(entry.pk)
    assert args["vendor"]
    assert args["person_ids"] == [str(cast.chris.pk)]


def test_the_next_partner_gets_it_when_nobody_answers_and_a_late_or_doubled_job_changes_nothing(
    cast: Cast,
) -> None:
    policy(cast.chris, answer_hours=1, remind_hours=0)
    opportunity = cast.opportunity()
    first = actions.assign_partner(key=opportunity.pk, by=cast.chris)
    with clock.frozen(first.offer.deadline + timedelta(seconds=1)):
        assert actions.expire(key=opportunity.pk)
        second = actions.offer_next(after=first.offer_id)
        assert second.partner != first.partner
        assert actions.offer_next(after=first.offer_id) is None
        assert second.offer.status == OfferStatus.PENDING
    assert Decision.objects.filter(opportunity=opportunity).count() == 2
    with clock.frozen(second.offer.deadline + timedelta(seconds=1)):
        actions.expire(key=opportunity.pk)
        assert actions.offer_next(after=second.offer_id).outcome == Outcome.NOBODY
        assert actions.offer_next(after=second.offer_id) is None


def test_an_offer_made_by_hand_is_not_passed_on_by_itself(cast: Cast) -> None:
    policy(cast.chris)
    opportunity = cast.delivered()
    actions.decline(key=opportunity.pk, reason="too_small", by=cast.anna)
    assert _waiting_jobs() == []


def test_the_same_decision_replayed_from_what_was_stored_gives_the_same_result(cast: Cast) -> None:
    policy(cast.chris)
    _near(cast.fjord, cast.jutland)
    decision = actions.assign_partner(key=cast.opportunity().pk, by=cast.chris)
    Partner.objects.update(capacity=0, tier=None)  # what comes later changes nothing of it
    cast.fjord.account.name = "Fjord and Sons"
    cast.fjord.account.save()
    kept = Decision.objects.get(pk=decision.pk)
    assert explaining.again(kept) == (cast.fjord.pk, decision.score)
    why = explaining.explain(kept)
    assert (why.chosen.partner.name, why.chosen.score) == ("Fjord and Sons", decision.score)


def test_what_an_earlier_policy_gave_away_is_load_for_the_later_one_and_its_explanation(cast: Cast) -> None:
    terms = {"rules": ("capacity",), "weights": {"load": 100}}
    actions.make_policy(
        name="Large", terms=Terms(takes=Filter(value_least=5_000_000), **terms), by=cast.chris
    )
    actions.make_policy(name="Others", terms=Terms(**terms), by=cast.chris)
    Partner.objects.update(capacity=10)
    large = [cast.opportunity(estimated_revenue=Decimal(9_000_000)).pk for _each in range(4)]
    small = [cast.opportunity().pk for _each in range(3)]
    run = actions.propose(by=cast.chris, keys=[*small, *large])
    for decision in run.decisions.select_related("run__snapshot", "version"):
        assert explaining.explain(decision).chosen.score == decision.score
        assert explaining.again(decision)[1] >= decision.score
    assert {decision.score for decision in run.decisions.filter(opportunity__in=small)} == {800}


def _answered(cast: Cast, partner: Partner, status: OfferStatus, days: int) -> None:
    """Let a partner have had ten offers some days ago, all of which ended in the same way."""
    at = clock.now() - timedelta(days=days)
    Offer.objects.bulk_create(
        Offer(
            opportunity=cast.opportunity(),
            partner=partner,
            status=status,
            reason="no_capacity" if status == OfferStatus.DECLINED else "",
            delivered_at=at - timedelta(hours=2),
            deadline=at,
            answered_at=at,
        )
        for _offer in range(10)
    )


def test_each_policy_counts_rates_over_its_own_time_and_each_is_explained_by_them(cast: Cast) -> None:
    """A hundred days ago Nordlys answered and Fjord did not; of late it is the other way around."""
    by_answers = {"rules": (), "weights": {"touch": 100}, "new_offers": 1}
    long = Terms(takes=Filter(value_least=5_000_000), rate_days=365, **by_answers)
    actions.make_policy(name="Large", terms=long, by=cast.chris)
    actions.make_policy(name="Others", terms=Terms(rate_days=30, **by_answers), by=cast.chris)
    for _time in range(2):
        _answered(cast, cast.nordlys, OfferStatus.DECLINED, 100)
        _answered(cast, cast.fjord, OfferStatus.EXPIRED, 100)
    _answered(cast, cast.nordlys, OfferStatus.EXPIRED, 5)
    _answered(cast, cast.fjord, OfferStatus.DECLINED, 5)
    large, small = cast.opportunity(estimated_revenue=Decimal(9_000_000)), cast.opportunity()
    run = actions.propose(by=cast.chris, keys=[large.pk, small.pk])
    found = {one.opportunity: one for one in run.decisions.select_related("run__snapshot", "version")}
    assert (found[large].partner, found[small].partner) == (cast.nordlys, cast.fjord)
    for decision in found.values():
        assert explaining.explain(decision).chosen.score == decision.score
        assert explaining.again(decision) == (decision.partner_id, decision.score)


def test_it_says_what_a_better_partner_got_instead(cast: Cast) -> None:
    """Both opportunities suit Nordlys best, which has one place; it is needed where it brings more."""
    policy(cast.chris, rules=("capacity",), weights={"territory": 50, "tier": 50})
    _near(cast.nordlys, cast.jutland)
    Partner.objects.filter(pk=cast.nordlys.pk).update(capacity=1, version=9)
    Partner.objects.filter(pk=cast.fjord.pk).update(tier=None, version=9)
    here, nowhere = cast.opportunity(topic="In Jutland"), cast.opportunity(topic="Anywhere", territory=None)
    run = storing.store(decide_for([here.pk, nowhere.pk]), kind=RunKind.QUEUE, by=cast.chris)
    [kept, moved] = [storing.decision_of(run, one.pk) for one in (here, nowhere)]
    assert (kept.partner, moved.partner) == (cast.nordlys, cast.fjord)
    why = explaining.explain(moved)
    assert why.better[0].partner == cast.nordlys
    assert (why.instead.topic, why.instead.full) == ("In Jutland", True)
    assert why.instead.brings > why.instead.gains == why.better[0].score - moved.score
    assert explaining.explain(kept).instead is None


def test_a_partner_reads_what_concerns_itself_alone(cast: Cast) -> None:
    policy(cast.chris)
    _near(cast.nordlys, cast.jutland)
    decision = actions.assign_partner(key=cast.opportunity().pk, by=cast.chris)
    assert Part.TERRITORY not in explaining.reasons_for(decision, cast.fjord)
    assert explaining.reasons_for(decision, cast.nordlys)[0] == Part.TIER or Part.TERRITORY in (
        explaining.reasons_for(decision, cast.nordlys)
    )


def test_a_pinned_customer_goes_to_its_partner_whatever_the_rules_of_place_say(cast: Cast) -> None:
    _near(cast.nordlys, cast.jutland)
    actions.make_policy(
        name="Pins",
        terms=Terms(rules=("territory", "capacity")),
        pins=[(cast.lindholm.pk, cast.fjord.pk)],
        by=cast.chris,
    )
    decision = actions.assign_partner(key=cast.opportunity().pk, by=cast.chris)
    assert decision.partner == cast.fjord
    assert Decision.objects.get(pk=decision.pk).facts["pinned"] == str(cast.fjord.pk)


def test_in_a_batch_each_opportunity_gets_its_own_partner(cast: Cast) -> None:
    policy(cast.chris)
    partners = [cast.nordlys, cast.fjord, *(partner_company(name) for name in ("Granit", "Tindra", "Vester"))]
    Partner.objects.update(capacity=1)
    opportunities = [cast.opportunity() for _partner in partners]
    decided = decide_for([one.pk for one in opportunities])
    chosen = {decided.key_of(choice.partner) for choice in decided.choices}
    assert chosen == {partner.pk for partner in partners}


def test_a_decision_reads_as_much_for_three_as_for_one(cast: Cast, django_assert_num_queries) -> None:
    policy(cast.chris)
    keys = [cast.opportunity().pk for _each in range(3)]
    decide_for(keys[:2])  # the table is built once
    with django_assert_num_queries(10):
        decide_for(keys[:1])
    with django_assert_num_queries(10):
        decide_for(keys)


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_overfill_a_partner(cast: Cast) -> None:
    policy(cast.chris)
    Partner.objects.filter(pk=cast.nordlys.pk).update(capacity=3)
    Partner.objects.filter(pk=cast.fjord.pk).update(capacity=3)
    keys = [cast.opportunity().pk for _each in range(8)]
    outcomes: list[str] = []

    def assign(key) -> None:
        try:
            outcomes.append(actions.assign_partner(key=key, by=cast.chris).outcome)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=assign, args=[key]) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["nobody"] * 2 + ["offered"] * 6
    for partner in (cast.nordlys, cast.fjord):
        assert Participation.objects.filter(partner=partner, until__isnull=True).count() == 3
    assert AssignmentRun.objects.count() == 8


def test_the_timeline_tells_the_vendor_who_was_chosen_and_who_came_second(cast: Cast) -> None:
    policy(cast.chris)
    _near(cast.nordlys, cast.jutland)
    decision = actions.assign_partner(key=cast.opportunity().pk, by=cast.chris)
    entry = TimelineEntry.objects.get(opportunity=decision.opportunity, event="chosen_before")
    assert entry.visibility == "internal"
    second = explaining.explain(decision).runner_up
    assert entry.facts == {
        "policy": "Default",
        "partner": "Nordlys IT",
        "points": str((decision.score + 5) // 10),
        "next": "Fjord Consulting",
        "next_points": str((second.score + 5) // 10),
    }


def test_where_the_policy_asks_for_no_capacity_a_full_partner_gets_it_too(cast: Cast) -> None:
    policy(cast.chris, rules=())
    Partner.objects.update(capacity=0)
    assert actions.assign_partner(key=cast.opportunity().pk, by=cast.chris).outcome == Outcome.OFFERED


def test_what_somebody_delivered_meanwhile_is_not_passed_on(cast: Cast) -> None:
    policy(cast.chris, attempts=5)
    opportunity = cast.opportunity()
    first = actions.assign_partner(key=opportunity.pk, by=cast.chris)
    who, other = (cast.anna, cast.fjord) if first.partner == cast.nordlys else (cast.bo, cast.nordlys)
    actions.decline(key=opportunity.pk, reason="too_small", by=who)
    actions.deliver(key=opportunity.pk, partner=other, by=cast.chris)
    assert actions.offer_next(after=first.offer_id) is None
    assert Offer.objects.filter(opportunity=opportunity).count() == 2


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_two_workers_that_pass_on_the_same_offer_make_one(cast: Cast) -> None:
    policy(cast.chris, attempts=9)
    for name in ("Granit", "Tindra"):
        partner_company(name)
    opportunity = cast.opportunity()
    Partner.objects.exclude(pk=cast.nordlys.pk).update(paused_until=clock.today() + timedelta(days=9))
    first = actions.assign_partner(key=opportunity.pk, by=cast.chris)
    Partner.objects.update(paused_until=None)
    snapshots.forget()
    actions.decline(key=opportunity.pk, reason="too_small", by=cast.anna)
    found: list[Decision | None] = []

    def pass_on() -> None:
        try:
            found.append(actions.offer_next(after=first.offer_id))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=pass_on) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len({one.pk for one in found if one}) == 1
    assert Offer.objects.filter(opportunity=opportunity).count() == 2
    assert Decision.objects.filter(opportunity=opportunity).count() == 2
