"""The status machine as a table, and the trigger that is made from it."""

from __future__ import annotations

import itertools

import pytest
from django.db import DatabaseError, connection, transaction

from kanal.opportunities.lifecycle import (
    BY_VERB,
    CLOSED,
    OPEN,
    PAIRS,
    SHARED_PAIRS,
    STATUSCODES,
    TRANSITIONS,
    Actor,
    State,
    Status,
    Verb,
    refusal,
    state_of,
    verb_to,
    verbs_from,
)
from kanal.opportunities.models import Opportunity
from tests.cast import Cast

OPEN_ONES = "in_progress on_hold delivered accepted approved declined expired returned"
# The table of the design, written out again by hand: verb, from, to.
DESIGN = {
    "deliver": ("in_progress declined expired returned", "delivered"),
    "withdraw": ("delivered", "in_progress"),
    "accept": ("delivered", "accepted"),
    "decline": ("delivered", "declined"),
    "ask": ("delivered", ""),
    "expire": ("delivered", "expired"),
    "share": ("in_progress declined expired returned accepted approved", "accepted"),
    "take_back": ("accepted", "in_progress"),
    "approve": ("in_progress", "approved"),
    "refuse": ("in_progress", "canceled"),
    "hold": ("in_progress accepted approved", "on_hold"),
    "resume": ("on_hold", "in_progress accepted approved"),
    "move_stage": ("in_progress on_hold delivered accepted approved declined expired returned", ""),
    "extend": ("accepted approved", ""),
    "return": ("accepted", "returned"),
    "win": ("in_progress accepted approved", "won"),
    "lose": ("in_progress accepted approved", "lost"),
    "cancel": ("in_progress on_hold delivered accepted approved declined expired returned", "canceled"),
    "reopen": ("won lost canceled", "in_progress accepted"),
    "update": (OPEN_ONES, ""),
    "assign": (OPEN_ONES, ""),
    "add_contact": (OPEN_ONES, ""),
}


def test_the_table_is_that_of_the_design() -> None:
    table = {row.verb.value: (set(row.sources), set(row.targets)) for row in TRANSITIONS}
    assert table == {verb: (set(old.split()), set(new.split())) for verb, (old, new) in DESIGN.items()}


def test_every_verb_has_one_row_and_every_status_a_code() -> None:
    assert [row.verb for row in TRANSITIONS] == list(Verb)
    assert set(STATUSCODES) == set(Status)
    assert {state_of(status) for status in Status} == set(State)
    assert set(CLOSED) | OPEN == set(Status)


def test_no_partner_reaches_accepted_but_by_accepting_or_reopening_of_the_vendor() -> None:
    partners = {Actor.OFFERED, Actor.MANAGING, Actor.COLLABORATING, Actor.MAKER}
    leading = {row.verb for row in TRANSITIONS if Status.ACCEPTED in row.targets and row.actors & partners}
    assert leading == {Verb.ACCEPT, Verb.RESUME}


@pytest.mark.parametrize(
    "verb", [Verb.WIN, Verb.LOSE, Verb.RETURN, Verb.EXTEND, Verb.HOLD, Verb.RESUME, Verb.CANCEL]
)
def test_a_collaborating_partner_can_not_close_return_extend_or_hold(verb: Verb) -> None:
    assert Actor.COLLABORATING not in BY_VERB[verb].actors


def test_a_refusal_names_the_verb_and_the_status() -> None:
    message = str(refusal(Verb.ACCEPT, Status.WON, made_by_partner=False))
    assert "Accept" in message
    assert "Won" in message


def test_only_a_partner_made_one_is_approved_and_it_is_not_returned() -> None:
    assert refusal(Verb.APPROVE, Status.IN_PROGRESS, made_by_partner=False)
    assert not refusal(Verb.APPROVE, Status.IN_PROGRESS, made_by_partner=True)
    assert refusal(Verb.RETURN, Status.ACCEPTED, made_by_partner=True)


def test_buttons_are_those_of_the_table() -> None:
    assert verbs_from(Status.DELIVERED, [Actor.OFFERED], made_by_partner=False) == [
        Verb.ACCEPT,
        Verb.DECLINE,
        Verb.ASK,
    ]
    assert verbs_from(Status.EXPIRED, [Actor.CLOCK], made_by_partner=False) == []


@pytest.mark.parametrize(("old", "new"), list(itertools.permutations(Status, 2)))
def test_the_status_field_leads_only_where_a_vendor_verb_leads(old: Status, new: Status) -> None:
    verb = verb_to(old, new, made_by_partner=False, collaboration=False)
    if verb is not None:
        assert old in BY_VERB[verb].sources
        assert new in BY_VERB[verb].targets
        assert Actor.VENDOR in BY_VERB[verb].actors


def _set_status_by_sql(opportunity: Opportunity, new: Status, *, collaboration: bool = False) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """UPDATE opportunities_opportunity
               SET status = %s, collaboration = %s, partner_id = %s,
                   answer_by = CASE WHEN %s = 'delivered' THEN now() END,
                   status_before_hold = CASE WHEN %s = 'on_hold' THEN 'in_progress' ELSE '' END
               WHERE id = %s""",
            [new, collaboration, opportunity.partner_id, new, new, opportunity.pk],
        )


def _any_status(cast: Cast, status: Status) -> Opportunity:
    """Make an opportunity in a status by the only way round the verbs: as if it came from elsewhere."""
    made = cast.opportunity()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            """UPDATE opportunities_opportunity
               SET status = %s, partner_id = %s, answer_by = CASE WHEN %s = 'delivered' THEN now() END,
                   status_before_hold = CASE WHEN %s = 'on_hold' THEN 'in_progress' ELSE '' END WHERE id = %s""",
            [status, cast.nordlys.pk, status, status, made.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    return Opportunity.objects.get(pk=made.pk)


@pytest.mark.engine
@pytest.mark.django_db
@pytest.mark.parametrize("old", list(Status))
def test_plain_sql_can_write_exactly_the_allowed_changes(cast: Cast, old: Status) -> None:
    for new in set(Status) - {old}:
        for together in (False, True):
            allowed = (old, new) in PAIRS and (together or (old, new) not in SHARED_PAIRS)
            opportunity = _any_status(cast, old)
            try:
                _set_status_by_sql(opportunity, new, collaboration=together)
            except DatabaseError as error:
                refused = str(error)
            else:
                refused = ""
            assert (refused == "") == allowed, f"{old} → {new}: {refused or 'let through'}"
            assert allowed or "can not become" in refused


@pytest.mark.engine
@pytest.mark.django_db
def test_a_new_opportunity_begins_in_progress_unless_it_comes_from_elsewhere(cast: Cast) -> None:
    facts = {"topic": "Won at birth", "currency": cast.dkk, "owner": cast.chris, "status": Status.WON}
    with pytest.raises(DatabaseError, match="begins in progress"), transaction.atomic():
        Opportunity.objects.create(reference="OPP-1", **facts)
    assert Opportunity.objects.create(reference="OPP-2", external_key="crm:1", **facts).status == Status.WON
