"""What a partner reads: its own parts, added up, and nothing hidden."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kanal.directory.models import Partner
from kanal.directory.refusal import Missing
from kanal.distribution import actions, queries
from kanal.opportunities.lifecycle import Stage
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_list_adds_itself_up_beyond_the_rows_that_are_shown(cast: Cast) -> None:
    for value in (Decimal(100), Decimal(200), None):
        cast.delivered(estimated_revenue=value)
    cast.delivered(cast.fjord, estimated_revenue=Decimal(5000))
    parts = queries.distributed(cast.mads)
    rows, sums = queries.sliced(parts, start=0, size=2)
    assert (len(rows), sums.count, sums.value) == (2, 3, Decimal(300))
    beyond, same = queries.sliced(parts, start=10, size=2)
    assert (list(beyond), same.count, same.value) == ([], 3, Decimal(300))
    assert queries.sums(parts).nearest == min(part.opportunity.answer_by for part in parts)


def test_values_are_added_in_the_base_currency(cast: Cast) -> None:
    cast.managed(estimated_revenue=Decimal(100), currency=cast.eur)
    cast.managed(estimated_revenue=Decimal(100), currency=cast.dkk)
    assert queries.sums(queries.managed(cast.mads)).value == Decimal(846)


def test_stages_are_added_up_in_their_order_with_those_that_are_empty(cast: Cast) -> None:
    made = cast.managed(estimated_revenue=Decimal(100))
    actions.move_stage(key=made.pk, stage="quoting", by=cast.mads)
    found = queries.by_stage(queries.managed(cast.mads))
    assert [each.stage for each in found] == list(Stage)
    assert {each.stage: each.count for each in found if each.count} == {Stage.QUOTING: 1}


def test_the_parts_of_an_ended_partner_are_none(cast: Cast) -> None:
    cast.managed()
    Partner.objects.filter(pk=cast.nordlys.pk).update(status="ended")
    mads = type(cast.mads).objects.get(pk=cast.mads.pk)
    assert not queries.managed(mads).exists()
    assert queries.answers(mads) == []


def test_people_of_the_vendor_have_no_parts(cast: Cast) -> None:
    made = cast.managed()
    assert not queries.managed(cast.chris).exists()
    with pytest.raises(Missing):
        queries.opened(cast.chris, made.pk)


def test_an_opened_offer_holds_no_person_of_the_customer_and_an_accepted_one_does(cast: Cast) -> None:
    made = cast.delivered()
    assert queries.opened(cast.mads, made.pk).contact is None
    actions.accept(key=made.pk, by=cast.mads)
    assert queries.opened(cast.mads, made.pk).contact == cast.karen


def test_only_a_collaboration_names_the_other_partners(cast: Cast) -> None:
    alone, together = cast.managed(), cast.managed()
    actions.share(key=together.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    parts = list(queries.managed(cast.mads))
    assert dict(queries.companions(parts)) == {together.pk: ["Fjord Consulting"]}
    assert len(queries.opened(cast.mads, alone.pk).parts) == 1
    assert len(queries.opened(cast.mads, together.pk).parts) == 2


def test_past_offers_are_named_by_reference_and_foreign_ones_not_at_all(cast: Cast) -> None:
    here, gone, foreign = cast.managed(), cast.delivered(), cast.delivered(cast.fjord)
    actions.decline(key=gone.pk, reason="too_small", by=cast.mads)
    known = queries.names(cast.mads, [here.pk, gone.pk, foreign.pk])
    assert known == {here.pk: here.topic, gone.pk: gone.reference}
