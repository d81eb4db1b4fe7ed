"""The chain of proof in the database: whatever is changed in it, is found and named."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from kanal.config import clock
from kanal.notify.models import Notification
from kanal.registration import actions, chain
from kanal.registration.models import ChainHead, Link, Registration
from kanal.registration.proof import anchors, checking, keys, links, words
from kanal.registration.proof.digests import canonical, digest_of
from kanal.registration.proof.faults import Fault, FaultKind
from kanal.registration.proof.verifying import check_chain, check_registration, rows
from tests.cast import Cast
from tests.registration import made

pytestmark = pytest.mark.engine
CAROL = "a" * 64


@pytest.fixture(autouse=True)
def own_data_folder(settings: Any, tmp_path: Path) -> Path:
    """Keep the key and the noted ends of each test apart."""
    settings.PROOF_DIR = tmp_path / "proof"
    return tmp_path / "proof"


@pytest.fixture
def three(cast: Cast) -> list[Registration]:
    """Make three registrations with steps of people and of the clock, one beside the other."""
    policy_first = made.approved(cast, cast.mads)
    second = made.submitted(cast, cast.bo, customer="Ærø Værft A/S", domain="aeroe-vaerft.dk")
    actions.ask(
        key=second.pk, question="Hvem har I talt med? 100 € pr. bruger?", fields=["value"], by=cast.ada
    )
    third = made.submitted(cast, cast.mads, customer="Łódź Logistik GmbH", domain="lodz-logistik.de")
    actions.reject(key=third.pk, reason="other", text="Not “now”.\n\tLater \\ perhaps.", by=cast.ada)
    actions.revoke(key=policy_first.pk, reason="mistake", text="Sorry", by=cast.ada)
    return [made.again(one) for one in (policy_first, second, third)]


@contextmanager
def behind_the_triggers() -> Iterator[Any]:
    """Write as somebody does who owns the database: no trigger and no foreign key stands in the way."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        cursor.execute("SET LOCAL session_replication_role = origin")


def write(statement: str, *values: Any) -> None:
    with behind_the_triggers() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0


def found(report: Any) -> list[tuple[FaultKind, int | None]]:
    return [(one.kind, one.number) for one in report.faults]


def test_a_chain_that_nobody_touched_is_whole(three: list[Registration]) -> None:
    report = check_chain()
    assert report.faults == []
    assert report.links == Link.objects.count() == ChainHead.objects.get().count
    assert report.registrations == 3
    for one in three:
        own = check_registration(one.pk)
        assert own.whole
        assert own.links == one.links_count
    assert list(Link.objects.values_list("number", flat=True)) == list(range(1, report.links + 1))


def test_an_empty_chain_is_whole(db: None) -> None:
    assert check_chain().whole


def test_each_step_says_what_the_request_became_and_how_long_it_protects(three: list[Registration]) -> None:
    said = dict(three[0].links.order_by("place").values_list("kind", "status"))
    assert said == {"submitted": "submitted", "approved": "approved", "revoked": "revoked"}
    granted = three[0].links.get(kind="approved")
    assert granted.until is not None
    assert granted.until > clock.now() + timedelta(days=80)


# Each column of a link, what a forger writes there, and what the check says of it.
CHANGES: list[tuple[str, str, set[FaultKind]]] = [
    ("id", "gen_random_uuid()", {FaultKind.DIGEST}),
    ("at", "at + interval '1 microsecond'", {FaultKind.TIME}),
    ("actor", "''", {FaultKind.ACTOR}),
    ("actor_name", "actor_name || 'x'", {FaultKind.ACTOR}),
    ("actor_company", "actor_company || ' '", {FaultKind.ACTOR}),
    ("kind", "'converted'", {FaultKind.CONTENT}),
    ("status", "'draft'", {FaultKind.CONTENT}),
    ("until", "coalesce(until, now()) + interval '1 day'", {FaultKind.CONTENT}),
    ("content", """content || '{"text": "x"}'""", {FaultKind.CONTENT}),
    ("content", """content || '{"one": 1.5}'""", {FaultKind.CONTENT}),
    ("sealed", """sealed || '{"findings": "none"}'""", {FaultKind.SEALED}),
    ("time_digest", f"'{CAROL}'", {FaultKind.TIME, FaultKind.DIGEST}),
    ("actor_digest", f"'{CAROL}'", {FaultKind.ACTOR, FaultKind.DIGEST}),
    ("content_digest", f"'{CAROL}'", {FaultKind.CONTENT, FaultKind.DIGEST}),
    ("sealed_digest", f"'{CAROL}'", {FaultKind.SEALED, FaultKind.DIGEST}),
    ("previous", f"'{CAROL}'", {FaultKind.DIGEST, FaultKind.PREVIOUS}),
    ("previous_own", f"'{CAROL}'", {FaultKind.DIGEST, FaultKind.OWN_PREVIOUS}),
    ("digest", f"'{CAROL}'", {FaultKind.DIGEST}),
]


