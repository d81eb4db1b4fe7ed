"""Making and editing an opportunity."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kanal.directory.models import Account, Contact, Currency, Product
from kanal.directory.refusal import Invalid, NotAllowed, Stale
from kanal.opportunities.actions import NewAccount, NewContact, Values, create, edit
from kanal.opportunities.actions.values import Line
from kanal.opportunities.models import Opportunity
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def values(cast: Cast, **facts) -> Values:
    return replace(Values(topic="ERP", currency=cast.dkk, account=cast.lindholm, contact=cast.karen), **facts)


def test_an_opportunity_is_made_for_an_existing_customer(cast: Cast) -> None:
    made = create(values=values(cast, estimated_revenue=Decimal(1000)), by=cast.sally)
    assert made.reference.startswith("OPP-")
    assert (made.status, made.owner, made.created_by) == ("in_progress", cast.sally, cast.sally)
    assert made.estimated_revenue_base == Decimal(1000)


def test_an_opportunity_is_made_with_a_customer_made_on_the_spot(cast: Cast) -> None:
    made = create(
        values=values(
            cast, account=NewAccount("Rimfaks Logistik", city="Taulov"), contact=NewContact("Per Rim")
        ),
        by=cast.chris,
    )
    assert made.account == Account.objects.get(name="Rimfaks Logistik")
    assert made.contact == Contact.objects.get(name="Per Rim", account=made.account)


def test_nothing_is_left_of_a_new_customer_where_the_opportunity_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        create(values=values(cast, account=NewAccount("Half"), contact=NewContact(" ")), by=cast.chris)
    assert not Account.objects.filter(name="Half").exists()


def test_reference_codes_follow_each_other_and_are_never_the_same(cast: Cast) -> None:
    codes = [create(values=values(cast), by=cast.chris).reference for _ in range(3)]
    numbers = [int(code.rsplit("-", 1)[1]) for code in codes]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]


def test_a_value_keeps_its_worth_in_the_base_currency_at_the_days_rate(cast: Cast) -> None:
    made = create(values=values(cast, currency=cast.eur, estimated_revenue=Decimal("100.50")), by=cast.chris)
    assert made.estimated_revenue_base == Decimal("749.7300")
    assert made.exchange_rate == Decimal("7.46")


def test_a_currency_without_a_rate_is_refused_with_the_mend(cast: Cast) -> None:
    gbp = Currency.objects.create(code="GBP", name="Pound")
    with pytest.raises(Invalid, match="no rate for GBP") as refused:
        create(values=values(cast, currency=gbp), by=cast.chris)
    assert set(refused.value.errors) == {"currency"}


def test_a_contact_of_another_company_is_refused(cast: Cast) -> None:
    other = Account.objects.create(name="Vindrosen Energi")
    with pytest.raises(Invalid, match="works for another company than Vindrosen Energi"):
        create(values=values(cast, account=other), by=cast.chris)


def test_a_partner_person_or_an_auditor_can_not_own_it(cast: Cast) -> None:
    for person in (cast.mads, cast.otto):
        with pytest.raises(Invalid, match="owner"):
            create(values=values(cast, owner=person), by=cast.chris)


def test_an_edit_names_its_version_and_a_stale_one_shows_what_changed(cast: Cast) -> None:
    made = create(values=values(cast), by=cast.chris)
    edited = edit(key=made.pk, version=1, values=values(cast, topic="ERP and payroll"), by=cast.chris)
    assert edited.version == 2
    with pytest.raises(Stale, match="Chris Mølgaard changed this") as refused:
        edit(key=made.pk, version=1, values=values(cast, probability=40), by=cast.ada)
    assert refused.value.changed == {"topic": "ERP and payroll", "probability": None}
    assert Opportunity.objects.get(pk=made.pk).probability is None


def test_saving_without_a_change_makes_no_version(cast: Cast) -> None:
    made = create(values=values(cast), by=cast.chris)
    assert edit(key=made.pk, version=1, values=values(cast), by=cast.chris).version == 1


def test_products_are_kept_once_each(cast: Cast) -> None:
    line = Line(cast.erp, Decimal(140), Decimal("5900.00"))
    made = create(values=values(cast, lines=[line]), by=cast.chris)
    assert [(item.product, item.amount) for item in made.lines.all()] == [(cast.erp, Decimal("826000.00"))]
    with pytest.raises(Invalid, match="twice"):
        edit(key=made.pk, version=1, values=values(cast, lines=[line, line]), by=cast.chris)
    other = Product.objects.create(name="Havn Payroll", code="P-1", family=cast.erp.family)
    assert edit(key=made.pk, version=1, values=values(cast, lines=[Line(other)]), by=cast.chris).version == 2
    assert [item.product for item in made.lines.all()] == [other]


def test_a_seller_does_not_edit_what_somebody_else_owns(cast: Cast) -> None:
    made = cast.opportunity()
    with pytest.raises(NotAllowed, match="Chris Mølgaard"):
        edit(key=made.pk, version=1, values=values(cast), by=cast.sally)


def test_the_history_names_who_changed_what(cast: Cast) -> None:
    made = create(values=values(cast), by=cast.chris)
    edit(key=made.pk, version=1, values=values(cast, estimated_close_date=date(2027, 5, 1)), by=cast.ada)
    first, second = made.events.order_by("pgh_id")
    assert (first.estimated_close_date, second.estimated_close_date) == (None, date(2027, 5, 1))
    assert first.pgh_context.metadata["person"] == str(cast.chris.pk)
    assert second.pgh_context.metadata["person"] == str(cast.ada.pk)


def test_lists_follow_a_company_that_changes_its_name(cast: Cast) -> None:
    made = cast.delivered()
    Account.objects.filter(pk=cast.lindholm.pk).update(name="Lindholm Group")
    Account.objects.filter(pk=cast.nordlys.account_id).update(name="Nordlys Nordic")
    made.refresh_from_db()
    assert (made.account_name, made.partner_name) == ("Lindholm Group", "Nordlys Nordic")
