"""The page of one opportunity at the desk: create, edit, deliver, verbs, notes, files, history."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kanal.directory.models import Account, Contact
from kanal.distribution import actions
from kanal.distribution.history import changes
from kanal.distribution.models import Offer
from kanal.opportunities.actions import add_note
from kanal.opportunities.actions.values import Line
from kanal.opportunities.models import Attachment, Opportunity, TimelineEntry

pytestmark = pytest.mark.django_db
LIST, NEW = "/sales/opportunities/", "/sales/opportunities/new/"


def signed_in(who):
    client = Client()
    client.force_login(who)
    return client


@pytest.fixture
def desk(cast):
    return signed_in(cast.chris)


def address(one):
    return f"{LIST}{one.pk}/"


def form_of(client, where):
    """Give what the page's form would send, as a browser does."""
    context = client.get(where).context
    data = {"lines_before": context["lines_before"], "lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"}
    for field in context["form"]:
        value = field.value()
        if isinstance(value, Decimal):
            value = f"{value:.2f}"
        if isinstance(value, date):
            value = value.isoformat()
        data[field.html_name] = "" if value is None else str(getattr(value, "pk", value))
    for number, line in enumerate(context["lines"].initial or []):
        data["lines-TOTAL_FORMS"] = data["lines-INITIAL_FORMS"] = str(number + 1)
        for name, value in line.items():
            data[f"lines-{number}-{name}"] = "" if value is None else str(value)
    return data


def save(client, where, **facts):
    return client.post(
        where, {**form_of(client, where), **{name: str(value) for name, value in facts.items()}}
    )


def only():
    return Opportunity.objects.get()


# ── Creating: S1 to S3 ──────────────────────────────────────────────────────────────────────────


def test_an_opportunity_is_made_for_an_existing_customer(desk, cast):
    response = save(
        desk, NEW, topic="ERP renewal", account=cast.lindholm.pk, contact=cast.karen.pk, currency=cast.eur.pk,
        estimated_revenue="1,240,000.00", estimated_close_date="2027-02-26", customer_situation="Old ERP.",
        customer_need="One system.", proposed_solution="Havn ERP.",
    )  # fmt: skip
    made = only()
    assert response.status_code == 302
    assert response["Location"] == address(made)
    assert (made.topic, made.account, made.contact, made.currency) == (
        "ERP renewal",
        cast.lindholm,
        cast.karen,
        cast.eur,
    )
    assert (made.estimated_revenue, made.estimated_close_date) == (Decimal("1240000.00"), date(2027, 2, 26))
    assert (made.customer_situation, made.customer_need, made.proposed_solution) == (
        "Old ERP.",
        "One system.",
        "Havn ERP.",
    )
    assert (made.status, made.owner) == ("in_progress", cast.chris)


def test_an_opportunity_is_made_with_a_customer_and_a_contact_made_on_the_spot(desk):
    save(
        desk, NEW, topic="Scanning", new_account_name="Rimfaks Logistik", new_account_city="Taulov",
        new_account_country="DK", new_contact_name="Per Rim", new_contact_email="per@rimfaks.example",
    )  # fmt: skip
    made = only()
    assert made.account == Account.objects.get(name="Rimfaks Logistik", city="Taulov", country="DK")
    assert made.contact == Contact.objects.get(name="Per Rim", account=made.account)


def test_a_contact_alone_brings_its_company_along(desk, cast):
    save(desk, NEW, topic="Scanning", contact=cast.karen.pk)
    assert only().account == cast.lindholm


def test_products_are_lines_of_the_form(desk, cast):
    lines = {"lines-TOTAL_FORMS": "2", "lines-0-product": cast.erp.pk, "lines-0-quantity": "140",
             "lines-0-unit_price": "5,900", "lines-1-quantity": "1"}  # fmt: skip
    save(desk, NEW, topic="ERP", **lines)
    line = only().lines.get()
    assert (line.product, line.quantity, line.unit_price) == (cast.erp, 140, 5900)


