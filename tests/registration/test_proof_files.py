"""A file that proves one registration: any change of it is found, on a machine that has no database."""

from __future__ import annotations

import copy
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from kanal import cli
from kanal.directory.refusal import Conflict
from kanal.registration import actions
from kanal.registration.models import Registration
from kanal.registration.proof import checking, digests, document, keys, pages
from kanal.registration.proof.document import NoProof
from kanal.registration.proof.exporting import document_of
from kanal.registration.proof.faults import FaultKind
from kanal.registration.proof.verifying import check_chain
from tests.cast import Cast
from tests.registration import made
from tests.registration.test_proof_chain import forge, own_data_folder, write  # noqa: F401

Record = dict[str, Any]


@pytest.fixture
def one(cast: Cast) -> Registration:
    """Make a registration with many steps beside a rival's claim, which the vendor's file alone may name."""
    rival = made.submitted(cast, cast.bo, customer="Søby Teknik", domain="soby-teknik.dk")
    first = made.submitted(cast, cast.mads)
    actions.ask(key=first.pk, question="Hvem taler I med? 100 € pr. bruger?", fields=["value"], by=cast.ada)
    actions.answer(key=first.pk, values={}, text="Indkøbschefen, Åse Łukaszewicz", by=cast.mads)
    actions.reject(key=rival.pk, reason="other", text="Later", by=cast.ada)
    made.approve(first, cast)
    actions.ask_extension(key=first.pk, days=30, evidence="A demonstration was held.", by=cast.mads)
    actions.decide_extension(key=first.pk, grant=True, text="", by=cast.ada)
    return made.again(first)


@pytest.fixture
def record(one: Registration, cast: Cast) -> Record:
    return document_of(one, by=cast.mads)


def check(record: Record) -> list[tuple[FaultKind, int | None]]:
    """Check what is read back from a file."""
    report = document.verify(document.read(document.render(record)))
    return [(fault.kind, fault.place) for fault in report.faults]


def reseal(record: Record, folder: Path) -> Record:
    """Sign a statement with another key, as a forger does who has not ours."""
    key = keys.signing_key(folder / "forger")
    public = keys.public_of(key)
    signature = keys.sign(key, document.signed_text(record))
    seal = {
        "algorithm": "Ed25519",
        "public_key": public,
        "fingerprint": keys.fingerprint_of(public),
        "signature": signature,
    }
    return {**record, "seal": seal}


def test_what_is_exported_is_whole_and_says_what_is_proved(one: Registration, record: Record) -> None:
    assert check(record) == []
    said = record["statement"]["registration"]
    assert (said["reference"], said["partner"], said["customer"]) == (
        one.reference,
        "Nordlys IT",
        "Søby Teknik ApS",
    )
    assert said["status"] == "approved"
    assert said["protected_until"].startswith(f"{one.protection.ends:%Y-%m-%dT%H:%M}")
    assert [link["place"] for link in record["links"]] == list(range(1, one.links_count + 1))


def test_the_partners_file_names_nobody_else_and_verifies_all_the_same(
    one: Registration, cast: Cast, record: Record
) -> None:
    mine, vendors = document.render(record).decode(), document.render(document_of(one, by=cast.ada)).decode()
    assert "Fjord Consulting" in vendors, "else this test shows nothing"
    assert "Fjord Consulting" not in mine
    assert "DR-" in mine.replace(one.reference, "") or mine.count("DR-") == mine.count(one.reference)
    assert mine.count("DR-") == mine.count(one.reference)
    assert "salt" not in mine
    sealed = [link["digests"]["sealed"] for link in record["links"] if link["digests"]["sealed"]]
    assert len(set(sealed)) == len(sealed) >= 3
    assert check(document_of(one, by=cast.ada)) == []


def test_what_is_sealed_can_not_be_guessed_by_its_digest(one: Registration) -> None:
    salts = [link.sealed["salt"] for link in one.links.exclude(sealed={})]
    assert len(set(salts)) == len(salts)
    assert all(len(bytes.fromhex(salt)) == 16 for salt in salts)


