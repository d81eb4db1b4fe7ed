"""Triggers: what the database itself holds of the status machine, whoever writes.

They are made from `lifecycle`, so the table there stays the one place of the rule.
"""

from __future__ import annotations

from collections.abc import Iterable

import pghistory
import pgtrigger

from kanal.opportunities.lifecycle import PAIRS, SHARED_PAIRS, Status


def _sql(pairs: Iterable[tuple[Status, Status]]) -> str:
    return ", ".join(f"('{source}', '{target}')" for source, target in sorted(pairs))


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
        NEW.account_name = COALESCE((SELECT name FROM directory_account WHERE id = NEW.account_id), '');
        NEW.partner_name = COALESCE(
            (SELECT a.name FROM directory_partner p JOIN directory_account a ON a.id = p.account_id
             WHERE p.id = NEW.partner_id), '');
        RETURN NEW;
    """,
)

KEEP = pgtrigger.Protect(name="keep_forever", operation=pgtrigger.Update | pgtrigger.Delete)


def history() -> tuple[pghistory.RowEvent, ...]:
    """Say what the history notes: every new record and every change of one.

    New records are noted once a statement, not once a row: an import writes thousands in one.
    """
    return pghistory.InsertEvent(level=pghistory.Statement), pghistory.UpdateEvent()