def test_a_product_can_be_removed(desk, cast):
    made = cast.opportunity(lines=[Line(cast.erp)])
    save(desk, address(made), **{"lines-0-DELETE": "on"})
    assert not made.lines.exists()


def test_a_product_that_stands_twice_is_refused_at_the_products(desk, cast):
    lines = {"lines-TOTAL_FORMS": "2", "lines-0-product": cast.erp.pk, "lines-1-product": cast.erp.pk}
    response = save(desk, NEW, topic="ERP", **lines)
    assert response.status_code == 422
    assert "stands here twice" in response.content.decode()


def test_a_refused_form_says_what_is_wrong_and_keeps_what_was_typed(desk):
    response = save(
        desk, NEW, topic="", estimated_revenue="much", customer_need="Keep me", new_account_name="Rimfaks"
    )
    text = response.content.decode()
    assert response.status_code == 422
    assert not Opportunity.objects.exists()
    assert not Account.objects.filter(name="Rimfaks").exists()
    assert 'href="#id_topic"' in text
    assert 'href="#id_estimated_revenue"' in text
    assert "Keep me" in text
    assert 'value="much"' in text
    assert 'value="Rimfaks"' in text


def test_a_contact_of_another_company_is_refused_at_the_contact(desk, cast):
    other = Account.objects.create(name="Other")
    response = save(desk, NEW, topic="ERP", account=other.pk, contact=cast.karen.pk)
    assert response.status_code == 422
    assert "works for another company" in str(response.context["form"].errors["contact"])


def test_a_new_one_can_be_delivered_with_the_same_save(desk, cast):
    save(desk, NEW, topic="ERP", partner=cast.nordlys.pk, status="delivered")
    assert (only().status, only().partner) == ("delivered", cast.nordlys)


# ── Delivering: S4 ──────────────────────────────────────────────────────────────────────────────


def test_partner_and_status_delivered_and_save_delivers(desk, cast):
    made = cast.opportunity()
    response = save(desk, address(made), partner=cast.nordlys.pk, status="delivered")
    assert response.status_code == 302
    assert Offer.objects.get().partner == cast.nordlys
    text = desk.get(address(made)).content.decode()
    assert "Nordlys IT is told at once" in text
    assert "Offered to Nordlys IT" in text
    assert "Not opened yet." in text


def test_delivering_without_a_partner_is_refused_at_the_partner(desk, cast):
    made = cast.opportunity()
    response = save(desk, address(made), status="delivered", topic="Also changed")
    assert response.status_code == 422
    assert "Choose the partner" in str(response.context["form"].errors["partner"])
    assert Opportunity.objects.get().topic == "ERP renewal for 140 users"


def test_a_partner_that_declined_needs_a_reason_to_get_it_again(desk, cast):
    made = cast.delivered()
    actions.decline(key=made.pk, reason="too_small", by=cast.anna)
    assert "Declined before by Nordlys IT" in desk.get(address(made)).content.decode()
    response = save(desk, address(made), partner=cast.nordlys.pk, status="delivered")
    assert response.status_code == 422
    assert "override_reason" in response.context["form"].errors
    save(desk, address(made), partner=cast.nordlys.pk, status="delivered", override_reason="It has grown.")
    assert Opportunity.objects.get().status == "delivered"


def test_another_partner_in_the_field_delivers_anew(desk, cast):
    made = cast.delivered()
    save(desk, address(made), partner=cast.fjord.pk)
    assert Opportunity.objects.get().partner == cast.fjord
    assert sorted(Offer.objects.values_list("status", flat=True)) == ["pending", "withdrawn"]


def test_the_status_field_offers_what_the_lifecycle_allows(desk, cast):
    field = desk.get(address(cast.delivered())).context["form"].fields["status"]
    assert [key for key, _label in field.choices] == [
        "in_progress",
        "delivered",
        "accepted",
        "declined",
        "canceled",
    ]


