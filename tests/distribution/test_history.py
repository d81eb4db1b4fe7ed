"""Every change of an opportunity, in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

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
