"""What the desk's other pages show of deal registration: the request on its opportunity, and who is protected."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from kanal.directory.models import Account, Person
from kanal.distribution import actions as distribution
from kanal.distribution.bulk import Wish, preview, rows_of
from kanal.distribution.matching import Rule
from kanal.distribution.models import BulkVerb, Override
from kanal.distribution.why_words import LEFT_OUT
from kanal.opportunities.actions.values import Line
from kanal.opportunities.models import Opportunity
from kanal.registration import actions
from tests import cast as casting
from tests.cast import Cast
from tests.registration import made

pytestmark = pytest.mark.django_db
SALES = "/sales/opportunities/"


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def shown(person: Person, address: str) -> str:
    page = of(person).get(address)
    assert page.status_code == 200
    return page.content.decode()


def of_the_vendor(cast: Cast, **facts: Any) -> Opportunity:
    """Make an opportunity of the vendor for the customer that Nordlys registers, as the vendor knows it."""
    account = Account.objects.create(name="Soby Teknik A/S", domain="www.soby-teknik.dk", country="DK")
    return cast.opportunity(account=account, contact=None, lines=[Line(cast.erp)], **facts)


def record(opportunity: Opportunity, **changes: Any) -> dict[str, Any]:
    """Give the form of an opportunity as it is sent."""
    return {
        "topic": opportunity.topic, "account": str(opportunity.account_id), "currency": str(opportunity.currency_id),
        "owner": str(opportunity.owner_id), "rating": "warm", "source": "vendor", "status": opportunity.status,
        "from_status": opportunity.status, "version": opportunity.version, "lines-TOTAL_FORMS": 0,
        "lines-INITIAL_FORMS": 0, **changes,
    }  # fmt: skip


# ── The request on its opportunity ─────────────────────────────────────────────────────────────
def test_the_opportunity_shows_the_request_that_waits_and_leads_to_its_review(cast) -> None:
    sent = made.submitted(cast, cast.mads)
    text = shown(cast.otto, f"{SALES}{sent.opportunity_id}/")
    for words in (
        "Deal registration request from Nordlys IT", "Asks for 90 days of protection for this customer and ERP.",
        "No conflicts found.", "Review request", f'href="/sales/registrations/{sent.pk}/"',
        "Approving it approves the opportunity too.",
    ):  # fmt: skip
        assert words in text, words
    assert f"/sales/registrations/{sent.pk}/approve/" not in text  # an auditor approves nothing


def test_the_request_is_approved_from_the_opportunity(cast) -> None:
    sent = made.submitted(cast, cast.mads)
    client, address = of(cast.ada), f"{SALES}{sent.opportunity_id}/"
    assert f"/sales/registrations/{sent.pk}/approve/" in client.get(address).content.decode()
    answer = client.post(f"/sales/registrations/{sent.pk}/approve/", {"back": "opportunity"})
    assert answer["Location"] == address
    text = client.get(address).content.decode()
    assert made.again(sent).opportunity.status == "approved"
    assert "is protected for Nordlys IT until" in text
    assert "Review request" not in text


def test_where_a_conflict_was_found_the_request_is_reviewed_first(cast) -> None:
    of_the_vendor(cast)
    sent = made.submitted(cast, cast.mads)
    text = shown(cast.ada, f"{SALES}{sent.opportunity_id}/")
    assert "Conflicts were found." in text
    assert f"/sales/registrations/{sent.pk}/approve/" not in text


def test_the_tab_lists_the_requests_and_for_whom_the_customer_is_protected(cast) -> None:
    done = made.approved(cast, cast.mads)
    address = f"{SALES}{done.opportunity_id}/registrations/"
    text = shown(cast.sally, address)
    for words in (done.reference, "For whom the customer is protected", "Nordlys IT"):
        assert words in text
    other = of_the_vendor(cast)
    assert done.reference in shown(cast.sally, f"{SALES}{other.pk}/registrations/")
    nothing = cast.opportunity()
    assert "Nobody has registered this" in shown(cast.sally, f"{SALES}{nothing.pk}/registrations/")


def test_a_draft_is_not_counted_on_the_opportunity(cast) -> None:
    draft = made.draft(cast, cast.mads)
    text = shown(cast.ada, f"{SALES}{draft.opportunity_id}/")
    assert "Deal registration request" not in text


# ── A protected customer ───────────────────────────────────────────────────────────────────────
def test_an_opportunity_for_a_protected_customer_says_for_whom_and_until_when(cast) -> None:
    done, theirs = made.approved(cast, cast.mads), of_the_vendor(cast)
    text = shown(cast.sally, f"{SALES}{theirs.pk}/")
    assert "is protected for Nordlys IT until" in text
    assert done.reference in text
    assert "with a reason that the holder reads" in text


def test_delivering_to_another_partner_asks_for_a_reason_and_then_does_it(cast) -> None:
    made.approved(cast, cast.mads)
    theirs, client = of_the_vendor(cast), of(cast.chris)
    sent = record(theirs, status="delivered", partner=str(cast.fjord.pk))
    refused = client.post(f"{SALES}{theirs.pk}/", sent)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "Say why it goes to another partner; the holder reads it." in text
    assert "Why it goes to this partner all the same" in text
    assert 'name="override_reason"' in text
    assert not Override.objects.exists()
    done = client.post(f"{SALES}{theirs.pk}/", {**sent, "override_reason": "They asked for Fjord by name."})
    assert done.status_code == 302
    assert Override.objects.get().reason == "They asked for Fjord by name."


def test_who_makes_an_opportunity_is_warned_and_may_make_it_all_the_same(cast) -> None:
    made.approved(cast, cast.mads)
    account = of_the_vendor(cast).account
    warned = shown(cast.sally, f"/sales/lookup/protected/?account={account.pk}")  # type: ignore[union-attr]
    assert "is protected for Nordlys IT until" in warned
    assert "You can make the opportunity all the same." in warned
    assert "Nordlys IT" in shown(
        cast.sally, "/sales/lookup/protected/?new_account_name=Søby Teknik&new_account_country=DK"
    )
    assert shown(cast.sally, f"/sales/lookup/protected/?account={cast.lindholm.pk}").strip() == ""
    assert shown(cast.sally, "/sales/lookup/protected/?account=nonsense").strip() == ""


def test_a_new_opportunity_that_is_delivered_at_once_asks_for_a_reason_too(cast) -> None:
    made.approved(cast, cast.mads)
    theirs = of_the_vendor(cast)
    before = Opportunity.objects.count()
    sent = record(theirs, status="delivered", partner=str(cast.fjord.pk), version="", from_status="")
    sent |= {"lines-TOTAL_FORMS": 1, "lines-0-product": str(cast.erp.pk), "lines-0-quantity": "1"}
    refused = of(cast.chris).post(f"{SALES}new/", sent)
    assert refused.status_code == 422
    assert 'name="override_reason"' in refused.content.decode()
    assert Opportunity.objects.count() == before


def test_a_bulk_delivery_leaves_out_what_is_protected_for_somebody_else(cast) -> None:
    made.approved(cast, cast.mads)
    theirs, free = of_the_vendor(cast), cast.opportunity(lines=[Line(cast.erp)])
    rows = rows_of(Opportunity.objects.filter(pk__in=[theirs.pk, free.pk]))  # type: ignore[arg-type]

    def skipped(verb: BulkVerb, partner: Any) -> list[str]:
        seen = preview(wish=Wish(verb, [partner]), rows=rows, by=cast.chris)
        return [group.why for group in seen.skipped]

    why = "The customer is protected for another partner"
    assert skipped(BulkVerb.DELIVER, cast.fjord) == [why]
    assert skipped(BulkVerb.SHARE, cast.fjord) == [why]
    assert skipped(BulkVerb.DELIVER, cast.nordlys) == []


def test_an_explanation_says_who_was_left_out_for_a_protection(cast) -> None:
    made.approved(cast, cast.mads)
    theirs = of_the_vendor(cast)
    casting.policy(cast.chris)
    decided = distribution.assign_partner(key=theirs.pk, by=cast.chris)
    assert decided.partner == cast.nordlys
    text = shown(cast.otto, f"{SALES}{theirs.pk}/offers/")
    assert "is not the partner for which the customer is protected" in text


def test_every_rule_has_words_for_whom_it_leaves_out() -> None:
    assert set(LEFT_OUT) == set(Rule)


def test_a_partner_in_line_is_named_on_the_page_of_its_opportunity(cast) -> None:
    made.approved(cast, cast.mads)
    waiting = made.submitted(cast, cast.freja, wait_in_line=True)
    text = shown(cast.ada, f"{SALES}{waiting.opportunity_id}/")
    assert "It waits in line for another protection to end." in text
    actions.take_up(key=waiting.pk, by=cast.ada)
    assert "The customer is protected." in shown(cast.ada, f"{SALES}{waiting.opportunity_id}/")
