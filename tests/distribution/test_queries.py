"""What a partner reads: its own parts, added up, and nothing hidden."""

from __future__ import annotations

import pytest

from kanal.directory.models import Partner
from kanal.directory.refusal import Missing
from kanal.distribution import actions, queries
from kanal.insights import lists
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_the_parts_of_an_ended_partner_are_none(cast: Cast) -> None:
    cast.managed()
    Partner.objects.filter(pk=cast.nordlys.pk).update(status="ended")
    mads = type(cast.mads).objects.get(pk=cast.mads.pk)
    assert not lists.managed(mads).exists()
    assert queries.answers(mads) == []


def test_people_of_the_vendor_have_no_parts(cast: Cast) -> None:
    made = cast.managed()
    assert not lists.managed(cast.chris).exists()
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
    parts = list(lists.managed(cast.mads))
    assert dict(queries.companions(parts)) == {together.pk: ["Fjord Consulting"]}
    assert len(queries.opened(cast.mads, alone.pk).parts) == 1
    assert len(queries.opened(cast.mads, together.pk).parts) == 2


def test_past_offers_are_named_by_reference_and_foreign_ones_not_at_all(cast: Cast) -> None:
    here, gone, foreign = cast.managed(), cast.delivered(), cast.delivered(cast.fjord)
    actions.decline(key=gone.pk, reason="too_small", by=cast.mads)
    known = queries.names(cast.mads, [here.pk, gone.pk, foreign.pk])
    assert known == {here.pk: here.topic, gone.pk: gone.reference}
