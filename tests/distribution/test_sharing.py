"""Partner collaboration: who joins, who leaves, what each is told, and that all facts agree."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.directory.models import Partner
from kanal.directory.refusal import Conflict, Invalid, NotAllowed
from kanal.distribution import actions
from kanal.distribution.actions.telling import tell_about_entry
from kanal.distribution.models import WorkRules
from kanal.notify.models import Notification
from kanal.opportunities import access, timeline, words
from kanal.opportunities.lifecycle import Verb
from kanal.opportunities.models import Kind, Opportunity, Participation, TimelineEntry
from tests import cast as casting
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def shared(cast: Cast, **options: object) -> Opportunity:
    made = cast.opportunity()
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris, **options)  # type: ignore[arg-type]
    return Opportunity.objects.get(pk=made.pk)


def taking_part(made: Opportunity) -> dict[str, tuple[str, str]]:
    running = Participation.objects.filter(opportunity=made, until=None)
    return {part.partner.name: (part.kind, part.role) for part in running}


def sentences(made: Opportunity) -> list[str]:
    return [
        words.sentence(entry) for entry in TimelineEntry.objects.filter(opportunity=made).exclude(event="")
    ]


def agree(made: Opportunity) -> None:
    """Hold that flag, named partner, parts and status say the same."""
    made.refresh_from_db()
    running = list(Participation.objects.filter(opportunity=made, until=None))
    together = [part for part in running if part.kind == Kind.COLLABORATING]
    assert made.collaboration == bool(together)
    if together:
        assert len(together) == len(running)
        assert made.partner_id in {part.partner_id for part in running}


def told(kind: str) -> dict[str, str]:
    """Do what waits in the queue; give who was told, each with the address that the message leads to."""
    for job in ProcrastinateJob.objects.filter(task_name="kanal.distribution.tasks.tell_of_entry"):
        tell_about_entry(**job.args)
    return {one.person.name: one.path for one in Notification.objects.filter(kind=kind)}


def viborg(**facts: object) -> Partner:
    return casting.partner_company("Viborg Data", **facts)


def test_each_partner_sees_what_is_shared_at_once_as_managed(cast: Cast) -> None:
    made = shared(cast, roles={cast.nordlys.pk: "lead", cast.fjord.pk: "delivery"})
    assert taking_part(made) == {
        "Nordlys IT": ("collaborating", "lead"),
        "Fjord Consulting": ("collaborating", "delivery"),
    }
    assert (made.status, made.collaboration, made.partner) == ("accepted", True, cast.nordlys)
    for person in (cast.mads, cast.freja):
        assert access.visible(person, Kind.COLLABORATING).get() == made
    agree(made)


def test_all_who_take_part_are_told_that_it_is_shared(cast: Cast) -> None:
    made = shared(cast)
    page = f"/portal/opportunities/{made.pk}/"
    assert told("opportunity_shared") == dict.fromkeys(
        ["Anna Bak", "Mads Iversen", "Bo Lund", "Freja Friis"], page
    )


def test_a_partner_that_managed_alone_becomes_one_of_those_who_collaborate(cast: Cast) -> None:
    made = cast.managed()
    actions.share(key=made.pk, partners=[cast.fjord], by=cast.chris)
    assert {kind for kind, _role in taking_part(made).values()} == {"collaborating"}
    part = Participation.objects.get(opportunity=made, partner=cast.nordlys, until=None)
    assert Verb.WIN not in access.verbs(cast.mads, made, part)
    agree(made)


def test_a_partner_joins_later_and_those_who_are_there_keep_their_roles(cast: Cast) -> None:
    made = shared(cast, roles={cast.nordlys.pk: "lead"})
    third = viborg()
    casting.partner_person("Vera Holm", third, "manager")
    actions.share(key=made.pk, partners=[cast.nordlys, third], by=cast.chris, roles={third.pk: "support"})
    assert taking_part(made) == {
        "Nordlys IT": ("collaborating", "lead"),
        "Fjord Consulting": ("collaborating", ""),
        "Viborg Data": ("collaborating", "support"),
    }
    assert sentences(made)[0] == "Shared with Viborg Data"
    agree(made)


def test_sharing_with_those_who_are_there_changes_and_tells_nothing(cast: Cast) -> None:
    made = shared(cast)
    before = (TimelineEntry.objects.count(), ProcrastinateJob.objects.count())
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    assert (TimelineEntry.objects.count(), ProcrastinateJob.objects.count()) == before
    assert Opportunity.objects.get(pk=made.pk).version == made.version


def test_no_more_collaborate_than_the_rules_of_work_allow(cast: Cast) -> None:
    WorkRules.objects.create(partners_at_most=2)
    made = shared(cast)
    with pytest.raises(Invalid, match="2 partners collaborate at most; this would be 3"):
        actions.share(key=made.pk, partners=[viborg()], by=cast.chris)
    assert len(taking_part(made)) == 2


def test_one_partner_leads_at_most(cast: Cast) -> None:
    made = shared(cast, roles={cast.nordlys.pk: "lead"})
    with pytest.raises(Invalid, match="One partner leads; Nordlys IT, Fjord Consulting would"):
        actions.change_role(key=made.pk, partner=cast.fjord, role="lead", by=cast.chris)
    swap = [actions.Member(cast.nordlys, "co_sell"), actions.Member(cast.fjord, "lead")]
    actions.arrange(key=made.pk, members=swap, by=cast.chris)
    made.refresh_from_db()
    assert made.partner == cast.fjord
    assert sentences(made)[:2] == [
        "Fjord Consulting takes the role Lead",
        "Nordlys IT takes the role Co-sell",
    ]


def test_a_role_that_does_not_exist_is_refused(cast: Cast) -> None:
    made = shared(cast)
    with pytest.raises(Invalid, match="“boss” is no role"):
        actions.change_role(key=made.pk, partner=cast.fjord, role="boss", by=cast.chris)
    with pytest.raises(Conflict, match="Viborg Data takes no part"):
        actions.change_role(key=made.pk, partner=viborg(), role="lead", by=cast.chris)


def test_a_role_is_for_a_collaboration_only(cast: Cast) -> None:
    made = cast.managed()
    with pytest.raises(Conflict, match="takes no part in the collaboration"):
        actions.change_role(key=made.pk, partner=cast.nordlys, role="lead", by=cast.chris)
    assert taking_part(made) == {"Nordlys IT": ("managing", "")}


def test_a_partner_that_takes_nothing_now_does_not_join_but_one_that_is_there_stays(cast: Cast) -> None:
    made = cast.managed()
    Partner.objects.filter(pk=cast.nordlys.pk).update(status="paused")
    with pytest.raises(Invalid, match="Viborg Data takes no opportunities now"):
        actions.share(key=made.pk, partners=[viborg(status="paused")], by=cast.chris)
    actions.share(key=made.pk, partners=[cast.fjord], by=cast.chris)
    assert set(taking_part(made)) == {"Nordlys IT", "Fjord Consulting"}


def test_a_removed_partner_loses_sight_at_once_and_all_are_told(cast: Cast) -> None:
    made = shared(cast, roles={cast.nordlys.pk: "lead"})
    part = Participation.objects.get(opportunity=made, partner=cast.nordlys, until=None)
    part.people.add(cast.sofie)
    actions.remove(key=made.pk, partner=cast.nordlys, by=cast.chris)
    for person in (cast.anna, cast.mads, cast.sofie):
        assert not access.visible(person).exists()
    assert sentences(made)[0] == "Nordlys IT left the collaboration"
    gone, stays = "/portal/opportunities/", f"/portal/opportunities/{made.pk}/"
    assert told("collaboration_left") == {
        "Anna Bak": gone,
        "Mads Iversen": gone,
        "Sofie Dahl": gone,
        "Bo Lund": stays,
        "Freja Friis": stays,
    }
    made.refresh_from_db()
    assert (made.partner, made.collaboration, made.status) == (cast.fjord, True, "accepted")
    agree(made)


def test_the_last_partner_is_not_removed_but_taken_back_from(cast: Cast) -> None:
    made = shared(cast)
    actions.remove(key=made.pk, partner=cast.fjord, by=cast.chris)
    with pytest.raises(Invalid, match="set the status to “In progress”"):
        actions.remove(key=made.pk, partner=cast.nordlys, by=cast.chris)
    actions.take_back(key=made.pk, reason="Another way", by=cast.chris)
    made.refresh_from_db()
    assert (made.status, made.partner, made.collaboration) == ("in_progress", None, False)
    assert taking_part(made) == {}


def test_one_that_takes_no_part_is_not_removed_twice(cast: Cast) -> None:
    made = shared(cast)
    third = viborg()
    actions.share(key=made.pk, partners=[third], by=cast.chris)
    actions.remove(key=made.pk, partner=third, by=cast.chris)
    with pytest.raises(Conflict, match="Viborg Data takes no part in the collaboration any more"):
        actions.remove(key=made.pk, partner=third, by=cast.ada)


def test_a_collaboration_ends_with_one_partner_which_then_manages_alone(cast: Cast) -> None:
    made = shared(cast, roles={cast.fjord.pk: "lead"})
    with pytest.raises(Invalid, match="Nordlys IT, Fjord Consulting take part"):
        actions.unshare(key=made.pk, by=cast.chris)
    actions.remove(key=made.pk, partner=cast.fjord, by=cast.chris)
    actions.unshare(key=made.pk, by=cast.chris)
    assert taking_part(made) == {"Nordlys IT": ("managing", "")}
    made.refresh_from_db()
    part = Participation.objects.get(opportunity=made, until=None)
    assert Verb.WIN in access.verbs(cast.mads, made, part)
    assert set(told("collaboration_ended")) == {"Anna Bak", "Mads Iversen"}
    agree(made)
    with pytest.raises(Conflict, match="no partner collaboration"):
        actions.unshare(key=made.pk, by=cast.chris)


def test_the_partner_that_made_it_stays_in_it(cast: Cast) -> None:
    made = cast.opportunity()
    Opportunity.objects.filter(pk=made.pk).update(made_by_partner=cast.nordlys)
    with pytest.raises(Conflict, match="approve it first"):
        actions.share(key=made.pk, partners=[cast.fjord], by=cast.chris)
    actions.approve(key=made.pk, by=cast.chris)
    actions.share(key=made.pk, partners=[cast.fjord], by=cast.chris)
    assert set(taking_part(made)) == {"Nordlys IT", "Fjord Consulting"}
    with pytest.raises(Invalid, match="Nordlys IT made this opportunity"):
        actions.remove(key=made.pk, partner=cast.nordlys, by=cast.chris)
    agree(made)


@pytest.mark.parametrize("name", ["otto", "sally", "anna", "mads", "sofie"])
def test_only_those_who_distribute_arrange_a_collaboration(cast: Cast, name: str) -> None:
    made = shared(cast)
    part = Participation.objects.get(opportunity=made, partner=cast.nordlys, until=None)
    part.people.add(cast.sofie)
    by = cast.people[name]
    for attempt in (
        lambda: actions.share(key=made.pk, partners=[cast.fjord], by=by),
        lambda: actions.remove(key=made.pk, partner=cast.fjord, by=by),
        lambda: actions.change_role(key=made.pk, partner=cast.fjord, role="lead", by=by),
        lambda: actions.unshare(key=made.pk, by=by),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert len(taking_part(made)) == 2


def test_what_is_reopened_names_a_partner_that_still_takes_part(cast: Cast) -> None:
    made = shared(cast, roles={cast.nordlys.pk: "lead"})
    actions.win(key=made.pk, reason="best_fit", by=cast.chris)
    Partner.objects.filter(pk=cast.nordlys.pk).update(status="ended")
    actions.reopen(key=made.pk, reason="They never paid", by=cast.chris)
    made.refresh_from_db()
    assert (made.status, made.partner, made.collaboration) == ("accepted", cast.fjord, True)
    agree(made)


def test_what_is_reopened_when_all_have_ended_is_no_collaboration(cast: Cast) -> None:
    made = shared(cast)
    actions.win(key=made.pk, reason="best_fit", by=cast.chris)
    Partner.objects.update(status="ended")
    actions.reopen(key=made.pk, reason="They never paid", by=cast.chris)
    made.refresh_from_db()
    assert (made.status, made.partner, made.collaboration) == ("in_progress", None, False)


def test_every_event_of_a_collaboration_has_its_sentence() -> None:
    assert {"shared", "left", "role_taken", "alone"} <= set(timeline.SENTENCES)
