"""Every change of an opportunity, in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from kanal.distribution import history
from kanal.opportunities.actions import Values, edit
from kanal.opportunities.actions.values import Line
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_product_that_is_taken_away_stands_in_the_history_with_who_did_it(cast: Cast) -> None:
    made = cast.opportunity(lines=[Line(cast.erp, Decimal(140), Decimal(5900))])
    values = Values(topic=made.topic, currency=cast.dkk, account=cast.lindholm, contact=cast.karen, lines=[])
    edit(key=made.pk, version=1, values=values, by=cast.ada)
    found = {(change.field, change.old, change.new, change.who) for change in history.changes(made)}
    assert ("Product", "", "Havn ERP", "Chris Mølgaard") in found
    assert ("Product", "Havn ERP", "", "Ada Holm") in found


@pytest.mark.parametrize(("language", "said"), [("en", "2 Dec 2026"), ("da", "2. dec. 2026")])
def test_a_date_stands_as_the_reader_writes_dates(cast: Cast, language: str, said: str) -> None:
    made = cast.opportunity()
    values = Values(
        topic=made.topic, currency=cast.dkk, account=cast.lindholm, estimated_close_date=date(2026, 12, 2)
    )
    edit(key=made.pk, version=1, values=values, by=cast.ada)
    with translation.override(language):
        assert said in {change.new for change in history.changes(made)}
