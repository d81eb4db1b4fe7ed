"""How triggers ask whether they are switched off."""

from __future__ import annotations

from typing import Any

from django.db import connections

# The library's own function catches an error where the setting was never made: that is a rolled-back subtransaction a
# row and trigger, and foreign keys that wait to be checked pass each of them on. This one says the same without; the
# server puts it in place of the call.
_ASKING = """
CREATE OR REPLACE FUNCTION "public"._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN
LANGUAGE sql STABLE
AS $$ SELECT trigger_name = ANY(NULLIF(current_setting('pgtrigger.ignore', true), '')::text[]) $$
"""


def quicken(*, using: str, **_told: Any) -> None:
    """Put the quick question in place of the library's; each migration that makes a trigger puts that back.

    Args:
        using: the database that was migrated.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('\"public\"._pgtrigger_should_ignore(name)')")
        if cursor.fetchone()[0]:
            cursor.execute(_ASKING)
