"""What a partner never learns of a rival: not from a refusal, not by a rule, not by asking often, nor by much noise."""

from __future__ import annotations

import pytest

from kanal.directory.models import Account
from kanal.directory.refusal import Conflict, Invalid, Refusal
from kanal.distribution import actions as distribution
from kanal.opportunities.models import Opportunity, TimelineEntry, Visibility
from kanal.registration import actions, following
from kanal.registration.lifecycle import Status
from kanal.registration.models import Answer, Check, Registration
from tests import cast as casting
from tests.cast import Cast
from tests.registration import made

pytestmark = pytest.mark.django_db
OTHER = {"company": "Gransund Optik ApS", "domain": "gransund-optik.dk"}


def sold_directly(cast: Cast, customer: str, domain: str) -> Opportunity:
    """Let the vendor sell to a customer itself."""
    account = Account.objects.create(name=customer, domain=domain, city="Randers", country="DK")
    direct = cast.opportunity(account=account, contact=None)
    Opportunity.objects.filter(pk=direct.pk).update(stage="contacting")
    return direct


def refused(draft: Registration, cast: Cast) -> str:
    """Give what a partner reads whose submission is refused."""
    with pytest.raises(Refusal) as refusal:
        made.submit(draft, cast.freja)
    return f"{refusal.value} {getattr(refusal.value, 'errors', '')}"


def test_a_rule_that_approves_by_itself_never_tells_a_partner_who_holds_the_customer(cast) -> None:
    """The draft names another company than the record of its opportunity, which somebody else holds."""
    made.policy(cast.chris, auto_below=1_000_000)
    made.approved(cast, cast.mads)
    draft = made.draft(cast, cast.freja)
    with pytest.raises(Invalid) as refusal:
        made.submit(draft, cast.freja, **OTHER)
    assert set(refusal.value.errors) == {"wait_in_line"}
    assert "Nordlys" not in f"{refusal.value} {refusal.value.errors}"
    waits = made.submit(made.again(draft), cast.freja, wait_in_line=True, **OTHER)
    assert waits.waits_in_line


def test_a_full_company_can_not_ask_without_end(cast) -> None:
    """Refused for want of room or as somebody holds the customer: either is an answer, and answers are counted."""
    made.policy(cast.chris, cap=1, checks_a_day=2)
    made.approved(cast, cast.mads)
    made.submitted(cast, cast.freja, customer="Marstal Tov ApS", domain="marstal-tov.dk")
    theirs = made.draft(cast, cast.freja)
    free = made.draft(cast, cast.freja, customer="Gransund Optik ApS", domain="gransund-optik.dk")
    for one in (theirs, free):
        refused(one, cast)
    assert Check.objects.count() == 2
    with pytest.raises(actions.TooMany) as protected:
        made.submit(made.again(theirs), cast.freja)
    with pytest.raises(actions.TooMany) as clear:
        made.submit(made.again(free), cast.freja)
    assert str(protected.value) == str(clear.value)


def test_a_full_line_says_nothing_of_those_who_wait(cast) -> None:
    made.policy(cast.chris, line_most=1)
    made.approved(cast, cast.mads)
    sold_directly(cast, "Hvidsten Mejeri A/S", "hvidsten-mejeri.dk")
    third = casting.partner_company("Tredje Data", channel_manager=cast.chris)
    person = casting.partner_person("Tove Tredje", third, "manager")
    said = set()
    for facts in ({}, {"customer": "Hvidsten Mejeri A/S", "domain": "hvidsten-mejeri.dk"}):
        made.submitted(cast, cast.freja, wait_in_line=True, **facts)
        with pytest.raises(Invalid) as refusal:
            made.submitted(cast, person, wait_in_line=True, **facts)
        said.add(str(refusal.value.errors["wait_in_line"]))
    assert len(said) == 1
    assert "line for this customer is full" not in said.pop()


def test_records_of_ones_own_hide_nobody_elses(cast) -> None:
    """A partner that keeps a dozen companies of a name does not push the vendor's sale out of sight."""
    made.policy(cast.chris, auto_below=1_000_000)
    sold_directly(cast, "Hvidsten Mejeri A/S", "hvidsten.com")
    Account.objects.bulk_create(
        Account(
            name="Hvidsten Mejeri A/S",
            city="Randers",
            country="DK",
            domain="hvidsten-mejeri.dk",
            managing_partner=cast.fjord,
        )
        for _each in range(14)
    )
    draft = made.draft(cast, cast.freja, customer="Hvidsten Mejeri Danmark A/S", domain="hvidsten-mejeri.dk")
    sent = made.submit(draft, cast.freja, wait_in_line=True)
    assert sent.verdict != Answer.CLEAR
    assert sent.status == Status.SUBMITTED


def test_who_decides_is_the_vendors_affair_on_the_timeline_too(cast) -> None:
    sent = made.submitted(cast, cast.mads)
    actions.hand_over(key=sent.pk, to=made.second(cast).pk, by=cast.ada)
    for link in sent.links.all():
        following.note(link_id=link.pk)
    entry = TimelineEntry.objects.get(event="registration_handed_over")
    assert entry.visibility == Visibility.INTERNAL
    assert entry.partner is None


def test_an_offer_that_a_protection_ends_names_no_protection(cast) -> None:
    offered = cast.opportunity(
        account=Account.objects.create(
            name="Søby Teknik ApS", domain="soby-teknik.dk", city="Søby", country="DK"
        ),
        contact=None,
    )
    distribution.deliver(key=offered.pk, partner=cast.fjord, by=cast.chris)
    sent = made.submitted(cast, cast.mads)
    made.approve(sent, cast)
    assert actions.stop_offers(key=sent.pk) == 1
    shown = timeline_of(offered, cast)
    assert "protected" not in shown
    assert "somebody else" not in shown


def timeline_of(opportunity: Opportunity, cast: Cast) -> str:
    rows = TimelineEntry.objects.filter(opportunity=opportunity, partner=cast.fjord)
    return " ".join(f"{one.event} {one.body} {one.facts}" for one in rows)


def test_one_domain_in_two_writings_is_one_customer(cast) -> None:
    made.approved(cast, cast.mads, customer="Søby Teknik ApS", domain="søby-teknik.dk")
    draft = made.draft(cast, cast.freja, customer="Gransund Optik ApS", domain="gransund-optik.dk")
    with pytest.raises(Invalid):
        made.submit(draft, cast.freja, domain="xn--sby-teknik-0cb.dk")


def test_a_customer_that_the_company_sold_to_is_its_own_already(cast) -> None:
    first = made.approved(cast, cast.mads)
    Registration.objects.filter(pk=first.pk).update(status=Status.CONVERTED)
    again = made.draft(cast, cast.mads)
    with pytest.raises(Conflict, match="registered this customer"):
        made.submit(again, cast.mads)


def test_no_rule_approves_what_names_another_company_than_its_record(cast) -> None:
    made.policy(cast.chris, auto_below=1_000_000)
    sent = made.submit(made.draft(cast, cast.freja), cast.freja, **OTHER)
    assert sent.status == Status.SUBMITTED
    assert sent.steps.count() == 1
