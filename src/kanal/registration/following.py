"""What the rest of Kanal has to do with requests: the timeline says their steps, and they follow their opportunity."""

from __future__ import annotations

import uuid
from typing import Any

from kanal.directory.models import Partner, Person
from kanal.distribution.models import Protection
from kanal.distribution.signals import overridden
from kanal.opportunities.lifecycle import Status as OpportunityStatus
from kanal.opportunities.models import Opportunity, TimelineEntry, Visibility
from kanal.opportunities.signals import moved
from kanal.registration import telling
from kanal.registration.lifecycle import EndReason
from kanal.registration.models import Link
from kanal.registration.words import INTERNAL

# What becomes of a request when its opportunity gets one of these; None is a sale.
ENDS: dict[str, EndReason | None] = {
    OpportunityStatus.WON: None,
    OpportunityStatus.LOST: EndReason.LOST,
    OpportunityStatus.CANCELED: EndReason.CANCELED,
}


def listen() -> None:
    """Hear of opportunities that move; done once, when the app is ready."""
    moved.connect(_moved, dispatch_uid="registration")
    overridden.connect(_overridden, dispatch_uid="registration")


def _moved(sender: object, *, opportunity: Opportunity, **_more: Any) -> None:  # noqa: ARG001
    """Let the requests of an opportunity follow it, in the same transaction."""
    from kanal.registration.actions import follow

    # What a partner made goes back to nobody: it is won, lost or canceled.
    if opportunity.made_by_a_partner and opportunity.status in ENDS:
        follow(opportunity, ENDS[opportunity.status])


def _overridden(
    sender: object,  # noqa: ARG001
    *,
    protection: Protection,
    partner: Partner,
    by: Person,
    reason: str,
    **_more: Any,
) -> None:
    """Prove that a protection was overridden, and tell its holder; the other partner's name is the vendor's to know."""
    from kanal.registration.actions import note_override

    note_override(protection, to=partner, reason=reason, by=by)


def note(*, link_id: uuid.UUID) -> None:
    """Say a step on the timeline of the opportunity, once; the partner reads it, other partners do not.

    What is the vendor's own affair is the vendor's to read.

    It is the time of the step that stands there. Nothing about who else is concerned is said.
    """
    link = Link.objects.select_related("registration__opportunity", "registration__partner").get(pk=link_id)
    known = TimelineEntry.objects.filter(
        opportunity=link.registration.opportunity_id, facts__link=str(link.pk)
    )
    if known.exists():
        return
    author = Person.objects.filter(pk=link.actor).first() if link.actor else None
    facts, shared = telling.facts_of(link), link.kind not in INTERNAL
    TimelineEntry.objects.create(
        opportunity=link.registration.opportunity,
        at=link.at,
        event=f"registration_{link.kind}",
        facts={**facts, "link": str(link.pk), "reference": link.registration.reference},
        author=author,
        company=author.partner if author else None,
        visibility=Visibility.SHARED if shared else Visibility.INTERNAL,
        partner=link.registration.partner if shared else None,
    )
