"""Exclusivity holds: one at a time, the next in line exactly once, everywhere, and only as long as it is earned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kanal.config import clock
from kanal.directory.refusal import Conflict, Invalid, NotAllowed
from kanal.distribution import actions as distribution
from kanal.distribution.models import Offer, OfferStatus, Override, ProtectedKey, Protection
from kanal.notify.models import Notification
from kanal.opportunities.actions.values import Line
from kanal.opportunities.models import Opportunity
from kanal.registration import actions
from kanal.registration.lifecycle import Status
from kanal.registration.models import Answer
from tests import cast as casting
from tests.registration import made

pytestmark = pytest.mark.django_db


def later(**time: int) -> None:
    clock.use(lambda: timedelta(**time))


def of_the_vendor(cast, **facts) -> Opportunity:
    """Make an opportunity of the vendor for the customer that Nordlys registers, as the vendor knows it."""
    from kanal.directory.models import Account

    account = Account.objects.create(name="Soby Teknik A/S", domain="www.soby-teknik.dk", country="DK")
    return cast.opportunity(account=account, contact=None, lines=[Line(cast.erp)], **facts)


def test_approving_protects_the_customer_and_approves_the_opportunity(cast) -> None:
    done = made.approved(cast, cast.mads)
    assert done.status == Status.APPROVED
    assert done.protection is not None
    # The last of the 90 days counts whole, as the vendor's calendar has it.
    assert done.protection.last_day == clock.today() + timedelta(days=90)
    assert done.opportunity.status == "approved"
    assert {"domain:soby-teknik.dk"} < set(done.protection.keys.values_list("key", flat=True))


def test_nobody_approves_what_they_own(cast) -> None:
    sent = made.submitted(cast, cast.mads)
    assert sent.opportunity.owner == cast.chris
    with pytest.raises(NotAllowed, match="You own this"):
        actions.approve(key=sent.pk, by=cast.chris)
    assert made.again(sent).steps.get().person == cast.ada


@pytest.mark.parametrize("who", ["sally", "otto"])
def test_sellers_and_auditors_read_and_do_not_decide(cast, who) -> None:
    sent = made.submitted(cast, cast.mads)
    with pytest.raises(NotAllowed):
        actions.approve(key=sent.pk, by=getattr(cast, who))


def test_a_large_one_needs_a_second_word_of_somebody_else(cast) -> None:
    made.policy(cast.chris, two_above=200_000)
    sent = made.submitted(cast, cast.mads)
    actions.approve(key=sent.pk, by=cast.ada)
    assert made.again(sent).status == Status.SUBMITTED
    with pytest.raises(NotAllowed, match="second word"):
        actions.approve(key=sent.pk, by=cast.ada)
    actions.approve(key=sent.pk, by=made.second(cast))
    assert made.again(sent).status == Status.APPROVED


def test_a_protected_customer_is_refused_to_another_partner_which_may_wait_in_line(cast) -> None:
    made.approved(cast, cast.mads)
    rival = made.draft(cast, cast.freja, customer="SOBY TEKNIK", domain="soby-teknik.dk")
    with pytest.raises(Invalid) as refusal:
        made.submit(rival, cast.freja)
    assert "wait_in_line" in refusal.value.errors
    assert "Nordlys" not in str(refusal.value)
    waiting = made.submit(rival, cast.freja, wait_in_line=True)
    assert waiting.status == Status.SUBMITTED
    assert waiting.waits_in_line
    with pytest.raises(Conflict, match="waits in line"):
        actions.approve(key=waiting.pk, by=cast.ada)


def in_line(cast, count: int) -> list[object]:
    names = ["Kompas Partners", "Bølge Digital", "Klint Data"][:count]
    found = []
    for name in names:
        partner = casting.partner_company(name, channel_manager=cast.chris)
        person = casting.partner_person(f"{name.split()[0]} Person", partner, "manager")
        found.append(made.submitted(cast, person, wait_in_line=True))
        later(minutes=len(found))
    return found


@pytest.mark.parametrize("how", ["expire", "withdraw", "revoke", "lose"])
def test_when_the_first_ends_exactly_one_is_promoted(cast, how) -> None:
    first = made.approved(cast, cast.mads)
    second, third = in_line(cast, 2)
    if how == "expire":
        later(days=91)
        actions.run_clock()
    elif how == "withdraw":
        actions.withdraw(key=first.pk, by=cast.anna)
    elif how == "revoke":
        actions.revoke(key=first.pk, reason="customer_asked", text="They asked for another.", by=cast.ada)
    else:
        distribution.lose(key=first.opportunity.pk, reason="price", by=cast.mads)
    assert made.again(first).status in {Status.EXPIRED, Status.WITHDRAWN, Status.REVOKED}
    assert not made.again(first).is_protected
    assert [made.again(one).status for one in (second, third)] == [Status.IN_REVIEW, Status.SUBMITTED]
    assert made.again(third).behind == second
    actions.reject(key=second.pk, reason="no_relation", text="Nothing is shown.", by=cast.ada)
    assert made.again(third).status == Status.IN_REVIEW


def test_who_stands_behind_one_that_was_put_back_in_line_waits_for_what_that_waited_for(cast) -> None:
    first = made.approved(cast, cast.mads)
    second, third = in_line(cast, 2)
    actions.withdraw(key=first.pk, by=cast.anna)  # the second comes up, the third now waits for it
    holder = made.approved(cast, cast.freja)
    actions.line_up(key=second.pk, behind=holder.pk, by=cast.ada)
    actions.withdraw(key=second.pk, by=second.partner.people.get())
    waiting = made.again(third)
    assert (waiting.status, waiting.behind, waiting.waits_in_line) == (Status.SUBMITTED, holder, True)
    actions.revoke(key=holder.pk, reason="customer_asked", text="They asked for another.", by=cast.ada)
    assert made.again(third).status == Status.IN_REVIEW


def test_a_sale_keeps_the_customer_to_the_end_of_its_time(cast) -> None:
    first = made.approved(cast, cast.mads)
    [second] = in_line(cast, 1)
    distribution.win(key=first.opportunity.pk, reason="best_fit", by=cast.mads)
    assert made.again(first).status == Status.CONVERTED
    assert made.again(first).is_protected
    later(days=91)
    actions.run_clock()
    assert made.again(second).status == Status.IN_REVIEW


def test_direct_sales_are_protected_in_the_same_words(cast) -> None:
    direct = of_the_vendor(cast)
    distribution.move_stage(key=direct.pk, stage="interest_confirmed", by=cast.chris)
    rival = made.draft(cast, cast.freja)
    with pytest.raises(Invalid) as of_the_vendor_itself:
        made.submit(rival, cast.freja)
    made.approved(cast, cast.mads, customer="Marstal Værft", domain="marstal-vaerft.dk")
    other = made.draft(cast, cast.freja, customer="Marstal Værft", domain="marstal-vaerft.dk")
    with pytest.raises(Invalid) as of_a_partner:
        made.submit(other, cast.freja)
    assert of_the_vendor_itself.value.errors == of_a_partner.value.errors


def test_who_waits_for_the_vendor_comes_up_when_it_no_longer_sells_there(cast) -> None:
    direct = of_the_vendor(cast)
    distribution.move_stage(key=direct.pk, stage="interest_confirmed", by=cast.chris)
    waiting = made.submitted(cast, cast.freja, wait_in_line=True)
    actions.run_clock()
    assert made.again(waiting).waits_in_line
    distribution.lose(key=direct.pk, reason="no_budget", by=cast.chris)
    actions.run_clock()
    assert made.again(waiting).status == Status.IN_REVIEW


def test_the_database_itself_refuses_two_protections_at_a_time(cast) -> None:
    first = made.approved(cast, cast.mads).protection
    assert first is not None
    facts = {"partner": cast.fjord, "family": first.family, "opportunity": first.opportunity, "customer": "X"}
    second = Protection.objects.create(
        **facts, begins=first.ends - timedelta(days=1), ends=first.ends + timedelta(days=9)
    )
    with pytest.raises(IntegrityError, match="one_protection_at_a_time"), transaction.atomic():
        ProtectedKey.objects.create(protection=second, key="domain:soby-teknik.dk")
    after = Protection.objects.create(**facts, begins=first.ends, ends=first.ends + timedelta(days=9))
    ProtectedKey.objects.create(protection=after, key="domain:soby-teknik.dk")
    with pytest.raises(IntegrityError, match="one_protection_at_a_time"), transaction.atomic():
        Protection.objects.filter(pk=first.pk).update(ends=first.ends + timedelta(days=1))


def test_another_product_family_is_free(cast) -> None:
    from kanal.directory.models import Product, ProductFamily

    made.approved(cast, cast.mads)
    family = ProductFamily.objects.create(name="Havn Field Service")
    other = Product.objects.create(name="Havn Field Service", code="HFS", family=family)
    free = made.submitted(cast, cast.freja, lines=[Line(other)])
    assert not free.waits_in_line
    assert made.approve(free, cast).status == Status.APPROVED


def test_a_group_is_protected_with_its_subsidiaries(cast) -> None:
    from kanal.directory.models import Account

    group = Account.objects.create(name="Søby Holding A/S", domain="soby-group.dk", country="DK")
    daughter = Account.objects.create(
        name="Søby Teknik ApS", domain="soby-teknik.dk", country="DK", parent=group
    )
    sister = Account.objects.create(
        name="Marine Service Fyn ApS", domain="ms-fyn.dk", country="DK", parent=group
    )
    first = made.draft(cast, cast.mads)
    Opportunity.objects.filter(pk=first.opportunity.pk).update(account=daughter)
    made.submit(first, cast.mads)
    made.approve(first, cast)
    offered = cast.opportunity(account=sister, contact=None, lines=[Line(cast.erp)])
    with pytest.raises(Invalid, match="protected for Nordlys IT"):
        distribution.deliver(key=offered.pk, partner=cast.fjord, by=cast.chris)


def test_delivering_against_a_protection_needs_a_reason_that_the_holder_reads(cast) -> None:
    first = made.approved(cast, cast.mads)
    offered = of_the_vendor(cast)
    with pytest.raises(Invalid) as refusal:
        distribution.deliver(key=offered.pk, partner=cast.fjord, by=cast.chris)
    assert set(refusal.value.errors) == {"partner", "override_reason"}
    distribution.deliver(
        key=offered.pk, partner=cast.fjord, override_reason="The customer asked for Fjord.", by=cast.chris
    )
    assert Override.objects.get().reason == "The customer asked for Fjord."
    last = first.links.order_by("-place").first()
    assert (last.kind, last.content["reason"]) == ("overridden", "The customer asked for Fjord.")
    assert "Fjord Consulting" not in str(last.content)


def test_its_holder_gets_a_protected_customer_without_a_word(cast) -> None:
    made.approved(cast, cast.mads)
    offer = distribution.deliver(key=of_the_vendor(cast).pk, partner=cast.nordlys, by=cast.chris)
    assert offer.is_pending


def test_where_the_policy_says_so_nobody_overrides(cast) -> None:
    made.policy(cast.chris, may_override=False)
    made.approved(cast, cast.mads)
    with pytest.raises(Conflict, match="allows nobody"):
        distribution.deliver(
            key=of_the_vendor(cast).pk, partner=cast.fjord, override_reason="I want to", by=cast.chris
        )


def test_nobody_is_let_into_a_collaboration_on_a_protected_customer(cast) -> None:
    made.approved(cast, cast.mads)
    with pytest.raises(Invalid) as refusal:
        distribution.share(key=of_the_vendor(cast).pk, partners=[cast.fjord], by=cast.chris)
    assert "partners" in refusal.value.errors


def test_assignment_offers_a_protected_customer_to_its_holder_alone(cast) -> None:
    casting.policy(cast.chris)
    made.approved(cast, cast.mads)
    offered = of_the_vendor(cast)
    decision = distribution.assign_partner(key=offered.pk, by=cast.chris)
    assert decision.partner == cast.nordlys
    from kanal.distribution.assignment.explaining import explain

    [left_out] = explain(decision).left_out
    assert (left_out.partner.name, [rule.value for rule in left_out.rules]) == (
        "Fjord Consulting",
        ["protected"],
    )


def test_a_batch_holds_to_what_was_protected_after_it_was_proposed(cast) -> None:
    casting.policy(cast.chris)
    offered = of_the_vendor(cast)
    run = distribution.propose(keys=[offered.pk], by=cast.chris)
    [decision] = run.decisions.all()
    holder = cast.freja if decision.partner == cast.nordlys else cast.mads
    made.approved(cast, holder)
    distribution.deliver_proposed(key=run.pk, by=cast.chris)
    from kanal.distribution.assignment import writing

    writing.carry_out(key=run.pk)
    decision.refresh_from_db()
    assert decision.why == "protected"
    assert not Offer.objects.filter(opportunity=offered).exists()


def test_approving_takes_back_what_was_offered_to_others(cast) -> None:
    offered = of_the_vendor(cast)
    distribution.deliver(key=offered.pk, partner=cast.fjord, by=cast.chris)
    sent = made.submitted(cast, cast.mads)
    assert sent.verdict == Answer.REVIEW
    made.approve(sent, cast)
    assert actions.stop_offers(key=sent.pk) == 1
    assert Offer.objects.get(opportunity=offered).status == OfferStatus.WITHDRAWN


def test_the_partner_is_reminded_30_14_and_7_days_before_the_end(cast) -> None:
    first = made.approved(cast, cast.mads)
    seen = []
    for day in range(1, 90):
        later(days=day)
        distribution.write_note(key=first.opportunity.pk, body="Met them.", shared=True, by=cast.mads)
        actions.run_clock()
        seen += [day] if first.links.filter(kind="reminded").count() > len(seen) else []
    assert seen == [60, 76, 83]


def test_silence_ends_a_protection_at_the_day_that_was_told(cast) -> None:
    made.policy(cast.chris, activity_days=30, warn_days=7, remind_days=())
    first = made.approved(cast, cast.mads)
    later(days=22)
    actions.run_clock()
    assert made.again(first).idle_ends_at is None
    later(days=23, minutes=1)
    actions.run_clock()
    told = made.again(first).idle_ends_at
    assert told is not None
    later(days=29)
    actions.run_clock()
    assert made.again(first).status == Status.APPROVED
    later(days=31)
    actions.run_clock()
    assert (made.again(first).status, made.again(first).reason) == (Status.EXPIRED, "silence")


def test_activity_after_the_warning_keeps_it(cast) -> None:
    made.policy(cast.chris, activity_days=30, warn_days=7, remind_days=())
    first = made.approved(cast, cast.mads)
    later(days=24)
    actions.run_clock()
    distribution.move_stage(key=first.opportunity.pk, stage="contacting", by=cast.mads)
    later(days=31)
    actions.run_clock()
    assert made.again(first).status == Status.APPROVED
    assert made.again(first).idle_ends_at is None


def test_a_late_clock_still_tells_the_day_in_advance(cast) -> None:
    made.policy(cast.chris, activity_days=30, warn_days=7, remind_days=())
    first = made.approved(cast, cast.mads)
    later(days=50)
    actions.run_clock()
    assert made.again(first).status == Status.APPROVED
    later(days=58)
    actions.run_clock()
    assert made.again(first).status == Status.EXPIRED


def test_an_extension_asks_for_evidence_and_one_waits_at_a_time(cast) -> None:
    first = made.approved(cast, cast.mads)
    ends = first.protection.ends
    with pytest.raises(Invalid, match="what has happened"):
        actions.ask_extension(key=first.pk, days=30, evidence=" ", by=cast.mads)
    actions.ask_extension(key=first.pk, days=30, evidence="They have our offer.", by=cast.mads)
    with pytest.raises(Conflict, match="waits for an answer"):
        actions.ask_extension(key=first.pk, days=30, evidence="Again.", by=cast.mads)
    actions.decide_extension(key=first.pk, grant=True, text="", by=cast.ada)
    assert made.again(first).protection.ends == ends + timedelta(days=30)
    with pytest.raises(Conflict, match="has had them"):
        actions.ask_extension(key=first.pk, days=30, evidence="Once more.", by=cast.mads)


def test_a_broken_promise_is_said_and_somebody_else_is_asked(cast) -> None:
    from kanal.registration.telling import tell_about

    made.second(cast)
    sent = made.submitted(cast, cast.mads)
    asked = sent.steps.get().person
    later(days=10)
    actions.run_clock()
    now = made.again(sent)
    assert now.overdue_at is not None
    assert now.steps.get().person != asked
    link = now.links.order_by("-place").first()
    assert tell_about(told="registration_overdue", link_id=str(link.pk), person_ids=[str(asked.pk)]) == 1
    assert Notification.objects.filter(person=asked, kind="registration_overdue").exists()


def test_who_is_away_is_stood_in_for(cast) -> None:
    deputy = made.second(cast)
    sent = made.submitted(cast, cast.mads)
    assert sent.steps.get().person == cast.ada
    assert actions.be_away(deputy=deputy.pk, until=clock.today() + timedelta(days=7), by=cast.ada) == 1
    assert made.again(sent).steps.get().person == deputy
    other = made.submitted(cast, cast.mads, customer="Marstal Værft", domain="marstal-vaerft.dk")
    assert other.steps.get().person == deputy


def test_each_request_is_judged_by_the_policy_of_its_day(cast) -> None:
    made.policy(cast.chris, protect_days=90)
    sent = made.submitted(cast, cast.mads)
    made.policy(cast.chris, protect_days=10)
    done = made.approve(sent, cast)
    assert done.protection.last_day == clock.today() + timedelta(days=90)


def test_what_is_protected_is_read_by_the_keys_of_few_and_all_at_once_for_many(
    cast, django_assert_num_queries, monkeypatch
) -> None:
    from kanal.distribution import protection

    made.approved(cast, cast.mads)
    hit, free = of_the_vendor(cast), cast.opportunity(lines=[Line(cast.erp)])
    for few in (500, 0):
        monkeypatch.setattr(protection, "_FEW", few)
        with django_assert_num_queries(5):
            assert protection.holders([hit.pk, free.pk]) == {hit.pk: cast.nordlys.pk}
    later(days=91)
    with django_assert_num_queries(1):
        assert protection.holders([hit.pk, free.pk]) == {}


def test_the_timeline_says_each_step_once_in_the_readers_words(cast) -> None:
    from django.utils import translation

    from kanal.opportunities.models import TimelineEntry
    from kanal.opportunities.words import sentence
    from kanal.registration.following import note

    sent = made.submitted(cast, cast.mads)
    actions.reject(key=sent.pk, reason="no_relation", text="Nothing is shown.", by=cast.ada)
    for link in sent.links.order_by("place"):
        note(link_id=link.pk)
        note(link_id=link.pk)
    told = TimelineEntry.objects.filter(opportunity=sent.opportunity, event__startswith="registration")
    words = [sentence(entry) for entry in told.order_by("at")]
    assert words == [
        f"Asked to register the deal ({sent.reference})",
        "Rejected the registration: The work done with the customer is not shown",
    ]
    assert {entry.partner for entry in told} == {cast.nordlys}
    with translation.override("da"):
        assert sentence(told.order_by("at")[1]) == "Afviste registreringen: Arbejdet med kunden er ikke vist"


def test_the_partner_is_told_of_a_decision_with_its_reason(cast) -> None:
    from kanal.notify.messages import tell_in_words
    from kanal.registration.telling import tell_about

    sent = made.submitted(cast, cast.mads)
    actions.reject(key=sent.pk, reason="no_relation", text="Nothing is shown.", by=cast.ada)
    link = sent.links.get(kind="rejected")
    assert tell_about(told="registration_rejected", link_id=str(link.pk), person_ids=[]) == 2
    told = tell_in_words(Notification.objects.get(person=cast.mads))
    assert told.subject == "Your registration of Søby Teknik ApS was rejected"
    assert (told.reason, told.quote) == ("The work done with the customer is not shown", "Nothing is shown.")


def test_a_pause_ends_no_request(cast) -> None:
    sent = made.submitted(cast, cast.mads)
    distribution.hold(key=sent.opportunity_id, reason="They are on holiday.", by=cast.chris)
    distribution.resume(key=sent.opportunity_id, by=cast.chris)
    assert made.again(sent).status == Status.SUBMITTED


def test_two_firms_of_one_name_are_two_where_their_numbers_say_so(cast) -> None:
    first = made.draft(cast, cast.mads, customer="Lindegaard A/S", domain="lindegaard-vvs.dk")
    made.submit(first, cast.mads, registration_number="DK 30112233")
    made.approve(first, cast)
    second = made.draft(cast, cast.freja, customer="Lindegaard ApS", domain="lindegaardfoto.dk")
    other = made.submit(second, cast.freja, registration_number="DK 40998877")
    assert not other.waits_in_line
    assert made.approve(other, cast).status == Status.APPROVED


def test_what_comes_up_after_the_submission_asks_for_a_second_word(cast) -> None:
    sent = made.submitted(cast, cast.mads)
    assert sent.steps.count() == 1
    distribution.deliver(key=of_the_vendor(cast).pk, partner=cast.fjord, by=cast.chris)
    actions.approve(key=sent.pk, by=cast.ada)
    assert made.again(sent).status == Status.SUBMITTED
    assert [step.why for step in sent.steps.order_by("number")] == ["always", "conflict"]


def test_whoever_is_asked_is_told_and_the_owner_is_not_asked_for_what_it_may_not_give(cast) -> None:
    from kanal.registration.telling import tell_about

    sent = made.submitted(cast, cast.mads)
    link = sent.links.get(kind="submitted")
    tell_about(told="registration_submitted", link_id=str(link.pk), person_ids=[])
    assert [one.person for one in Notification.objects.filter(kind="registration_submitted")] == [cast.ada]


def test_the_line_behind_the_vendor_is_as_long_as_that_behind_a_partner(cast) -> None:
    made.policy(cast.chris, line_most=1)
    direct = of_the_vendor(cast)
    distribution.move_stage(key=direct.pk, stage="interest_confirmed", by=cast.chris)
    made.submitted(cast, cast.freja, wait_in_line=True)
    with pytest.raises(Invalid, match="Nobody can wait in line"):
        made.submitted(cast, cast.mads, wait_in_line=True)


def test_a_duplicate_is_one_of_a_request_that_was_first(cast) -> None:
    first = made.submitted(cast, cast.mads)
    later(minutes=1)
    second = made.submitted(cast, cast.freja)
    with pytest.raises(Invalid, match="was first"):
        actions.mark_duplicate(key=first.pk, original=second.pk, text="", by=cast.ada)
    actions.mark_duplicate(key=second.pk, original=first.pk, text="", by=cast.ada)
    assert made.again(second).status == Status.DUPLICATE
