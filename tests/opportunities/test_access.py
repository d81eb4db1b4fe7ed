"""Who sees an opportunity, its timeline and its files, and who may do what."""

from __future__ import annotations

import io

import pytest

from kanal.directory.models import Partner
from kanal.distribution import actions
from kanal.opportunities import access
from kanal.opportunities.actions import Upload, add_note
from kanal.opportunities.lifecycle import Status, Verb
from kanal.opportunities.models import Kind, Opportunity, Participation
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def sees(cast: Cast, name: str, opportunity: Opportunity) -> bool:
    return access.visible(cast.people[name]).filter(pk=opportunity.pk).exists()


def test_the_whole_vendor_sees_everything_and_a_partner_only_what_it_takes_part_in(cast: Cast) -> None:
    opportunity = cast.delivered()
    seeing = {name for name in cast.people if sees(cast, name, opportunity)}
    assert seeing == {"ada", "chris", "sally", "otto", "anna", "mads"}


def test_an_undelivered_opportunity_is_seen_by_no_partner_even_where_it_is_named(cast: Cast) -> None:
    opportunity = cast.opportunity()
    Opportunity.objects.filter(pk=opportunity.pk).update(partner=cast.nordlys)
    assert not any(sees(cast, name, opportunity) for name in ("anna", "mads", "sofie"))


def test_a_seller_of_the_partner_sees_only_what_is_shared_with_them(cast: Cast) -> None:
    opportunity = cast.managed()
    assert not sees(cast, "sofie", opportunity)
    Participation.objects.get(opportunity=opportunity, until=None).people.add(cast.sofie)
    assert sees(cast, "sofie", opportunity)
    assert not sees(cast, "stig", opportunity)


def test_a_partner_that_declined_sees_it_no_more(cast: Cast) -> None:
    opportunity = cast.delivered()
    actions.decline(key=opportunity.pk, reason="no_capacity", by=cast.mads)
    assert not sees(cast, "mads", opportunity)


def test_people_of_an_ended_partner_and_inactive_people_see_nothing(cast: Cast) -> None:
    opportunity = cast.managed()
    cast.mads.is_active = False
    assert not sees(cast, "mads", opportunity)
    Partner.objects.filter(pk=cast.nordlys.pk).update(status="ended")
    cast.anna.refresh_from_db()
    assert not access.visible(type(cast.anna).objects.get(pk=cast.anna.pk)).exists()


@pytest.mark.parametrize(
    ("name", "verb", "allowed"),
    [
        ("ada", "deliver", True),
        ("chris", "deliver", True),
        ("sally", "deliver", False),
        ("otto", "deliver", False),
        ("otto", "note", False),
        ("otto", "edit", False),
        ("sally", "note", True),
        ("sally", "create", True),
        ("sally", "edit", False),
        ("chris", "return", False),
        ("anna", "create", False),
        ("anna", "edit", False),
    ],
)
def test_what_a_role_may_do_to_somebody_elses_opportunity(
    cast: Cast, name: str, verb: str, allowed: bool
) -> None:
    opportunity = cast.opportunity()
    answer = access.may(cast.people[name], verb, None if verb == "create" else opportunity)
    assert bool(answer) is allowed
    assert allowed or str(answer.reason)


def test_a_seller_distributes_what_they_own(cast: Cast) -> None:
    own = cast.opportunity(by=cast.sally)
    assert Verb.DELIVER in access.verbs(cast.sally, own)
    assert access.verbs(cast.sally, cast.opportunity()) == []


def test_offers_are_answered_by_administrators_and_managers_only(cast: Cast) -> None:
    opportunity = cast.delivered()
    part = Participation.objects.get(opportunity=opportunity, until=None)
    part.people.add(cast.sofie)
    answers = {Verb.ACCEPT, Verb.DECLINE, Verb.ASK}
    for name, verbs in {"anna": answers, "mads": answers, "sofie": set()}.items():
        person = cast.people[name]
        assert set(access.verbs(person, opportunity, access.participation(person, opportunity))) == verbs


def test_the_customers_people_are_known_only_after_acceptance(cast: Cast) -> None:
    opportunity = cast.delivered()
    assert not access.knows_customer(cast.mads, access.participation(cast.mads, opportunity))
    actions.accept(key=opportunity.pk, by=cast.mads)
    assert access.knows_customer(cast.mads, access.participation(cast.mads, opportunity))
    assert access.knows_customer(cast.otto, None)
    assert not access.knows_customer(cast.bo, None)