def test_the_table_of_changes_has_every_column_of_a_link() -> None:
    columns = {field.column for field in Link._meta.fields}
    # These have tests of their own: they move a link within the chains.
    assert columns - {"number", "place", "registration_id"} == {name for name, _to, _kinds in CHANGES}


@pytest.mark.parametrize(("column", "to", "kinds"), CHANGES, ids=[f"{one[0]}-{one[1]}" for one in CHANGES])
def test_a_change_of_any_column_of_any_link_is_found_and_named(
    three: list[Registration], column: str, to: str, kinds: set[FaultKind]
) -> None:
    last = ChainHead.objects.get().count
    for number in {1, last // 2, last}:
        link = Link.objects.get(number=number)
        before = getattr(link, column)
        write(f"UPDATE registration_link SET {column} = {to} WHERE number = %s", number)
        report = check_chain()
        named = {one.kind for one in report.faults if one.number == number}
        assert kinds <= named, found(report)
        assert {one.number for one in report.faults} == {number}, found(report)
        assert {one.reference for one in report.faults} == {link.registration.reference}
        own = check_registration(link.registration_id)
        assert not own.whole
        value = json.dumps(before) if isinstance(before, dict) else before
        where = "id" if column != "id" else "number"
        write(
            f"UPDATE registration_link SET {column} = %s WHERE {where} = %s",
            value,
            link.pk if column != "id" else number,
        )
        assert check_chain().whole


def test_a_link_that_is_given_to_another_registration_is_named(three: list[Registration]) -> None:
    link = three[0].links.order_by("place").last()
    assert link is not None
    write(
        "UPDATE registration_link SET registration_id = %s, place = 90 WHERE number = %s",
        three[1].pk,
        link.number,
    )
    report = check_chain()
    assert (FaultKind.DIGEST, link.number) in found(report)
    assert three[0].reference in {one.reference for one in report.of(FaultKind.OWN_LAST_GONE)}


def test_a_link_that_is_moved_within_its_registration_is_named(three: list[Registration]) -> None:
    link = three[0].links.get(place=2)
    write("UPDATE registration_link SET place = 70 WHERE number = %s", link.number)
    report = check_chain()
    assert (FaultKind.DIGEST, link.number) in found(report)
    [gap, further] = list(report.of(FaultKind.OWN_GAP))
    assert (gap.reference, gap.detail, further.detail) == (three[0].reference, "2", "4–69")


def test_two_links_that_change_places_are_both_named(three: list[Registration]) -> None:
    write("UPDATE registration_link SET number = number + 1000 WHERE number IN (2, 3)")
    write("UPDATE registration_link SET number = 1005 - number WHERE number > 1000")
    kinds = found(check_chain())
    assert (FaultKind.DIGEST, 2) in kinds
    assert (FaultKind.DIGEST, 3) in kinds


@pytest.mark.parametrize("which", ["first", "middle", "last"])
def test_a_link_that_was_taken_away_is_named(three: list[Registration], which: str) -> None:
    last = ChainHead.objects.get().count
    number = {"first": 1, "middle": last // 2, "last": last}[which]
    link = Link.objects.get(number=number)
    reference, place = link.registration.reference, link.place
    write("DELETE FROM registration_link WHERE number = %s", number)
    report = check_chain()
    gone = FaultKind.LAST_GONE if which == "last" else FaultKind.GAP
    [fault] = list(report.of(gone))
    assert (fault.number, fault.last) == (number, number)
    owns = [*report.of(FaultKind.OWN_GAP), *report.of(FaultKind.OWN_LAST_GONE)]
    assert [(one.reference, one.detail) for one in owns] == [(reference, str(place))]
    assert len(report.faults) == 2
    assert not check_registration(link.registration_id).whole


def test_taking_the_last_link_away_and_setting_the_head_back_is_seen_at_the_registration(
    three: list[Registration],
) -> None:
    last = Link.objects.order_by("-number").first()
    assert last is not None
    write("DELETE FROM registration_link WHERE number = %s", last.number)
    write("UPDATE registration_chainhead SET count = count - 1, digest = %s", last.previous)
    [fault] = check_chain().faults
    assert (fault.kind, fault.reference) == (FaultKind.OWN_LAST_GONE, last.registration.reference)


def test_taking_every_link_of_a_registration_away_is_seen(three: list[Registration]) -> None:
    write("DELETE FROM registration_link WHERE registration_id = %s", three[1].pk)
    assert three[1].reference in {one.reference for one in check_chain().of(FaultKind.OWN_LAST_GONE)}
    assert not check_registration(three[1].pk).whole


def test_taking_everything_away_is_seen(three: list[Registration]) -> None:
    last = ChainHead.objects.get().count
    write("DELETE FROM registration_link")
    report = check_chain()
    assert [(one.number, one.last) for one in report.of(FaultKind.LAST_GONE)] == [(1, last)]
    assert len(list(report.of(FaultKind.OWN_LAST_GONE))) == 3


@pytest.mark.parametrize("change", ["count = count + 1", "count = count - 1", f"digest = '{CAROL}'"])
def test_a_head_that_was_changed_is_named(three: list[Registration], change: str) -> None:
    write(f"UPDATE registration_chainhead SET {change}")
    [fault] = check_chain().faults
    assert fault.kind in {FaultKind.HEAD, FaultKind.LAST_GONE}


def test_a_head_that_was_taken_away_is_named(three: list[Registration]) -> None:
    write("DELETE FROM registration_chainhead")
    assert [one.kind for one in check_chain().faults] == [FaultKind.HEAD]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("links_count = links_count + 1", FaultKind.OWN_LAST_GONE),
        ("links_count = links_count - 1", FaultKind.OWN_HEAD),
        (f"last_digest = '{CAROL}'", FaultKind.OWN_HEAD),
        ("reference = 'DR-1999-000001'", FaultKind.DIGEST),
        ("status = 'converted'", FaultKind.STATUS),
    ],
)
def test_a_registration_that_says_otherwise_than_its_chain_is_named(
    three: list[Registration], change: str, kind: FaultKind
) -> None:
    write(f"UPDATE registration_registration SET {change} WHERE id = %s", three[0].pk)
    report = check_chain()
    assert {one.kind for one in report.faults} == {kind}
    assert {one.kind for one in check_registration(three[0].pk).faults} == {kind}


