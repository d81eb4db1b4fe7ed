"""What partners who work together see and may do, and what one that was removed meets."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kanal.directory.refusal import Conflict, Missing, NotAllowed
from kanal.distribution import actions
from kanal.opportunities import access
from kanal.opportunities.actions import add_note
from kanal.opportunities.lifecycle import Verb
from kanal.opportunities.models import Attachment, Opportunity, Participation, TimelineEntry
from tests import cast as casting
from tests.cast import Cast
from tests.portal.conftest import Enter

pytestmark = pytest.mark.django_db
ROLES = {"nordlys": "lead", "fjord": "delivery"}


def together(cast: Cast, made: Opportunity | None = None) -> Opportunity:
    made = made or cast.opportunity()
    roles = {getattr(cast, name).pk: role for name, role in ROLES.items()}
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris, roles=roles)
    return Opportunity.objects.get(pk=made.pk)


def page(client: Any, made: Opportunity, status: int = 200) -> str:
    answer = client.get(reverse("portal:opportunity", args=[made.pk]))
    assert answer.status_code == status
    return str(answer.content.decode())


def note(client: Any, made: Opportunity, body: str, *files: SimpleUploadedFile) -> Any:
    return client.post(reverse("portal:note", args=[made.pk]), {"body": body, "files": list(files)})


def text_file(name: str = "plan.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"The plan.", content_type="text/plain")


def people_of(cast: Cast) -> list[str]:
    return ["Bo Lund", "Freja Friis", "Stig Holt", "fjord.example"]


# ── What they see ───────────────────────────────────────────────────────────────────────────────


def test_a_partner_sees_at_once_that_it_is_shared_with_whom_and_who_does_what(
    cast: Cast, enter: Enter
) -> None:
    made = together(cast)
    client = enter(cast.mads)
    lists = client.get(reverse("portal:opportunities")).content.decode()
    assert "with Fjord Consulting" in lists
    body = page(client, made)
    for text in ("Collaboration", "Who takes part", "Nordlys IT", "Lead", "Fjord Consulting", "Delivery"):
        assert text in body, text


def test_people_of_other_partners_are_hidden_but_as_authors_of_what_they_wrote(
    cast: Cast, enter: Enter
) -> None:
    made = together(cast)
    part = Participation.objects.get(opportunity=made, partner=cast.fjord, until=None)
    part.people.add(cast.stig)
    actions.move_stage(key=made.pk, stage="quoting", by=cast.bo)
    client = enter(cast.mads)
    body = page(client, made)
    assert "Stage moved from Prospect to Quoting · Fjord Consulting" in " ".join(body.split())
    home = client.get(reverse("portal:dashboard")).content.decode()
    assert "Fjord Consulting" in home
    for text in people_of(cast):
        assert text not in body
        assert text not in home
    note(enter(cast.freja), made, "We start on Wednesday.")
    body = page(client, made)
    assert "We start on Wednesday." in body
    assert [text for text in people_of(cast) if text in body] == ["Freja Friis"]


def test_shared_notes_and_files_reach_all_and_internal_ones_nobody(cast: Cast, enter: Enter) -> None:
    made = together(cast)
    note(enter(cast.freja), made, "Our plan", text_file())
    add_note(key=made.pk, body="The board meets on Tuesday.", shared=True, by=cast.chris)
    add_note(key=made.pk, body="Margin is thin.", shared=False, by=cast.chris)
    client = enter(cast.mads)
    body = page(client, made)
    for text in ("Our plan", "plan.txt", "The board meets on Tuesday."):
        assert text in body, text
    assert "Margin is thin." not in body
    file = Attachment.objects.get()
    assert client.get(reverse("portal:file", args=[file.pk])).status_code == 200


def test_notes_written_to_one_alone_before_it_was_shared_stay_between_the_two(
    cast: Cast, enter: Enter
) -> None:
    made = cast.managed()
    note(enter(cast.mads), made, "Our price is 900,000", text_file("price.txt"))
    add_note(key=made.pk, body="Agreed between us.", shared=True, by=cast.chris)
    together(cast, made)
    mine, theirs = page(enter(cast.mads), made), page(enter(cast.freja), made)
    for text in ("Our price is 900,000", "Agreed between us.", "price.txt"):
        assert text in mine
        assert text not in theirs
    file = Attachment.objects.get()
    assert enter(cast.freja).get(reverse("portal:file", args=[file.pk])).status_code == 404


def test_who_joins_later_reads_what_was_said_together(cast: Cast, enter: Enter) -> None:
    made = cast.managed(cast.fjord)
    actions.arrange(key=made.pk, members=[actions.Member(cast.fjord, "lead")], by=cast.chris)
    note(enter(cast.freja), made, "Said while alone together")
    actions.share(key=made.pk, partners=[cast.nordlys], by=cast.chris)
    assert "Said while alone together" in page(enter(cast.mads), made)


def test_the_next_partner_does_not_read_what_a_collaboration_before_it_said(cast: Cast, enter: Enter) -> None:
    third = casting.partner_company("Viborg Data")
    vera = casting.partner_person("Vera Holm", third, "manager")
    made = cast.opportunity()
    add_note(key=made.pk, body="For whoever takes it on.", shared=True, by=cast.chris)
    together(cast, made)
    note(enter(cast.freja), made, "Said together", text_file())
    actions.take_back(key=made.pk, reason="Another way", by=cast.chris)
    add_note(key=made.pk, body="A new start.", shared=True, by=cast.chris)
    actions.deliver(key=made.pk, partner=third, by=cast.chris)
    actions.accept(key=made.pk, by=vera)
    client = enter(vera)
    body = page(client, made)
    assert "For whoever takes it on." in body
    assert "A new start." in body
    for text in ("Said together", "plan.txt", "Another way", "Nordlys IT", "Fjord Consulting"):
        assert text not in body, text
    assert client.get(reverse("portal:file", args=[Attachment.objects.get().pk])).status_code == 404
    actions.share(key=made.pk, partners=[cast.fjord], by=cast.chris)
    assert "Said together" in page(enter(cast.freja), made)  # it took part then
    assert "Said together" not in page(client, made)


# ── What they may do: S8 ────────────────────────────────────────────────────────────────────────
FORBIDDEN = {
    Verb.WIN: lambda key, by: actions.win(key=key, reason="best_fit", by=by),
    Verb.LOSE: lambda key, by: actions.lose(key=key, reason="price", by=by),
    Verb.RETURN: lambda key, by: actions.return_(key=key, reason="no_interest", by=by),
    Verb.EXTEND: lambda key, by: actions.extend(
        key=key,
        until=Opportunity.objects.get(pk=key).estimated_close_date.replace(year=2028),
        reason="x",
        by=by,
    ),
    Verb.HOLD: lambda key, by: actions.hold(key=key, reason="x", by=by),
    Verb.CANCEL: lambda key, by: actions.cancel(key=key, reason="other", by=by),
}


# What the dialogs of these verbs would send.
SENT = {
    "win": {"win-revenue": "1000", "win-on": "2026-01-05", "win-reason": "best_fit"},
    "lose": {"lose-reason": "price", "lose-on": "2026-01-05"},
    "return": {"return-reason": "no_funding"},
    "extend": {"extend-until": "2027-03-01", "extend-reason": "Tender"},
    "hold": {"hold-reason": "Budget"},
    "cancel": {"cancel-reason": "duplicate"},
}


@pytest.mark.parametrize("what", SENT)
def test_the_page_has_no_such_button_and_a_request_by_hand_is_refused_with_the_reason(
    cast: Cast, enter: Enter, what: str
) -> None:
    made = together(cast)
    client = enter(cast.anna)
    address = reverse("portal:work", args=[made.pk, what])
    assert address not in page(client, made)
    assert reverse("portal:work", args=[made.pk, "stage"]) in page(client, made)
    answer = client.post(address, SENT[what])
    assert answer.status_code == 403
    assert "In a partner collaboration, no single partner may do this." in answer.content.decode()
    assert Opportunity.objects.get().status == "accepted"


def test_it_is_assigned_within_the_own_company_only_and_others_do_not_see_to_whom(
    cast: Cast, enter: Enter
) -> None:
    made = together(cast)
    client = enter(cast.mads)
    address = reverse("portal:work", args=[made.pk, "assign"])
    answer = client.post(address, {"assign-to": str(cast.freja.pk)})
    assert answer.status_code == 422
    part = Participation.objects.get(opportunity=made, partner=cast.nordlys, until=None)
    assert part.assignee is None
    assert client.post(address, {"assign-to": str(cast.sofie.pk)}).status_code == 302
    assert "Sofie Dahl" in page(client, made)
    assert "Sofie Dahl" not in page(enter(cast.freja), made)


@pytest.mark.parametrize("verb", FORBIDDEN, ids=lambda verb: verb.value)
@pytest.mark.parametrize("name", ["anna", "mads", "sofie"])
def test_no_partner_closes_returns_extends_holds_or_cancels_what_is_shared(
    cast: Cast, verb: Verb, name: str
) -> None:
    made = together(cast)
    by = cast.people[name]
    part = Participation.objects.get(opportunity=made, partner=cast.nordlys, until=None)
    part.people.add(cast.sofie)
    assert verb not in access.verbs(by, made, part)
    with pytest.raises(NotAllowed, match="no single partner may do this"):
        FORBIDDEN[verb](made.pk, by)
    assert Opportunity.objects.get().status == "accepted"


def test_the_maker_of_an_opportunity_does_not_cancel_it_once_it_is_shared(cast: Cast) -> None:
    made = cast.opportunity()
    Opportunity.objects.filter(pk=made.pk).update(made_by_partner=cast.nordlys)
    actions.approve(key=made.pk, by=cast.chris)
    together(cast, made)
    with pytest.raises(NotAllowed, match="no single partner"):
        actions.cancel(key=made.pk, reason="other", by=cast.anna)


def test_the_stage_moves_and_notes_are_written_by_each(cast: Cast, enter: Enter) -> None:
    made = together(cast)
    for person, stage in ((cast.mads, "contacting"), (cast.freja, "quoting")):
        actions.move_stage(key=made.pk, stage=stage, by=person)
        assert note(enter(person), made, f"Note of {person.name}").status_code == 302
    assert Opportunity.objects.get().stage == "quoting"


# ── Removed ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def removed(cast: Cast, enter: Enter) -> tuple[Any, Opportunity, Attachment]:
    """Give a client of Nordlys with the page open, which was removed meanwhile."""
    made = together(cast)
    part = Participation.objects.get(opportunity=made, partner=cast.nordlys, until=None)
    part.people.add(cast.sofie)
    client = enter(cast.mads)
    note(client, made, "Said before", text_file())
    page(client, made)
    actions.remove(key=made.pk, partner=cast.nordlys, by=cast.chris)
    return client, made, Attachment.objects.get()


def test_a_note_that_comes_too_late_is_shown_to_be_copied(removed: Any, cast: Cast) -> None:
    client, made, _file = removed
    before = TimelineEntry.objects.count()
    answer = note(client, made, "All that I typed <b>", text_file("late.txt"))
    body = answer.content.decode()
    assert answer.status_code == 409
    for text in (
        "Your company no longer takes part",
        "What you wrote was not saved",
        "All that I typed &lt;b&gt;",
        "late.txt",
        "Nordlys IT no longer takes part in the partner collaboration.",
        made.reference,
    ):
        assert text in body, text
    assert made.topic not in body
    assert "Lindholm" not in body
    assert TimelineEntry.objects.count() == before
    assert "Said before" in str(TimelineEntry.objects.values_list("body", flat=True))


def test_an_empty_note_that_comes_too_late_is_told_as_kindly(removed: Any) -> None:
    client, made, _file = removed
    answer = note(client, made, "")
    assert answer.status_code == 409
    assert "no longer takes part" in answer.content.decode()


def test_the_open_page_and_the_file_of_a_removed_partner(removed: Any) -> None:
    client, made, file = removed
    assert "Your company no longer takes part" in page(client, made, status=404)
    assert client.get(reverse("portal:file", args=[file.pk])).status_code == 404
    assert made.topic not in client.get(reverse("portal:opportunities")).content.decode()


@pytest.mark.parametrize("what", ["stage", "next-step", "assign", "win"])
def test_any_dialog_of_the_open_page_is_answered_kindly_and_shows_what_was_typed(
    removed: Any, what: str
) -> None:
    client, made, _file = removed
    sent = {f"{what}-note": "They asked for a price list", f"{what}-next_step": "Call Karen"}
    answer = client.post(reverse("portal:work", args=[made.pk, what]), sent)
    body = answer.content.decode()
    assert answer.status_code == 409
    for text in ("Your company no longer takes part", "They asked for a price list", "Call Karen"):
        assert text in body, text


def test_any_verb_of_a_removed_partner_is_refused_kindly(removed: Any, cast: Cast) -> None:
    _client, made, _file = removed
    for by in (cast.anna, cast.mads, cast.sofie):
        with pytest.raises(Conflict, match="Nordlys IT no longer takes part in this opportunity"):
            actions.move_stage(key=made.pk, stage="closing", by=by)


def test_to_those_who_never_saw_it_it_does_not_exist(removed: Any, cast: Cast, enter: Enter) -> None:
    _client, made, _file = removed
    part = Participation.objects.get(opportunity=made, partner=cast.nordlys)
    part.people.clear()
    client = enter(cast.sofie)
    assert "no longer takes part" not in page(client, made, status=404)
    assert note(client, made, "Hello").status_code == 404
    with pytest.raises(Missing):
        actions.move_stage(key=made.pk, stage="closing", by=cast.sofie)


def test_what_was_taken_back_says_so_with_the_reason(cast: Cast, enter: Enter) -> None:
    made = cast.managed()
    actions.take_back(key=made.pk, reason="The customer asked for another", by=cast.chris)
    body = page(enter(cast.mads), made, status=404)
    assert "Havn Systems took it back." in body
    assert "The customer asked for another" in body


def test_one_that_joins_again_reads_on_as_if_it_had_stayed(removed: Any, cast: Cast) -> None:
    client, made, _file = removed
    add_note(key=made.pk, body="While you were away", shared=True, by=cast.freja)
    actions.share(key=made.pk, partners=[cast.nordlys], by=cast.chris)
    body = page(client, made)
    assert "Said before" in body
    assert "While you were away" in body


def test_a_page_with_four_partners_asks_no_more_than_one_with_two(cast: Cast, enter: Enter) -> None:
    made = together(cast)
    client = enter(cast.mads)
    counts = []
    for names in ([], ["Viborg Data", "Samsø Soft"]):
        partners = [casting.partner_company(name) for name in names]
        if partners:
            actions.share(key=made.pk, partners=partners, by=cast.chris)
        page(client, made)
        with CaptureQueriesContext(connection) as queries:
            page(client, made)
        counts.append(len(queries))
    assert counts[0] == counts[1]
