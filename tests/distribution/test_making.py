"""What partners make themselves: who may, what comes of it, and what the vendor decides."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kanal.directory.models import Account, Contact, Partner
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Stale
from kanal.distribution import actions
from kanal.distribution.actions import NextStep
from kanal.distribution.tasks import tell_of_entry
from kanal.notify.models import Notification
from kanal.opportunities import access, queries
from kanal.opportunities.actions import NewAccount, NewContact, Values
from kanal.opportunities.actions.values import Line
from kanal.opportunities.lifecycle import Status
from kanal.opportunities.models import Kind, Opportunity, Participation, TimelineEntry
from kanal.opportunities.queries import View
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def values(cast: Cast, **facts: Any) -> Values:
    """Give what a partner fills in."""
    return Values(
        **{
            "topic": "Booking for eight clinics",
            "currency": cast.dkk,
            "account": NewAccount("Kystvejens Klinikker", "Esbjerg", "DK"),
            "contact": NewContact("Else Thorup", "else@kystvejen.example"),
            "estimated_revenue": Decimal(265000),
            "estimated_close_date": date(2027, 1, 29),
            "customer_need": "One calendar.",
            "lines": [Line(cast.erp, Decimal(8), Decimal(100))],
            **facts,
        }
    )


def made(cast: Cast, **facts: Any) -> Opportunity:
    """Make one as Mads does."""
    return actions.make(values=values(cast, **facts), by=cast.mads)


def told(cast: Cast, kind: str) -> set[str]:
    """Run the telling, and name who was told."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    for job in ProcrastinateJob.objects.filter(task_name=tell_of_entry.name):
        tell_of_entry(**job.args)
    return set(Notification.objects.filter(kind=kind).values_list("person__email", flat=True))


def test_a_partner_manages_what_it_makes_and_the_desk_finds_it_open_and_made_by_partners(cast: Cast) -> None:
    opportunity = made(cast)

    assert (opportunity.status, opportunity.source) == (Status.IN_PROGRESS, "partner")
    assert (opportunity.made_by_partner, opportunity.partner) == (cast.nordlys, cast.nordlys)
    assert opportunity.owner == cast.chris, "the partner's channel manager"
    assert opportunity.estimated_revenue_base == Decimal(265000)
    assert [line.product for line in opportunity.lines.all()] == [cast.erp]
    part = access.participation(cast.mads, opportunity)
    assert part is not None
    assert part.kind == Kind.MANAGING
    seen = access.visible(cast.chris)
    for view in (View.OPEN, View.MADE):
        assert opportunity in queries.in_view(seen, view)
    assert access.participation(cast.bo, opportunity) is None


def test_a_customer_made_on_the_spot_is_kept_by_the_partner(cast: Cast) -> None:
    opportunity = made(cast)
    assert opportunity.account is not None
    assert opportunity.contact is not None
    assert opportunity.account.managing_partner == cast.nordlys
    assert opportunity.contact.account == opportunity.account


def test_the_vendor_is_told_and_the_timeline_says_who_made_it(cast: Cast) -> None:
    opportunity = made(cast)
    entry = TimelineEntry.objects.get(opportunity=opportunity)
    assert (entry.event, entry.author, entry.company) == ("made", cast.mads, cast.nordlys)
    assert told(cast, "opportunity_made") == {cast.chris.email}


def test_a_sellers_own_is_shared_with_them_and_is_their_work(cast: Cast) -> None:
    opportunity = actions.make(values=values(cast), by=cast.sofie)
    part = access.participation(cast.sofie, opportunity)
    assert part is not None
    assert part.assignee == cast.sofie
    assert access.participation(cast.anna, opportunity) is not None


def test_a_managers_is_not_open_to_a_seller(cast: Cast) -> None:
    assert access.participation(cast.sofie, made(cast)) is None


def test_the_only_territory_of_a_partner_is_that_of_what_it_makes(cast: Cast) -> None:
    cast.nordlys.territories.add(cast.jutland)
    assert made(cast).territory == cast.jutland


def test_the_oldest_administrator_owns_it_where_there_is_no_channel_manager(cast: Cast) -> None:
    Partner.objects.update(channel_manager=None)
    assert made(cast).owner == cast.ada


def test_a_channel_manager_who_has_left_owns_nothing_new(cast: Cast) -> None:
    cast.chris.is_active = False
    cast.chris.save()
    assert made(cast).owner == cast.ada


