"""Collaboration when two act at the same moment, with real threads on the real database."""

from __future__ import annotations

import pytest

from kanal.directory.models import Partner
from kanal.directory.refusal import Conflict, Invalid, Missing, Refusal
from kanal.distribution import actions
from kanal.opportunities.actions import add_note
from kanal.opportunities.models import Kind, Opportunity, Participation, TimelineEntry
from tests import cast as casting
from tests.distribution.test_concurrency import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]


def running(opportunity: Opportunity) -> list[Participation]:
    return list(Participation.objects.filter(opportunity=opportunity, until=None))


def test_two_managers_sharing_at_once_let_every_partner_join_once() -> None:
    cast = casting.make()
    third = casting.partner_company("Viborg Data")
    for _ in range(20):
        made = cast.opportunity()
        results = race(
            lambda key=made.pk: actions.share(key=key, partners=[cast.nordlys, cast.fjord], by=cast.chris),
            lambda key=made.pk: actions.share(key=key, partners=[third, cast.fjord], by=cast.ada),
        )
        assert all(isinstance(result, Opportunity) for result in results), results
        made.refresh_from_db()
        assert {part.partner_id for part in running(made)} == {cast.nordlys.pk, cast.fjord.pk, third.pk}
        assert {part.kind for part in running(made)} == {Kind.COLLABORATING}
        assert made.collaboration
        assert made.partner_id in {part.partner_id for part in running(made)}
        told = TimelineEntry.objects.filter(opportunity=made, event="shared").order_by("at")
        assert len(told) == 2


def test_two_managers_making_two_leads_at_once_leave_one() -> None:
    cast = casting.make()
    for _ in range(20):
        made = cast.opportunity()
        actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
        results = race(
            lambda key=made.pk: actions.change_role(
                key=key, partner=cast.nordlys, role="lead", by=cast.chris
            ),
            lambda key=made.pk: actions.change_role(key=key, partner=cast.fjord, role="lead", by=cast.ada),
        )
        assert sum(isinstance(result, Invalid) for result in results) == 1, results
        assert [part.role for part in running(made)].count("lead") == 1


def test_two_managers_removing_both_partners_at_once_leave_one() -> None:
    cast = casting.make()
    for _ in range(20):
        made = cast.opportunity()
        actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
        results = race(
            lambda key=made.pk: actions.remove(key=key, partner=cast.nordlys, by=cast.chris),
            lambda key=made.pk: actions.remove(key=key, partner=cast.fjord, by=cast.ada),
        )
        assert sum(isinstance(result, Refusal) for result in results) == 1, results
        assert len(running(made)) == 1


def test_a_note_against_a_removal_is_either_kept_or_refused_never_lost() -> None:
    cast = casting.make()
    for number in range(60):
        made = cast.opportunity()
        actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
        written, removed = race(
            lambda key=made.pk, n=number: add_note(key=key, body=f"Note {n}", shared=True, by=cast.mads),
            lambda key=made.pk: actions.remove(key=key, partner=cast.nordlys, by=cast.chris),
        )
        assert isinstance(removed, Opportunity), removed
        stands = TimelineEntry.objects.filter(opportunity=made, body=f"Note {number}").exists()
        assert stands == isinstance(written, TimelineEntry)
        assert stands or isinstance(written, Missing), written
        with pytest.raises(Missing):
            add_note(key=made.pk, body="Later", shared=True, by=cast.mads)


def test_a_stage_moved_against_a_removal_is_done_or_refused_kindly() -> None:
    cast = casting.make()
    for _ in range(20):
        made = cast.opportunity()
        actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
        moved, removed = race(
            lambda key=made.pk: actions.move_stage(key=key, stage="quoting", by=cast.mads),
            lambda key=made.pk: actions.remove(key=key, partner=cast.nordlys, by=cast.chris),
        )
        assert isinstance(removed, Opportunity), removed
        assert isinstance(moved, Opportunity | Conflict), moved


def test_a_partner_that_pauses_while_it_is_shared_joins_before_or_not_at_all() -> None:
    cast = casting.make()
    for _ in range(20):
        Partner.objects.filter(pk=cast.fjord.pk).update(status="active")
        made = cast.opportunity()
        shared, _paused = race(
            lambda key=made.pk: actions.share(key=key, partners=[cast.nordlys, cast.fjord], by=cast.chris),
            lambda: Partner.objects.filter(pk=cast.fjord.pk).update(status="paused"),
        )
        assert len(running(made)) == (2 if isinstance(shared, Opportunity) else 0), shared
