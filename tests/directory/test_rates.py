"""Rates of currencies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kanal.directory import actions
from kanal.directory.models import ExchangeRate
from kanal.directory.money import in_base, rate_on
from kanal.directory.refusal import Invalid, NotAllowed
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_rate_counts_from_its_day_on(cast: Cast) -> None:
    actions.set_rate(currency=cast.eur.pk, valid_from=date(2026, 11, 1), rate=Decimal("7.5"), by=cast.ada)
    assert rate_on(cast.eur, date(2026, 10, 31)) == Decimal("7.46")
    assert rate_on(cast.eur, date(2026, 11, 1)) == Decimal("7.5")


def test_a_rate_for_the_same_day_replaces_the_first_and_leaves_amounts_that_were_valued(cast: Cast) -> None:
    made = cast.opportunity(currency=cast.eur, estimated_revenue=Decimal(100))
    actions.set_rate(currency=cast.eur.pk, valid_from=date(2020, 1, 1), rate=Decimal(8), by=cast.ada)
    assert ExchangeRate.objects.get(currency=cast.eur).rate == 8
    made.refresh_from_db()
    assert made.estimated_revenue_base == 746


@pytest.mark.parametrize("rate", ["0", "-1", "0.00000000001", "1e30"])
def test_a_rate_is_a_number_above_zero(cast: Cast, rate: str) -> None:
    with pytest.raises(Invalid):
        actions.set_rate(currency=cast.eur.pk, valid_from=date(2026, 1, 1), rate=Decimal(rate), by=cast.ada)


def test_the_base_currency_has_no_rate(cast: Cast) -> None:
    with pytest.raises(Invalid, match="base currency"):
        actions.set_rate(currency=cast.dkk.pk, valid_from=date(2026, 1, 1), rate=Decimal(2), by=cast.ada)


def test_only_an_administrator_sets_rates(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.set_rate(currency=cast.eur.pk, valid_from=date(2026, 1, 1), rate=Decimal(2), by=cast.chris)


@pytest.mark.parametrize(
    ("amount", "rate"), [("9999999999999999.99", "101"), ("9999999999999999.99", "9999999999.9999999999")]
)
def test_an_amount_that_is_worth_more_than_can_be_kept_is_refused_at_its_field(
    amount: str, rate: str
) -> None:
    with pytest.raises(Invalid) as refused:
        in_base(Decimal(amount), Decimal(rate), field="actual_revenue")
    assert set(refused.value.errors) == {"actual_revenue"}
    assert in_base(Decimal(amount), Decimal(100)) == Decimal("999999999999999999.0000")


def test_an_opportunity_keeps_no_value_that_its_columns_can_not_hold(cast: Cast) -> None:
    actions.set_rate(currency=cast.eur.pk, valid_from=date(2020, 1, 1), rate=Decimal(200), by=cast.ada)
    with pytest.raises(Invalid, match="more than can be kept"):
        cast.opportunity(currency=cast.eur, estimated_revenue=Decimal("9999999999999999.99"))