def test_a_protection_that_was_made_longer_beside_the_chain_is_named(cast: Cast) -> None:
    one = made.approved(cast, cast.mads)
    write(
        "UPDATE distribution_protection SET ends = ends + interval '1 year' WHERE id = %s", one.protection_id
    )
    [fault] = check_chain().faults
    assert (fault.kind, fault.reference) == (FaultKind.END, one.reference)


def forge(number: int) -> None:
    """Change a link and make every digest from there to the end anew, as a forger does who knows the code."""
    head, ends = ChainHead.objects.get(), {}
    for link in Link.objects.order_by("number").select_related("registration"):
        if link.number == number:
            link.actor_name = "Somebody else"
        if link.number > number:
            link.previous = head.digest
            link.previous_own = ends.get(link.registration_id, link.previous_own)
        chain._seal(link, link.registration.reference)
        write(
            "UPDATE registration_link SET actor_name = %s, previous = %s, previous_own = %s, digest = %s, "
            "actor_digest = %s WHERE number = %s",
            *(link.actor_name, link.previous, link.previous_own, link.digest, link.actor_digest, link.number),
        )
        head.digest = ends[link.registration_id] = link.digest
        write(
            "UPDATE registration_registration SET last_digest = %s WHERE id = %s",
            *(link.digest, link.registration_id),
        )
    write("UPDATE registration_chainhead SET digest = %s", head.digest)


def test_a_chain_written_anew_with_every_digest_right_is_found_by_what_was_noted(
    three: list[Registration],
) -> None:
    assert checking.check_and_tell().whole
    noted = ChainHead.objects.get().count
    forge(2)
    assert check_chain().whole, "the database alone can’t tell"
    assert [(one.kind, one.number) for one in checking.check().faults] == [(FaultKind.REWRITTEN, noted)]


def test_a_database_that_was_set_back_is_found_by_what_was_noted(three: list[Registration]) -> None:
    checking.check_and_tell()
    last = ChainHead.objects.get().count
    write("DELETE FROM registration_link")
    write("UPDATE registration_chainhead SET count = 0, digest = %s", "0" * 64)
    write("UPDATE registration_registration SET links_count = 0, submitted_at = NULL, status = 'draft'")
    [fault] = checking.check().faults
    assert (fault.kind, fault.number, fault.last) == (FaultKind.LAST_GONE, 1, last)