def test_a_status_that_asks_for_a_reason_is_refused_without_one(desk, cast):
    made = cast.managed()
    response = save(desk, address(made), status="lost")
    assert response.status_code == 422
    assert "close_reason" in response.context["form"].errors
    save(desk, address(made), status="lost", close_reason="price", text="Too dear.")
    assert Opportunity.objects.get().status == "lost"


# ── Two people at once ──────────────────────────────────────────────────────────────────────────


def test_two_edits_of_different_fields_are_put_together(desk, cast):
    made = cast.opportunity()
    mine = form_of(desk, address(made)) | {"customer_need": "Mine"}
    save(signed_in(cast.ada), address(made), topic="Theirs")
    response = desk.post(address(made), mine)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Ada Holm changed this while you wrote" in text
    assert [(one.label, one.theirs, one.taken) for one in response.context["differences"]] == [
        ("Topic", "Theirs", True)
    ]
    again = {
        **mine,
        **{name: response.context["form"][name].value() for name in ("topic", "version", "customer_need")},
    }
    assert desk.post(address(made), again).status_code == 302
    assert (only().topic, only().customer_need) == ("Theirs", "Mine")


def test_two_edits_of_one_field_are_shown_beside_each_other_and_nothing_typed_is_lost(desk, cast):
    made = cast.opportunity()
    mine = form_of(desk, address(made)) | {"topic": "Mine", "estimated_revenue": "5"}
    save(signed_in(cast.ada), address(made), topic="Theirs")
    response = desk.post(address(made), mine)
    form = response.context["form"]
    assert [(one.theirs, one.yours, one.taken) for one in response.context["differences"]] == [
        ("Theirs", "Mine", False)
    ]
    assert (form["topic"].value(), form["estimated_revenue"].value()) == ("Mine", "5")
    assert only().topic == "Theirs"


def test_an_answer_that_came_meanwhile_is_not_written_over(desk, cast):
    made = cast.delivered()
    mine = form_of(desk, address(made)) | {"status": "in_progress", "topic": "Mine"}
    actions.accept(key=made.pk, by=cast.anna)
    response = desk.post(address(made), mine)
    assert response.status_code == 409
    assert only().status == "accepted"
    assert response.context["form"]["status"].value() == "accepted"
    assert response.context["form"]["topic"].value() == "Mine"


def test_products_that_somebody_else_changed_are_kept(desk, cast):
    made = cast.opportunity()
    mine = form_of(desk, address(made)) | {"topic": "Mine"}
    lines = {"lines-TOTAL_FORMS": "1", "lines-0-product": cast.erp.pk, "lines-0-quantity": "2"}
    save(signed_in(cast.ada), address(made), **lines)
    response = desk.post(address(made), mine)
    assert [one.label for one in response.context["differences"]] == ["Products"]
    assert len(response.context["lines"].initial) == 1


# ── Who may ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("who", "may"), [("ada", True), ("chris", True), ("sally", False), ("otto", False)])
def test_the_page_is_read_only_for_who_may_not_edit_and_says_why(cast, who, may):
    made = cast.opportunity()
    client = signed_in(cast.people[who])
    text = client.get(address(made)).content.decode()
    assert ('form="record">Save</button>' in text) is may
    assert ("changes nothing" in text or "opportunities that they own" in text) is not may
    assert save(client, address(made), topic="Changed").status_code == (302 if may else 403)
    assert (only().topic == "Changed") is may


def test_a_seller_edits_and_delivers_what_they_own(cast):
    made = cast.opportunity(owner=cast.sally)
    assert (
        save(signed_in(cast.sally), address(made), partner=cast.nordlys.pk, status="delivered").status_code
        == 302
    )
    assert only().status == "delivered"


def test_what_does_not_exist_is_404(desk):
    nowhere = f"{LIST}01936d0e-0000-7000-8000-000000000000/"
    for where in (nowhere, f"{nowhere}history/", "/sales/files/01936d0e-0000-7000-8000-000000000000/"):
        assert desk.get(where).status_code == 404
    assert desk.post(f"{nowhere}win/", {"win-reason": "price"}).status_code == 404


