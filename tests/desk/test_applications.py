"""Applications at the desk: the queue, the page of one, the decision."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kanal.config import clock
from kanal.directory.models import Account, Invitation, Partner, Person
from kanal.joining import actions
from kanal.joining.models import Application
from tests.cast import Cast
from tests.joining.made import waiting

pytestmark = pytest.mark.django_db
QUEUE = "/sales/applications/"


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def url(application: Application, verb: str = "") -> str:
    return f"{QUEUE}{application.pk}/" + (f"{verb}/" if verb else "")


def made(cast: Cast, number: int, **facts: object) -> Application:
    domain = f"firm{number}.example"
    return waiting(
        cast, **{"company": f"Firm {number}", "email": f"else@{domain}", "domain": domain, **facts}
    )


def test_the_queue_has_the_oldest_first_with_age_country_and_territory(cast: Cast) -> None:
    now = clock.now()
    for days in (2, 9, 5):
        with clock.frozen(now - timedelta(days=days)):
            made(cast, days)
    page = of(cast.chris).get(QUEUE)
    assert [row.company for row, _glyph, _country in page.context["rows"]] == ["Firm 9", "Firm 5", "Firm 2"]
    text = page.content.decode()
    for shown in ("5 days ago", "Denmark", "Jutland"):
        assert shown in text


def test_the_views_hold_what_was_decided_newest_first(cast: Cast) -> None:
    for number in (1, 2):
        actions.reject(key=made(cast, number).pk, reason="covered", text="No.", by=cast.chris)
    actions.withdraw(key=made(cast, 3).pk)
    client = of(cast.otto)
    rejected = client.get(f"{QUEUE}?view=rejected").context["rows"]
    assert [row.company for row, _glyph, _country in rejected] == ["Firm 2", "Firm 1"]
    assert client.get(f"{QUEUE}?view=withdrawn").context["page"].paginator.count == 1
    assert client.get(f"{QUEUE}?view=nonsense").context["view"] == ""
    assert "Firm 1" in client.get(f"{QUEUE}?view=rejected&q=firm1.exa").content.decode()


@pytest.mark.parametrize(
    ("who", "count"), [("ada", True), ("chris", True), ("otto", False), ("sally", False)]
)
def test_the_navigation_counts_for_those_who_decide(cast: Cast, who: str, count: bool) -> None:
    made(cast, 1)
    text = of(getattr(cast, who)).get("/sales/opportunities/").content.decode()
    assert ("1 waits" in text) is count
    assert (f'href="{QUEUE}"' in text) is (who != "sally")


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_the_queue_asks_as_much_for_three_as_for_one(cast: Cast) -> None:
    client = of(cast.chris)
    made(cast, 1)
    one = queries(client, QUEUE)
    made(cast, 2)
    made(cast, 3)
    assert queries(client, QUEUE) == one
    assert one <= 12


def test_the_page_of_one_asks_as_much_with_three_near_companies_as_with_one(cast: Cast) -> None:
    client = of(cast.chris)
    application = made(cast, 1, company="Nordlys I.T.")
    one = queries(client, url(application))
    for name in ("Nordlys ID", "Nordlys It Nord"):
        account = Account.objects.create(name=name, kind="partner")
        Partner.objects.create(account=account)
    actions.note(key=application.pk, text="Their owner called me.", by=cast.chris)
    page = client.get(url(application))
    assert len(page.context["near"]) == 3
    assert queries(client, url(application)) == one


def test_the_page_shows_all_that_they_wrote_and_who_is_near(cast: Cast) -> None:
    application = waiting(cast, company="Nordlys I.T.", domain="nordlys.example", email=cast.mads.email)
    text = of(cast.otto).get(url(application)).content.decode()
    for shown in (
        "Our customers ask for it every week.", "Havn ERP", "30112233", "Havnegade 4", "Sønderborg", "Denmark",
        "Else Bruun", "Managing director", "+45 70 20 30 40", "Jutland", "Food", "Nordlys IT",
        "Same web domain", "Partner already",
        "Mads Iversen of Nordlys IT signs in with mads@nordlys.example already",
    ):  # fmt: skip
        assert shown in text, shown
    for hidden in ("Approve…", "Reject…", "Take up", "Add note"):
        assert hidden not in text


@pytest.mark.parametrize("verb", ["note", "ask", "reject"])
def test_what_is_refused_keeps_what_was_typed(cast: Cast, verb: str) -> None:
    application = made(cast, 1)
    sent = {"text": "x" * 4001, "reason": "covered"}
    answer = of(cast.chris).post(url(application, verb), sent)
    assert answer.status_code == 422
    assert "x" * 4001 in answer.content.decode()
    empty = of(cast.chris).post(url(application, verb), {"text": "", "reason": "covered"})
    assert empty.status_code == 422
    assert empty.context[f"{verb}_form"].errors["text"]


def test_a_manager_takes_up_asks_notes_and_rejects(cast: Cast) -> None:
    application, client = made(cast, 1), of(cast.chris)
    for verb, sent in (
        ("take_up", {}),
        ("ask", {"text": "How many consultants?"}),
        ("note", {"text": "Their owner called me."}),
        ("reject", {"reason": "covered", "text": "Two partners there."}),
    ):
        answer = client.post(url(application, verb), sent)
        assert (answer.status_code, answer["Location"]) == (302, url(application)), verb
    application.refresh_from_db()
    assert (application.status, application.reviewer, application.decided_by) == (
        "rejected",
        cast.chris,
        cast.chris,
    )
    text = client.get(url(application)).content.decode()
    for shown in ("How many consultants?", "Their owner called me.", "Two partners there."):
        assert shown in text


def test_who_comes_too_late_reads_why(cast: Cast) -> None:
    application = made(cast, 1)
    actions.reject(key=application.pk, reason="covered", text="No.", by=cast.ada)
    late = of(cast.chris).post(url(application, "take_up"))
    assert late.status_code == 409
    assert "the application is “Rejected”" in late.content.decode()
    assert of(cast.chris).get(url(application, "approve")).status_code == 409


def preset(client: Client, application: Application, query: str = "") -> dict[str, object]:
    """Give what the form of approval holds when it opens, as a browser sends it."""
    form = client.get(url(application, "approve") + query).context["form"]
    values = {}
    for field in form:
        value = field.value()
        values[field.name] = [str(one) for one in value] if isinstance(value, list) else value
    return {name: value for name, value in values.items() if value not in (None, "")}


def test_approval_is_preset_from_the_application_and_done_in_one_step(cast: Cast) -> None:
    application, client = made(cast, 1), of(cast.chris)
    sent = preset(client, application)
    assert sent["name"] == "Firm 1"
    assert sent["territories"] == [str(cast.jutland.pk)]
    assert sent["channel_manager"] == cast.chris.pk
    assert sent["time_zone"] == "Europe/Copenhagen"
    answer = client.post(url(application, "approve"), {**sent, "tier": cast.nordlys.tier_id})
    assert answer.status_code == 302
    partner = Partner.objects.get(account__name="Firm 1")
    assert partner.tier == cast.nordlys.tier
    assert Invitation.objects.get(partner=partner).email == "else@firm1.example"
    assert "It became a partner" in client.get(url(application)).content.decode()


def test_an_existing_account_is_chosen_beside_and_no_second_one_is_made(cast: Cast) -> None:
    application, client = made(cast, 1, company="Lindholm Food"), of(cast.ada)
    page = client.get(url(application)).content.decode()
    assert f"?account={cast.lindholm.pk}" in page
    before = Account.objects.count()
    sent = preset(client, application, f"?account={cast.lindholm.pk}")
    assert sent["account"] == cast.lindholm.pk
    assert client.post(url(application, "approve"), sent).status_code == 302
    assert Account.objects.count() == before
    assert Partner.objects.get(account=cast.lindholm)


def test_an_approval_with_a_taken_address_says_how_to_mend_it_and_keeps_the_form(cast: Cast) -> None:
    application, client = made(cast, 1), of(cast.chris)
    sent = {**preset(client, application), "person_email": "bo@fjord.example", "capacity": "7"}
    answer = client.post(url(application, "approve"), sent)
    assert answer.status_code == 422
    assert "Bo Lund of Fjord Consulting signs in with bo@fjord.example already" in answer.content.decode()
    assert answer.context["form"]["capacity"].value() == "7"
    assert not Account.objects.filter(name="Firm 1").exists()


def test_an_address_of_a_form_that_is_no_key_is_passed_over(cast: Cast) -> None:
    application = made(cast, 1)
    assert of(cast.chris).get(url(application, "approve") + "?account=nonsense").status_code == 200
    assert of(cast.chris).post(url(application, "nonsense")).status_code == 404
    assert reverse("desk:application", args=[application.pk]) == url(application)
