"""Managed work: stages that ask, edits, extensions within limits, assigning, contacts, and who is told."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kanal.config import clock
from kanal.directory.models import Account, Contact, Partner, Person
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Stale
from kanal.distribution import actions, extensions, tasks
from kanal.distribution.models import WorkRules
from kanal.notify.models import Notification
from kanal.opportunities import access, words
from kanal.opportunities.actions import NewContact
from kanal.opportunities.actions.values import Line
from kanal.opportunities.lifecycle import Verb
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry
from tests.cast import Cast

pytestmark = pytest.mark.django_db
DAY = timedelta(1)


def again(made: Opportunity) -> Opportunity:
    return Opportunity.objects.get(pk=made.pk)


def part_of(made: Opportunity, partner: Partner) -> Participation:
    return Participation.objects.get(opportunity=made, partner=partner, until=None)


def share_with(made: Opportunity, seller: Person) -> None:
    part_of(made, seller.partner).people.add(seller)  # type: ignore[arg-type]


def together(cast: Cast, **facts: Any) -> Opportunity:
    made = cast.opportunity(**facts)
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    return again(made)


def sentences(made: Opportunity) -> list[str]:
    return [
        words.sentence(entry) for entry in TimelineEntry.objects.filter(opportunity=made).exclude(event="")
    ]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the telling at once, and give who was told what, by kind."""

    def at_once(**facts: Any) -> None:
        tasks.tell_of_entry(**facts)

    monkeypatch.setattr(tasks.tell_of_entry, "defer", at_once)

    def names(kind: str) -> set[str]:
        found = Notification.objects.filter(kind=kind).values_list("person__name", flat=True)
        return {name.split()[0] for name in found}

    return names


# ── Stages ───────────────────────────────────────────────────────────────────────────────────────
def test_quoting_asks_for_value_and_expected_close_and_takes_them_in_the_same_step(cast: Cast) -> None:
    made = cast.managed(estimated_revenue=None, estimated_close_date=None)
    with pytest.raises(Invalid) as refused:
        actions.move_stage(key=made.pk, stage="quoting", by=cast.mads)
    assert set(refused.value.errors) == {"estimated_revenue", "estimated_close_date"}
    assert "“Quoting” asks for this" in str(refused.value)
    values = {"estimated_revenue": Decimal(90000), "estimated_close_date": date(2027, 3, 1)}
    actions.move_stage(key=made.pk, stage="quoting", note="They want a price.", values=values, by=cast.mads)
    moved = again(made)
    assert (moved.stage, moved.estimated_revenue, moved.estimated_revenue_base) == ("quoting", 90000, 90000)
    entry = TimelineEntry.objects.get(opportunity=made, event="stage_moved")
    assert (entry.body, entry.author) == ("They want a price.", cast.mads)


def test_a_later_stage_asks_for_what_the_ones_before_it_ask_for(cast: Cast) -> None:
    made = cast.managed(customer_need="", estimated_revenue=None)
    with pytest.raises(Invalid) as refused:
        actions.move_stage(key=made.pk, stage="closing", by=cast.chris)
    assert set(refused.value.errors) == {"customer_need", "estimated_revenue"}


def test_moving_back_asks_for_nothing(cast: Cast) -> None:
    made = cast.managed()
    actions.move_stage(key=made.pk, stage="quoting", by=cast.mads)
    Opportunity.objects.filter(pk=made.pk).update(customer_need="")
    actions.move_stage(key=made.pk, stage="interest_confirmed", by=cast.mads)
    assert again(made).stage == "interest_confirmed"


def test_who_moves_a_stage_that_somebody_moved_meanwhile_is_asked_again(cast: Cast) -> None:
    made = cast.managed()
    actions.move_stage(key=made.pk, stage="quoting", seen="prospect", by=cast.anna)
    with pytest.raises(Invalid, match="Anna Bak changed this meanwhile; it is at “Quoting” now"):
        actions.move_stage(key=made.pk, stage="contacting", seen="prospect", by=cast.mads)
    with pytest.raises(Invalid, match="It is at “Quoting” already"):
        actions.move_stage(key=made.pk, stage="quoting", note="Not lost", seen="prospect", by=cast.mads)
    assert again(made).stage == "quoting"


