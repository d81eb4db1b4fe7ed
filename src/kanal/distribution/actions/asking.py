"""A partner's question about an offer: the clock stands still until the vendor has answered."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.utils.translation import gettext as _

from kanal.directory.acting import acting
from kanal.directory.models import Person
from kanal.directory.refusal import Invalid
from kanal.distribution.actions.answering import check_in_time
from kanal.distribution.actions.step import begin, go_on, pending, stand_still
from kanal.distribution.models import Offer
from kanal.distribution.telling import Happening, announce_entry
from kanal.opportunities.actions import Upload, add_note
from kanal.opportunities.lifecycle import Status, Verb
from kanal.opportunities.models import Opportunity, TimelineEntry, Visibility


def ask(*, key: uuid.UUID, body: str, by: Person) -> TimelineEntry:
    """Ask the vendor about an offer. Its clock stands still until the vendor answers with a shared note.

    It can be accepted and declined meanwhile. A second question before the answer changes nothing of the clock.

    Args:
        key: the opportunity.
        body: the question; it stands on the timeline between the partner and the vendor.
        by: who asks; whoever answers offers at the partner.

    Raises:
        Missing, NotAllowed, Conflict: as for `accept`.
        Invalid: there is no question.
    """
    if not body.strip():
        raise Invalid({"body": _("Write what you want to know.")})
    with acting(by):
        step = begin(key, Verb.ASK, by=by)
        offer = pending(step.opportunity)
        check_in_time(offer)
        entry = add_note(key=key, body=body, shared=True, by=by)
        if offer.paused_at is None:
            stand_still(offer)
            _keep(offer)
        manager = offer.partner.channel_manager
        announce_entry(Happening.ASKED, entry, people=[manager] if manager else [], vendor=True)
    return entry


def write_note(
    *, key: uuid.UUID, body: str, shared: bool, by: Person, files: Sequence[Upload] = ()
) -> TimelineEntry:
    """Write a note, as `add_note` does; one of the vendor that a partner reads is the answer to its question.

    Raises:
        Missing, NotAllowed, Invalid: as for `add_note`.
    """
    with acting(by):
        entry = add_note(key=key, body=body, shared=shared, by=by, files=files)
        delivered = Opportunity.objects.filter(pk=key, status=Status.DELIVERED).first()
        if delivered is None or not by.is_vendor or entry.visibility != Visibility.SHARED:
            return entry
        offer = pending(delivered)
        if offer.paused_at is not None:
            go_on(offer)
            _keep(offer)
            announce_entry(Happening.ANSWERED, entry, partners=[offer.partner])
    return entry


def _keep(offer: Offer) -> None:
    """Save an offer whose clock stopped or went on; lists read of the opportunity until when it waits.

    No new version comes of it: a question makes nobody's edit stale.
    """
    offer.save()
    until = None if offer.paused_at is not None else offer.deadline
    Opportunity.objects.filter(pk=offer.opportunity_id).update(answer_by=until)
