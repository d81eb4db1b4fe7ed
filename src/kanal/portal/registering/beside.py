"""What the page of an opportunity says of its deal registration."""

from __future__ import annotations

from typing import Any

from kanal.directory.models import Person
from kanal.opportunities.models import Opportunity
from kanal.portal.registering import showing
from kanal.registration import actions, queries


def facts(person: Person, opportunity: Opportunity) -> dict[str, Any]:
    """Give its requests, and whether there is something left to register; nothing where that is not the partner's."""
    if opportunity.made_by_partner_id != person.partner_id:
        return {}
    rows = showing.rows(queries.of_opportunity(person, opportunity))
    may = actions.registrable(person, opportunity)
    return {"registering": {"rows": rows, "may": may}} if rows or may else {}
