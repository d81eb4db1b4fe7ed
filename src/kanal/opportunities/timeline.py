"""Writing the timeline, and putting its events into words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models import Partner, Person
from kanal.opportunities.models import Opportunity, TimelineEntry, Visibility

# One sentence an event, with the facts that it needs. The author is named beside it, so it is not repeated here.
SENTENCES = {
    "created": _("Created"),
    "imported": _("Imported from %(origin)s"),
    "delivered": _("Delivered to %(partner)s"),
    "chosen": _(
        "Preferred partner assignment chose %(partner)s by the policy %(policy)s, with %(points)s points"
    ),
    "chosen_before": _(
        "Preferred partner assignment chose %(partner)s by the policy %(policy)s, with %(points)s points; "
        "next was %(next)s with %(next_points)s"
    ),
    "nobody_found": _("Preferred partner assignment found nobody: %(why)s"),
    "withdrawn": _("Offer to %(partner)s withdrawn"),
    "accepted": _("%(partner)s accepted"),
    "declined": _("%(partner)s declined: %(reason)s"),
    "expired": _("%(partner)s did not answer in time"),
    "shared": _("Shared with %(partners)s"),
    "role_taken": _("%(partner)s takes the role %(role)s"),
    "alone": _("%(partner)s manages it alone from now on"),
    "left": _("%(partner)s left the collaboration"),
    "taken_back": _("Taken back from %(partner)s"),
    "made": _("%(partner)s made the opportunity on the portal"),
    "approved": _("Approved; %(partner)s manages it"),
    "refused": _("Refused: %(reason)s"),
    "assigned": _("Assigned to %(person)s"),
    "unassigned": _("No longer assigned to anybody"),
    "shared_with": _("Shared with %(people)s"),
    "owner_changed": _("Owner changed to %(owner)s"),
    "no_longer_shared_with": _("No longer shared with %(people)s"),
    "changed": _("Changed: %(fields)s"),
    "next_step": _("Next step: %(step)s"),
    "next_step_on": _("Next step: %(step)s, %(day)s"),
    "contact_added": _("Contact added: %(contact)s"),
    "held": _("Put on hold"),
    "resumed": _("Resumed"),
    "stage_moved": _("Stage moved from %(old)s to %(new)s"),
    "extended": _("Expected close moved from %(old)s to %(new)s"),
    "returned": _("%(partner)s returned it: %(reason)s"),
    "won": _("Won: %(reason)s"),
    "lost": _("Lost: %(reason)s"),
    "canceled": _("Canceled: %(reason)s"),
    "reopened": _("Reopened"),
    "withdrawn_for_protection": _(
        "The customer is protected (%(reference)s), so the offer to %(partner)s ended"
    ),
    "overridden": _("Delivered to %(partner)s in spite of a protection"),
    # Steps of a deal registration request; the deal registration app writes them.
    "registration_submitted": _("Asked to register the deal (%(reference)s)"),
    "registration_resubmitted": _("Answered a question about the registration"),
    "registration_taken_up": _("Took up the registration for review"),
    "registration_asked": _("Asked for information about the registration: %(question)s"),
    "registration_approved_step": _("Approved the registration, step %(step)s of %(steps)s"),
    "registration_approved": _("Approved the registration: protected until %(day)s"),
    "registration_approved_by_rule": _("Registration approved by the policy: protected until %(day)s"),
    "registration_rejected": _("Rejected the registration: %(reason)s"),
    "registration_duplicate": _("Marked the registration as a duplicate"),
    "registration_lined_up": _("The registration waits in line"),
    "registration_promoted": _("The registration came up for review"),
    "registration_withdrawn": _("Withdrew the registration"),
    "registration_expired": _("The protection ended: %(reason)s"),
    "registration_unanswered": _("The registration ended: the question was not answered in time"),
    "registration_revoked": _("Took the protection back: %(reason)s"),
    "registration_converted": _("The registration became a sale"),
    "registration_handed_over": _("The decision on the registration is %(person)s’s now"),
    "registration_reminded": _("Reminded that the protection ends %(day)s"),
    "registration_idle_warned": _("Warned: without activity the protection ends %(day)s"),
    "registration_extension_asked": _("Asked for %(days)s more days of protection"),
    "registration_extension_granted": _("Granted %(days)s more days of protection, until %(day)s"),
    "registration_extension_refused": _("Refused more days of protection"),
    "registration_overridden": _("Gave the customer to another partner: %(reason)s"),
}


def record(
    opportunity: Opportunity,
    event: str,
    *,
    by: Person | None,
    facts: Mapping[str, str] | None = None,
    body: str = "",
    shared: bool = True,
    partner: Partner | None = None,
) -> TimelineEntry:
    """Append an event.

    Args:
        opportunity: what it happened to.
        event: a key of `SENTENCES`.
        by: who did it; None is the system.
        facts: what the sentence needs; for a choice its key, which is put into words when it is read.
        body: what the person wrote with it.
        shared: whether partners read it.
        partner: where it concerns one partner alone, that partner.
    """
    if shared and by is not None:
        note_activity(opportunity)
    return TimelineEntry.objects.create(
        opportunity=opportunity,
        at=clock.now(),
        event=event,
        facts=dict(facts or {}),
        body=body,
        author=by,
        company=by.partner if by and shared else None,
        visibility=Visibility.SHARED if shared else Visibility.INTERNAL,
        partner=partner if shared else None,
    )


def note_activity(opportunity: Opportunity) -> None:
    """Note that somebody did something on an opportunity that its partners see: dashboards measure silence from it.

    It is written at once and on the instance, so that a later `save` of the same action keeps it. No new version
    comes of it: nobody's edit is stale because somebody wrote a note.
    """
    opportunity.last_activity_at = clock.now()
    Opportunity.objects.filter(pk=opportunity.pk).update(last_activity_at=opportunity.last_activity_at)
