"""Steps of many registrations at the same moment make one chain without a gap."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kanal.registration import actions
from kanal.registration.models import ChainHead, Link, Registration
from kanal.registration.proof import document, keys
from kanal.registration.proof.exporting import document_of
from kanal.registration.proof.verifying import check_chain
from tests import cast as casting
from tests.distribution.test_concurrency import race
from tests.registration import made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]
THREADS = 8
CUSTOMERS = ("Ask", "Birk", "Ceder", "Dild", "Eg", "Fyr", "Gran", "Hassel")


@pytest.fixture(autouse=True)
def own_data_folder(settings: Any, tmp_path: Path) -> None:
    settings.PROOF_DIR = tmp_path / "proof"


def test_eight_at_once_make_one_chain_that_is_whole_at_every_moment() -> None:
    cast = casting.make()
    asked = [
        made.submitted(
            cast, cast.mads, customer=f"{name} Tømmerhandel ApS", domain=f"{name.lower()}-tommer.dk"
        )
        for name in CUSTOMERS
    ]
    before = ChainHead.objects.get().count

    def steps(one: Registration) -> None:
        actions.take_up(key=one.pk, by=cast.ada)
        actions.ask(key=one.pk, question="Who is it?", fields=["value"], by=cast.ada)
        actions.answer(key=one.pk, values={}, text="The buyer", by=cast.mads)
        actions.reject(key=one.pk, reason="other", text="Not now", by=cast.ada)

    reports: list[Any] = []

    def look() -> None:
        for _turn in range(10):
            reports.append(check_chain())
            record = document.read(document.render(document_of(asked[0], by=cast.ada)))
            reports.append(document.verify(record))

    assert race(*(partial(steps, one) for one in asked), look) == [None] * (THREADS + 1)
    assert [report.faults for report in reports if not report.whole] == []
    assert len(reports) == 20
    assert list(Link.objects.values_list("number", flat=True)) == list(range(1, before + 4 * THREADS + 1))
    for one in asked:
        assert list(one.links.order_by("place").values_list("kind", flat=True)) == [
            *("submitted", "taken_up", "asked", "resubmitted", "rejected")
        ]
    assert check_chain().whole


def test_the_key_that_many_ask_for_first_is_one_key(tmp_path: Path) -> None:
    made_keys = race(*([lambda: keys.public_of(keys.signing_key(tmp_path / "new"))] * THREADS))
    assert len(set(made_keys)) == 1
    assert [path.name for path in (tmp_path / "new").iterdir()] == [keys.FILE]
