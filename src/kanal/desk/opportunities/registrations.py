"""What an opportunity’s pages show of deal registration: the request that waits, and who is protected."""

from __future__ import annotations

from typing import Any

from kanal.directory.models import Person
from kanal.distribution import protection
from kanal.opportunities.models import Opportunity
from kanal.registration import access, reviewing
from kanal.registration.lifecycle import PENDING, Verb
from kanal.registration.models import Answer, Registration
from kanal.registration.policy import terms_of


def registrations_of(by: Person, opportunity: Opportunity) -> dict[str, Any]:
    """Give how many requests there are, and the one that waits for a decision, if one does."""
    found = list(reviewing.of_opportunity(by, opportunity))
    pending = next((one for one in found if one.status in PENDING), None)
    facts: dict[str, Any] = {"registrations_count": len(found), "registrations": found, "pending": pending}
    if pending is not None:
        facts["pending_days"] = terms_of(pending).protect_days
        facts["may_approve_registration"] = _at_once(by, pending)
    return facts


def _at_once(by: Person, pending: Registration) -> bool:
    """Tell whether it can be approved here: without a conflict to look at, and by the last word that it needs."""
    if pending.verdict != Answer.CLEAR or Verb.APPROVE not in access.verbs(by, pending):
        return False
    return reviewing.approvals_of(pending).last


def protection_of(opportunity: Opportunity) -> dict[str, Any]:
    """Give for whom the customer is protected; `against` are those that hold for somebody else than its partner."""
    held = protection.of_opportunity(opportunity)
    mine = opportunity.partner_id or opportunity.made_by_partner_id
    against = [one for one in held if one.partner_id != mine] if opportunity.is_open else []
    return {
        "protections": held,
        "against": against,
        "against_words": protection.why_protected(against) if against else "",
        "may_override": bool(against) and protection.refusal_to_override(against) is None,
    }
