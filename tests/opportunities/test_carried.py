"""What participations carry for the lists of partners is what their opportunities say, whoever writes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from kanal.directory.models import Account
from kanal.distribution import actions
from kanal.opportunities.actions import add_note
from kanal.opportunities.models import Opportunity, Participation
from tests.cast import Cast

pytestmark = pytest.mark.django_db

UNTRUE = """
    SELECT count(*) FROM opportunities_participation p JOIN opportunities_opportunity o ON o.id = p.opportunity_id
    WHERE (p.status, p.stage, p.answer_by, p.active_at, p.customer)
          IS DISTINCT FROM (o.status, o.stage, o.answer_by, o.last_activity_at, o.account_name)
       OR p.state IS DISTINCT FROM
          CASE WHEN o.status = 'won' THEN 'won' WHEN o.status IN ('lost', 'canceled') THEN 'lost' ELSE 'open' END
       OR p.value IS DISTINCT FROM
          CASE WHEN p.state = 'open' THEN o.estimated_revenue_base ELSE o.actual_revenue_base END
       OR p.due_on IS DISTINCT FROM
          CASE WHEN p.state = 'open' THEN o.estimated_close_date ELSE o.actual_close_date END
       OR p.words IS DISTINCT FROM upper(o.topic || E'\\n' || o.reference || E'\\n' || o.account_name)
"""


def run(sql: str, *params: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.fetchone()[0]) if cursor.description else cursor.rowcount


def part(made: Opportunity) -> Participation:
    return Participation.objects.get(opportunity=made, until=None)


def test_they_are_true_through_the_life_of_an_opportunity(cast: Cast) -> None:
    made = cast.delivered()
    steps = [
        lambda: actions.accept(key=made.pk, by=cast.mads),
        lambda: actions.move_stage(key=made.pk, stage="quoting", by=cast.mads),
        lambda: add_note(key=made.pk, body="We called.", shared=True, by=cast.mads),
        lambda: actions.extend(key=made.pk, until=date(2027, 3, 30), reason="Budget", by=cast.chris),
        lambda: actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris),
        lambda: actions.win(key=made.pk, reason="price", by=cast.chris),
    ]
    assert run(UNTRUE) == 0
    for number, step in enumerate(steps):
        step()
        assert run(UNTRUE) == 0, number
    won = part_of(made, cast)
    assert (won.state, won.stage) == ("won", "quoting")


def part_of(made: Opportunity, cast: Cast) -> Participation:
    return Participation.objects.get(opportunity=made, partner=cast.nordlys, until=None)


@pytest.mark.parametrize(
    "change",
    [
        "status = 'won', actual_revenue = 7, actual_revenue_base = 7, actual_close_date = '2026-11-24'",
        "stage = 'closing'",
        "estimated_revenue = 5, estimated_revenue_base = 5",
        "estimated_close_date = NULL",
        "topic = 'Another topic'",
        "last_activity_at = now() - interval '40 days'",
    ],
)
def test_plain_sql_on_the_opportunity_keeps_them_true(cast: Cast, change: str) -> None:
    cast.managed()
    assert run(f"UPDATE opportunities_opportunity SET {change}") == 1
    assert run(UNTRUE) == 0


@pytest.mark.parametrize(
    "change",
    ["state = 'won'", "value = 1", "words = ''", "active_at = now()", "due_on = NULL, stage = 'closing'"],
)
def test_plain_sql_can_not_make_them_untrue(cast: Cast, change: str) -> None:
    cast.managed()
    run(f"UPDATE opportunities_participation SET {change}")
    assert run(UNTRUE) == 0


def test_a_customer_that_is_renamed_is_found_by_its_new_name(cast: Cast) -> None:
    made = cast.managed()
    Account.objects.filter(pk=cast.lindholm.pk).update(name="Lindholm Group")
    assert part(made).customer == "Lindholm Group"
    assert "LINDHOLM GROUP" in part(made).words
    assert run(UNTRUE) == 0


def test_rows_that_come_in_bulk_carry_them_too(cast: Cast) -> None:
    made = cast.opportunity()
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY opportunities_participation (id, opportunity_id, partner_id, kind, role, since, status, state, stage,"
            " active_at, customer, words) FROM STDIN"
        ) as copy,
    ):
        key, day = "01a212f5-3cdc-73ec-8b60-e5f5cb1c829c", "2026-01-01"
        copy.write_row(
            (
                key,
                str(made.pk),
                str(cast.nordlys.pk),
                "managing",
                "",
                day,
                "won",
                "won",
                "closing",
                day,
                "",
                "",
            )
        )
    assert run(UNTRUE) == 0


def test_the_history_of_a_participation_does_not_grow_by_them(cast: Cast) -> None:
    made = cast.managed()
    before = run("SELECT count(*) FROM opportunities_participationevent")
    actions.move_stage(key=made.pk, stage="quoting", by=cast.mads)
    add_note(key=made.pk, body="A question", shared=True, by=cast.chris)
    assert run("SELECT count(*) FROM opportunities_participationevent") == before


# ── Questions ────────────────────────────────────────────────────────────────────────────────────
def note(made: Opportunity, by: object, *, shared: bool = True) -> None:
    add_note(key=made.pk, body="Who signs?", shared=shared, by=by)  # type: ignore[arg-type]


def test_a_note_of_the_vendor_waits_until_somebody_of_the_partner_writes(cast: Cast) -> None:
    made = cast.managed()
    assert part(made).asked_at is None
    note(made, cast.chris)
    asked = part(made).asked_at
    assert asked is not None
    note(made, cast.chris)
    assert part(made).asked_at == asked  # it waits since the first
    note(made, cast.mads)
    assert part(made).asked_at is None


def test_something_done_answers_too(cast: Cast) -> None:
    made = cast.managed()
    note(made, cast.chris)
    actions.move_stage(key=made.pk, stage="quoting", by=cast.mads)
    assert part(made).asked_at is None


def test_internal_notes_and_notes_about_an_offer_ask_nobody(cast: Cast) -> None:
    made, offered = cast.managed(), cast.delivered()
    note(made, cast.chris, shared=False)
    note(offered, cast.chris)
    assert part(made).asked_at is None
    assert part(offered).asked_at is None


def test_in_a_collaboration_each_partner_answers_for_itself(cast: Cast) -> None:
    made = cast.managed()
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    note(made, cast.chris)
    note(made, cast.mads)
    waiting = Participation.objects.filter(opportunity=made, until=None, asked_at__isnull=False)
    assert [one.partner for one in waiting] == [cast.fjord]


def test_a_record_that_was_read_before_the_question_does_not_take_it_away(cast: Cast) -> None:
    made = cast.managed()
    stale = part(made)
    note(made, cast.chris)
    stale.assignee = cast.mads
    stale.save()
    assert part(made).asked_at is not None
    assert part(made).assignee == cast.mads


def test_a_value_in_another_currency_is_carried_in_the_base_currency(cast: Cast) -> None:
    made = cast.managed(currency=cast.eur, estimated_revenue=Decimal(100))
    assert part(made).value == Decimal(746)