def bodies(cast: Cast, name: str, opportunity: Opportunity) -> set[str]:
    person = cast.people[name]
    part = access.participation(person, opportunity)
    return {entry.body for entry in access.entries(person, opportunity, part) if entry.body}


def test_internal_notes_stay_with_the_vendor(cast: Cast) -> None:
    opportunity = cast.managed()
    add_note(key=opportunity.pk, body="between us", shared=False, by=cast.chris)
    add_note(key=opportunity.pk, body="for you", shared=True, by=cast.chris)
    assert bodies(cast, "mads", opportunity) == {"for you"}
    assert bodies(cast, "otto", opportunity) == {"between us", "for you"}


def test_what_one_partner_wrote_is_not_read_by_the_next(cast: Cast) -> None:
    opportunity = cast.managed()
    add_note(key=opportunity.pk, body="we can not staff it", shared=True, by=cast.mads)
    actions.return_(key=opportunity.pk, reason="no_funding", text="they have no money", by=cast.mads)
    actions.deliver(key=opportunity.pk, partner=cast.fjord, by=cast.chris)
    actions.accept(key=opportunity.pk, by=cast.bo)
    assert bodies(cast, "bo", opportunity) == set()
    assert bodies(cast, "chris", opportunity) == {"we can not staff it", "they have no money"}


def test_an_offered_partner_reads_only_what_is_said_to_it(cast: Cast) -> None:
    opportunity = cast.opportunity()
    add_note(key=opportunity.pk, body="Karen decides on 10 December", shared=True, by=cast.chris)
    actions.deliver(key=opportunity.pk, partner=cast.nordlys, by=cast.chris)
    add_note(key=opportunity.pk, body="can you start in March?", shared=True, by=cast.chris)
    assert bodies(cast, "mads", opportunity) == {"can you start in March?"}
    actions.accept(key=opportunity.pk, by=cast.mads)
    assert bodies(cast, "mads", opportunity) == {"can you start in March?", "Karen decides on 10 December"}


def test_the_reason_of_a_hold_before_any_partner_stays_internal(cast: Cast) -> None:
    opportunity = cast.opportunity()
    actions.hold(key=opportunity.pk, reason="we doubt their credit", by=cast.chris)
    actions.resume(key=opportunity.pk, by=cast.chris)
    actions.deliver(key=opportunity.pk, partner=cast.nordlys, by=cast.chris)
    actions.accept(key=opportunity.pk, by=cast.mads)
    assert bodies(cast, "mads", opportunity) == set()


def test_in_a_collaboration_every_partner_reads_the_notes_of_all(cast: Cast) -> None:
    opportunity = cast.opportunity()
    Opportunity.objects.filter(pk=opportunity.pk).update(collaboration=True)
    actions.share(key=opportunity.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    add_note(key=opportunity.pk, body="we take the warehouse", shared=True, by=cast.mads)
    assert bodies(cast, "bo", opportunity) == {"we take the warehouse"}
    part = access.participation(cast.mads, opportunity)
    opportunity.refresh_from_db()
    assert part
    assert part.kind == Kind.COLLABORATING
    assert opportunity.status == Status.ACCEPTED
    assert access.verbs(cast.mads, opportunity, part) == [
        Verb.MOVE_STAGE,
        Verb.UPDATE,
        Verb.ASSIGN,
        Verb.ADD_CONTACT,
    ]


def test_a_file_is_read_by_whoever_reads_its_entry(cast: Cast, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    opportunity = cast.managed()
    shared, internal = (
        add_note(
            key=opportunity.pk,
            body="",
            shared=shared,
            by=cast.chris,
            files=[Upload("list.csv", 4, io.BytesIO(b"a;b\n"))],
        ).attachments.get()
        for shared in (True, False)
    )
    reading = {
        name: [access.attachment(person, file.pk) is not None for file in (shared, internal)]
        for name, person in cast.people.items()
    }
    assert [name for name, (first, _) in reading.items() if first] == [
        "ada",
        "chris",
        "sally",
        "otto",
        "anna",
        "mads",
    ]
    assert [name for name, (_, second) in reading.items() if second] == ["ada", "chris", "sally", "otto"]
