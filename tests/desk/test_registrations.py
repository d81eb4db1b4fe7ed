"""Deal registration at the desk: the queue, the page of one request, what is decided there, and who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kanal.config import clock
from kanal.directory.models import Account, Person
from kanal.distribution import actions as distribution
from kanal.opportunities.actions.values import Line
from kanal.registration import actions
from kanal.registration.lifecycle import Status
from kanal.registration.models import Absence, Registration
from tests.cast import Cast
from tests.registration import made

pytestmark = pytest.mark.django_db
QUEUE = "/sales/registrations/"


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def url(registration: Registration, verb: str = "") -> str:
    return f"{QUEUE}{registration.pk}/" + (f"{verb}/" if verb else "")


def another(cast: Cast, number: int, by: Person | None = None, **facts: Any) -> Registration:
    names = ["Marstal Værft", "Rudkøbing Optik", "Svaneke Røgeri", "Thurø Bageri"]
    customer = f"{names[number]} A/S"
    return made.submitted(cast, by or cast.mads, customer=customer, domain=f"kunde{number}.example", **facts)


def shown(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return page.content.decode()


# ── The queue ──────────────────────────────────────────────────────────────────────────────────
def test_what_is_to_be_decided_first_stands_first_and_says_how_much_time_is_left(cast, freeze) -> None:
    from datetime import UTC, datetime

    freeze(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))  # a Monday
    late = another(cast, 0)
    freeze(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    later = another(cast, 1)
    freeze(datetime(2026, 11, 25, 10, 0, tzinfo=UTC))
    page = of(cast.ada).get(QUEUE)
    assert [row.pk for row, _glyph, _due in page.context["rows"]] == [late.pk, later.pk]
    text = page.content.decode()
    assert "Overdue for 1 h" in text
    assert "7 h left" in text


def test_each_request_stands_in_the_view_of_what_it_waits_for(cast) -> None:
    approved = made.approved(cast, cast.mads)
    waiting = made.submitted(cast, cast.freja, wait_in_line=True)
    asked = another(cast, 0)
    actions.ask(key=asked.pk, question="Since when?", fields=[], by=cast.ada)
    rejected = another(cast, 1)
    actions.reject(key=rejected.pk, reason="other", text="No.", by=cast.ada)
    open_one = another(cast, 2)
    client = of(cast.otto)
    for view, wanted in {
        "": [open_one], "partner": [asked], "line": [waiting], "approved": [approved], "ended": [rejected],
    }.items():  # fmt: skip
        page = client.get(f"{QUEUE}?view={view}")
        assert [row.pk for row, _glyph, _due in page.context["rows"]] == [one.pk for one in wanted], view
    everything = client.get(f"{QUEUE}?view=all")
    assert len(everything.context["rows"]) == 5
    assert [tab.count for tab in everything.context["tabs"]] == ["1", "1", "1", "1", "1", "5"]
    assert client.get(f"{QUEUE}?view=nonsense").context["view"] == ""


def test_a_draft_is_in_no_view(cast) -> None:
    made.draft(cast, cast.mads)
    assert "No requests yet" in shown(of(cast.ada), QUEUE)
    assert "Nothing here" not in shown(of(cast.ada), f"{QUEUE}?view=all")


@pytest.mark.parametrize("text", ["rstal vær", "nordlys", "DR-2026", "ma"])
def test_a_request_is_found_by_customer_partner_and_reference(cast, text) -> None:
    one = another(cast, 0)
    text = one.reference if text.startswith("DR") else text
    page = of(cast.sally).get(QUEUE, {"q": text})
    assert [row.pk for row, _glyph, _due in page.context["rows"]] == [one.pk]
    assert "Nothing matches" in shown(of(cast.sally), f"{QUEUE}?q=Helsinki")


def test_the_columns_sort(cast) -> None:
    for number in (1, 0, 2):
        one = another(cast, number)
        Registration.objects.filter(pk=one.pk).update(value_base=100_000 * (number + 1))
    client = of(cast.chris)

    def order(sort: str) -> list[str]:
        rows = client.get(QUEUE, {"sort": sort}).context["rows"]
        return [row.company[:3] for row, _glyph, _due in rows]

    assert order("customer") == ["Mar", "Rud", "Sva"]
    assert order("-value") == ["Sva", "Rud", "Mar"]
    assert len(order("partner")) == len(order("-submitted")) == len(order("no such order")) == 3


@pytest.mark.parametrize(
    ("who", "count"), [("ada", True), ("chris", True), ("otto", False), ("sally", False)]
)
def test_the_navigation_counts_for_those_who_decide(cast, who, count) -> None:
    another(cast, 0)
    text = shown(of(getattr(cast, who)), "/sales/policies/")
    link = text.split(f'href="{QUEUE}"')[1].split("</a>")[0]
    assert ("1 waits" in link) is count


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize("view", ["", "?view=all", "?view=line"])
def test_the_queue_asks_as_much_for_three_as_for_one(cast, view) -> None:
    client = of(cast.ada)
    if view == "?view=line":
        made.approved(cast, cast.mads)
        makers = [lambda by=by: made.submitted(cast, by, wait_in_line=True) for by in (cast.freja,)]
        makers[0]()
        one = queries(client, QUEUE + view)
        assert one <= 18
        return
    another(cast, 0)
    one = queries(client, QUEUE + view)
    another(cast, 1)
    another(cast, 2, cast.freja)
    assert queries(client, QUEUE + view) == one
    assert one <= 18


def test_the_list_is_exported_as_it_is_shown(cast) -> None:
    one = another(cast, 0)
    actions.reject(key=another(cast, 1).pk, reason="other", text="No.", by=cast.ada)
    answer = of(cast.otto).get(f"{QUEUE}export/csv/", {"view": ""})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert one.reference in text
    assert "Rudk" not in text
    assert of(cast.otto).get(f"{QUEUE}export/pdf/").status_code == 404


# ── The page of one ────────────────────────────────────────────────────────────────────────────
def of_the_vendor(cast: Cast) -> Any:
    account = Account.objects.create(
        name="Soby Teknik A/S", domain="www.soby-teknik.dk", city="Søby", country="DK"
    )
    return cast.opportunity(account=account, contact=None, lines=[Line(cast.erp)])


def test_the_page_lays_the_conflict_beside_the_request_and_says_what_approving_does(cast) -> None:
    theirs = of_the_vendor(cast)
    distribution.deliver(key=theirs.pk, partner=cast.fjord, by=cast.chris)
    sent = made.submitted(cast, cast.mads)
    text = shown(of(cast.otto), url(sent))
    for words in (
        "Deal registration request from Nordlys IT", sent.reference, "Conflicts found", theirs.reference,
        "Fjord Consulting already has an offer for this customer and product.",
        "Fjord Consulting would be told.", "Same web domain", "They asked us for a new ERP".lower(),
        "In 12 months".lower(), sent.opportunity.reference, "Administrator", "Somebody else is concerned",
    ):  # fmt: skip
        assert words in text or words in text.lower(), words
    for verb in ("Approve…", "Reject…", "Ask for information…", "Hand over…"):
        assert verb not in text, verb


def test_without_a_conflict_the_page_says_so(cast) -> None:
    text = shown(of(cast.ada), url(made.submitted(cast, cast.mads)))
    assert "No conflicts found." in text
    assert "is like this one" in text


def test_what_was_not_submitted_does_not_exist_at_the_desk(cast) -> None:
    assert of(cast.ada).get(url(made.draft(cast, cast.mads))).status_code == 404


def test_the_page_asks_no_more_with_three_conflicts_than_with_one(cast) -> None:
    client = of(cast.ada)
    of_the_vendor(cast)
    sent = made.submitted(cast, cast.mads)
    one = queries(client, url(sent))
    of_the_vendor(cast)
    of_the_vendor(cast)
    assert queries(client, url(sent)) == one


# ── Deciding ───────────────────────────────────────────────────────────────────────────────────
def test_an_administrator_approves_and_is_led_to_the_next_one(cast) -> None:
    sent, following = made.submitted(cast, cast.mads), another(cast, 0)
    client = of(cast.ada)
    answer = client.post(url(sent, "approve"), {}, follow=True)
    assert made.again(sent).status == Status.APPROVED
    text = answer.content.decode()
    assert "is protected for Nordlys IT until" in text
    assert f'href="{url(following)}"' in text
    assert "Next in the queue: Marstal" in text


def test_what_came_up_since_is_said_before_somebody_approves(cast) -> None:
    sent = made.submitted(cast, cast.mads)
    theirs = of_the_vendor(cast)
    distribution.deliver(key=theirs.pk, partner=cast.fjord, by=cast.chris)
    client = of(cast.ada)
    text = shown(client, url(sent))
    assert "Something has come up since it was submitted" in text
    assert "One more approval is wanted after yours" in text
    assert 'name="approve-ends"' not in text
    said = client.post(url(sent, "approve"), {}, follow=True).content.decode()
    assert "One more approval is wanted; whoever gives it is told." in said
    assert made.again(sent).status == Status.SUBMITTED


def test_the_end_can_be_another_day(cast) -> None:
    sent, day = made.submitted(cast, cast.mads), clock.today() + timedelta(days=30)
    of(cast.ada).post(url(sent, "approve"), {"approve-ends": day.isoformat()})
    protection = made.again(sent).protection
    assert protection is not None
    assert protection.last_day == day


def test_a_day_that_has_passed_is_refused_beside_its_field(cast) -> None:
    sent, day = made.submitted(cast, cast.mads), clock.today() - timedelta(days=1)
    answer = of(cast.ada).post(url(sent, "approve"), {"approve-ends": day.isoformat()})
    assert answer.status_code == 422
    assert "This day has passed" in answer.content.decode()
    assert f'value="{day.isoformat()}"' in answer.content.decode()
    assert made.again(sent).status == Status.SUBMITTED


@pytest.mark.parametrize("who", ["sally", "otto"])
@pytest.mark.parametrize("verb", ["approve", "reject", "ask", "hand_over", "take_up", "revoke", "extension"])
def test_sellers_and_auditors_read_and_do_not_decide(cast, who, verb) -> None:
    sent = made.submitted(cast, cast.mads)
    answer = of(getattr(cast, who)).post(
        url(sent, verb), {f"{verb}-text": "Because", f"{verb}-reason": "other"}
    )
    assert answer.status_code == 403
    assert made.again(sent).status == Status.SUBMITTED


def test_who_owns_the_opportunity_is_offered_no_approval_and_gets_none(cast) -> None:
    sent = made.submitted(cast, cast.mads)
    assert sent.opportunity.owner == cast.chris
    client = of(cast.chris)
    text = shown(client, url(sent))
    assert "Approve…" not in text
    assert "Reject…" in text
    answer = client.post(url(sent, "approve"), {})
    assert answer.status_code == 403
    assert "You own this opportunity" in answer.content.decode()


@pytest.mark.parametrize("verb", ["reject", "revoke"])
def test_a_refused_dialog_opens_again_with_what_was_typed(cast, verb) -> None:
    sent = made.approved(cast, cast.mads) if verb == "revoke" else made.submitted(cast, cast.mads)
    words = "Nobody there knows of this. " * 3
    answer = of(cast.ada).post(url(sent, verb), {f"{verb}-reason": "", f"{verb}-text": words})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words.strip() in text
    assert f'id="{verb}-dialog" aria-labelledby="{verb}-dialog-title" open' in text


def test_what_somebody_else_decided_meanwhile_is_said_and_nothing_is_done(cast) -> None:
    sent = made.submitted(cast, cast.mads)
    actions.reject(key=sent.pk, reason="other", text="No.", by=cast.chris)
    answer = of(cast.ada).post(
        url(sent, "reject"), {"reject-reason": "direct", "reject-text": "We sell there."}
    )
    assert answer.status_code == 409
    assert "can’t be done: the request is “Rejected”" in answer.content.decode()
    assert made.again(sent).reason == "other"


def test_a_question_names_the_fields_that_it_opens(cast) -> None:
    sent = made.submitted(cast, cast.mads)
    typed = {"ask-question": "Since when?", "ask-fields_open": ["work_done", "contact_name"]}
    text = of(cast.ada).post(url(sent, "ask"), typed, follow=True).content.decode()
    assert made.again(sent).open_fields == ["contact_name", "work_done"]
    assert "You asked:" in text
    assert "the clock stands still" in text


def test_a_duplicate_names_the_first_and_a_request_waits_in_line(cast) -> None:
    first = made.approved(cast, cast.mads)
    second = made.submitted(cast, cast.freja, wait_in_line=True)
    client = of(cast.ada)
    client.post(url(second, "take_up"))
    answer = client.post(url(second, "line_up"), {"line_up-behind": str(first.pk)}, follow=True)
    assert f"behind {first.reference}" in answer.content.decode()
    assert made.again(second).behind_id == first.pk
    assert "In line behind it" in shown(client, url(first))
    # Without scripts the code is typed.
    client.post(url(second, "mark_duplicate"), {"mark_duplicate-original_text": first.reference})
    assert made.again(second).original == first


def test_the_decision_is_handed_over_to_somebody_who_can_decide(cast) -> None:
    sent, berit = made.submitted(cast, cast.mads), made.second(cast)
    client = of(cast.chris)
    text = shown(client, url(sent))
    assert "Berit Lund, " in text
    assert "Sally Winther, " not in text.split("hand_over-dialog")[-1]
    client.post(url(sent, "hand_over"), {"hand_over-to": str(berit.pk)})
    assert made.again(sent).steps.get().person == berit


@pytest.mark.parametrize("grant", [True, False])
def test_more_time_is_granted_or_refused_with_words(cast, grant) -> None:
    one = made.approved(cast, cast.mads)
    before = one.protection.ends  # type: ignore[union-attr]
    actions.ask_extension(key=one.pk, days=20, evidence="Two workshops held.", by=cast.mads)
    client = of(cast.chris)
    assert "Two workshops held." in shown(client, url(one))
    if not grant:
        assert client.post(url(one, "extension"), {"refuse": "1"}).status_code == 422
    client.post(url(one, "extension"), {"extension-text": "Fine."} | ({} if grant else {"refuse": "1"}))
    extended = made.again(one).protection.ends - before  # type: ignore[union-attr]
    assert extended == timedelta(days=20 if grant else 0)
    assert one.extensions.get().state == ("granted" if grant else "refused")


# ── Absence and the policy ─────────────────────────────────────────────────────────────────────
def test_who_is_away_names_a_deputy_and_comes_back(cast) -> None:
    sent, berit = made.submitted(cast, cast.mads), made.second(cast)
    client = of(cast.ada)
    refused = client.post(f"{QUEUE}away/", {"away-until": "2020-01-01", "away-deputy": str(berit.pk)})
    assert refused.status_code == 422
    assert "This day has passed" in refused.content.decode()
    until = clock.today() + timedelta(days=5)
    text = client.post(
        f"{QUEUE}away/", {"away-until": until.isoformat(), "away-deputy": str(berit.pk)}, follow=True
    ).content.decode()
    assert "You are away, and Berit Lund decides meanwhile." in text
    assert "1 request is theirs now" in text
    assert made.again(sent).steps.get().person == berit
    client.post(f"{QUEUE}back/")
    assert not Absence.objects.exists()


def terms(client: Client) -> dict[str, Any]:
    """Give the form of the policy as it is shown."""
    form = client.get(f"{QUEUE}policy/").context["form"]
    return {
        field.name: field.value() if not isinstance(field.value(), tuple) else "30, 14, 7"
        for field in form
        if field.value() is not None and field.value() is not False
    }


def test_the_policy_is_kept_with_who_and_why_and_its_versions_say_what_changed(cast) -> None:
    client = of(cast.chris)
    tier = cast.nordlys.tier
    assert tier is not None
    sent = {
        **terms(client),
        "protect_days": 60,
        f"tier_{tier.pk}": 7,
        "remind_days": "20, 5",
        "why": "Shorter now",
    }
    assert client.post(f"{QUEUE}policy/", sent).status_code == 302
    from kanal.registration.policy import in_force

    now = in_force().terms
    assert (now.protect_days, now.remind_days, now.cap_by_tier) == (60, (20, 5), {str(tier.pk): 7})
    text = shown(of(cast.otto), f"{QUEUE}policy/versions/")
    for words in ("Version 1", "Shorter now", "Chris Mølgaard", "Days of protection", "Gold", "30, 14, 7"):
        assert words in text, words


def test_a_policy_without_a_reason_or_out_of_range_is_refused_and_kept_as_typed(cast) -> None:
    client = of(cast.ada)
    answer = client.post(f"{QUEUE}policy/", {**terms(client), "protect_days": 900, "why": ""})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Enter a number from 1 to 730." in text
    assert 'value="900"' in text
    assert "Say why, in a few words." in text


def test_a_policy_that_somebody_else_kept_meanwhile_is_compared(cast) -> None:
    client = of(cast.ada)
    mine = {**terms(client), "protect_days": 60, "why": "Shorter"}
    made.policy(cast.chris, protect_days=120)
    answer = client.post(f"{QUEUE}policy/", mine)
    assert answer.status_code == 409
    [difference] = answer.context["differs"]
    assert (difference.before, difference.after) == ("120", "60")
    assert client.post(f"{QUEUE}policy/", {**mine, "version": 1}).status_code == 302


def test_every_term_has_a_name_and_a_sentence(cast) -> None:
    from dataclasses import fields

    from kanal.registration.term_words import TERM_WORDS
    from kanal.registration.terms import Terms

    assert set(TERM_WORDS) == {item.name for item in fields(Terms)}
    text = shown(of(cast.sally), f"{QUEUE}policy/")
    for words in TERM_WORDS.values():
        assert str(words.meaning).replace("’", "’") in text
