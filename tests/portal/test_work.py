"""The page of a managed opportunity: the buttons that stand there, the requests that are refused, what is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kanal.directory.models import Contact, Person, Product
from kanal.distribution import actions
from kanal.opportunities.actions import add_note
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry
from tests.cast import Cast, partner_person
from tests.portal.conftest import Enter

pytestmark = pytest.mark.django_db

# What each dialog sends, so that a request by hand is complete.
SENT: dict[str, dict[str, str]] = {
    "stage": {"stage": "contacting", "seen": "prospect"},
    "other-stage": {"stage": "quoting"},
    "next-step": {"next_step": "Call Karen"},
    "figures": {"estimated_revenue": "1000", "estimated_close_date": "2027-02-01"},
    "products": {"lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"},
    "contact": {"name": "Jens Holm"},
    "assign": {"to": ""},
    "extend": {"until": "2027-03-01", "reason": "Tender"},
    "hold": {"reason": "Budget"},
    "resume": {},
    "win": {"revenue": "1000", "on": "2026-01-05", "reason": "best_fit"},
    "lose": {"reason": "competitor", "competitor": "Rival ERP", "on": "2026-01-05"},
    "return": {"reason": "no_funding"},
    "cancel": {"reason": "duplicate"},
}
REASONS = (
    *("administrator or managers", "no single partner", "can’t be done"),
    *("Only people of the vendor", "goes back to nobody"),
)
WORKING = {"stage", "other-stage", "next-step", "figures", "products", "contact"}
ALONE = WORKING | {"extend", "hold", "win", "lose"}


def page(client: Any, made: Opportunity) -> str:
    answer = client.get(reverse("portal:opportunity", args=[made.pk]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def send(client: Any, made: Opportunity, what: str, **changed: str) -> Any:
    version = str(Opportunity.objects.values_list("version", flat=True).get(pk=made.pk))
    facts = {"version": version, **SENT[what], **changed}
    return client.post(
        reverse("portal:work", args=[made.pk, what]),
        {f"{what}-{name}": value for name, value in facts.items()},
    )


def offered(body: str) -> set[str]:
    return {what for what in SENT if f'id="{what}"' in body}


def alone(cast: Cast) -> Opportunity:
    return cast.managed()


def on_hold(cast: Cast) -> Opportunity:
    made = cast.managed()
    actions.hold(key=made.pk, reason="Budget", by=cast.mads)
    return made


def together(cast: Cast) -> Opportunity:
    made = cast.opportunity()
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    return made


def made_here(cast: Cast) -> Opportunity:
    made = cast.opportunity()
    Opportunity.objects.filter(pk=made.pk).update(made_by_partner=cast.nordlys)
    actions.approve(key=made.pk, by=cast.chris)
    return made


def closed(cast: Cast) -> Opportunity:
    made = cast.managed()
    actions.win(key=made.pk, reason="best_fit", by=cast.mads)
    return made


# Situation x role: the dialogs that stand on the page. Every other one is absent, and refused by hand.
TABLE = {
    (alone, "mads"): ALONE | {"assign", "return"},
    (alone, "sofie"): ALONE,
    (on_hold, "mads"): WORKING | {"assign", "resume"},
    (on_hold, "sofie"): WORKING | {"resume"},
    (together, "mads"): WORKING | {"assign"},
    (together, "sofie"): WORKING,
    (made_here, "anna"): ALONE | {"assign", "cancel"},
    (made_here, "sofie"): ALONE,
    (closed, "anna"): set(),
    (closed, "sofie"): set(),
}


@pytest.mark.parametrize(("situation", "who"), TABLE)
def test_what_may_not_be_done_is_absent_and_refused_by_hand_with_the_reason(
    cast: Cast, enter: Enter, situation: Any, who: str
) -> None:
    made = situation(cast)
    Participation.objects.get(opportunity=made, partner=cast.nordlys, until=None).people.add(cast.sofie)
    client, allowed = enter(cast.people[who]), TABLE[situation, who]
    assert offered(page(client, made)) == allowed
    before = Opportunity.objects.get(pk=made.pk).version
    for what in SENT.keys() - allowed:
        answer = send(client, made, what)
        assert answer.status_code in {403, 409}, what
        assert any(reason in answer.content.decode() for reason in REASONS), what
    assert Opportunity.objects.get(pk=made.pk).version == before


@pytest.mark.parametrize(("situation", "who"), [row for row in TABLE if TABLE[row]])
def test_what_stands_there_is_done(cast: Cast, enter: Enter, situation: Any, who: str) -> None:
    for what in sorted(TABLE[situation, who]):
        made = situation(cast)
        Participation.objects.get(opportunity=made, partner=cast.nordlys, until=None).people.add(cast.sofie)
        answer = send(enter(cast.people[who]), made, what)
        assert answer.status_code == 302, (what, answer.content.decode()[-4000:])


def test_the_one_filled_button_is_the_next_stage_then_winning_and_resuming_what_is_paused(
    cast: Cast, enter: Enter
) -> None:
    made, client = cast.managed(), enter(cast.mads)

    def filled() -> str:
        return (
            page(client, made)
            .split('class="btn btn-primary" role="button"')[1]
            .split("</a>")[0]
            .split(">")[-1]
        )

    assert filled() == "Move to Contacting"
    actions.move_stage(key=made.pk, stage="closing", by=cast.mads)
    assert filled() == "Won…"
    actions.hold(key=made.pk, reason="Budget", by=cast.mads)
    assert filled() == "Resume…"


def test_the_dialog_of_a_stage_asks_for_what_is_missing_and_takes_a_note(cast: Cast, enter: Enter) -> None:
    made, client = cast.managed(estimated_revenue=None), enter(cast.mads)
    refused = send(client, made, "other-stage", note="They want a price.")
    assert refused.status_code == 422
    body = refused.content.decode()
    assert "“Quoting” asks for this: Est. revenue." in body
    assert "They want a price." in body
    done = send(client, made, "other-stage", note="They want a price.", estimated_revenue="1,200.50")
    assert done.status_code == 302
    assert TimelineEntry.objects.get(event="stage_moved").body == "They want a price."
    made.refresh_from_db()
    assert (made.stage, str(made.estimated_revenue)) == ("quoting", "1200.50")


def test_what_was_typed_stays_where_a_colleague_was_faster_and_a_second_save_goes_through(
    cast: Cast, enter: Enter
) -> None:
    made, client = cast.managed(), enter(cast.mads)
    actions.update(key=made.pk, version=made.version, changes={"next_step": "Call Karen"}, by=cast.anna)
    answer = send(client, made, "next-step", next_step="Write to Karen", version=str(made.version))
    body = answer.content.decode()
    assert answer.status_code == 409
    assert "Anna Bak changed this while you wrote" in body
    assert "Next step: Call Karen" in body
    assert 'value="Write to Karen"' in body
    fresh = Opportunity.objects.get(pk=made.pk).version
    assert f'name="next-step-version" value="{fresh}"' in body
    assert send(client, made, "next-step", next_step="Write to Karen").status_code == 302


def test_a_stage_that_moved_meanwhile_is_not_moved_back_unasked(cast: Cast, enter: Enter) -> None:
    made, client = cast.managed(), enter(cast.mads)
    actions.move_stage(key=made.pk, stage="quoting", by=cast.anna)
    answer = send(client, made, "stage", note="Spoke to Karen")
    assert answer.status_code == 422
    assert "it is at “Quoting” now" in answer.content.decode()
    assert "Spoke to Karen" in answer.content.decode()
    made.refresh_from_db()
    assert made.stage == "quoting"


@pytest.mark.parametrize("target", ["bo", "stig", "chris", "nobody"])
def test_another_company_is_no_choice_and_is_refused_by_hand(cast: Cast, enter: Enter, target: str) -> None:
    made, client = cast.managed(), enter(cast.mads)
    assert "Bo Lund" not in page(client, made)
    key = cast.people[target].pk if target in cast.people else made.pk
    answer = send(client, made, "assign", to=str(key))
    assert answer.status_code == 422
    assert "An opportunity can’t be given to another company." in answer.content.decode()
    assert Participation.objects.get(opportunity=made, until=None).assignee is None


def test_used_extensions_are_said_and_refused(cast: Cast, enter: Enter) -> None:
    made, client = cast.managed(), enter(cast.mads)
    for days in (1, 2):
        until = made.estimated_close_date + timedelta(days)
        actions.extend(key=made.pk, until=until, reason="Tender", by=cast.mads)
    assert "All extensions are used." in page(client, made)
    answer = send(client, made, "extend")
    assert answer.status_code == 409
    assert "as often as a partner may" in answer.content.decode()


def test_the_date_of_a_collaboration_is_not_asked_for(cast: Cast, enter: Enter) -> None:
    body = page(enter(cast.mads), together(cast))
    assert "sets the expected close." in body
    assert 'name="figures-estimated_close_date"' not in body


def test_after_a_return_nothing_of_it_is_left(cast: Cast, enter: Enter) -> None:
    made, client = cast.managed(), enter(cast.mads)
    answer = send(client, made, "return")
    assert answer["Location"] == reverse("portal:opportunities")
    assert client.get(reverse("portal:opportunity", args=[made.pk])).status_code == 404
    # Whoever has its page open still is told so, and what was typed is shown to be copied.
    assert send(client, made, "win").status_code == 409
    assert Opportunity.objects.get(pk=made.pk).status == "returned"


def test_a_dialog_that_does_not_exist_is_nothing(cast: Cast, enter: Enter) -> None:
    made = cast.managed()
    assert enter(cast.mads).post(reverse("portal:work", args=[made.pk, "steal"])).status_code == 404


def test_products_are_searched_by_people_of_partners(cast: Cast, enter: Enter) -> None:
    Product.objects.create(name="Old", code="OLD", family=cast.erp.family, archived_at="2026-01-01T00:00:00Z")
    found = enter(cast.sofie).get(reverse("portal:work_products"), {"q": "erp"}).json()
    assert [one["text"] for one in found] == ["Havn ERP"]
    assert enter(cast.sofie).get(reverse("portal:work_products"), {"q": "old"}).json() == []


def count(client: Any, made: Opportunity) -> int:
    page(client, made)
    with CaptureQueriesContext(connection) as captured:
        page(client, made)
    return len(captured)


def test_the_page_reads_as_much_for_many_as_for_few(cast: Cast, enter: Enter) -> None:
    made, client = cast.managed(), enter(cast.mads)
    few = count(client, made)
    for number in range(3):
        Contact.objects.create(account=cast.lindholm, name=f"Contact {number}")
        partner_person(f"Seller{number} Holm", cast.nordlys, "seller")
        add_note(key=made.pk, body=f"Note {number}", shared=True, by=cast.mads)
        person = Person.objects.get(name=f"Seller{number} Holm")
        Participation.objects.get(opportunity=made, until=None).people.add(person)
    assert count(client, made) <= few