def test_a_noted_end_that_nobody_of_ours_signed_counts_for_nothing(
    three: list[Registration], own_data_folder: Path
) -> None:
    checking.check_and_tell()
    path = own_data_folder / anchors.FILE
    text = path.read_text()
    path.write_text(text + text.replace('"count": ', '"count": 9') + '{"count": 1, half a line')
    assert [one.count for one in anchors.read(own_data_folder)] == [ChainHead.objects.get().count]
    assert checking.check().whole


def test_another_key_than_the_one_that_noted_the_ends_is_a_fault(
    three: list[Registration], own_data_folder: Path
) -> None:
    checking.check_and_tell()
    (own_data_folder / keys.FILE).unlink()
    assert [one.kind for one in checking.check().faults] == [FaultKind.NOTES]


def test_the_nightly_check_keeps_what_it_found(three: list[Registration]) -> None:
    checking.check_and_tell()
    state = checking.state()
    assert not state.is_broken
    assert state.checked == state.links == Link.objects.count()
    assert state.checked_at == state.tried_at is not None
    assert not Notification.objects.filter(kind="registration_chain_broken").exists()


def test_the_nightly_check_tells_those_who_decide_and_logs_an_error(
    cast: Cast, three: list[Registration], caplog: pytest.LogCaptureFixture
) -> None:
    type(cast.chris).objects.filter(pk=cast.chris.pk).update(language="da")
    checking.check_and_tell()
    before = checking.state()
    write("UPDATE registration_link SET at = at - interval '1 hour' WHERE number = 2")
    with caplog.at_level(logging.ERROR):
        checking.check_and_tell()
        checking.check_and_tell()  # the same night again
    told = {
        one.person: one.facts["what"] for one in Notification.objects.filter(kind="registration_chain_broken")
    }
    assert set(told) == {cast.ada, cast.chris, made.second(cast)}
    link = Link.objects.select_related("registration").get(number=2)
    step = f"{link.registration.reference}, step {link.place}"
    assert told[cast.ada] == f"Link 2, {step}: Its time was changed"
    assert told[cast.chris].endswith(": Tidspunktet er ændret")
    assert f"Link 2, {step}: Its time was changed" in caplog.text
    state = checking.state()
    assert state.is_broken
    assert [one.kind for one in state.faults] == [FaultKind.TIME]
    assert state.checked_at == before.checked_at, "when it was last whole still stands there"


def test_a_chain_that_is_mended_is_whole_again(three: list[Registration]) -> None:
    write("UPDATE registration_link SET at = at - interval '1 hour' WHERE number = 2")
    checking.check_and_tell()
    write("UPDATE registration_link SET at = at + interval '1 hour' WHERE number = 2")
    checking.check_and_tell()
    assert not checking.state().is_broken


def test_every_kind_of_fault_has_words_in_both_languages() -> None:
    assert set(words.SENTENCES) == set(FaultKind)
    fault = Fault(FaultKind.GAP, 7, 9)
    assert words.sentence(fault) == "Links 7 to 9: Missing from the chain"
    with translation.override("da"):
        assert words.sentence(fault) == "Led 7 til 9: Mangler i kæden"


def test_what_every_program_would_not_write_alike_has_no_digest() -> None:
    assert canonical({"b": [1, True, None], "a": "€ æ\n"}) == '{"a":"€ æ\\n","b":[1,true,null]}'.encode()
    for value in (1.5, float("nan"), {1: "a"}, {"at": clock.now()}):
        with pytest.raises(TypeError):
            digest_of({"value": value})


def test_a_link_survives_the_way_through_the_database(three: list[Registration]) -> None:
    for link, _more in rows(Link.objects.order_by("number")):
        assert links.judge(link).kinds == ()
        assert link == chain.as_plain(Link.objects.get(number=link["number"]), link["reference"])


def test_the_check_reads_a_fixed_number_of_times(
    cast: Cast, django_assert_num_queries: Callable[..., Any]
) -> None:
    made.approved(cast, cast.mads)
    with django_assert_num_queries(3):
        check_chain()
    made.submitted(cast, cast.bo, customer="Ærø Værft A/S", domain="aeroe-vaerft.dk")
    with django_assert_num_queries(3):
        check_chain()