# ── Edits ────────────────────────────────────────────────────────────────────────────────────────
def test_a_partner_edits_value_and_next_step_and_the_timeline_says_so(cast: Cast) -> None:
    made = cast.managed()
    changes = {
        "estimated_revenue": Decimal(1300000),
        "next_step": "Read in two ledgers",
        "next_step_on": date(2026, 12, 2),
    }
    actions.update(key=made.pk, version=made.version, changes=changes, by=cast.mads)
    edited = again(made)
    assert (edited.estimated_revenue, edited.estimated_revenue_base) == (1300000, 1300000)
    assert edited.version == made.version + 1
    assert "Next step: Read in two ledgers, 2 Dec 2026" in sentences(made)
    assert "Changed: Est. revenue" in sentences(made)


def test_products_are_edited_as_a_whole(cast: Cast) -> None:
    made = cast.managed()
    line = Line(cast.erp, Decimal(140), Decimal(5900))
    actions.update(key=made.pk, version=made.version, changes={}, lines=[line], by=cast.mads)
    assert [str(one.product) for one in made.lines.all()] == ["Havn ERP"]
    assert "Changed: Products" in sentences(made)


def test_an_edit_from_an_old_version_is_refused_and_says_what_stands_now(cast: Cast) -> None:
    made = cast.managed()
    actions.update(key=made.pk, version=made.version, changes={"next_step": "Call Karen"}, by=cast.anna)
    with pytest.raises(Stale) as refused:
        actions.update(key=made.pk, version=made.version, changes={"next_step": "Write"}, by=cast.mads)
    assert (refused.value.changed, refused.value.by) == ({"next_step": "Call Karen"}, "Anna Bak")
    assert again(made).next_step == "Call Karen"


def test_an_edit_that_changes_nothing_leaves_no_trace(cast: Cast) -> None:
    made = cast.managed()
    before = TimelineEntry.objects.count()
    actions.update(key=made.pk, version=made.version, changes={"next_step": ""}, by=cast.mads)
    assert (again(made).version, TimelineEntry.objects.count()) == (made.version, before)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"estimated_revenue": Decimal(-1)}, "estimated_revenue"),
        ({"next_step": "x" * 201}, "next_step"),
        ({"next_step": "", "next_step_on": date(2026, 12, 2)}, "next_step"),
    ],
)
def test_a_field_that_can_not_be_taken_is_named(cast: Cast, changes: dict[str, Any], field: str) -> None:
    made = cast.managed()
    with pytest.raises(Invalid) as refused:
        actions.update(key=made.pk, version=made.version, changes=changes, by=cast.mads)
    assert list(refused.value.errors) == [field]


def test_no_partner_edits_what_the_vendor_keeps(cast: Cast) -> None:
    made = cast.managed()
    with pytest.raises(ValueError, match="topic"):
        actions.update(key=made.pk, version=made.version, changes={"topic": "Mine"}, by=cast.mads)
    with pytest.raises(NotAllowed, match="Only the partner"):
        actions.update(key=made.pk, version=made.version, changes={}, by=cast.chris)


# ── The expected close: one rule ─────────────────────────────────────────────────────────────────
def test_a_plain_edit_is_no_way_round_the_extensions(cast: Cast) -> None:
    made = cast.managed()
    known = made.estimated_close_date
    assert known
    for wanted in (known + DAY, None):
        with pytest.raises(Invalid):
            actions.update(
                key=made.pk, version=made.version, changes={"estimated_close_date": wanted}, by=cast.mads
            )
    nearer = {"estimated_close_date": known - DAY}
    actions.update(key=made.pk, version=made.version, changes=nearer, by=cast.mads)
    assert again(made).estimated_close_date == known - DAY


def test_where_no_date_stands_a_partner_names_one(cast: Cast) -> None:
    for made, by in (
        (cast.managed(estimated_close_date=None), cast.mads),
        (together(cast, estimated_close_date=None), cast.bo),
    ):
        day = date(2027, 6, 1)
        actions.update(key=made.pk, version=made.version, changes={"estimated_close_date": day}, by=by)
        assert again(made).estimated_close_date == day


