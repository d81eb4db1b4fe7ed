"""The clock and a person at the same moment: what a person did just before stands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kanal.config import clock
from kanal.registration import actions
from kanal.registration.lifecycle import EndReason, Status
from tests.registration import made

pytestmark = pytest.mark.django_db


def test_what_was_answered_in_the_last_moment_is_not_ended_for_silence(cast) -> None:
    sent = made.submitted(cast, cast.mads)
    actions.ask(key=sent.pk, question="Which modules?", fields=[], by=cast.ada)
    clock.use(lambda: timedelta(days=10, hours=1))
    actions.answer(key=sent.pk, values={}, text="Finance and stock.", by=cast.mads)
    assert not actions.end(sent.pk, EndReason.UNANSWERED)
    assert made.again(sent).status == Status.IN_REVIEW


def test_what_was_given_more_time_in_the_last_moment_is_not_ended(cast) -> None:
    held = made.approved(cast, cast.mads)
    actions.ask_extension(key=held.pk, days=30, evidence="They sign in June.", by=cast.mads)
    actions.decide_extension(key=held.pk, grant=True, text="", by=cast.ada)
    assert not actions.end(held.pk, EndReason.TIME)
    assert made.again(held).status == Status.APPROVED


def test_what_was_saved_while_a_question_was_open_is_proved_with_the_answer(cast) -> None:
    sent = made.submitted(cast, cast.mads)
    actions.ask(key=sent.pk, question="Which company?", fields=["company", "city"], by=cast.ada)
    asked = made.again(sent)
    actions.save_draft(key=sent.pk, version=asked.version, values={"company": "Søby Drift ApS"}, by=cast.mads)
    actions.answer(key=sent.pk, values={}, text="Their new company.", by=cast.mads)
    link = sent.links.get(kind="resubmitted")
    assert link.content["company"] == "Søby Drift ApS"


def test_a_version_that_never_was_overwrites_no_colleague(cast) -> None:
    from kanal.directory.refusal import Stale

    draft = made.draft(cast, cast.mads)
    actions.save_draft(key=draft.pk, version=draft.version, values={"city": "Marstal"}, by=cast.anna)
    with pytest.raises(Stale):
        actions.save_draft(key=draft.pk, version=999_999, values={"city": "Rise"}, by=cast.mads)
