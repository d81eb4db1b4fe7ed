"""Who did it, and for which company: named on every action at the desk."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from kanal.distribution import actions
from kanal.distribution.history import changes
from kanal.opportunities import timeline
from kanal.opportunities.actions import add_note
from kanal.opportunities.lifecycle import Stage
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def entries(cast: Cast, row) -> list[str]:
    client = Client()
    client.force_login(cast.chris)
    page = client.get(f"/sales/opportunities/{row.pk}/").content.decode()
    part = page[page.index('id="timeline"') :]
    found = re.findall(r"<li\b.*?</li>", part, flags=re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


def one_with(found: list[str], words: str) -> str:
    return next(entry for entry in found if words in entry)


def test_every_action_of_a_partners_person_names_the_company(cast: Cast) -> None:
    row = cast.delivered()
    actions.accept(key=row.pk, by=cast.mads)
    actions.move_stage(key=row.pk, stage=Stage.CONTACTING, by=cast.anna)
    add_note(key=row.pk, body="They liked the demo.", shared=True, by=cast.mads)
    actions.return_(key=row.pk, reason="no_funding", by=cast.mads)
    found = entries(cast, row)
    for words, who in {
        "Nordlys IT accepted": "Mads Iversen",
        "Stage moved": "Anna Bak",
        "They liked the demo.": "Mads Iversen",
        "returned it": "Mads Iversen",
    }.items():
        entry = one_with(found, words)
        assert who in entry
        assert re.search(rf"{who}\W+Nordlys IT", entry), entry


def test_what_partners_do_not_read_names_the_company_of_its_author_too(cast: Cast) -> None:
    row = cast.opportunity()
    timeline.record(row, "created", by=cast.anna, shared=False)
    assert any(re.search(r"Anna Bak\W+Nordlys IT", entry) for entry in entries(cast, row))


def test_an_answer_on_the_partners_behalf_says_so_and_names_who_gave_it(cast: Cast) -> None:
    row = cast.delivered()
    actions.accept(key=row.pk, by=cast.chris)
    entry = one_with(entries(cast, row), "Nordlys IT accepted (on the partner’s behalf)")
    assert "Chris Mølgaard" in entry


def test_the_history_names_the_company_of_partners_people_and_only_theirs(cast: Cast) -> None:
    row = cast.managed()
    actions.hold(key=row.pk, reason="Budget", by=cast.chris)
    who = {change.who for change in changes(row)}
    assert {"Anna Bak, Nordlys IT", "Chris Mølgaard"} <= who