def test_in_a_collaboration_the_vendor_sets_the_expected_close(cast: Cast) -> None:
    made = together(cast)
    known = made.estimated_close_date
    assert known
    for wanted in (known - DAY, known + DAY):
        with pytest.raises(Invalid, match="the vendor sets the expected close"):
            actions.update(
                key=made.pk, version=made.version, changes={"estimated_close_date": wanted}, by=cast.mads
            )
    with pytest.raises(NotAllowed, match="no single partner"):
        actions.extend(key=made.pk, until=known + DAY, reason="Tender", by=cast.mads)
    actions.extend(key=made.pk, until=known + DAY, reason="Tender", by=cast.chris)
    assert again(made).estimated_close_date == known + DAY


def test_an_extension_goes_as_far_as_the_rules_of_work_say(cast: Cast) -> None:
    made = cast.managed(estimated_close_date=clock.today() + 10 * DAY)
    furthest = clock.today() + 100 * DAY
    with pytest.raises(Invalid, match="90 days further at most"):
        actions.extend(key=made.pk, until=furthest + DAY, reason="Tender", by=cast.mads)
    actions.extend(key=made.pk, until=furthest, reason="Tender", by=cast.mads)
    assert again(made).estimated_close_date == furthest


def test_of_a_date_that_has_passed_an_extension_is_counted_from_today(cast: Cast) -> None:
    made = cast.managed(estimated_close_date=clock.today() - 200 * DAY)
    actions.extend(key=made.pk, until=clock.today() + 90 * DAY, reason="They are back", by=cast.mads)
    assert again(made).estimated_close_date == clock.today() + 90 * DAY


def test_a_partner_extends_as_often_as_the_rules_say_and_the_vendor_any_time(cast: Cast) -> None:
    made = cast.managed()
    for _ in range(2):
        actions.extend(key=made.pk, until=again(made).estimated_close_date + DAY, reason="More", by=cast.mads)
    allowed = extensions.allowance(again(made), part_of(made, cast.nordlys))
    assert (allowed.used, allowed.granted, allowed.left) == (2, 2, 0)
    with pytest.raises(Conflict, match="2 times, as often as a partner may"):
        actions.extend(key=made.pk, until=again(made).estimated_close_date + DAY, reason="More", by=cast.anna)
    far = again(made).estimated_close_date + 400 * DAY
    actions.extend(key=made.pk, until=far, reason="Their new budget year", by=cast.chris)
    assert again(made).estimated_close_date == far


def test_extensions_of_an_earlier_time_with_the_opportunity_do_not_count(cast: Cast) -> None:
    made = cast.managed()
    for _ in range(2):
        actions.extend(key=made.pk, until=again(made).estimated_close_date + DAY, reason="More", by=cast.mads)
    actions.return_(key=made.pk, reason="no_funding", by=cast.mads)
    actions.deliver(key=made.pk, partner=cast.nordlys, by=cast.chris)
    actions.accept(key=made.pk, by=cast.mads)
    assert extensions.allowance(again(made), part_of(made, cast.nordlys)).left == 2


def test_new_rules_of_work_hold_at_once(cast: Cast) -> None:
    made = cast.managed()
    values = {
        "extensions": 0,
        "extension_days": 30,
        "stalled_days": 14,
        "overdue_days": 1,
        "partners_at_most": 5,
    }
    actions.keep_rules(version=1, values=values, by=cast.ada)
    with pytest.raises(Conflict):
        actions.extend(key=made.pk, until=again(made).estimated_close_date + DAY, reason="More", by=cast.mads)


# ── Whose work it is ─────────────────────────────────────────────────────────────────────────────
def test_a_seller_whom_it_is_assigned_to_sees_it_and_is_told(cast: Cast, told: Any) -> None:
    made = cast.managed()
    assert not access.visible(cast.sofie).exists()
    actions.assign(key=made.pk, to=cast.sofie.pk, by=cast.mads)
    assert access.visible(cast.sofie).get() == made
    assert part_of(made, cast.nordlys).assignee == cast.sofie
    assert told("opportunity_assigned") == {"Sofie"}
    assert told("opportunity_shared_with") == set()
    assert "Assigned to Sofie Dahl" in sentences(made)


def test_who_takes_on_work_alone_is_not_told_of_it(cast: Cast, told: Any) -> None:
    made = cast.managed()
    actions.assign(key=made.pk, to=cast.mads.pk, by=cast.mads)
    assert told("opportunity_assigned") == set()


