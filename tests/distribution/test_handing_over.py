"""Handing a partner's open work over to others."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.directory.models import Partner, PartnerStatus
from kanal.directory.refusal import Invalid
from kanal.distribution import actions, handing, runs
from kanal.distribution.actions.bulk import start_hand_over
from kanal.distribution.handing import Work
from kanal.distribution.models import BulkRun, Offer
from kanal.distribution.tasks import tell_of_entry
from kanal.notify.models import Notification
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry
from tests.cast import Cast, partner_company
from tests.distribution.test_concurrency import race

pytestmark = pytest.mark.django_db


def hand_over(cast: Cast, *, by=None, giver: Partner | None = None, **takers: list[Partner]) -> BulkRun:
    return start_hand_over(
        giver=giver or cast.nordlys,
        takers={Work(kind): group for kind, group in takers.items()},
        reason="The partnership ends",
        by=by or cast.chris,
    )


def running(opportunity: Opportunity) -> set[tuple[str, str]]:
    parts = Participation.objects.filter(opportunity=opportunity, until=None)
    return {(part.partner.name, part.kind) for part in parts}


def made(cast: Cast) -> Opportunity:
    row = cast.opportunity()
    Opportunity.objects.filter(pk=row.pk).update(made_by_partner=cast.nordlys)
    actions.approve(key=row.pk, by=cast.chris)
    return row


def test_what_there_is_is_shown_by_kind(cast: Cast, django_assert_num_queries) -> None:
    offered, managed, own, together = cast.delivered(), cast.managed(), made(cast), cast.managed()
    actions.share(key=together.pk, partners=[cast.fjord], by=cast.chris)
    closed = cast.managed()
    actions.win(key=closed.pk, reason="price", by=cast.chris)
    with django_assert_num_queries(1):
        work = handing.open_work(cast.nordlys, cast.chris)
    assert work == {
        Work.OFFERED: [offered],
        Work.MANAGED: [managed],
        Work.TOGETHER: [together],
        Work.MADE: [own],
    }


def test_offers_are_delivered_anew_and_managed_ones_taken_back_and_delivered(cast: Cast) -> None:
    offered, managed = cast.delivered(), cast.managed()

    run = hand_over(cast, offered=[cast.fjord], managed=[cast.fjord])

    assert runs.sums(run).done == 2
    for row in (offered, managed):
        assert running(row) == {("Fjord Consulting", "offered")}
        row.refresh_from_db()
        assert (row.status, row.partner) == ("delivered", cast.fjord)
    assert Offer.objects.get(opportunity=offered, partner=cast.nordlys).status == "withdrawn"
    told = TimelineEntry.objects.get(opportunity=managed, event="taken_back")
    assert (told.body, told.partner, told.author) == ("The partnership ends", cast.nordlys, cast.chris)


def test_in_a_collaboration_the_other_takes_the_place_and_the_role(cast: Cast) -> None:
    row, third = cast.managed(), partner_company("Kompas Partners")
    actions.share(
        key=row.pk, partners=[cast.nordlys, cast.fjord], roles={cast.nordlys.pk: "lead"}, by=cast.chris
    )
    hand_over(cast, together=[third])
    assert running(row) == {("Kompas Partners", "collaborating"), ("Fjord Consulting", "collaborating")}
    assert Participation.objects.get(opportunity=row, partner=third, until=None).role == "lead"


def test_who_leaves_a_collaboration_is_told_why_and_the_others_are_not(cast: Cast) -> None:
    row, third = cast.managed(), partner_company("Kompas Partners")
    actions.share(key=row.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    hand_over(cast, together=[third])
    for job in ProcrastinateJob.objects.filter(task_name=tell_of_entry.name):
        tell_of_entry(**job.args)
    told = Notification.objects.filter(kind="collaboration_left")
    assert told.get(person=cast.mads).facts["text"] == "The partnership ends"
    others = told.filter(person__partner=cast.fjord)
    assert {one.facts["text"] for one in others} == {""}


def test_what_the_partner_made_stays_and_then_the_rest_is_gone(cast: Cast) -> None:
    own, managed = made(cast), cast.managed()
    hand_over(cast, managed=[cast.fjord])
    assert running(own) == {("Nordlys IT", "managing")}
    assert running(managed) == {("Fjord Consulting", "offered")}
    assert [len(rows) for rows in handing.open_work(cast.nordlys, cast.chris).values()] == [0, 0, 0, 1]


def test_several_partners_share_the_work_evenly_and_nobody_gets_what_they_declined(cast: Cast) -> None:
    third = partner_company("Kompas Partners")
    rows = [cast.managed() for _ in range(5)]
    barred = cast.opportunity()
    actions.deliver(key=barred.pk, partner=cast.fjord, by=cast.chris)
    actions.decline(key=barred.pk, reason="too_small", by=cast.bo)
    actions.deliver(key=barred.pk, partner=cast.nordlys, by=cast.chris)
    actions.accept(key=barred.pk, by=cast.mads)

    run = hand_over(cast, managed=[cast.fjord, third])

    assert runs.sums(run).done == 6
    holders = [next(iter(running(row)))[0] for row in rows]
    assert running(barred) == {("Kompas Partners", "offered")}
    assert sorted([*holders, "Kompas Partners"]) == ["Fjord Consulting"] * 3 + ["Kompas Partners"] * 3


def test_a_preview_names_what_would_be_skipped_and_the_run_says_the_same(cast: Cast) -> None:
    held, own_of_chris = cast.managed(), cast.managed()
    actions.hold(key=held.pk, reason="Budget", by=cast.chris)
    foreign = cast.managed(by=cast.sally)
    plan = handing.plan(giver=cast.nordlys, takers={Work.MANAGED: [cast.fjord]}, by=cast.sally)
    assert list(plan.preview.going) == [foreign.pk]
    assert {one.count for one in plan.preview.skipped} == {2}

    plan = handing.plan(giver=cast.nordlys, takers={Work.MANAGED: [cast.fjord]}, by=cast.chris)
    run = hand_over(cast, managed=[cast.fjord])

    assert set(plan.preview.going) == {own_of_chris.pk, foreign.pk}
    assert [(one.why, one.count) for one in plan.preview.skipped] == [
        (one.why, one.count) for one in runs.reasons(run)
    ]
    assert running(held) == {("Nordlys IT", "managing")}


def test_nothing_is_taken_from_a_partner_where_the_next_one_can_not_have_it(cast: Cast) -> None:
    row = cast.managed()
    Partner.objects.filter(pk=cast.fjord.pk).update(status=PartnerStatus.PAUSED)
    cast.fjord.refresh_from_db()
    run = hand_over(cast, managed=[cast.fjord])
    assert runs.sums(run).skipped == 1
    assert running(row) == {("Nordlys IT", "managing")}
    assert not TimelineEntry.objects.filter(opportunity=row, event="taken_back").exists()


def test_a_reason_and_another_partner_are_needed(cast: Cast) -> None:
    cast.managed()
    with pytest.raises(Invalid, match="Say why"):
        start_hand_over(giver=cast.nordlys, takers={Work.MANAGED: [cast.fjord]}, reason=" ", by=cast.chris)
    with pytest.raises(Invalid, match="other partners"):
        hand_over(cast, managed=[cast.nordlys])


def test_a_plan_asks_as_much_for_one_as_for_fifty(cast: Cast, django_assert_num_queries) -> None:
    for number in (1, 3, 50):
        while Opportunity.objects.count() < number:
            cast.delivered()
        with django_assert_num_queries(5):
            plan = handing.plan(giver=cast.nordlys, takers={Work.OFFERED: [cast.fjord]}, by=cast.chris)
        assert len(plan.preview.going) == number


@pytest.mark.django_db(transaction=True)
@pytest.mark.engine
def test_an_offer_that_is_accepted_meanwhile_is_taken_back_or_skipped_never_lost() -> None:
    from tests import cast as casting

    cast = casting.make()
    for _ in range(10):
        row = cast.delivered()
        run, _accepted = race(
            lambda: hand_over(cast, offered=[cast.fjord]),
            lambda row=row: actions.accept(key=row.pk, by=cast.mads),
        )
        assert isinstance(
            run, (BulkRun, Invalid)
        )  # accepted before the plan was made: there was no offer left
        row.refresh_from_db()
        assert running(row) in ({("Fjord Consulting", "offered")}, {("Nordlys IT", "managing")})
        if running(row) == {("Nordlys IT", "managing")}:
            actions.return_(key=row.pk, reason="no_interest", by=cast.mads)
        else:
            actions.withdraw(key=row.pk, by=cast.chris)
