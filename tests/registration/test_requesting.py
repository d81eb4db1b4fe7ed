"""A partner registers a deal: the draft, what is missing, what is locked, and what it may hold."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kanal.config import clock
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Stale
from kanal.registration import actions
from kanal.registration.lifecycle import Status
from tests.registration import made

pytestmark = pytest.mark.django_db


def test_a_draft_begins_with_what_the_opportunity_says(cast) -> None:
    draft = made.draft(cast, cast.mads)
    assert (draft.company, draft.domain, draft.city) == ("Søby Teknik ApS", "soby-teknik.dk", "Søby")
    assert draft.family == cast.erp.family
    assert draft.value == draft.opportunity.estimated_revenue
    assert draft.status == Status.DRAFT
    assert not draft.reference


def test_registering_again_leads_to_the_same_draft(cast) -> None:
    draft = made.draft(cast, cast.mads)
    assert actions.register(opportunity=draft.opportunity.pk, by=cast.anna) == draft


def test_only_what_the_partner_made_itself_can_be_registered(cast) -> None:
    managed = cast.managed()
    with pytest.raises(NotAllowed, match="made itself"):
        actions.register(opportunity=managed.pk, by=cast.mads)


def test_somebody_elses_opportunity_does_not_exist(cast) -> None:
    with pytest.raises(Missing):
        actions.register(opportunity=made.opportunity(cast, cast.mads).pk, by=cast.freja)


def test_a_draft_is_nobodys_but_its_companys(cast) -> None:
    from kanal.registration import access

    draft = made.draft(cast, cast.mads)
    assert [access.visible(one).filter(pk=draft.pk).exists() for one in (cast.mads, cast.anna)] == [True] * 2
    others = (cast.sofie, cast.bo, cast.ada, cast.chris, cast.sally, cast.otto)
    assert not any(access.visible(one).filter(pk=draft.pk).exists() for one in others)


def test_what_is_missing_is_said_field_by_field_and_nothing_is_lost(cast) -> None:
    draft = made.draft(cast, cast.mads, domain="")
    with pytest.raises(Invalid) as refusal:
        actions.submit(
            key=draft.pk, version=draft.version, values={"value": None}, accept_terms=False, by=cast.mads
        )
    assert set(refusal.value.errors) == {"value", "work_done", "domain", "accept_terms"}
    assert made.again(draft).value == draft.value
    assert made.again(draft).status == Status.DRAFT


def test_a_submitted_request_has_a_code_a_promise_and_is_locked(cast, freeze) -> None:
    from datetime import UTC, datetime

    freeze(datetime(2026, 11, 27, 16, 0, tzinfo=UTC))  # Friday 17:00 at the vendor
    made.policy(cast.chris, decide_hours=8)
    sent = made.submitted(cast, cast.mads)
    assert sent.reference.startswith("DR-2026-")
    assert sent.status == Status.SUBMITTED
    assert sent.decide_by == datetime(2026, 11, 30, 15, 0, tzinfo=UTC)  # Monday 16:00
    with pytest.raises(Conflict, match="locked"):
        actions.save_draft(key=sent.pk, version=sent.version, values={"city": "Ærø"}, by=cast.mads)


def test_a_colleagues_change_is_not_overwritten(cast) -> None:
    draft = made.draft(cast, cast.mads)
    actions.save_draft(key=draft.pk, version=draft.version, values={"city": "Ærøskøbing"}, by=cast.anna)
    with pytest.raises(Stale) as refusal:
        made.submit(draft, cast.mads, city="Marstal")
    assert refusal.value.changed == {"city": "Ærøskøbing", "work_done": ""} or "city" in refusal.value.changed


def test_a_partner_holds_no_more_than_its_cap_and_the_draft_is_kept(cast) -> None:
    made.policy(cast.chris, cap=1, cap_bonus=0)
    made.submitted(cast, cast.mads)
    second = made.draft(
        cast, cast.mads, customer="Marstal Værft A/S", domain="marstal-vaerft.dk", city="Marstal"
    )
    with pytest.raises(Conflict, match="1 of 1"):
        made.submit(second, cast.mads)
    assert made.again(second).status == Status.DRAFT


def test_a_tier_has_a_cap_of_its_own(cast) -> None:
    tier = cast.nordlys.tier
    assert tier is not None
    made.policy(cast.chris, cap=0, cap_bonus=0, cap_by_tier={str(tier.pk): 1})
    assert made.submitted(cast, cast.mads).status == Status.SUBMITTED


def test_the_same_customer_is_not_registered_twice_by_one_company(cast) -> None:
    first = made.submitted(cast, cast.mads)
    second = made.draft(cast, cast.mads, customer="Søby Teknik")
    with pytest.raises(Conflict, match=first.reference):
        made.submit(second, cast.mads)


def test_a_small_request_without_a_conflict_is_approved_by_the_policy_itself(cast) -> None:
    made.policy(cast.chris, auto_below=300_000)
    sent = made.again(made.submitted(cast, cast.mads))
    assert sent.status == Status.APPROVED
    assert sent.decided_by is None
    assert sent.opportunity.status == "approved"
    assert [link.kind for link in sent.links.order_by("place")] == ["submitted", "approved_by_rule"]


def test_a_question_opens_only_the_fields_it_names_and_stops_the_clock(cast, freeze) -> None:
    from datetime import UTC, datetime

    freeze(datetime(2026, 11, 30, 8, 0, tzinfo=UTC))
    sent = made.submitted(cast, cast.mads)
    promised = made.again(sent).decide_by
    actions.ask(key=sent.pk, question="Who is the buyer?", fields=["contact_name"], by=cast.ada)
    freeze(datetime(2026, 12, 2, 8, 0, tzinfo=UTC))  # two working days later
    actions.answer(
        key=sent.pk,
        values={"contact_name": "Else Søby", "city": "Elsewhere"},
        text="It is Else.",
        by=cast.mads,
    )
    now = made.again(sent)
    assert (now.status, now.contact_name, now.city) == (Status.IN_REVIEW, "Else Søby", "Søby")
    assert now.decide_by == promised + timedelta(days=2)


def test_a_question_without_an_answer_ends_the_request(cast) -> None:
    sent = made.submitted(cast, cast.mads)
    actions.ask(key=sent.pk, question="Who is the buyer?", fields=[], by=cast.ada)
    clock.use(lambda: timedelta(days=11))
    actions.run_clock()
    assert (made.again(sent).status, made.again(sent).reason) == (Status.EXPIRED, "unanswered")


def test_what_a_person_saved_themselves_meanwhile_stops_no_submission(cast) -> None:
    draft = made.draft(cast, cast.mads)
    actions.save_draft(key=draft.pk, version=draft.version, values={"work_done": "We have r"}, by=cast.mads)
    assert made.submit(draft, cast.mads).status == Status.SUBMITTED


def test_files_that_answer_a_question_are_proved_too(cast) -> None:
    import hashlib
    from io import BytesIO

    from kanal.opportunities.actions.notes import Upload

    sent = made.submitted(cast, cast.mads)
    actions.ask(key=sent.pk, question="Show us.", fields=[], by=cast.ada)
    content = b"Minutes of 12 November: they want a new ERP.\n"
    actions.add_evidence(
        key=sent.pk, files=[Upload("minutes.txt", len(content), BytesIO(content))], by=cast.mads
    )
    actions.answer(key=sent.pk, values={}, text="Here it is.", by=cast.mads)
    proved = sent.links.get(kind="resubmitted").content["evidence"]
    assert proved == [{"name": "minutes.txt", "sha256": hashlib.sha256(content).hexdigest()}]