def test_it_is_shared_with_sellers_and_taken_from_them_again(cast: Cast, told: Any) -> None:
    made = cast.managed()
    actions.assign(key=made.pk, to=None, sellers=[cast.sofie.pk], by=cast.anna)
    assert access.visible(cast.sofie).exists()
    assert told("opportunity_shared_with") == {"Sofie"}
    actions.assign(key=made.pk, to=None, sellers=[], by=cast.anna)
    assert not access.visible(cast.sofie).exists()
    assert "No longer shared with Sofie Dahl" in sentences(made)


def test_the_assignee_sees_it_even_where_the_sellers_leave_them_out(cast: Cast) -> None:
    made = cast.managed()
    actions.assign(key=made.pk, to=cast.sofie.pk, sellers=[], by=cast.mads)
    assert access.visible(cast.sofie).exists()


def test_a_partner_can_not_assign_to_anybody_but_its_own_people(cast: Cast) -> None:
    made = cast.managed()
    Person.objects.filter(pk=cast.anna.pk).update(is_active=False)
    for target in (
        cast.bo,
        cast.stig,
        cast.chris,
        cast.anna,
        Person(pk="01a2130a-23e5-7244-918c-fb32e2780883"),
    ):
        with pytest.raises(Invalid, match="Choose a colleague"):
            actions.assign(key=made.pk, to=target.pk, by=cast.mads)
    with pytest.raises(Invalid, match="sellers of Nordlys IT only"):
        actions.assign(key=made.pk, to=None, sellers=[cast.stig.pk], by=cast.mads)
    assert part_of(made, cast.nordlys).assignee is None


def test_only_administrators_and_managers_of_a_partner_that_takes_part_assign(cast: Cast) -> None:
    made = cast.managed()
    share_with(made, cast.sofie)
    with pytest.raises(NotAllowed, match="administrator or managers do this"):
        actions.assign(key=made.pk, to=cast.sofie.pk, by=cast.sofie)
    with pytest.raises(NotAllowed, match="Only the partner"):
        actions.assign(key=made.pk, to=cast.sofie.pk, by=cast.chris)
    with pytest.raises(Missing):
        actions.assign(key=made.pk, to=cast.stig.pk, by=cast.bo)


def test_in_a_collaboration_nobody_reads_whose_work_it_is_at_another_partner(cast: Cast) -> None:
    made = together(cast)
    actions.assign(key=made.pk, to=cast.sofie.pk, by=cast.mads)
    theirs = access.entries(cast.bo, made, access.participation(cast.bo, made))
    assert not any("Sofie" in words.sentence(entry) for entry in theirs)
    ours = access.entries(cast.anna, made, access.participation(cast.anna, made))
    assert any("Sofie" in words.sentence(entry) for entry in ours)


# ── What a seller may ────────────────────────────────────────────────────────────────────────────
def test_a_seller_works_what_is_shared_and_leaves_the_companys_word_to_others(cast: Cast) -> None:
    made = cast.managed()
    share_with(made, cast.sofie)
    allowed = set(access.verbs(cast.sofie, made, access.participation(cast.sofie, made)))
    assert allowed == {
        Verb.HOLD,
        Verb.MOVE_STAGE,
        Verb.EXTEND,
        Verb.WIN,
        Verb.LOSE,
        Verb.UPDATE,
        Verb.ADD_CONTACT,
    }
    with pytest.raises(NotAllowed, match="administrator or managers do this"):
        actions.return_(key=made.pk, reason="no_funding", by=cast.sofie)
    actions.win(key=made.pk, reason="best_fit", by=cast.sofie)
    assert again(made).status == "won"


# ── The customer's people ────────────────────────────────────────────────────────────────────────
def test_a_partner_adds_a_person_of_the_customer_after_acceptance_and_not_before(cast: Cast) -> None:
    offered, made = cast.delivered(), cast.managed(contact=None)
    new = NewContact("Jens Holm", email="jens@lindholm.example", job_title="Buyer")
    with pytest.raises(NotAllowed):
        actions.add_contact(key=offered.pk, contact=new, by=cast.mads)
    added = actions.add_contact(key=made.pk, contact=new, by=cast.mads)
    assert again(made).contact == added
    part = access.participation(cast.mads, again(made))
    assert {one.name for one in access.contacts(cast.mads, again(made), part)} == {
        "Jens Holm",
        "Karen Lindholm",
    }
    with pytest.raises(Invalid, match="Jens Holm has this address already"):
        actions.add_contact(key=made.pk, contact=new, by=cast.mads)


