"""What the desk's list reads: views, search, order, counts."""

from datetime import date
from decimal import Decimal

import pytest

from kanal.directory.models import Territory
from kanal.distribution import actions
from kanal.opportunities import access, queries
from kanal.opportunities.models import Opportunity
from kanal.opportunities.queries import View

pytestmark = pytest.mark.django_db


def every(cast):
    return access.visible(cast.chris)


def topics(found):
    return [one.topic for one in found]


def test_each_view_holds_what_its_name_says(cast):
    fresh, waiting, managed = cast.opportunity(), cast.delivered(), cast.managed()
    won, lost, canceled = cast.managed(), cast.managed(), cast.opportunity()
    actions.win(key=won.pk, reason="price", by=cast.chris)
    actions.lose(key=lost.pk, reason="price", by=cast.chris)
    actions.cancel(key=canceled.pk, reason="mistake", by=cast.chris)
    made = cast.opportunity()
    Opportunity.objects.filter(pk=made.pk).update(made_by_partner=cast.nordlys)
    held = {view: set(queries.in_view(every(cast), view)) for view in View}
    assert held == {
        View.OPEN: {fresh, waiting, managed, made},
        View.TO_DISTRIBUTE: {fresh},
        View.WAITING: {waiting},
        View.MANAGED: {managed},
        View.MADE: {made},
        View.WON: {won},
        View.LOST: {lost, canceled},
        View.ALL: {fresh, waiting, managed, won, lost, canceled, made},
    }
    counted = queries.counts(every(cast))
    assert {view: total.count for view, total in counted.items()} == {
        view: len(rows) for view, rows in held.items()
    }


def test_all_views_are_counted_in_one_query(cast, django_assert_num_queries):
    cast.opportunity()
    with django_assert_num_queries(1):
        queries.counts(every(cast))


def test_counting_stops_at_the_cap_and_says_so(cast, monkeypatch):
    monkeypatch.setattr(queries, "CAP", 2)
    for _ in range(3):
        cast.opportunity()
    assert queries.counts(every(cast))[View.OPEN] == queries.Total(2, True)
    total = queries.total(every(cast), cap=2)
    assert (total.count, total.capped, total.value) == (2, True, None)


def test_the_value_of_a_list_is_added_up_in_the_base_currency(cast):
    cast.opportunity(estimated_revenue=Decimal(100))
    cast.opportunity(estimated_revenue=Decimal(10), currency=cast.eur)
    cast.opportunity(estimated_revenue=None)
    assert queries.total(every(cast)) == queries.Total(3, False, Decimal("174.6000"))


@pytest.mark.parametrize(
    "text", ["renewal", "RENEWAL", "OPP-", "lindholm", "ordly", "  erp   renewal ", "er", "n"]
)
def test_search_finds_topic_reference_customer_and_partner(cast, text):
    found = cast.delivered(topic="ERP renewal")
    assert list(queries.search(every(cast), text)) == [found]


@pytest.mark.parametrize("text", ["fjord", "100%", "_", "rp"])
def test_search_finds_nothing_where_nothing_is(cast, text):
    cast.delivered(topic="ERP renewal")
    assert list(queries.search(every(cast), text)) == []


@pytest.mark.parametrize("key", [*queries.ORDERS, *(f"-{key}" for key in queries.ORDERS)])
def test_every_order_gives_every_row_once(cast, key):
    made = {cast.opportunity(), cast.delivered(), cast.managed()}
    found = list(queries.ordered(every(cast), key))
    assert set(found) == made
    assert len(found) == 3


def test_an_order_and_its_opposite_are_mirrored(cast):
    for topic, value, close in [
        ("b", 2, date(2027, 1, 2)),
        ("a", 3, date(2027, 1, 1)),
        ("c", 1, date(2027, 1, 3)),
    ]:
        cast.opportunity(topic=topic, estimated_revenue=Decimal(value), estimated_close_date=close)
    assert topics(queries.ordered(every(cast), "topic")) == ["a", "b", "c"]
    assert topics(queries.ordered(every(cast), "-topic")) == ["c", "b", "a"]
    assert topics(queries.ordered(every(cast), "-value")) == ["a", "b", "c"]
    assert topics(queries.ordered(every(cast), "value")) == ["c", "b", "a"]
    assert topics(queries.ordered(every(cast), "close")) == ["a", "b", "c"]
    assert topics(queries.ordered(every(cast), "-created")) == ["c", "a", "b"]


def test_stages_are_ordered_as_the_sale_goes_not_by_their_letters(cast):
    for stage in ("closing", "contacting", "quoting"):
        made = cast.opportunity(topic=stage)
        actions.move_stage(key=made.pk, stage=stage, by=cast.chris)
    assert topics(queries.ordered(every(cast), "stage")) == ["contacting", "quoting", "closing"]


def test_a_territory_comes_with_all_within_it(cast):
    denmark = Territory.objects.create(name="Denmark")
    Territory.objects.filter(pk=cast.jutland.pk).update(parent=denmark)
    north = Territory.objects.create(name="North Jutland", parent=cast.jutland)
    Territory.objects.create(name="Sweden")
    assert {one.name for one in queries.with_children(denmark)} == {"Denmark", "Jutland", north.name}


def test_an_opportunity_knows_its_neighbors_in_the_list(cast):
    first, second, third = (cast.opportunity(topic=topic) for topic in "abc")
    found = queries.ordered(every(cast), "topic")
    assert queries.neighbors(found, second.pk) == (first.pk, third.pk, 2)
    assert queries.neighbors(found, first.pk) == (None, second.pk, 1)
    assert queries.neighbors(found, third.pk, limit=2) == (None, None, 0)


def test_what_waits_for_distribution_is_counted_rightly_beyond_the_cap_too(cast, monkeypatch):
    for _ in range(3):
        made = cast.opportunity()
    Opportunity.objects.filter(pk=made.pk).update(made_by_partner=cast.nordlys)
    assert queries.counts(every(cast))[View.TO_DISTRIBUTE] == queries.Total(2, False)
    monkeypatch.setattr(queries, "CAP", 2)
    assert queries.counts(every(cast))[View.TO_DISTRIBUTE] == queries.Total(2, False)
    monkeypatch.setattr(queries, "CAP", 1)
    assert queries.counts(every(cast))[View.TO_DISTRIBUTE] == queries.Total(1, True)
