"""Somebody leaves: their access closes and their open work goes to a colleague, in one step or not at all."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kanal.directory.models import Person, new_id
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed
from kanal.distribution import actions
from kanal.notify.models import Notification
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry
from kanal.opportunities.work import work_of
from tests import cast as casting
from tests.cast import Cast, partner_person

pytestmark = pytest.mark.django_db


def part(cast: Cast, assignee: Person | None = None, *shared: Person, **facts: Any) -> Participation:
    """Make a managed opportunity; give the part of its partner, assigned and shared as said."""
    found = Participation.objects.get(opportunity=cast.managed(**facts), until=None)
    Participation.objects.filter(pk=found.pk).update(assignee=assignee)
    found.people.set(shared)
    return found


def state(found: Participation) -> tuple[Person | None, set[Person]]:
    now = Participation.objects.get(pk=found.pk)
    return now.assignee, set(now.people.all())


def test_what_somebody_has_in_hand_is_counted(cast: Cast) -> None:
    part(cast, cast.sofie, cast.sofie)
    part(cast, None, cast.sofie)
    part(cast, cast.mads, cast.sofie)
    part(cast, None, cast.sofie, partner_person("Ulla Und", cast.nordlys, "seller"))
    part(cast)
    actions.lose(key=part(cast, cast.sofie, cast.sofie).opportunity_id, reason="no_budget", by=cast.chris)
    assert (work_of(cast.sofie).assigned, work_of(cast.sofie).shared) == (1, 2)
    assert (work_of(cast.mads).assigned, work_of(cast.mads).shared) == (1, 0)
    assert not work_of(cast.stig)


def test_the_work_of_a_seller_goes_to_another_seller(cast: Cast) -> None:
    ulla = partner_person("Ulla Und", cast.nordlys, "seller")
    mine = part(cast, cast.sofie, cast.sofie)
    nobodys = part(cast, None, cast.sofie)
    managers = part(cast, cast.mads, cast.sofie)
    left = actions.leave(key=cast.sofie.pk, to=ulla.pk, by=cast.anna)
    assert (left.successor, left.number) == (ulla, 3)
    assert state(mine) == state(nobodys) == (ulla, {ulla})
    assert state(managers) == (cast.mads, {ulla})
    assert not Person.objects.get(pk=cast.sofie.pk).is_active
    events = TimelineEntry.objects.filter(event="assigned", author=cast.anna, company=cast.nordlys)
    assert {entry.opportunity_id for entry in events} == {mine.opportunity_id, nobodys.opportunity_id}
    assert {(entry.facts["person"], entry.partner) for entry in events} == {("Ulla Und", cast.nordlys)}
    assert TimelineEntry.objects.get(event="shared_with").opportunity_id == managers.opportunity_id
    told = Notification.objects.get(person=ulla)
    assert (told.kind, told.facts["number"], told.facts["from"]) == ("work_handed_over", "3", "Sofie Dahl")


def test_the_work_of_a_seller_goes_to_a_manager_who_needs_no_share(cast: Cast) -> None:
    mine, nobodys = part(cast, cast.sofie, cast.sofie), part(cast, None, cast.sofie)
    actions.leave(key=cast.sofie.pk, to=cast.mads.pk, by=cast.anna)
    assert state(mine) == state(nobodys) == (cast.mads, set())


def test_the_work_of_a_seller_goes_back_to_the_managers(cast: Cast) -> None:
    mine, nobodys = part(cast, cast.sofie, cast.sofie), part(cast, None, cast.sofie)
    actions.leave(key=cast.sofie.pk, to=None, by=cast.anna)
    assert state(mine) == state(nobodys) == (None, set())
    assert TimelineEntry.objects.get(event="unassigned").opportunity_id == mine.opportunity_id
    assert {told.person for told in Notification.objects.filter(kind="work_handed_back")} == {cast.mads}
    assert actions_seen(cast.mads) == {mine.opportunity_id, nobodys.opportunity_id}


def actions_seen(person: Person) -> set[Any]:
    from kanal.opportunities import access

    return set(access.visible(person).values_list("pk", flat=True))


def test_who_shares_an_opportunity_with_others_just_leaves_it(cast: Cast) -> None:
    ulla = partner_person("Ulla Und", cast.nordlys, "seller")
    both = part(cast, None, cast.sofie, ulla)
    assert actions.leave(key=cast.sofie.pk, to=cast.mads.pk, by=cast.anna).number == 0
    assert state(both) == (None, {ulla})


def test_closed_opportunities_and_other_partners_stay_as_they_were(cast: Cast) -> None:
    closed = part(cast, cast.sofie, cast.sofie)
    actions.lose(key=closed.opportunity_id, reason="no_budget", by=cast.chris)
    theirs = part(cast, cast.stig, cast.stig, partner=cast.fjord)
    actions.leave(key=cast.sofie.pk, to=cast.mads.pk, by=cast.anna)
    assert state(closed) == (cast.sofie, {cast.sofie})
    assert state(theirs) == (cast.stig, {cast.stig})


@pytest.mark.parametrize("who", ["stig", "chris", "sofie"])
def test_work_goes_to_a_colleague_only_and_else_nothing_happens(cast: Cast, who: str) -> None:
    mine = part(cast, cast.sofie, cast.sofie)
    with pytest.raises(Invalid):
        actions.leave(key=cast.sofie.pk, to=cast.people[who].pk, by=cast.anna)
    assert Person.objects.get(pk=cast.sofie.pk).is_active
    assert state(mine) == (cast.sofie, {cast.sofie})


def test_work_does_not_go_to_a_colleague_who_has_left(cast: Cast) -> None:
    actions.leave(key=cast.mads.pk, to=None, by=cast.anna)
    with pytest.raises(Invalid):
        actions.leave(key=cast.sofie.pk, to=cast.mads.pk, by=cast.anna)


@pytest.mark.parametrize(
    ("who", "refusal"), [("mads", NotAllowed), ("sofie", NotAllowed), ("bo", Missing), ("chris", NotAllowed)]
)
def test_only_who_keeps_the_people_lets_somebody_leave(
    cast: Cast, who: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        actions.leave(key=cast.sofie.pk, to=None, by=cast.people[who])
    with pytest.raises(Conflict, match="last administrator"):
        actions.leave(key=cast.anna.pk, to=cast.mads.pk, by=cast.anna)


def test_a_hand_over_wakes_no_sleeping_opportunity(cast: Cast) -> None:
    mine = part(cast, cast.sofie, cast.sofie)
    before = Opportunity.objects.get(pk=mine.opportunity_id).last_activity_at
    actions.leave(key=cast.sofie.pk, to=cast.mads.pk, by=cast.anna)
    assert Opportunity.objects.get(pk=mine.opportunity_id).last_activity_at == before


def test_the_next_click_of_somebody_who_was_deactivated_is_a_kind_page(cast: Cast) -> None:
    mine = part(cast, cast.sofie, cast.sofie)
    client = Client()
    client.force_login(cast.sofie)
    page = reverse("portal:opportunity", args=[mine.opportunity_id])
    assert client.get(page).status_code == 200
    actions.leave(key=cast.sofie.pk, to=cast.mads.pk, by=cast.anna)
    answer = client.post(reverse("portal:note", args=[mine.opportunity_id]), {"body": "one more"})
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
    assert not TimelineEntry.objects.filter(body="one more").exists()


# A person with very much work.
def much(cast: Cast, number: int) -> list[Participation]:
    """Give Sofie so many open opportunities, assigned to her and shared with her."""
    first = part(cast, cast.sofie, cast.sofie)
    template = Opportunity.objects.get(pk=first.opportunity_id)
    copies = []
    for place in range(number - 1):
        copy = Opportunity.objects.get(pk=template.pk)
        copy.pk, copy.reference, copy._state.adding = new_id(), f"OPP-X-{place}", True
        copy.external_key = f"x{place}"  # as if it came from elsewhere, so that it may begin accepted
        copies.append(copy)
    Opportunity.objects.bulk_create(copies)
    parts = Participation.objects.bulk_create(
        Participation(opportunity=copy, partner=cast.nordlys, kind="managing", assignee=cast.sofie)
        for copy in copies
    )
    share = Participation.people.through
    share.objects.bulk_create(share(participation=one, person=cast.sofie) for one in parts)
    return [first, *parts]


@pytest.mark.parametrize("number", [3, 300])
def test_three_hundred_opportunities_change_hands_with_as_many_queries_as_three(
    cast: Cast, number: int
) -> None:
    parts = much(cast, number)
    assert work_of(cast.sofie).assigned == number
    with CaptureQueriesContext(connection) as queries:
        left = actions.leave(key=cast.sofie.pk, to=cast.mads.pk, by=cast.anna)
    assert len(queries) <= 45, len(queries)
    assert left.number == number
    now = Participation.objects.filter(pk__in=[one.pk for one in parts])
    assert set(now.values_list("assignee", flat=True)) == {cast.mads.pk}
    assert TimelineEntry.objects.filter(event="assigned", author=cast.anna).count() == number
    changes = Participation.pgh_event_model.objects.filter(pgh_obj__in=[one.pk for one in parts])
    by = changes.filter(assignee=cast.mads, pgh_context__metadata__person=str(cast.anna.pk))
    assert by.count() == number
    assert not work_of(cast.sofie)
    assert Notification.objects.filter(kind="work_handed_over").count() == 1


# The vendor's people.
def test_the_opportunities_and_partners_of_a_vendors_person_go_to_somebody_chosen(cast: Cast) -> None:
    mine = cast.opportunity(owner=cast.chris)
    with pytest.raises(Invalid, match="Choose who takes over the work of Chris Mølgaard"):
        actions.leave(key=cast.chris.pk, to=None, by=cast.ada)
    for nobody in (cast.otto, cast.anna):
        with pytest.raises(Invalid):
            actions.leave(key=cast.chris.pk, to=nobody.pk, by=cast.ada)
    left = actions.leave(key=cast.chris.pk, to=cast.sally.pk, by=cast.ada)
    now = Opportunity.objects.get(pk=mine.pk)
    assert (left.number, now.owner, now.version) == (1, cast.sally, mine.version + 1)
    entry = TimelineEntry.objects.get(event="owner_changed")
    assert (entry.visibility, entry.facts) == ("internal", {"owner": "Sally Winther"})
    assert casting.Partner.objects.get(pk=cast.nordlys.pk).channel_manager == cast.sally
    assert actions.leave(key=cast.otto.pk, to=None, by=cast.ada).number == 0


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_two_who_hand_over_to_each_other_at_once_neither_wait_for_ever_nor_lose_work() -> None:
    cast = casting.make()
    first, second = part(cast, cast.mads), part(cast, cast.sofie, cast.sofie)
    start, outcomes = threading.Barrier(2), []

    def leave(who: Person, to: Person) -> None:
        start.wait()
        try:
            actions.leave(key=who.pk, to=to.pk, by=cast.anna)
            outcomes.append("done")
        except Invalid:
            outcomes.append("refused")
        finally:
            connection.close()

    pairs = [(cast.mads, cast.sofie), (cast.sofie, cast.mads)]
    threads = [threading.Thread(target=leave, args=one) for one in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["done", "refused"]
    (stays,) = Person.objects.filter(pk__in=[cast.mads.pk, cast.sofie.pk], is_active=True)
    assert state(first)[0] == state(second)[0] == stays
