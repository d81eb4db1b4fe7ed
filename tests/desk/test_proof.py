"""The proof of registrations on the pages of both faces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.registration.models import Registration
from kanal.registration.proof import checking, document, pages
from tests.cast import Cast
from tests.registration import made
from tests.registration.test_proof_chain import write


@pytest.fixture(autouse=True)
def own_data_folder(settings: Any, tmp_path: Path) -> None:
    settings.PROOF_DIR = tmp_path / "proof"


@pytest.fixture
def one(cast: Cast) -> Registration:
    """Make a registration beside a rival's claim on the same customer."""
    made.submitted(cast, cast.bo, customer="Søby Teknik", domain="soby-teknik.dk")
    return made.submitted(cast, cast.mads)


def get(client: Client, person: Any, name: str, **args: Any) -> Any:
    client.force_login(person)
    return client.get(reverse(name, kwargs=args))


@pytest.mark.parametrize("kind", ["json", "pdf"])
def test_both_sides_take_the_proof_away_and_the_partners_names_nobody_else(
    client: Client, cast: Cast, one: Registration, kind: str
) -> None:
    for person, name in ((cast.ada, "desk:registration_proof"), (cast.mads, "portal:registration_proof")):
        answer = get(client, person, name, key=one.pk, kind=kind)
        assert answer["Content-Disposition"] == f'attachment; filename="{one.reference}.{kind}"'
        data = b"".join(answer.streaming_content)
        record = document.read(pages.take_out(data) if kind == "pdf" else data)
        assert document.verify(record).whole
        assert ("Fjord" in json.dumps(record)) == (person == cast.ada)


def test_a_rivals_proof_does_not_exist(client: Client, cast: Cast, one: Registration) -> None:
    for kind in ("json", "pdf"):
        answer = get(client, cast.bo, "portal:registration_proof", key=one.pk, kind=kind)
        assert answer.status_code == 404


def test_another_kind_of_file_does_not_exist(client: Client, cast: Cast, one: Registration) -> None:
    assert get(client, cast.ada, "desk:registration_proof", key=one.pk, kind="xml").status_code == 404


def test_a_draft_has_no_proof_and_says_why(client: Client, cast: Cast) -> None:
    draft = made.draft(cast, cast.mads)
    answer = get(client, cast.mads, "portal:registration_proof", key=draft.pk, kind="pdf")
    assert answer.status_code == 409
    assert "begins when it is submitted" in answer.content.decode()


def test_the_page_says_what_the_last_check_found(client: Client, cast: Cast, one: Registration) -> None:
    says = get(client, cast.ada, "desk:proof").content.decode()
    assert "It has not been checked yet." in says
    checking.check_and_tell()
    assert "The chain is whole." in get(client, cast.ada, "desk:proof").content.decode()
    write("UPDATE registration_link SET at = at - interval '1 hour' WHERE registration_id = %s", one.pk)
    checking.check_and_tell()
    says = get(client, cast.otto, "desk:proof").content.decode()
    assert "broken in 1 place" in says
    assert f"{one.reference}, step 1" in says
    assert "Its time was changed" in says
    assert "Check now" not in says, "an auditor reads"


def test_a_broken_proof_stands_above_the_list_of_registrations(
    client: Client, cast: Cast, one: Registration
) -> None:
    says = get(client, cast.ada, "desk:registrations").content.decode()
    assert "is broken in" not in says
    write("UPDATE registration_link SET at = at - interval '1 hour' WHERE registration_id = %s", one.pk)
    checking.check_and_tell()
    assert "broken in 1 place" in get(client, cast.ada, "desk:registrations").content.decode()
    assert "broken in" not in get(client, cast.sally, "desk:registrations").content.decode()


def test_the_page_of_a_registration_offers_its_proof(client: Client, cast: Cast, one: Registration) -> None:
    for person, face in ((cast.sally, "desk"), (cast.mads, "portal")):
        says = get(client, person, f"{face}:registration", key=one.pk).content.decode()
        for kind in ("pdf", "json"):
            assert reverse(f"{face}:registration_proof", kwargs={"key": one.pk, "kind": kind}) in says


def test_a_draft_offers_no_proof(client: Client, cast: Cast) -> None:
    draft = made.draft(cast, cast.mads)
    assert "proof.pdf" not in get(client, cast.mads, "portal:registration", key=draft.pk).content.decode()


def test_a_check_that_is_asked_for_twice_is_done_once(client: Client, cast: Cast) -> None:
    client.force_login(cast.chris)
    for _turn in range(2):
        answer = client.post(reverse("desk:proof_check"), follow=True)
        assert "The check has begun." in answer.content.decode()
    jobs = ProcrastinateJob.objects.filter(task_name="kanal.registration.tasks.check_chain")
    assert jobs.count() == 1
