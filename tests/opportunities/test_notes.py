"""Notes and files on the timeline."""

from __future__ import annotations

import io

import pytest
from django.db import DatabaseError, transaction

from kanal.directory.refusal import Invalid, Missing, NotAllowed
from kanal.opportunities.actions import Upload, add_note
from kanal.opportunities.models import Attachment, TimelineEntry
from tests.cast import Cast

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 40


def upload(name: str, content: bytes) -> Upload:
    return Upload(name, len(content), io.BytesIO(content))


@pytest.fixture(autouse=True)
def _files(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_a_note_carries_its_author_company_and_files(cast: Cast) -> None:
    opportunity = cast.managed()
    entry = add_note(
        key=opportunity.pk, body=" Met Karen. ", shared=True, by=cast.mads, files=[upload("plan.png", PNG)]
    )
    stored = entry.attachments.get()
    assert (entry.body, entry.author, entry.company) == ("Met Karen.", cast.mads, cast.nordlys)
    assert (stored.name, stored.content_type, stored.size) == ("plan.png", "image/png", len(PNG))
    assert stored.file.read() == PNG


def test_what_a_partner_writes_is_always_shared_with_the_vendor(cast: Cast) -> None:
    opportunity = cast.managed()
    assert add_note(key=opportunity.pk, body="x", shared=False, by=cast.mads).visibility == "shared"


@pytest.mark.engine
@pytest.mark.parametrize("change", ["update", "delete"])
def test_an_entry_can_not_be_changed_or_deleted_by_anybody(cast: Cast, change: str) -> None:
    entry = add_note(key=cast.opportunity().pk, body="said", shared=False, by=cast.chris)
    entries = TimelineEntry.objects.filter(pk=entry.pk)
    changing = {"update": lambda: entries.update(body="unsaid"), "delete": entries.delete}[change]
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        changing()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.pdf", b"", "is empty"),
        ("page.html", b"<script>", "kind that is not taken"),
        ("drawing.svg", b"<svg/>", "kind that is not taken"),
        ("run.exe", b"MZ", "kind that is not taken"),
        ("fake.png", b"<html><script>alert(1)</script>", "not what its name says"),
        ("fake.pdf", PNG, "not what its name says"),
        ("binary.txt", b"a\0b", "not what its name says"),
    ],
)
def test_a_file_that_is_not_taken_is_named_with_the_reason(
    cast: Cast, name: str, content: bytes, words: str
) -> None:
    opportunity = cast.opportunity()
    with pytest.raises(Invalid, match=words) as refused:
        add_note(
            key=opportunity.pk, body="see file", shared=False, by=cast.chris, files=[upload(name, content)]
        )
    assert name in refused.value.errors["files"]


def test_a_file_over_the_limit_is_refused_with_both_sizes(cast: Cast, settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    with pytest.raises(Invalid, match="is 2 MB; a file may have 1 MB"):
        add_note(
            key=cast.opportunity().pk,
            body="",
            shared=False,
            by=cast.chris,
            files=[upload("big.txt", b"x" * (2 * 1024 * 1024))],
        )


def test_nothing_half_done_is_left_where_one_of_two_files_is_refused(cast: Cast, tmp_path) -> None:
    opportunity = cast.opportunity()
    before = TimelineEntry.objects.count()
    with pytest.raises(Invalid):
        add_note(
            key=opportunity.pk,
            body="two",
            shared=False,
            by=cast.chris,
            files=[upload("a.png", PNG), upload("b.png", b"no picture")],
        )
    assert TimelineEntry.objects.count() == before
    assert not Attachment.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_name_on_the_disk_is_never_the_senders(cast: Cast) -> None:
    entry = add_note(
        key=cast.opportunity().pk,
        body="",
        shared=False,
        by=cast.chris,
        files=[upload("../../etc/passwd.txt", b"x")],
    )
    stored = entry.attachments.get()
    assert str(stored.pk) in stored.file.name
    assert "passwd" not in stored.file.name


def test_an_empty_note_a_stranger_and_an_auditor_are_refused(cast: Cast) -> None:
    opportunity = cast.managed()
    with pytest.raises(Invalid, match="Write a note"):
        add_note(key=opportunity.pk, body="  ", shared=True, by=cast.chris)
    with pytest.raises(Missing):
        add_note(key=opportunity.pk, body="x", shared=True, by=cast.bo)
    with pytest.raises(NotAllowed):
        add_note(key=opportunity.pk, body="x", shared=False, by=cast.otto)
