"""How triggers ask whether they are switched off: quickly, and they still can be."""

from __future__ import annotations

import pgtrigger
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from kanal.opportunities.models import Opportunity
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
_LANGUAGE = """
SELECT way.lanname FROM pg_proc asked JOIN pg_language way ON way.oid = asked.prolang
 WHERE asked.proname = '_pgtrigger_should_ignore'
"""


def language() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_LANGUAGE)
        [(found,)] = cursor.fetchall()
    return str(found)


def accepted_at_once(opportunity: Opportunity) -> None:
    """Change a status as no way of the machine does."""
    with transaction.atomic():
        Opportunity.objects.filter(pk=opportunity.pk).update(status="accepted")


def test_migrations_leave_the_quick_question_whatever_they_put_there(cast: Cast) -> None:
    assert language() == "sql"
    trigger = next(one for one in Opportunity._meta.triggers if one.name == "names")
    trigger.install(Opportunity)  # as a migration that makes a trigger does
    assert language() == "plpgsql"
    call_command("migrate", verbosity=0)
    assert language() == "sql"


def test_a_trigger_holds_and_can_still_be_switched_off_for_a_while(cast: Cast) -> None:
    opportunity = cast.opportunity()
    with pytest.raises(IntegrityError, match="can not become accepted"):
        accepted_at_once(opportunity)
    with pgtrigger.ignore("opportunities.Opportunity:status_machine"):
        accepted_at_once(opportunity)
    opportunity.refresh_from_db()
    assert opportunity.status == "accepted"
    with pytest.raises(IntegrityError):  # the setting is empty now, not unknown
        Opportunity.objects.filter(pk=opportunity.pk).update(status="approved")