def test_a_draft_proves_nothing_yet(cast: Cast) -> None:
    with pytest.raises(Conflict, match="begins when it is submitted"):
        document_of(made.draft(cast, cast.mads), by=cast.mads)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the path of every plain value in a record."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))
    else:
        yield path


def put(record: Record, path: tuple[Any, ...], value: Any) -> Record:
    changed = copy.deepcopy(record)
    inner: Any = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


def other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return f"{value}x" if isinstance(value, str) else "x"


def at(record: Record, path: tuple[Any, ...]) -> Any:
    inner: Any = record
    for key in path:
        inner = inner[key]
    return inner


def test_a_change_of_any_value_of_a_link_is_found_and_says_which(record: Record) -> None:
    for path in places(record["links"]):
        changed = put(record, ("links", *path), other(at(record["links"], path)))
        try:
            faults = document.verify(document.read(document.render(changed))).faults
        except NoProof:
            assert path[1] == "sealed"  # a text where an object belongs
            continue
        assert record["links"][path[0]]["place"] in {fault.place for fault in faults}, path


def test_a_change_of_any_value_beside_the_links_is_found(record: Record) -> None:
    for part in ("statement", "seal", "how_to_verify"):
        for path in places(record[part]):
            assert check(put(record, (part, *path), other(at(record[part], path)))), path


def test_every_kind_of_change_is_named(record: Record) -> None:
    changes = {
        ("at",): ("2026-01-01T00:00:00.000000Z", FaultKind.TIME),
        ("actor", "name"): ("Somebody else", FaultKind.ACTOR),
        ("content", "text"): ("Something else", FaultKind.CONTENT),
        ("until",): ("2036-01-01T00:00:00.000000Z", FaultKind.CONTENT),
        ("digest",): ("0" * 64, FaultKind.DIGEST),
        ("previous_own",): ("0" * 64, FaultKind.DIGEST),
    }
    for path, (value, kind) in changes.items():
        assert (kind, 3) in check(put(record, ("links", 2, *path), value)), path


@pytest.mark.parametrize("which", ["first", "middle", "last"])
def test_a_link_that_was_cut_out_of_a_file_is_named(record: Record, which: str) -> None:
    index = {"first": 0, "middle": len(record["links"]) // 2, "last": len(record["links"]) - 1}[which]
    changed = copy.deepcopy(record)
    del changed["links"][index]
    report = document.verify(document.read(document.render(changed)))
    kind = FaultKind.OWN_LAST_GONE if which == "last" else FaultKind.OWN_GAP
    [fault] = list(report.of(kind))
    assert fault.detail == str(index + 1)


def test_links_in_another_order_are_found(record: Record) -> None:
    changed = copy.deepcopy(record)
    changed["links"][1], changed["links"][2] = changed["links"][2], changed["links"][1]
    assert check(changed)


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_other_byte_in_the_links_of_a_file_makes_it_fail(record: Record, data: st.DataObject) -> None:
    whole = document.render(record)
    begin = whole.index(b'"links": [')
    position = data.draw(st.integers(begin, whole.index(b'"seal": {') - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != whole[position]))
    changed = whole[:position] + bytes([byte]) + whole[position + 1 :]
    try:
        found = document.read(changed)
    except NoProof:
        return
    if found == record:  # only a blank between two values
        assert whole[position : position + 1].isspace()
        return
    assert not document.verify(found).whole


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        "[" * 100_000,
        '{"schema": "kanal-registration-proof/2"}',
        '{"schema": "kanal-registration-proof/1"}',
        '{"schema": "kanal-registration-proof/1", "statement": [], "links": 1, "seal": {}, "how_to_verify": []}',
    ],
)
def test_what_is_no_proof_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(NoProof):
        document.read(text.encode())


def test_a_key_that_stands_twice_and_a_fraction_are_refused(record: Record) -> None:
    text = document.render(record).decode()
    with pytest.raises(NoProof, match="twice"):
        document.read(text.replace('"kind": "submitted"', '"kind": "x", "kind": "submitted"').encode())
    with pytest.raises(NoProof, match=r"1\.0"):
        document.read(text.replace('"place": 1,', '"place": 1.0,').encode())


