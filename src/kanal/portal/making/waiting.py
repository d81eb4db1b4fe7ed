"""What the page of an opportunity says as long as it waits for approval, and after it was refused."""

from __future__ import annotations

from typing import Any

from kanal.directory.models import Person
from kanal.distribution.queries import Opened
from kanal.opportunities import access
from kanal.opportunities.lifecycle import Status
from kanal.opportunities.models import CloseReason, TimelineEntry


def facts(opened: Opened, person: Person) -> dict[str, Any]:
    """Give what the notice on top of the page needs; it shows nothing for other opportunities."""
    made = opened.opportunity
    waits = made.waits_for_approval
    return {
        "waits": waits,
        "may_revise": waits and bool(access.may(person, "revise", made, opened.part)),
        "refusal": _refusal(opened),
    }


def _refusal(opened: Opened) -> dict[str, str] | None:
    """Give why the vendor refused it, in words, and who did."""
    if opened.opportunity.status != Status.CANCELED:
        return None
    # What came after it, such as being opened again and canceled otherwise, makes it history.
    closing = ("refused", "canceled", "reopened")
    last: TimelineEntry | None = next((one for one in opened.entries if one.event in closing), None)
    if last is None or last.event != "refused":
        return None
    reason = str(last.facts.get("reason", ""))
    return {
        "reason": str(dict(CloseReason.choices).get(reason, reason)),
        "text": last.body,
        "who": last.author.name if last.author else "",
    }
