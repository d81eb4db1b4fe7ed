"""Reports of deal registration: figures that were counted by hand, on pages and in files."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kanal.directory.models import Partner, Person
from kanal.distribution import actions as distribution
from kanal.distribution.models import WorkRules
from kanal.insights import collisions, holding, registrations
from kanal.insights.collisions import Collisions
from kanal.insights.leaks import Period, period
from kanal.insights.registrations import Sums
from kanal.opportunities.actions import add_note
from kanal.registration import actions
from kanal.registration.models import Registration
from kanal.registration.policy import caps, in_force, room
from tests.cast import Cast
from tests.registration import made

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)  # nine o'clock in Copenhagen
VIEWS = ["deal_registrations", "deal_holding", "deal_conflicts"]
pytestmark = pytest.mark.django_db


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def customer(number: int) -> dict[str, Any]:
    """Give one of some companies that have nothing in common."""
    name = (
        "Søby Teknik",
        "Ballerum Papir",
        "Ollerup Køl",
        "Vejrup Frø",
        "Gudme Vognfabrik",
        "Humble Mejeri",
    )[number]
    return {"customer": name, "city": name.split()[0], "domain": f"{name.split()[0].lower()}-firma.dk"}


def by_name() -> dict[str, Sums]:
    rows, count = registrations.rows(period(None, None))
    assert count == len(rows)
    return {line.name: line.sums for line in rows}


def reject(one: Registration, cast: Cast, reason: str = "no_relation") -> None:
    actions.reject(key=one.pk, reason=reason, text="Tell us whom you met.", by=cast.ada)


def several(cast: Cast, freeze: Any) -> None:
    """Four requests of Nordlys and one of Fjord, with decisions that took 2, 20, 4 and 6 working hours of ours."""
    freeze(MONDAY)
    first, second, third = (made.submitted(cast, cast.mads, **customer(number)) for number in (0, 1, 2))
    fourth = made.submitted(cast, cast.bo, **customer(3))
    freeze(MONDAY + timedelta(hours=2))
    made.approve(first, cast)
    freeze(MONDAY + timedelta(hours=4))
    actions.ask(key=third.pk, question="Whom did you meet?", fields=[], by=cast.ada)
    freeze(MONDAY + timedelta(hours=6))
    made.approve(fourth, cast)
    freeze(MONDAY + timedelta(days=2, hours=4))
    reject(second, cast)
    freeze(MONDAY + timedelta(days=3))
    actions.answer(key=third.pk, values={}, text="Their director.", by=cast.mads)
    reject(third, cast, "too_little")
    freeze(MONDAY + timedelta(days=3, hours=1))
    distribution.win(key=first.opportunity_id, reason="price", by=cast.mads)
    distribution.lose(key=fourth.opportunity_id, reason="price", by=cast.bo)
    made.submitted(cast, cast.mads, **customer(4))


def test_requests_are_counted_by_partner_with_what_became_of_them(cast: Cast, freeze: Any) -> None:
    several(cast, freeze)
    found = by_name()
    nordlys = found["Nordlys IT"]
    assert (nordlys.submitted, nordlys.approved, nordlys.rejected, nordlys.converted) == (4, 1, 2, 1)
    assert nordlys.conversion == 100
    fjord = found["Fjord Consulting"]
    assert (fjord.submitted, fjord.approved, fjord.rejected, fjord.converted, fjord.ended) == (1, 1, 0, 0, 1)
    assert fjord.conversion == 0
    everybody = registrations.sums(period(None, None))
    assert (everybody.submitted, everybody.approved, everybody.conversion) == (5, 2, 50)


def test_time_to_decide_is_in_our_working_hours_without_those_of_the_partner(cast: Cast, freeze: Any) -> None:
    several(cast, freeze)
    found = by_name()
    # Nordlys: 2, 20 and 4 hours; the day and a half in which it owed an answer is not ours.
    assert found["Nordlys IT"].hours == pytest.approx(4)
    assert (found["Nordlys IT"].kept, found["Nordlys IT"].timed, found["Nordlys IT"].in_time) == (2, 3, 67)
    assert found["Fjord Consulting"].hours == pytest.approx(6)
    assert registrations.sums(period(None, None)).hours == pytest.approx(5)


def test_what_the_policy_approves_by_itself_took_nobody_time(cast: Cast) -> None:
    made.policy(cast.ada, auto_below=1_000_000)
    assert made.submitted(cast, cast.mads).status == "approved"
    assert by_name()["Nordlys IT"] == Sums(submitted=1, approved=1)


def test_what_was_approved_before_the_period_and_revoked_in_it_was_not_approved_in_it(
    cast: Cast, freeze: Any
) -> None:
    freeze(MONDAY)
    one = made.approved(cast, cast.mads)
    freeze(MONDAY + timedelta(days=8))
    actions.revoke(key=one.pk, reason="mistake", text="Sorry.", by=cast.ada)
    later = Period(MONDAY + timedelta(days=7), MONDAY + timedelta(days=9))
    [line], _count = registrations.rows(later)
    assert line.sums == Sums(ended=1)
    assert registrations.sums(Period(MONDAY, MONDAY + timedelta(days=7))).approved == 1


def test_time_in_line_is_not_ours(cast: Cast, freeze: Any) -> None:
    freeze(MONDAY)
    first = made.approved(cast, cast.mads)
    waits = made.submitted(cast, cast.bo, wait_in_line=True)
    freeze(MONDAY + timedelta(days=1))
    actions.withdraw(key=first.pk, by=cast.mads)
    freeze(MONDAY + timedelta(days=1, hours=3))
    reject(waits, cast)
    assert made.again(waits).waited_minutes == 180


def test_what_is_decided_in_line_was_never_our_turn(cast: Cast) -> None:
    first = made.approved(cast, cast.mads)
    waits = made.submitted(cast, cast.bo, wait_in_line=True)
    actions.mark_duplicate(key=waits.pk, original=first.pk, text="", by=cast.ada)
    assert made.again(waits).waited_minutes is None
    assert by_name()["Fjord Consulting"] == Sums(submitted=1, duplicates=1)


def test_reasons_are_counted_of_the_closed_list(cast: Cast, freeze: Any) -> None:
    several(cast, freeze)
    found = registrations.reasons(period(None, None))
    assert {reason.value: number for reason, number in found if number} == {"no_relation": 1, "too_little": 1}
    assert len(found) == 7


def test_a_partner_that_holds_much_and_moves_little_is_warned_of(cast: Cast, freeze: Any) -> None:
    freeze(MONDAY)
    still, noted, moved = (made.approved(cast, cast.mads, **customer(number)) for number in (0, 1, 2))
    freeze(MONDAY + timedelta(days=10))
    distribution.move_stage(key=moved.opportunity_id, stage="contacting", by=cast.mads)
    freeze(MONDAY + timedelta(days=18))
    add_note(key=noted.opportunity_id, body="They called.", shared=True, by=cast.mads)
    add_note(key=still.opportunity_id, body="Anything new?", shared=True, by=cast.chris)
    made.submitted(cast, cast.mads, **customer(3))
    freeze(MONDAY + timedelta(days=20))
    [line] = holding.holding().lines
    # Quiet is the one that only we wrote on; fourteen days may pass in silence.
    assert (line.held, line.most, line.protected, line.quiet, line.unmoved) == (4, 20, 3, 1, 2)
    assert (line.quiet_share, line.days, line.warned) == (33, 20, False)
    assert line.oldest in {still.pk, noted.pk}
    WorkRules.objects.create(quiet_warning=30)
    assert holding.holding().lines[0].warned
    body = enter(cast.chris).get(reverse("desk:deal_holding")).content.decode()
    assert "holds much, moves little" in body
    assert "More than 30 % of the protections of these partners saw no activity for 14 days:" in body


def test_of_two_protections_nobody_is_warned(cast: Cast, freeze: Any) -> None:
    freeze(MONDAY)
    for number in (0, 1):
        made.approved(cast, cast.mads, **customer(number))
    freeze(MONDAY + timedelta(days=30))
    [line] = holding.holding().lines
    assert (line.quiet_share, line.warned) == (100, False)


def test_how_many_a_partner_may_hold_is_said_for_many_as_for_one(cast: Cast, freeze: Any) -> None:
    freeze(MONDAY)
    for number in range(5):
        one = made.approved(cast, cast.mads, **customer(number))
        distribution.win(key=one.opportunity_id, reason="price", by=cast.mads)
    terms = in_force().terms
    most = caps(terms)
    for partner in Partner.objects.all():
        assert most(partner.pk, partner.tier_id) == room(partner, terms).most
    assert most(cast.nordlys.pk, cast.nordlys.tier_id) == terms.cap + terms.cap_bonus


def met(cast: Cast) -> Collisions:
    """Nordlys and Fjord meet twice, at two customers; Nordlys meets ourselves once."""
    for number, (first, second) in enumerate([(cast.mads, cast.bo), (cast.bo, cast.mads)]):
        made.submitted(cast, first, **customer(number))
        made.submitted(cast, second, **customer(number))
    distribution.move_stage(key=cast.opportunity().pk, stage="quoting", by=cast.chris)
    name, domain = cast.lindholm.name, cast.lindholm.domain or "lindholm.example"
    made.submitted(cast, cast.mads, wait_in_line=True, customer=name, city="Kolding", domain=domain)
    return collisions.collisions(period(None, None))


def test_pairs_that_collide_are_counted_whoever_asked(cast: Cast) -> None:
    found = met(cast)
    pairs = {(pair.one_name, pair.other_name): pair.count for pair in found.pairs}
    assert pairs == {("Fjord Consulting", "Nordlys IT"): 2, ("Nordlys IT", ""): 1}
    matrix = collisions.matrix(found.pairs)
    assert list(matrix.names)[-1] == ""
    place = {name: number for number, name in enumerate(matrix.names)}
    assert matrix.cells[place["Nordlys IT"]][place["Nordlys IT"]] is None
    for row, cells in enumerate(matrix.cells):
        assert [matrix.cells[column][row] for column in range(len(cells))] == list(cells)


def test_the_conflict_map_is_told_by_family_and_narrowed_to_one(cast: Cast) -> None:
    found = met(cast)
    [family] = found.families
    assert family.count == found.requests == 3
    assert collisions.collisions(period(None, None), family=family.key).requests == 3
    assert collisions.collisions(period(None, None), family=cast.nordlys.pk).pairs == []
    body = enter(cast.chris).get(reverse("desk:deal_conflicts"), {"family": str(family.key)}).content.decode()
    assert "A part of the requests is shown." in body


def test_the_rows_are_exported_as_they_are_shown(cast: Cast, freeze: Any) -> None:
    several(cast, freeze)
    client = enter(cast.otto)

    def sent(view: str) -> str:
        address = reverse("desk:deal_export", args=[view, "csv"])
        return b"".join(client.get(address, {"sort": "partner"}).streaming_content).decode()  # type: ignore[attr-defined]

    assert "Nordlys IT,4,1,2,0,1,1,100,3,4.0,67" in sent("partners")
    assert "Nordlys IT,Gold,1,20,0," in sent("holding")
    assert sent("conflicts").count("\n") == 1
    assert client.get(reverse("desk:deal_export", args=["partners", "pdf"])).status_code == 404
    assert client.get(reverse("desk:deal_export", args=["sellers", "csv"])).status_code == 404


@pytest.mark.parametrize("view", VIEWS)
def test_a_report_asks_as_much_for_one_request_as_for_three(cast: Cast, view: str) -> None:
    client, asked = enter(cast.chris), []
    for numbers in ((0,), (1, 2)):
        for number in numbers:
            for who in (cast.mads, cast.bo):
                made.submitted(cast, who, **customer(number))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(f"desk:{view}")).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    ("view", "says"),
    [
        ("deal_registrations", "Nothing was registered"),
        ("deal_holding", "Nobody holds anything"),
        ("deal_conflicts", "No request collided"),
    ],
)
def test_a_report_without_anything_says_so(cast: Cast, view: str, says: str) -> None:
    for query in ({}, {"sort": "nonsense", "page": "9", "family": "x", "first": date(2001, 1, 1)}):
        assert says in enter(cast.ada).get(reverse(f"desk:{view}"), query).content.decode()


def test_reports_stand_in_the_index_and_lead_to_each_other(cast: Cast) -> None:
    client = enter(cast.ada)
    assert reverse("desk:deal_registrations") in client.get(reverse("desk:reports")).content.decode()
    body = client.get(reverse("desk:deal_registrations"), {"first": "2026-01-01"}).content.decode()
    assert f"{reverse('desk:deal_conflicts')}?first=2026-01-01" in body