def test_a_forger_who_makes_every_digest_anew_lacks_the_key(record: Record, tmp_path: Path) -> None:
    changed = copy.deepcopy(record)
    before, number = "0" * 64, 0
    for link in changed["links"]:
        link["actor"]["name"] = "Somebody else"
        link["previous_own"] = before
        if link["number"] == number + 1:
            link["previous"] = before
        number = link["number"]
        link["digests"]["actor"] = digests.digest_of(digests.actor_part(link))
        before = link["digest"] = digests.digest_of(digests.whole_part(link))
    changed["statement"]["last_link"]["digest"] = changed["statement"]["chain"]["digest"] = before
    assert check(changed) == [(FaultKind.SIGNATURE, None)]
    forged = reseal(changed, tmp_path)
    assert check(forged) == [], "it fits in itself"
    report = document.verify(forged, fingerprint=record["seal"]["fingerprint"])
    assert [fault.kind for fault in report.faults] == [FaultKind.OTHER_KEY]


# PDF


def test_the_pdf_carries_the_same_record_and_shows_every_letter(record: Record) -> None:
    data = pages.write(record)
    assert pages.take_out(data) == document.render(record)
    assert pages.says_the_same(data, record)
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    for words in (
        "Søby Teknik ApS",
        "100 €",
        "Åse Łukaszewicz",
        "Nordlys IT",
        record["seal"]["fingerprint"][:4],
    ):
        assert words in text.replace("\n", " "), words


def test_the_pdf_is_the_same_each_time(record: Record) -> None:
    assert pages.write(record) == pages.write(record)


def test_the_pdf_of_a_danish_reader_is_danish(one: Registration, cast: Cast) -> None:
    with translation.override("da"):
        record = document_of(one, by=cast.mads)
    data = pages.write(record)
    text = PdfReader(io.BytesIO(data)).pages[0].extract_text()
    assert "Bevis for handelsregistrering" in text
    assert pages.says_the_same(data, record), "whatever the language of who checks it"


def test_a_pdf_whose_pages_say_something_else_is_found(record: Record) -> None:
    other = copy.deepcopy(record)
    other["statement"]["registration"]["customer"] = "Another customer"
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pages.write(other))))
    writer._root_object["/Names"]["/EmbeddedFiles"]  # it has one
    del writer._root_object["/Names"]
    writer.add_attachment(f"{record['statement']['registration']['reference']}.json", document.render(record))
    forged = io.BytesIO()
    writer.write(forged)
    assert document.verify(document.read(pages.take_out(forged.getvalue()))).whole
    assert not pages.says_the_same(forged.getvalue(), record)


def test_a_pdf_without_a_record_or_with_two_is_refused(record: Record) -> None:
    with pytest.raises(NoProof):
        pages.take_out(b"%PDF-1.7 nothing")
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pages.write(record))))
    writer.add_attachment("more.json", document.render(record))
    two = io.BytesIO()
    writer.write(two)
    with pytest.raises(NoProof, match="2 files"):
        pages.take_out(two.getvalue())


# The command


