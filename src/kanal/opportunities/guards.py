"""Triggers: what the database itself holds of the status machine, whoever writes.

They are made from `lifecycle`, so the table there stays the one place of the rule.
"""

from __future__ import annotations

from collections.abc import Iterable

import pghistory
import pgtrigger

from kanal.opportunities.lifecycle import CLOSED, PAIRS, SHARED_PAIRS, State, Status


def _sql(pairs: Iterable[tuple[Status, Status]]) -> str:
    return ", ".join(f"('{source}', '{target}')" for source, target in sorted(pairs))


def _is_open(column: str) -> str:
    closed = ", ".join(f"'{status}'" for status in CLOSED)
    return f"{column} NOT IN ({closed})"


def _states(column: str) -> str:
    """Say in SQL what state the status in a column means."""
    cases = " ".join(f"WHEN '{status}' THEN '{state}'" for status, state in CLOSED.items())
    return f"CASE {column} {cases} ELSE '{State.OPEN}' END"


STATUS_MACHINE = pgtrigger.Trigger(
    name="status_machine",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("status"),  # type: ignore[no-untyped-call]
    condition=pgtrigger.Q(old__status__df=pgtrigger.F("new__status")),
    func=f"""
        IF (OLD.status, NEW.status) NOT IN ({_sql(PAIRS)})
            OR (NOT NEW.collaboration AND (OLD.status, NEW.status) IN ({_sql(SHARED_PAIRS)}))
        THEN
            RAISE EXCEPTION 'opportunity %: status % can not become %', OLD.reference, OLD.status, NEW.status
                USING ERRCODE = 'check_violation', CONSTRAINT = 'opportunity_status_machine';
        END IF;
        RETURN NEW;
    """,
)

# A new opportunity begins in progress. One that comes from another system brings its status along; it
# then names the key that it had there.
FIRST_STATUS = pgtrigger.Trigger(
    name="first_status",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    condition=pgtrigger.Q(new__external_key="") & ~pgtrigger.Q(new__status=Status.IN_PROGRESS),
    func="""
        RAISE EXCEPTION 'a new opportunity begins in progress, not %', NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'opportunity_first_status';
    """,
)

# Lists search and sort by these names; they stand in the row so that a million rows can be ordered by an index.
NAMES = pgtrigger.Trigger(
    name="names",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("account_id", "partner_id"),  # type: ignore[no-untyped-call]
    func="""
        IF TG_OP = 'INSERT' OR NEW.account_id IS DISTINCT FROM OLD.account_id THEN
            NEW.account_name = COALESCE((SELECT name FROM directory_account WHERE id = NEW.account_id), '');
        ELSE
            NEW.account_name = OLD.account_name;
        END IF;
        IF TG_OP = 'INSERT' OR NEW.partner_id IS DISTINCT FROM OLD.partner_id THEN
            NEW.partner_name = COALESCE(
                (SELECT a.name FROM directory_partner p JOIN directory_account a ON a.id = p.account_id
                 WHERE p.id = NEW.partner_id), '');
        ELSE
            NEW.partner_name = OLD.partner_name;
        END IF;
        RETURN NEW;
    """,
)

# What the lists of partners filter, sort and add up by stands in the participation, so that a list of thousands reads
# one index. This is the only place that says what it is: every write of a participation reads it anew, whoever writes.
CARRY = pgtrigger.Trigger(
    name="carry",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=f"""
        SELECT o.status, {_states("o.status")}, o.stage, o.answer_by, o.last_activity_at,
               CASE WHEN {_is_open("o.status")} THEN o.estimated_revenue_base ELSE o.actual_revenue_base END,
               CASE WHEN {_is_open("o.status")} THEN o.estimated_close_date ELSE o.actual_close_date END,
               o.account_name, upper(concat_ws(E'\\n', o.topic, o.reference, o.account_name))
          INTO NEW.status, NEW.state, NEW.stage, NEW.answer_by, NEW.active_at, NEW.value, NEW.due_on,
               NEW.customer, NEW.words
          FROM opportunities_opportunity o WHERE o.id = NEW.opportunity_id;
        -- Only the timeline asks; a record that was read before a question came must not take it away when it is saved.
        IF pg_trigger_depth() = 1 THEN
            NEW.asked_at := CASE WHEN TG_OP = 'UPDATE' THEN OLD.asked_at END;
        END IF;
        RETURN NEW;
    """,  # noqa: S608 - statuses of ours
)

_CARRIED = (
    *("status", "stage", "answer_by", "last_activity_at", "estimated_revenue_base", "actual_revenue_base"),
    *("estimated_close_date", "actual_close_date", "topic", "reference", "account_name"),
)


def _columns(of: str) -> str:
    return ", ".join(f"{of}.{name}" for name in _CARRIED)


# Changed opportunities touch their participations; `CARRY` does the rest. Once a statement, not once a row: assignment
# changes thousands in one.
FOLLOW = pgtrigger.Trigger(
    name="follow",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    referencing=pgtrigger.Referencing(old="before", new="after"),  # type: ignore[no-untyped-call]
    func=f"""
        UPDATE opportunities_participation p SET opportunity_id = p.opportunity_id
          FROM after n JOIN before o ON o.id = n.id
         WHERE p.opportunity_id = n.id AND ({_columns("n")}) IS DISTINCT FROM ({_columns("o")});
        RETURN NULL;
    """,  # noqa: S608 - columns of ours
)

# A note of the vendor waits for a partner that works on the opportunity until somebody of it writes or does something.
ASK = pgtrigger.Trigger(
    name="ask",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    condition=pgtrigger.Q(new__visibility="shared", new__author__isnull=False)
    & (pgtrigger.Q(new__company__isnull=False) | pgtrigger.Q(new__event="")),
    func="""
        IF NEW.company_id IS NOT NULL THEN
            UPDATE opportunities_participation SET asked_at = NULL
             WHERE opportunity_id = NEW.opportunity_id AND partner_id = NEW.company_id AND asked_at IS NOT NULL;
        ELSE
            UPDATE opportunities_participation SET asked_at = NEW.at
             WHERE opportunity_id = NEW.opportunity_id AND (NEW.partner_id IS NULL OR partner_id = NEW.partner_id)
               AND until IS NULL AND kind <> 'offered' AND asked_at IS NULL;
        END IF;
        RETURN NULL;
    """,
)

KEEP = pgtrigger.Protect(name="keep_forever", operation=pgtrigger.Update | pgtrigger.Delete)


def history() -> tuple[pghistory.RowEvent, ...]:
    """Say what the history notes: every new record and every change of one.

    They are noted once a statement, not once a row: an import or an assignment writes thousands in one.
    """
    return pghistory.InsertEvent(level=pghistory.Statement), pghistory.UpdateEvent(level=pghistory.Statement)