# ── Verbs, stage ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("make", "verb", "sent", "status"),
    [
        ("delivered", "withdraw", {"withdraw-text": "Found another"}, "in_progress"),
        ("managed", "hold", {"hold-reason": "Budget in January"}, "on_hold"),
        ("managed", "win", {"win-reason": "best_fit", "win-revenue": "900,000"}, "won"),
        ("managed", "lose", {"lose-reason": "price"}, "lost"),
        ("opportunity", "cancel", {"cancel-reason": "duplicate"}, "canceled"),
    ],
)
def test_each_verb_has_its_dialog(desk, cast, make, verb, sent, status):
    made = getattr(cast, make)()
    assert f'id="{verb}-dialog"' in desk.get(address(made)).content.decode()
    assert desk.post(f"{address(made)}{verb}/", sent).status_code == 302
    assert only().status == status


def test_what_is_on_hold_is_resumed_and_what_is_closed_is_reopened(desk, cast):
    made = cast.managed()
    actions.hold(key=made.pk, reason="Budget", by=cast.chris)
    desk.post(f"{address(made)}resume/")
    assert only().status == "accepted"
    actions.lose(key=made.pk, reason="price", by=cast.chris)
    desk.post(f"{address(made)}reopen/", {"reopen-reason": "They called."})
    assert only().status == "accepted"


def test_a_refused_dialog_opens_again_with_what_was_typed(desk, cast):
    made = cast.managed()
    response = desk.post(f"{address(made)}win/", {"win-text": "Well done", "win-revenue": "-1"})
    text = response.content.decode()
    assert response.status_code == 422
    assert re.search(r'id="win-dialog"[^>]* open', text)
    assert "Well done" in text
    assert only().status == "accepted"


def test_a_verb_that_the_status_forbids_says_so_and_changes_nothing(desk, cast):
    made = cast.opportunity()
    response = desk.post(f"{address(made)}withdraw/", {}, follow=True)
    assert "can’t be done while the status is" in response.content.decode()
    assert desk.post(f"{address(made)}expire/").status_code == 404


def test_the_stage_moves_to_the_next(desk, cast):
    made = cast.opportunity()
    assert "Move to Contacting" in desk.get(address(made)).content.decode()
    desk.post(f"{address(made)}stage/", {"stage": "contacting"})
    assert only().stage == "contacting"
    assert "no stage" in desk.post(f"{address(made)}stage/", {"stage": "x"}, follow=True).content.decode()


def test_a_stage_that_somebody_moved_meanwhile_is_not_moved_back(desk, cast):
    made = cast.opportunity()
    seen = re.search(r'name="seen" value="(\w+)"', desk.get(address(made)).content.decode())
    assert seen
    assert seen[1] == made.stage
    actions.move_stage(key=made.pk, stage="quoting", by=cast.ada)
    page = desk.post(
        f"{address(made)}stage/", {"stage": "contacting", "seen": seen[1]}, follow=True
    ).content.decode()
    assert only().stage == "quoting"
    assert "meanwhile" in page
    assert "Stage: Contacting" not in page


# ── Timeline, files, history ────────────────────────────────────────────────────────────────────


def test_a_note_is_internal_unless_it_is_shared(desk, cast):
    made = cast.delivered()
    desk.post(f"{address(made)}note/", {"body": "Between us", "visibility": "internal"})
    desk.post(f"{address(made)}note/", {"body": "For you", "visibility": "shared"})
    notes = {note.body: note for note in TimelineEntry.objects.filter(event="")}
    assert notes["Between us"].visibility == "internal"
    assert (notes["For you"].visibility, notes["For you"].partner) == ("shared", cast.nordlys)
    assert "Nordlys IT sees this" in desk.get(address(made)).content.decode()