@pytest.mark.parametrize("name", ["ada", "chris", "otto"])
def test_nobody_of_the_vendor_makes_one_for_a_partner(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        actions.make(values=values(cast), by=cast.people[name])


def test_a_partner_that_has_ended_makes_none(cast: Cast) -> None:
    cast.nordlys.status = "ended"
    cast.nordlys.save()
    cast.mads.refresh_from_db()
    with pytest.raises(NotAllowed):
        made(cast)


@pytest.mark.parametrize("keeper", ["nobody", "rival"])
def test_a_customer_of_somebody_else_does_not_exist_for_a_partner(cast: Cast, keeper: str) -> None:
    other = Account.objects.create(name="Theirs", managing_partner=cast.fjord if keeper == "rival" else None)
    with pytest.raises(Invalid) as refused:
        made(cast, account=other, contact=None)
    assert "account" in refused.value.errors
    assert not Opportunity.objects.exists()


def test_without_a_customer_nothing_is_made(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        made(cast, account=None, contact=None)
    assert "account" in refused.value.errors


def test_a_contact_of_another_company_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        made(cast, contact=cast.karen)
    assert "contact" in refused.value.errors
    assert not Account.objects.filter(name="Kystvejens Klinikker").exists(), "nothing half done"


def test_a_day_without_a_next_step_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        actions.make(values=values(cast), by=cast.mads, next_step=NextStep("", date(2027, 1, 2)))
    assert "next_step" in refused.value.errors


def test_the_desk_approves_it_and_the_partner_is_told(cast: Cast) -> None:
    opportunity = actions.make(values=values(cast), by=cast.sofie)
    actions.approve(key=opportunity.pk, by=cast.chris)
    opportunity.refresh_from_db()
    assert opportunity.status == Status.APPROVED
    assert Participation.objects.filter(opportunity=opportunity, until__isnull=True).count() == 1
    people = {cast.anna.email, cast.mads.email, cast.sofie.email}
    assert told(cast, "opportunity_approved") == people


def test_the_desk_refuses_it_with_a_reason_and_the_partner_still_reads_it(cast: Cast) -> None:
    opportunity = made(cast)
    actions.refuse(key=opportunity.pk, reason="duplicate", text="We sell there already.", by=cast.chris)
    opportunity.refresh_from_db()
    assert opportunity.status == Status.CANCELED
    assert access.participation(cast.mads, opportunity) is not None
    assert told(cast, "opportunity_refused") == {cast.anna.email, cast.mads.email}


def test_the_partner_rewrites_it_while_it_waits_and_the_vendors_fields_stay(cast: Cast) -> None:
    opportunity = made(cast)
    Opportunity.objects.filter(pk=opportunity.pk).update(rating="hot", probability=60)
    changed = values(cast, account=opportunity.account, contact=opportunity.contact, topic="Booking for nine")
    again = actions.revise(
        key=opportunity.pk,
        version=opportunity.version,
        values=changed,
        by=cast.anna,
        next_step=NextStep("Call"),
    )
    again.refresh_from_db()
    assert (again.topic, again.next_step, again.rating, again.probability) == (
        "Booking for nine",
        "Call",
        "hot",
        60,
    )
    assert (again.owner, again.source, again.version) == (cast.chris, "partner", opportunity.version + 1)
    last = TimelineEntry.objects.filter(opportunity=again, event="changed").get()
    assert set(last.facts["fields"].split(",")) == {"topic", "next_step"}
    assert last.visibility == "shared"


def test_rewriting_with_nothing_new_changes_nothing(cast: Cast) -> None:
    opportunity = made(cast)
    same = values(cast, account=opportunity.account, contact=opportunity.contact)
    again = actions.revise(key=opportunity.pk, version=opportunity.version, values=same, by=cast.mads)
    assert again.version == opportunity.version
    assert not TimelineEntry.objects.filter(event="changed").exists()


def test_an_old_version_is_refused_with_what_differs(cast: Cast) -> None:
    opportunity = made(cast)
    same = values(cast, account=opportunity.account, contact=opportunity.contact)
    version = opportunity.version
    from dataclasses import replace

    actions.revise(key=opportunity.pk, version=version, values=replace(same, topic="Anna's"), by=cast.anna)
    with pytest.raises(Stale) as refused:
        actions.revise(key=opportunity.pk, version=version, values=same, by=cast.mads)
    assert refused.value.changed == {"topic": "Anna's"}
    assert refused.value.by == cast.anna.name


def test_once_decided_it_can_no_longer_be_rewritten(cast: Cast) -> None:
    opportunity = made(cast)
    actions.approve(key=opportunity.pk, by=cast.chris)
    version = Opportunity.objects.get(pk=opportunity.pk).version
    with pytest.raises(Conflict):
        actions.revise(key=opportunity.pk, version=version, values=values(cast), by=cast.mads)


def test_a_rival_sees_nothing_to_rewrite_and_nobody_rewrites_what_the_vendor_made(cast: Cast) -> None:
    with pytest.raises(Missing):
        actions.revise(key=made(cast).pk, version=1, values=values(cast), by=cast.bo)
    managed = cast.managed()
    with pytest.raises(NotAllowed):
        actions.revise(key=managed.pk, version=managed.version, values=values(cast), by=cast.mads)


def test_a_customer_with_open_work_can_not_be_archived_and_how_much_is_not_said(cast: Cast) -> None:
    from kanal.directory import actions as directory

    opportunity = made(cast)
    assert opportunity.account is not None
    assert opportunity.contact is not None
    for kind, record in ((Account, opportunity.account), (Contact, opportunity.contact)):
        with pytest.raises(Conflict) as refused:
            directory.archive(kind=kind, key=record.pk, by=cast.mads)
        assert "1" not in str(refused.value)
    actions.cancel(key=opportunity.pk, reason="mistake", by=cast.mads)
    assert directory.archive(kind=Account, key=opportunity.account.pk, by=cast.mads).archived_at is not None
