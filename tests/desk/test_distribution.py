"""The desk's pages of distribution: the queue, the proposal, a line moved by hand, and what is delivered."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kanal.distribution import actions
from kanal.distribution.models import AssignmentRun, Offer, RunState
from kanal.distribution.terms import Terms
from tests.cast import Cast, partner_company
from tests.distribution.runs import proposed

pytestmark = pytest.mark.django_db
QUEUE = "/sales/distribution/"


def of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\u00a0", " ").split())


def at(run: AssignmentRun, more: str = "") -> str:
    return f"{QUEUE}{run.pk}/{more}"


@pytest.fixture
def policy(cast: Cast) -> None:
    for partner in (cast.nordlys, cast.fjord):
        partner.territories.add(cast.jutland)
    actions.make_policy(name="Nordic default", terms=Terms(rules=("territory", "capacity")), by=cast.chris)


def test_an_empty_queue_says_that_nobody_waits(cast: Cast) -> None:
    said = text(of(cast.chris).get(QUEUE))
    assert "Nobody waits" in said
    assert "No policy is in force" in said


def test_the_queue_counts_what_waits_here_and_in_the_navigation(cast: Cast, policy) -> None:
    cast.opportunity()
    cast.opportunity()
    cast.delivered()
    said = text(of(cast.chris).get(QUEUE))
    assert "wait for a partner 2" in said
    assert "Distribution 2 , 2 wait" in said
    assert "Preview all 2" in said


def test_an_auditor_reads_and_has_no_buttons(cast: Cast, policy) -> None:
    run = proposed([(cast.opportunity(), cast.nordlys), (cast.opportunity(), None)], by=cast.chris)
    assert "Preview all" not in text(of(cast.otto).get(QUEUE))
    said = text(of(cast.otto).get(at(run)))
    assert "Nordlys IT" in said
    assert "Deliver" not in said
    assert "Choose by hand" not in said


def test_the_preview_shows_who_gets_what_and_why_somebody_gets_nothing(cast: Cast, policy) -> None:
    cast.opportunity(topic="Field service")
    cast.opportunity(topic="Mine maintenance", territory=None)
    response = of(cast.chris).post(f"{QUEUE}propose/", follow=True)
    said = text(response)
    assert "Assign 2 opportunities to their best partners" in said
    assert "A proposal: nothing has been sent." in said
    assert "Nordic default, version 1" in said
    assert "Field service" in said
    assert "Deliver" in said
    assert not Offer.objects.exists()


def test_without_a_partner_the_reason_stands_beside_it(cast: Cast, policy) -> None:
    cast.nordlys.territories.clear()
    cast.fjord.territories.clear()
    cast.opportunity(topic="Mine maintenance")
    said = text(of(cast.chris).post(f"{QUEUE}propose/", follow=True))
    assert "without a partner" in said
    assert "Every partner breaks a rule" in said
    assert "Choose by hand" in said


def test_all_is_delivered_by_one_button(cast: Cast) -> None:
    run = proposed([(cast.opportunity(), cast.nordlys), (cast.opportunity(), cast.fjord)], by=cast.chris)
    said = text(of(cast.chris).post(at(run, "deliver/"), {"what": "all"}, follow=True))
    assert "2 opportunities are delivered." in said
    assert Offer.objects.count() == 2


def test_a_selection_leaves_out_what_was_unchecked_and_takes_what_was_not_shown(cast: Cast) -> None:
    rows = [(cast.opportunity(), cast.nordlys) for _ in range(3)]
    run = proposed(rows, by=cast.chris)
    shown = list(run.decisions.values_list("pk", flat=True)[:2])
    of(cast.chris).post(at(run, "deliver/"), {"what": "selected", "shown": shown, "id": [shown[0]]})
    left = run.decisions.get(outcome="proposed")
    assert left.pk == shown[1]
    assert Offer.objects.count() == 2


def test_a_refused_move_keeps_what_was_typed(cast: Cast) -> None:
    run = proposed([(cast.opportunity(), cast.nordlys)], by=cast.chris)
    line = run.decisions.get()
    desk = of(cast.chris)
    response = desk.post(at(run, f"lines/{line.pk}/"), {"partner": str(cast.fjord.pk), "reason": ""})
    assert response.status_code == 422
    assert "Fjord Consulting" in response.content.decode()
    assert "Say why" in text(response)
    response = desk.post(
        at(run, f"lines/{line.pk}/"),
        {"partner": str(cast.fjord.pk), "reason": "They know it."},
        follow=True,
    )
    assert "goes to Fjord Consulting once it is delivered." in text(response)
    assert "moved by Chris Mølgaard" in text(response)


def test_the_explanation_is_a_part_for_the_script_and_a_page_without(cast: Cast, policy) -> None:
    cast.opportunity()
    desk = of(cast.chris)
    desk.post(f"{QUEUE}propose/")
    run = AssignmentRun.objects.get()
    address = at(run, f"lines/{run.decisions.get().pk}/")
    page, part = desk.get(address), desk.get(address, headers={"HX-Request": "true"})
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()
    for said in (text(page), text(part)):
        assert "Candidate" in said
        assert "Nordlys IT" in said


def test_a_line_of_another_run_is_missing(cast: Cast) -> None:
    mine = proposed([(cast.opportunity(), cast.nordlys)], by=cast.chris)
    other = proposed([(cast.opportunity(), cast.nordlys)], by=cast.chris)
    assert of(cast.chris).get(at(mine, f"lines/{other.decisions.get().pk}/")).status_code == 404


def test_a_delivery_that_goes_on_says_how_far_it_is(cast: Cast) -> None:
    run = proposed([(cast.opportunity(), cast.nordlys)], by=cast.chris)
    AssignmentRun.objects.filter(pk=run.pk).update(state=RunState.DELIVERING)
    desk = of(cast.chris)
    assert "0 are delivered, 1 are left." in text(desk.get(at(run)))
    AssignmentRun.objects.filter(pk=run.pk).update(state=RunState.DONE)
    assert desk.get(at(run), headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_many_partners_come_when_they_are_asked_for(cast: Cast) -> None:
    partners = [partner_company(f"Partner {n:02d}") for n in range(9)]
    run = proposed([(cast.opportunity(), one) for one in partners], by=cast.chris)
    desk = of(cast.chris)
    said = text(desk.get(at(run)))
    assert "Show the other 2 partners, opportunities: 2" in said
    assert "Partner 08" not in said
    more = text(desk.get(at(run, "?after=7"), headers={"HX-Request": "true"}))
    assert "Partner 08" in more
    assert "Partner 06" not in more
    assert "Partner 08" in text(desk.get(at(run, "?partners=32")))


def test_an_old_proposal_offers_to_be_worked_out_anew(cast: Cast) -> None:
    run = proposed([(cast.opportunity(), cast.nordlys)], by=cast.chris)
    AssignmentRun.objects.filter(pk=run.pk).update(at="2026-01-01T00:00Z")
    assert "Work it out anew" in text(of(cast.chris).get(at(run)))


def test_rows_selected_in_the_list_go_to_a_preview_of_just_these(cast: Cast, policy) -> None:
    wanted, _other = cast.opportunity(topic="Wanted"), cast.opportunity(topic="Other")
    desk = of(cast.chris)
    assert "Assign preferred partner" in text(desk.get("/sales/opportunities/"))
    delivered = cast.delivered()
    address = f"{QUEUE}propose/?id={wanted.pk}&id={delivered.pk}&within="
    assert "2 are selected, 1 of them waits for a partner." in text(desk.get(address))
    assert not AssignmentRun.objects.exists()
    response = desk.post(address, follow=True)
    said = text(response)
    assert "Assign 1 opportunity to its best partner" in said
    assert "Wanted" in said
    assert "Other" not in said


def test_the_words_are_danish_for_a_danish_reader(cast: Cast, policy) -> None:
    cast.chris.language = "da"
    cast.chris.save()
    cast.opportunity()
    desk = of(cast.chris)
    assert "Venter, længst først" in text(desk.get(QUEUE))
    said = text(desk.post(f"{QUEUE}propose/", follow=True))
    assert "Tildel 1 salgsmulighed til den bedste partner" in said
    assert "Hvem får hvad" in said
    assert "Et forslag: intet er sendt." in said


@pytest.mark.parametrize("where", ["queue", "run"])
def test_the_queries_do_not_grow_with_the_rows(cast: Cast, policy, where: str) -> None:
    desk = of(cast.chris)

    def queries(number: int) -> int:
        pairs = [(cast.opportunity(), partner_company(f"P {number} {n}")) for n in range(number)]
        run = proposed(pairs, by=cast.chris)
        address = QUEUE if where == "queue" else at(run)
        desk.get(address)
        with CaptureQueriesContext(connection) as found:
            assert desk.get(address).status_code == 200
        return len(found)

    assert queries(1) == queries(3)
