"""Rights that end while something is under way: a run, an invitation, a part, a partnership."""

from __future__ import annotations

import pytest

from kanal.directory import actions as directory
from kanal.directory.models import Contact, PartnerStatus, Person
from kanal.directory.refusal import Invalid, NotAllowed, Refusal
from kanal.distribution import actions, queries
from kanal.distribution.actions import bulk as doing
from kanal.distribution.bulk import Wish
from kanal.distribution.models import BulkVerb, Offer, RowOutcome
from kanal.opportunities import access
from kanal.opportunities.actions import NewContact, Values, change_owner
from kanal.opportunities.models import Opportunity, Participation
from tests import cast as casting
from tests.cast import Cast, partner_company, partner_person
from tests.distribution.test_concurrency import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def after_the_first(monkeypatch):
    """Let something happen in the middle of a bulk run, once its first row is done."""

    def let(happen) -> None:
        alive = doing._say_alive

        def meanwhile(run) -> None:
            alive(run)
            if run.rows.exclude(outcome=RowOutcome.WAITING).count() == 1:
                happen()

        monkeypatch.setattr(doing, "_say_alive", meanwhile)

    return let


@pytest.mark.parametrize("change", [{"is_active": False}, {"vendor_role": "auditor"}])
def test_a_bulk_run_does_nothing_more_once_its_starter_may_do_nothing(
    cast: Cast, after_the_first, change
) -> None:
    rows = [cast.opportunity(topic=f"Case {place}") for place in range(3)]
    after_the_first(lambda: Person.objects.filter(pk=cast.chris.pk).update(**change))
    run = doing.start(
        wish=Wish(BulkVerb.DELIVER, [cast.nordlys]), keys=[row.pk for row in rows], by=cast.chris
    )
    outcomes = list(run.rows.order_by("place").values_list("outcome", flat=True))
    assert outcomes == [RowOutcome.DONE, RowOutcome.SKIPPED, RowOutcome.SKIPPED]
    assert Offer.objects.count() == 1


def test_a_bulk_run_gives_nothing_to_an_owner_who_has_left_meanwhile(cast: Cast, after_the_first) -> None:
    rows = [cast.opportunity(topic=f"Case {place}") for place in range(3)]
    after_the_first(lambda: actions.leave(key=cast.sally.pk, to=cast.ada.pk, by=cast.ada))
    doing.start(
        wish=Wish(BulkVerb.CHANGE_OWNER, owner=cast.sally), keys=[row.pk for row in rows], by=cast.chris
    )
    assert not Opportunity.objects.filter(owner=cast.sally).exists()


def test_nobody_becomes_an_owner_who_has_left_since_the_form_was_sent(cast: Cast) -> None:
    made, chosen = cast.opportunity(), Person.objects.get(pk=cast.sally.pk)
    actions.leave(key=cast.sally.pk, to=cast.ada.pk, by=cast.ada)
    with pytest.raises(Invalid):
        change_owner(key=made.pk, owner=chosen, by=cast.chris)


def test_who_had_an_opportunity_reads_nothing_of_how_a_later_partner_of_a_like_name_ended(cast: Cast) -> None:
    nord = partner_company("Nordlys")
    nina = partner_person("Nina Nord", nord, "manager")
    made = cast.opportunity()
    actions.deliver(key=made.pk, partner=nord, by=cast.chris)
    actions.accept(key=made.pk, by=nina)
    actions.take_back(key=made.pk, reason="No progress", by=cast.chris)
    actions.deliver(key=made.pk, partner=cast.nordlys, by=cast.chris)
    actions.accept(key=made.pk, by=cast.mads)
    actions.return_(key=made.pk, reason="no_funding", text="Their bank said no", by=cast.mads)
    left = queries.left(nina, made.pk)
    assert left is not None
    assert (left.event, left.text) == ("taken_back", "No progress")
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    actions.take_back(key=made.pk, reason="Between the two of you", by=cast.chris)
    left = queries.left(nina, made.pk)
    assert left is not None
    assert (left.event, left.text) == ("taken_back", "No progress")
    left = queries.left(cast.mads, made.pk)
    assert left is not None
    assert left.text == "Between the two of you"


def test_a_manager_who_becomes_a_seller_goes_on_seeing_their_own_work_and_no_other(cast: Cast) -> None:
    mine, other = cast.managed(), cast.managed()
    actions.assign(key=mine.pk, to=cast.mads.pk, by=cast.anna)
    actions.give_role(key=cast.mads.pk, role="seller", by=cast.anna)
    mads = Person.objects.get(pk=cast.mads.pk)
    assert set(access.visible(mads)) == {mine}
    assert not access.visible(mads).filter(pk=other.pk).exists()


def test_a_partner_adds_nobody_to_a_customer_that_another_partner_keeps(cast: Cast) -> None:
    made = cast.made()
    theirs, _person = cast.customer(cast.fjord)
    Opportunity.objects.filter(pk=made.pk).update(account=theirs, contact=None)
    made.refresh_from_db()
    values = Values(topic="Spy", account=theirs, contact=NewContact("Eve"), currency=cast.dkk)
    with pytest.raises(Invalid) as refused:
        actions.revise(key=made.pk, version=made.version, by=cast.mads, values=values)
    assert set(refused.value.errors) == {"contact"}
    assert not Contact.objects.filter(name="Eve").exists()


def test_a_partner_whose_partnership_ended_while_the_request_waited_makes_nothing(cast: Cast) -> None:
    mads = Person.objects.select_related("partner").get(pk=cast.mads.pk)
    cast.nordlys.status = PartnerStatus.ENDED
    cast.nordlys.save()
    with pytest.raises(NotAllowed):
        cast.made(by=mads)


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_a_partnership_that_ends_while_its_work_is_opened_again_leaves_no_work_behind() -> None:
    cast = casting.make()

    def end() -> object:
        partner = type(cast.nordlys).objects.get(pk=cast.nordlys.pk)
        values = {"status": PartnerStatus.ENDED}
        return directory.keep_partner(
            key=partner.pk, version=partner.version, company={}, values=values, related={}, by=cast.ada
        )

    for _ in range(15):
        type(cast.nordlys).objects.filter(pk=cast.nordlys.pk).update(status=PartnerStatus.ACTIVE)
        made = cast.managed()
        actions.lose(key=made.pk, reason="price", by=cast.mads)
        results = race(end, lambda key=made.pk: actions.reopen(key=key, reason="They called", by=cast.chris))
        ended = not isinstance(results[0], Refusal)
        made.refresh_from_db()
        working = Participation.objects.filter(opportunity=made, until=None).exists() and made.is_open
        assert not (ended and working), results
        if working:
            actions.take_back(key=made.pk, reason="Next", by=cast.chris)