def test_a_refused_note_keeps_its_text(desk, cast):
    made = cast.opportunity()
    file = SimpleUploadedFile("tool.exe", b"MZ")
    response = desk.post(f"{address(made)}note/", {"body": "Keep me", "visibility": "shared", "files": file})
    assert response.status_code == 422
    assert "Keep me" in response.content.decode()
    assert "is of a kind that is not taken" in response.content.decode()


def test_an_auditor_writes_no_note(cast):
    made = cast.opportunity()
    client = signed_in(cast.otto)
    assert "Add note" not in client.get(address(made)).content.decode()
    assert client.post(f"{address(made)}note/", {"body": "x"}).status_code == 403


def test_a_file_is_saved_never_shown_in_the_page(desk, cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    made = cast.opportunity()
    desk.post(f"{address(made)}note/", {"body": "", "files": SimpleUploadedFile("list.txt", b"a;b")})
    response = desk.get(f"/sales/files/{Attachment.objects.get().pk}/")
    assert b"".join(response.streaming_content) == b"a;b"
    assert response["Content-Disposition"] == 'attachment; filename="list.txt"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert signed_in(cast.mads).get(f"/sales/files/{Attachment.objects.get().pk}/").status_code == 403


def test_the_timeline_shows_twenty_and_leads_to_the_older(desk, cast):
    made = cast.opportunity()
    for number in range(25):
        add_note(key=made.pk, body=f"Note {number:02}", shared=False, by=cast.chris)
    first = desk.get(address(made)).content.decode()
    assert "Note 24" in first
    assert "Note 04" not in first
    assert "Show 6 older" in first
    assert "Note 04" in desk.get(address(made), {"entries": "40"}).content.decode()
    events = desk.get(address(made), {"show": "events"}).content.decode()
    assert "Created" in events
    assert "Note 24" not in events


def test_the_history_names_who_changed_what_from_what_to_what(desk, cast):
    made = cast.opportunity()
    save(desk, address(made), topic="New topic", owner=cast.sally.pk, estimated_revenue="5", rating="hot")
    save(desk, address(made), partner=cast.nordlys.pk, status="delivered")
    told = {(change.field, change.old, change.new, change.who) for change in changes(made)}
    assert ("Topic", "ERP renewal for 140 users", "New topic", "Chris Mølgaard") in told
    assert ("Owner", "Chris Mølgaard", "Sally Winther", "Chris Mølgaard") in told
    assert ("Est. revenue", "1,240,000.00", "5.00", "Chris Mølgaard") in told
    assert ("Rating", "Warm", "Hot", "Chris Mølgaard") in told
    assert ("Status", "In progress", "Delivered", "Chris Mølgaard") in told
    assert "New topic" in desk.get(f"{address(made)}history/").content.decode()


def test_a_page_takes_as_many_queries_with_much_on_it_as_with_little(
    desk, cast, django_assert_max_num_queries
):
    def queries_of(where):
        with django_assert_max_num_queries(30) as seen:
            desk.get(where)
        return len(seen)

    few, many = cast.delivered(lines=[Line(cast.erp)]), cast.delivered(lines=[Line(cast.erp)])
    for one, notes in ((few, 1), (many, 3)):
        for number in range(notes):
            add_note(key=one.pk, body=f"{number}", shared=True, by=cast.chris)
            actions.move_stage(key=one.pk, stage=["contacting", "quoting", "closing"][number], by=cast.ada)
    assert queries_of(address(many)) == queries_of(address(few))
    assert queries_of(f"{address(many)}history/") == queries_of(f"{address(few)}history/")


def test_one_goes_to_the_next_of_the_list_one_came_from(desk, cast):
    first, second, third = (cast.opportunity(topic=topic) for topic in "abc")
    text = desk.get(address(second), {"from": "sort=topic&view=open"}).content.decode()
    assert "2 of 3 in Open" in text
    assert f"{first.pk}/?from=sort%3Dtopic%26view%3Dopen" in text
    assert f"{third.pk}/?from=" in text
