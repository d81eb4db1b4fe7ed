"""Applications: who sees them, what happens to them, and what the applicant is told."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.config import clock
from kanal.directory.models import Account, Invitation, Partner
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed
from kanal.joining import access, actions, links, queries, tasks
from kanal.joining.lifecycle import BY_VERB, DECIDED, OPEN, PAIRS, TRANSITIONS, Side, Status, Verb
from kanal.joining.mail import WORDS, Kind, send
from kanal.joining.models import CONFIRM_WITHIN, REMOVE_AFTER, Application, Entry, StatusLink
from kanal.joining.telling import tell_deciders
from kanal.notify.models import Notification
from tests.cast import Cast
from tests.joining.made import MAIL, applied, approval, related, values, waiting

pytestmark = pytest.mark.django_db


def jobs(name: str) -> list[dict[str, str]]:
    return [
        job.args
        for job in ProcrastinateJob.objects.filter(task_name=f"kanal.joining.tasks.{name}").order_by("id")
    ]


def status_of(application: Application) -> str:
    return Application.objects.values_list("status", flat=True).get(pk=application.pk)


# ── Applying and confirming ────────────────────────────────────────────────────────────────────
def test_what_nobody_confirmed_stands_in_no_queue(cast: Cast) -> None:
    made = applied(cast)
    assert not access.visible(cast.ada).exists()
    with pytest.raises(Missing):
        queries.application(cast.ada, made.pk)
    with pytest.raises(Missing):
        actions.take_up(key=made.pk, by=cast.ada)


def test_a_confirmed_application_waits_and_those_who_decide_are_told(cast: Cast) -> None:
    made = waiting(cast)
    assert list(queries.queue(cast.chris)) == [made]
    assert queries.waiting_count(cast.chris) == 1
    tell_deciders(**jobs("tell")[0])
    told = {one.person.name for one in Notification.objects.filter(kind="application_received")}
    assert told == {"Ada Holm", "Chris Mølgaard"}


def test_an_application_is_confirmed_once(cast: Cast) -> None:
    made = waiting(cast)
    with pytest.raises(Conflict):
        actions.confirm(key=made.pk)


def test_the_link_to_confirm_runs_out(cast: Cast) -> None:
    made = applied(cast)
    with (
        clock.frozen(clock.now() + CONFIRM_WITHIN + timedelta(minutes=1)),
        pytest.raises(Conflict, match="over"),
    ):
        actions.confirm(key=made.pk)
    assert status_of(made) == Status.UNCONFIRMED


def test_the_worker_removes_what_nobody_confirmed_for_days_and_nothing_else(cast: Cast) -> None:
    old, kept = applied(cast), waiting(cast, email="bo@other.example")
    later = clock.now() + REMOVE_AFTER + timedelta(hours=1)
    with clock.frozen(later):
        fresh = applied(cast, email="new@other.example")
        tasks.remove_unconfirmed(timestamp=0)
    assert set(Application.objects.all()) == {kept, fresh}
    assert not Application.objects.filter(pk=old.pk).exists()


def test_a_form_that_is_sent_twice_is_taken_once(cast: Cast) -> None:
    key = uuid.uuid4()
    for _ in range(2):
        actions.apply(form_key=key, values=values(), related=related(cast), language="en")
    assert Application.objects.count() == 1


def test_one_address_gets_at_most_three_mails_to_confirm_in_a_day(cast: Cast) -> None:
    for number in range(5):
        actions.apply(
            form_key=uuid.uuid4(), values=values(company=f"Co {number}"), related=related(cast), language="en"
        )
    assert len(jobs("mail")) == 3
    with clock.frozen(clock.now() + timedelta(days=1, minutes=1)):
        applied(cast)
    assert len(jobs("mail")) == 4


@pytest.mark.parametrize(
    ("field", "value"),
    [("domain", "no domain"), ("domain", "localhost"), ("email", "else"), ("country", "Denmark"), ("employees", 0),
     ("why", "x" * 3001), ("company", "")],
)  # fmt: skip
def test_what_can_not_be_taken_is_refused_by_its_field(cast: Cast, field: str, value: object) -> None:
    with pytest.raises(Invalid) as refused:
        applied(cast, **{field: value})
    assert set(refused.value.errors) == {field}
    assert not Application.objects.exists()


# ── Links ──────────────────────────────────────────────────────────────────────────────────────
def test_a_link_to_follow_is_kept_as_a_digest_only(cast: Cast) -> None:
    made = waiting(cast)
    secret = links.to_follow(made).rstrip("/").rpartition("/")[2]
    assert len(secret) >= 43
    assert queries.followed(secret) == made
    assert secret not in str(list(StatusLink.objects.values_list("digest", flat=True)))
    with pytest.raises(Missing):
        queries.followed(secret[:-1] + ("A" if secret[-1] != "A" else "B"))


def test_a_link_to_confirm_can_not_be_made_up(cast: Cast) -> None:
    made = applied(cast)
    token = links.to_confirm(made).rstrip("/").rpartition("/")[2]
    assert queries.to_confirm(token) == made
    with pytest.raises(Missing):
        queries.to_confirm(f"{made.pk.hex}:{token.partition(':')[2][:-1]}x")
    with pytest.raises(Missing):
        queries.to_confirm(made.pk.hex)


# ── Mail ───────────────────────────────────────────────────────────────────────────────────────
def test_the_mail_to_confirm_repeats_nothing_of_what_was_typed(cast: Cast) -> None:
    made = applied(cast, company="Win a prize at evil.example", name="Click here")
    send(application_id=str(made.pk), kind=Kind.CONFIRM)
    (message,) = mail.outbox
    whole = message.subject + message.body + message.alternatives[0][0] + str(message.message()["To"])
    assert "evil.example" not in whole
    assert "Click here" not in whole
    assert f"/join/confirm/{made.pk.hex}" in message.body


@pytest.mark.parametrize("language", ["en", "da"])
def test_every_step_is_mailed_in_the_applicants_language(cast: Cast, language: str) -> None:
    made = waiting(cast, language=language)
    actions.take_up(key=made.pk, by=cast.chris)
    actions.ask(key=made.pk, text="How many consultants?", by=cast.chris)
    actions.answer(key=made.pk, text="Eleven.")
    actions.reject(key=made.pk, reason="covered", text="We have two partners there.", by=cast.chris)
    for job in jobs("mail"):
        send(**job)
    # The mail to confirm does not leave: its link was used before the worker came to it.
    subjects = [message.subject for message in mail.outbox]
    assert subjects == {
        "en": [
            "Havn Systems has your application", "Havn Systems is reading your application",
            "Havn Systems has a question about your application", "Our answer to your application to Havn Systems",
        ],
        "da": [
            "Havn Systems har modtaget din ansøgning", "Havn Systems læser din ansøgning",
            "Havn Systems har et spørgsmål til din ansøgning", "Vores svar på din ansøgning til Havn Systems",
        ],
    }[language]  # fmt: skip
    last = mail.outbox[-1].body
    assert "We have two partners there." in last
    assert {"en": "well covered by partners", "da": "godt dækket af partnere"}[language] in last
    secret = re.search(r"/join/status/([\w-]+)/", last)[1]
    assert queries.followed(secret) == made


def test_an_internal_note_is_mailed_to_nobody_and_shown_to_no_applicant(cast: Cast) -> None:
    made = waiting(cast)
    before = len(jobs("mail"))
    actions.note(key=made.pk, text="Their owner called me.", by=cast.chris)
    assert len(jobs("mail")) == before
    assert [entry.kind for entry in queries.told(made)] == ["confirmed"]
    assert [entry.kind for entry in queries.entries(made)] == ["note", "confirmed"]


# ── Who may ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("who", ["ada", "chris", "otto"])
def test_administrators_managers_and_auditors_see_applications(cast: Cast, who: str) -> None:
    made = waiting(cast)
    assert queries.application(getattr(cast, who), made.pk) == made


@pytest.mark.parametrize("who", ["sally", "anna", "bo"])
def test_sellers_and_partners_see_none(cast: Cast, who: str) -> None:
    made = waiting(cast)
    person = getattr(cast, who)
    assert not access.visible(person).exists()
    assert queries.waiting_count(person) == 0
    for act in (
        lambda: actions.take_up(key=made.pk, by=person),
        lambda: actions.note(key=made.pk, text="x", by=person),
        lambda: actions.reject(key=made.pk, reason="other", text="x", by=person),
        lambda: actions.approve(key=made.pk, approval=approval(cast), by=person),
    ):
        with pytest.raises(Missing):
            act()


def test_an_auditor_reads_and_changes_nothing(cast: Cast) -> None:
    made = waiting(cast)
    assert access.verbs(cast.otto, made) == []
    for act in (
        lambda: actions.ask(key=made.pk, text="x", by=cast.otto),
        lambda: actions.note(key=made.pk, text="x", by=cast.otto),
        lambda: actions.approve(key=made.pk, approval=approval(cast), by=cast.otto),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not Partner.objects.filter(account__name="Sønderbo Data").exists()


# ── The table ──────────────────────────────────────────────────────────────────────────────────
def test_the_table_of_transitions_is_whole() -> None:
    assert set(BY_VERB) == set(Verb)
    assert OPEN | DECIDED | {Status.UNCONFIRMED} == set(Status)
    assert not any(source in DECIDED for source, _target in PAIRS)
    assert {(row.verb.value, row.side.value) for row in TRANSITIONS} == {
        ("confirm", "applicant"), ("take_up", "vendor"), ("ask", "vendor"), ("answer", "applicant"),
        ("approve", "vendor"), ("reject", "vendor"), ("withdraw", "applicant"),
    }  # fmt: skip
    assert set(WORDS) == set(Kind)
    assert {Side.VENDOR, Side.APPLICANT} == set(Side)


def test_the_page_in_the_docs_has_the_same_table() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
    for row in TRANSITIONS:
        sources = ", ".join(str(status.label) for status in Status if status in row.sources)
        line = f"| {row.verb.label.lower()} | {sources} | {row.target.label} | {row.side} |"
        assert line in page, line


def test_nothing_happens_to_what_is_decided(cast: Cast) -> None:
    made = waiting(cast)
    actions.withdraw(key=made.pk)
    assert status_of(made) == Status.WITHDRAWN
    for act in (
        lambda: actions.withdraw(key=made.pk),
        lambda: actions.answer(key=made.pk, text="x"),
        lambda: actions.take_up(key=made.pk, by=cast.ada),
        lambda: actions.ask(key=made.pk, text="x", by=cast.ada),
        lambda: actions.reject(key=made.pk, reason="other", text="x", by=cast.ada),
        lambda: actions.approve(key=made.pk, approval=approval(cast), by=cast.ada),
    ):
        with pytest.raises(Conflict, match="Withdrawn"):
            act()
    assert not Partner.objects.filter(account__name="Sønderbo Data").exists()


@pytest.mark.parametrize(
    ("reason", "text", "field"),
    [("", "No.", "reason"), ("nonsense", "No.", "reason"), ("other", " ", "text")],
)
def test_a_rejection_has_a_reason_and_words(cast: Cast, reason: str, text: str, field: str) -> None:
    made = waiting(cast)
    with pytest.raises(Invalid) as refused:
        actions.reject(key=made.pk, reason=reason, text=text, by=cast.chris)
    assert set(refused.value.errors) == {field}
    assert status_of(made) == Status.WAITING


# ── Approving ──────────────────────────────────────────────────────────────────────────────────
def test_approving_makes_account_partner_and_first_administrator_in_one_step(cast: Cast) -> None:
    made = waiting(cast, language="da")
    done = actions.approve(key=made.pk, approval=approval(cast), by=cast.chris)
    partner = done.partner
    assert partner is not None
    assert (partner.name, partner.account.kind, partner.tier, partner.channel_manager) == (
        "Sønderbo Data", "partner", cast.nordlys.tier, cast.chris,
    )  # fmt: skip
    assert list(partner.territories.all()) == [cast.jutland]
    invitation = Invitation.objects.get(partner=partner)
    assert (invitation.email, invitation.role, invitation.language) == (MAIL, "administrator", "da")
    assert invitation.invited_by == cast.chris
    invited = ProcrastinateJob.objects.filter(task_name="kanal.directory.tasks.send_invitation")
    assert [job.args["invitation_id"] for job in invited] == [str(invitation.pk)]


def test_a_known_account_becomes_the_partner_instead_of_a_second_one(cast: Cast) -> None:
    made, before = waiting(cast), Account.objects.count()
    done = actions.approve(key=made.pk, approval=approval(cast, account=cast.lindholm.pk), by=cast.ada)
    assert Account.objects.count() == before
    account = Account.objects.get(pk=cast.lindholm.pk)
    assert done.partner is not None
    assert done.partner.account == account
    # Its own details stay, what was empty is filled, and it is a customer still.
    assert (account.name, account.domain, account.kind) == ("Lindholm Foods", "sonderbo.example", "customer")


def test_a_partner_is_not_made_a_partner_again(cast: Cast) -> None:
    made = waiting(cast)
    with pytest.raises(Conflict, match="Nordlys IT is a partner already"):
        actions.approve(key=made.pk, approval=approval(cast, account=cast.nordlys.account_id), by=cast.ada)
    assert status_of(made) == Status.WAITING


def test_an_approval_with_a_mail_address_that_is_taken_leaves_nothing_behind(cast: Cast) -> None:
    made = waiting(cast)
    taken = {"name": "Else Bruun", "email": "Mads@nordlys.example"}
    with pytest.raises(Invalid) as refused:
        actions.approve(key=made.pk, approval=approval(cast, administrator=taken), by=cast.ada)
    assert "Mads Iversen of Nordlys IT" in str(refused.value.errors["person_email"])
    assert not Account.objects.filter(name="Sønderbo Data").exists()
    assert not Partner.objects.filter(account__name="Sønderbo Data").exists()
    assert status_of(made) == Status.WAITING
    assert not Entry.objects.filter(application=made, kind="approved").exists()


def test_a_field_of_the_administrator_is_named_as_such(cast: Cast) -> None:
    made = waiting(cast)
    with pytest.raises(Invalid) as refused:
        actions.approve(
            key=made.pk,
            approval=approval(cast, administrator={"name": "x" * 161, "email": MAIL}),
            by=cast.ada,
        )
    assert set(refused.value.errors) == {"person_name"}


# ── Who is near ────────────────────────────────────────────────────────────────────────────────
def test_the_nearest_companies_are_shown_with_why_partners_among_them(cast: Cast) -> None:
    made = waiting(cast, company="Nordlys I.T. ApS", domain="nordlys.example", registration_number="")
    first = queries.near(cast.chris, made)[0]
    assert first.near.account == cast.nordlys.account
    assert first.partner == cast.nordlys
    assert "domain" in first.near.why


def test_an_approved_applicant_is_not_near_to_itself(cast: Cast) -> None:
    made = waiting(cast)
    done = actions.approve(key=made.pk, approval=approval(cast), by=cast.chris)
    assert done.partner is not None
    assert done.partner.account not in [one.near.account for one in queries.near(cast.chris, done)]


def test_other_applications_of_the_same_company_are_found_by_domain_and_mail(cast: Cast) -> None:
    first = waiting(cast)
    same_domain = waiting(cast, email="per@elsewhere.example", company="Sonderbo")
    stranger = waiting(cast, email="kim@stranger.example", domain="stranger.example")
    applied(cast, email="ida@sonderbo.example")  # nobody confirmed it
    assert queries.earlier(cast.chris, first) == [same_domain]
    assert queries.earlier(cast.chris, stranger) == []