def verify(*words: str) -> int:
    return cli.main(["verify", *words])


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be on a machine without a database."""
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.mark.parametrize("kind", ["json", "pdf"])
def test_the_command_takes_both_kinds_of_file(
    record: Record, elsewhere: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    path = tmp_path / f"proof.{kind}"
    path.write_bytes(pages.write(record) if kind == "pdf" else document.render(record))
    assert verify(str(path)) == 0
    says = capsys.readouterr().out
    assert f"✓ {record['statement']['registration']['reference']}" in says
    assert "It is the key of this installation." in says
    cut = copy.deepcopy(record)
    del cut["links"][-1]
    cut["links"][1]["at"] = "2026-01-01T00:00:00.000000Z"
    path.write_bytes(pages.write(cut) if kind == "pdf" else document.render(cut))
    assert verify(str(path)) == 1
    says = capsys.readouterr().out
    assert "step 2: Its time was changed" in says
    assert f"Missing from the end of the registration: step {len(record['links'])}" in says


def test_the_command_names_a_foreign_key(
    record: Record, elsewhere: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "proof.json"
    path.write_bytes(document.render(reseal(record, tmp_path)))
    assert verify(str(path)) == 0
    assert "Compare it with the fingerprint" in capsys.readouterr().out
    assert verify(str(path), "--key", keys.in_groups(record["seal"]["fingerprint"])) == 1
    assert "sealed with another key" in capsys.readouterr().out


def test_the_command_says_why_a_file_can_not_be_read(
    elsewhere: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(str(tmp_path / "none.json")) == 1
    assert "No such file" in capsys.readouterr().out


def test_a_file_is_verified_on_another_machine_without_a_database(record: Record, tmp_path: Path) -> None:
    path = tmp_path / "proof.pdf"
    path.write_bytes(pages.write(record))
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KANAL_", "DATABASE", "DJANGO"))
    }
    environment["DATABASE_URL_FILE"] = ""
    done = subprocess.run(
        [sys.executable, "-m", "kanal.cli", "verify", str(path)],
        env={**environment, "KANAL_DATA": str(tmp_path / "elsewhere")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Compare it with the fingerprint" in done.stdout
    assert not (tmp_path / "elsewhere").exists(), "nothing was made there, no database and no key"


@pytest.mark.engine
def test_a_file_is_compared_with_this_installation(
    one: Registration, record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str], cast: Cast
) -> None:
    path = tmp_path / "proof.json"
    path.write_bytes(document.render(record))
    assert verify(str(path), "--against-database") == 0
    assert "holds the same steps" in capsys.readouterr().out
    actions.revoke(key=one.pk, reason="mistake", text="Sorry", by=cast.ada)
    assert verify(str(path), "--against-database") == 0
    assert "1 further" in capsys.readouterr().out
    forge(3)
    assert check_chain().whole, "the database alone can’t tell"
    assert verify(str(path), "--against-database") == 1
    says = capsys.readouterr().out
    assert f"✓ {one.reference}" in says, "the file itself is whole"
    assert "✗ This installation’s chain is another" in says
    assert "does not hold this step" in says


@pytest.mark.engine
def test_a_file_of_another_installation_is_compared_only_when_asked(
    record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "set")
    path = tmp_path / "proof.json"
    path.write_bytes(document.render(reseal(record, tmp_path)))
    assert verify(str(path)) == 0
    assert "This installation’s chain" not in capsys.readouterr().out
    path.write_bytes(document.render(record))
    assert verify(str(path)) == 0
    assert "This installation’s chain holds the same steps" in capsys.readouterr().out


@pytest.mark.engine
def test_the_command_without_a_file_checks_the_database(
    one: Registration, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify() == 0
    assert f"{checking.state().links} links of 2 registrations" in capsys.readouterr().out
    write("UPDATE registration_link SET at = at + interval '1 minute' WHERE number = 2")
    assert verify() == 1
    assert "Its time was changed" in capsys.readouterr().out


def test_the_key_is_the_installations_own_and_is_never_written_over(own_data_folder: Path) -> None:  # noqa: F811
    first = keys.public_of(keys.signing_key(own_data_folder))
    assert keys.public_of(keys.signing_key(own_data_folder)) == first
    path = own_data_folder / keys.FILE
    assert path.stat().st_mode & 0o077 == 0
    path.write_text("no key")
    with pytest.raises(keys.KeyUnreadable):
        keys.signing_key(own_data_folder)
    assert path.read_text() == "no key"


def test_a_key_that_can_not_be_read_is_said_and_the_chain_is_checked_all_the_same(
    one: Registration,
    own_data_folder: Path,  # noqa: F811
) -> None:
    checking.check_and_tell()
    (own_data_folder / keys.FILE).write_text("no key")
    write("UPDATE registration_link SET at = at + interval '1 minute' WHERE number = 2")
    assert [fault.kind for fault in checking.check().faults] == [FaultKind.TIME, FaultKind.KEY]
