"""Reports: every leak at its step, with the list behind it; shares that sum to the whole, beside capability."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import hypothesis.strategies as st
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given

from kanal.directory.models import Person, Territory
from kanal.distribution import actions
from kanal.distribution.assignment import snapshots
from kanal.distribution.models import WorkRules
from kanal.insights import leaks
from kanal.insights.fairness import Fairness, fairness
from kanal.insights.leaks import Step
from kanal.insights.shares import shares
from kanal.opportunities.models import Opportunity
from tests.cast import Cast

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
MILLION = Decimal("1240000.00")


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def leaked(cast: Cast, freeze) -> dict[str, Opportunity]:
    """Let one opportunity leak at each step, and look three weeks later."""
    freeze(MONDAY)
    made = {name: cast.delivered() for name in ("declined", "unseen", "expired")}
    made |= {name: cast.managed() for name in ("returned", "lost", "stalled")}
    actions.mark_seen(opportunity=made["expired"], by=cast.mads)
    freeze(MONDAY + timedelta(hours=6))
    actions.decline(key=made["declined"].pk, reason="not_our_field", by=cast.mads)
    freeze(MONDAY + timedelta(days=2))
    actions.return_(key=made["returned"].pk, reason="no_interest", by=cast.mads)
    actions.lose(key=made["lost"].pk, reason="price", by=cast.mads)
    freeze(MONDAY + timedelta(days=21))
    for name in ("unseen", "expired"):
        actions.expire(key=made[name].pk)
    return made


def now() -> leaks.Period:
    return leaks.period(None, None)


@pytest.mark.django_db
def test_every_leak_is_counted_at_its_step_with_its_value_and_days(cast: Cast, freeze) -> None:
    leaked(cast, freeze)
    found = {one.step: one for one in leaks.steps(now())}
    assert {step: found[step].count for step in Step} == {
        Step.DECLINED: 1, Step.UNSEEN: 1, Step.EXPIRED: 1, Step.RETURNED: 1, Step.LOST: 1, Step.STALLED: 1,
        Step.UNDISTRIBUTED: 4,  # the declined, the expired and the returned ones need a partner again
    }  # fmt: skip
    assert found[Step.DECLINED].value == MILLION
    assert found[Step.DECLINED].days == pytest.approx(0.25)
    assert found[Step.RETURNED].days == pytest.approx(2)
    assert found[Step.LOST].days == pytest.approx(2)
    assert found[Step.STALLED].days == pytest.approx(21)


@pytest.mark.django_db
def test_a_row_names_partner_and_reason_and_leads_to_just_its_opportunities(cast: Cast, freeze) -> None:
    made = leaked(cast, freeze)
    client = enter(cast.chris)
    page = client.get(reverse("desk:leaks"), {"step": "declined"})
    [(row, reason, address)] = page.context["rows"]
    assert (row.name, str(reason), row.count) == ("Nordlys IT", "Not our field or product", 1)
    listed = client.get(address)
    assert [one.pk for one in listed.context["page"]] == [made["declined"].pk]
    assert "Not our field or product" in listed.content.decode()


@pytest.mark.django_db
def test_what_happened_outside_the_period_is_not_counted(cast: Cast, freeze) -> None:
    leaked(cast, freeze)
    day = MONDAY.date()
    found = {one.step: one.count for one in leaks.steps(leaks.period(day, day))}
    assert (found[Step.DECLINED], found[Step.LOST], found[Step.UNSEEN]) == (1, 0, 0)


@pytest.mark.django_db
def test_the_rows_are_sorted_and_exported_as_they_are_shown(cast: Cast, freeze) -> None:
    leaked(cast, freeze)
    client = enter(cast.otto)
    page = client.get(reverse("desk:leaks"), {"sort": "-days"})
    days = [row.days for row, _reason, _url in page.context["rows"]]
    assert days == sorted(days, reverse=True)
    sent = b"".join(
        client.get(reverse("desk:leaks_export", args=["csv"]), {"step": "lost"}).streaming_content
    )
    assert "Nordlys IT,Lost after acceptance,Price,1,1240000.00,DKK,2.0" in sent.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["leaks", "fairness"])
def test_a_report_asks_as_much_for_one_opportunity_as_for_three(cast: Cast, name) -> None:
    client, asked = enter(cast.chris), []
    for number in (1, 3):
        for _ in range(number):
            for partner, who in ((cast.nordlys, cast.mads), (cast.fjord, cast.bo)):
                actions.decline(key=cast.delivered(partner).pk, reason="too_small", by=who)
        snapshots.forget()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(f"desk:{name}")).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1]


@given(st.lists(st.one_of(st.integers(0, 10**12), st.decimals(0, 10**9, places=2)), max_size=60))
def test_shares_sum_to_the_whole_exactly_and_each_is_within_one_unit_of_its_part(values) -> None:
    found = shares(values)
    total = sum(Decimal(value) for value in values)
    assert sum(found) == (10_000 if total else 0)
    for value, share in zip(values, found, strict=True):
        assert abs(share - (Decimal(value) * 10_000 / total if total else 0)) < 1


def report() -> Fairness:
    snapshots.forget()
    period = now()
    return fairness(period.since, period.until)


@pytest.mark.django_db
def test_shares_stand_beside_capability_and_every_view_sums_to_a_hundred_percent(cast: Cast) -> None:
    cast.nordlys.territories.add(cast.jutland)
    cast.fjord.territories.add(Territory.objects.create(name="Zealand"))
    cast.delivered()
    cast.delivered(cast.fjord, territory=None)
    found = report()
    for lines in (found.partners, found.tiers, found.territories):
        assert sum(line.share for line in lines) == 10_000
        assert sum(line.capability for line in lines) == 10_000
    by_name = {line.name: line for line in found.partners}
    # Nordlys covers both opportunities, Fjord the one without a territory.
    assert [by_name[name].capability for name in ("Nordlys IT", "Fjord Consulting")] == [6667, 3333]
    assert {line.name for line in found.territories} == {"Jutland", ""}


@pytest.mark.django_db
def test_a_share_above_the_set_one_and_a_capable_partner_without_offers_are_pointed_out(cast: Cast) -> None:
    WorkRules.objects.create(share_warning=60)
    for partner in (cast.nordlys, cast.fjord):
        partner.territories.add(cast.jutland)
    cast.delivered()
    body = enter(cast.chris).get(reverse("desk:fairness")).content.decode()
    assert "More than 60 % of the value goes to one partner:" in body
    assert "1 partner could have taken something and was offered nothing:" in body
    by_name = {line.name: line for line in report().partners}
    assert by_name["Nordlys IT"].too_much
    assert by_name["Fjord Consulting"].nothing