def test_before_acceptance_no_person_of_the_customer_is_seen(cast: Cast) -> None:
    made = cast.delivered()
    assert not access.contacts(cast.mads, made, access.participation(cast.mads, made)).exists()


def test_people_of_a_customer_that_another_partner_keeps_stay_with_it(cast: Cast) -> None:
    Account.objects.filter(pk=cast.lindholm.pk).update(managing_partner=cast.fjord)
    Contact.objects.create(account=cast.lindholm, name="Their Own Contact")
    made = again(cast.managed())
    part = access.participation(cast.mads, made)
    assert [one.name for one in access.contacts(cast.mads, made, part)] == ["Karen Lindholm"]
    with pytest.raises(Conflict, match="Another partner keeps this customer"):
        actions.add_contact(key=made.pk, contact=NewContact("Jens"), by=cast.mads)


# ── Who is told ──────────────────────────────────────────────────────────────────────────────────
def test_what_a_partner_does_is_told_to_the_owner_the_channel_manager_and_colleagues(
    cast: Cast, told: Any
) -> None:
    for number, (kind, verb) in enumerate(
        {
            "opportunity_won": lambda key: actions.win(key=key, reason="best_fit", by=cast.mads),
            "opportunity_lost": lambda key: actions.lose(key=key, reason="price", by=cast.mads),
            "opportunity_returned": lambda key: actions.return_(key=key, reason="no_funding", by=cast.mads),
            "opportunity_extended": lambda key: actions.extend(
                key=key, until=date(2027, 3, 1), reason="Tender", by=cast.mads
            ),
        }.items()
    ):
        made = cast.opportunity(topic=f"Number {number}", owner=cast.sally)
        actions.deliver(key=made.pk, partner=cast.nordlys, by=cast.chris)
        actions.accept(key=made.pk, by=cast.mads)
        verb(made.pk)
        assert told(kind) == {"Sally", "Chris", "Anna"}, kind


def test_what_the_vendor_does_is_told_to_every_partner_that_takes_part(cast: Cast, told: Any) -> None:
    made = together(cast)
    actions.extend(key=made.pk, until=date(2027, 3, 1), reason="Tender", by=cast.chris)
    assert told("opportunity_extended") == {"Anna", "Mads", "Bo", "Freja"}
    actions.lose(key=made.pk, reason="competitor", competitor="Rival ERP", by=cast.chris)
    assert told("opportunity_lost") == {"Anna", "Mads", "Bo", "Freja"}
    assert again(made).competitor == "Rival ERP"


def test_what_a_partner_made_it_may_call_off_and_the_vendor_is_told(cast: Cast, told: Any) -> None:
    made = cast.opportunity()
    Opportunity.objects.filter(pk=made.pk).update(made_by_partner=cast.nordlys)
    actions.approve(key=made.pk, by=cast.chris)
    actions.cancel(key=made.pk, reason="duplicate", by=cast.anna)
    assert told("opportunity_canceled") == {"Chris", "Mads"}


# ── The rules of work ────────────────────────────────────────────────────────────────────────────
def test_an_administrator_keeps_the_rules_of_work_and_nobody_else(cast: Cast) -> None:
    values = {
        "extensions": 3,
        "extension_days": 30,
        "stalled_days": 7,
        "overdue_days": 2,
        "partners_at_most": 4,
    }
    for person in (cast.chris, cast.sally, cast.otto, cast.anna):
        with pytest.raises(NotAllowed):
            actions.keep_rules(version=1, values=values, by=person)
    actions.keep_rules(version=1, values=values, by=cast.ada)
    assert {name: getattr(WorkRules.current(), name) for name in values} == values
    with pytest.raises(Stale):
        actions.keep_rules(version=1, values={**values, "extensions": 9}, by=cast.ada)
    with pytest.raises(Invalid) as refused:
        actions.keep_rules(version=2, values={**values, "partners_at_most": 1}, by=cast.ada)
    assert list(refused.value.errors) == ["partners_at_most"]
    history = WorkRules.pgh_event_model.objects.order_by("pgh_id")  # type: ignore[attr-defined]
    assert [row.extensions for row in history][-1] == 3
