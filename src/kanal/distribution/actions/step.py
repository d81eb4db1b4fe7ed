"""What every step of the status machine begins and ends with."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta

from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.models import Partner, Person
from kanal.directory.refusal import Conflict, Invalid, Missing
from kanal.distribution import deadlines
from kanal.distribution.models import Offer, OfferStatus
from kanal.distribution.telling import Happening, announce_entry
from kanal.opportunities import access, lifecycle, timeline
from kanal.opportunities.actions.record import lock, touch
from kanal.opportunities.lifecycle import Status, Verb
from kanal.opportunities.models import CollaborationRole, Kind, Opportunity, Participation, TimelineEntry
from kanal.opportunities.signals import moved


@dataclass
class Step:
    """A locked opportunity on which a verb is allowed.

    Attributes:
        opportunity: the record, locked until the transaction ends.
        part: the part that the acting person's company has in it; None for the vendor and the clock.
        by: who acts; None is the clock.
    """

    opportunity: Opportunity
    part: Participation | None
    by: Person | None

    def move(self, status: Status) -> None:
        """Write a new status, with what follows from it for the record."""
        self.opportunity.status = status
        self.opportunity.status_since = clock.now()
        if status != Status.DELIVERED:
            self.opportunity.answer_by = None
        if status != Status.ON_HOLD:
            self.opportunity.status_before_hold = ""
        self.save()
        moved.send(sender=Opportunity, opportunity=self.opportunity, by=self.by)

    def running(self) -> list[Participation]:
        """Give the parts that partners take now."""
        found = Participation.objects.filter(opportunity=self.opportunity, until__isnull=True)
        return list(found.select_related("partner__account").order_by("since", "id"))

    def partners(self) -> list[Partner]:
        """Give the partners that take part now."""
        return [part.partner for part in self.running()]

    def record(self, event: str, *, facts: Mapping[str, str] | None = None, body: str = "") -> TimelineEntry:
        """Append an event for those who take part now: all in a collaboration, else the one partner, else nobody."""
        running = self.running()
        together = any(part.kind == Kind.COLLABORATING for part in running)
        return timeline.record(
            self.opportunity,
            event,
            by=self.by,
            facts=facts,
            body=body.strip(),
            shared=bool(running),
            partner=running[0].partner if running and not together else None,
        )

    def save(self) -> None:
        """Write the record as a new version."""
        touch(self.opportunity, by=self.by)
        self.opportunity.save()


def begin(key: uuid.UUID, verb: Verb, *, by: Person) -> Step:
    """Lock an opportunity, ask `access`, ask `lifecycle`.

    Raises:
        Missing: this person sees no such opportunity.
        NotAllowed: the person may not do this.
        Conflict: the status forbids it.
    """
    try:
        opportunity = lock(key, by=by)
    except Missing:
        raise _kinder(key, by) from None
    part = access.participation(by, opportunity)
    if part is None and not by.is_vendor:  # it ended while we waited for the lock
        raise _kinder(key, by)
    refusal = lifecycle.refusal(verb, opportunity.status, made_by_partner=opportunity.made_by_a_partner)
    answered = (
        _answered(opportunity, part) if refusal and verb in {Verb.ACCEPT, Verb.DECLINE, Verb.ASK} else None
    )
    if answered:
        raise Conflict(answered)
    access.demand(by, verb, opportunity, part)
    return Step(opportunity, part, by)


def need_reason(reason: str) -> None:
    """Refuse what gives no reason.

    Raises:
        Invalid: names `reason`.
    """
    if not reason.strip():
        raise Invalid({"reason": _("Say why, in a few words.")})


def tell_the_others(step: Step, happening: Happening, entry: TimelineEntry) -> None:
    """Tell the other side, and the colleagues, what somebody did; the author is never told."""
    by_vendor = step.by is not None and step.by.is_vendor
    announce_entry(happening, entry, partners=step.partners(), vendor=not by_vendor)


def hold_partners(*partners: Partner) -> list[Partner]:
    """Lock partners, always before an opportunity, and give them as they stand now: one may have ended meanwhile.

    Whoever changes a partner takes the same lock first and reaches its opportunities later, so nobody waits in a ring.
    """
    keys = [partner.pk for partner in partners]
    locked = Partner.objects.select_for_update(of=("self",), no_key=True).select_related("account")
    return list(locked.filter(pk__in=keys).order_by("pk"))


def hold_partners_of(key: uuid.UUID | None, *more: Partner) -> list[Partner]:
    """Lock the partners that take part in an opportunity now, and others, as `hold_partners` does."""
    running = Participation.objects.filter(opportunity=key, until__isnull=True)
    return hold_partners(*Partner.objects.filter(pk__in=running.values("partner")), *more)


def begin_by_clock(key: uuid.UUID, verb: Verb) -> Step | None:
    """Lock an opportunity for the clock; None where the status no longer allows the verb."""
    opportunity = (
        Opportunity.objects.select_for_update(of=("self",), no_key=True)
        .select_related("partner__account")
        .get(pk=key)
    )
    if lifecycle.refusal(verb, opportunity.status, made_by_partner=opportunity.made_by_a_partner):
        return None
    return Step(opportunity, None, None)


def pending(opportunity: Opportunity) -> Offer:
    """Give the offer that waits for an answer, locked; a delivered opportunity has exactly one."""
    return (
        Offer.objects.select_for_update(of=("self",))
        .select_related("partner__account")
        .get(opportunity=opportunity, status=OfferStatus.PENDING)
    )


def end_offer(offer: Offer, status: OfferStatus, *, by: Person | None = None) -> None:
    """Note that an offer no longer waits, by whom, and how much working time passed; the caller saves."""
    go_on(offer)
    offer.status, offer.answered_at, offer.answered_by = status, clock.now(), by
    waited = deadlines.waited(offer.partner, offer.delivered_at, offer.answered_at)
    offer.waited_minutes = max(0, waited - offer.paused_minutes)


def stand_still(offer: Offer) -> None:
    """Let the clock of a locked offer stand still; the working time that is left is kept. The caller saves."""
    left = deadlines.left_of(offer).left
    offer.paused_at = clock.now()
    # A question in the last moment leaves a minute, so that the answer to it can still be used.
    offer.left_seconds = max(60, int(left.total_seconds()))


def go_on(offer: Offer) -> None:
    """Let the clock of a locked offer go on where it stands still, with the time that was left; the caller saves."""
    if offer.paused_at is None or offer.left_seconds is None:
        return
    now, calendar = clock.now(), deadlines.calendar_of(offer.partner)
    left = timedelta(seconds=offer.left_seconds)
    if offer.remind_at is not None and offer.reminded_at is None:
        early = left - calendar.between(offer.remind_at, offer.deadline)
        offer.remind_at = calendar.add(now, early).astimezone(UTC) if early > timedelta(0) else now
    offer.deadline = calendar.add(now, left).astimezone(UTC)
    offer.paused_minutes += deadlines.waited(offer.partner, offer.paused_at, now)
    offer.paused_at = offer.left_seconds = None


def take_part(opportunity: Opportunity, partner: Partner, kind: Kind) -> Participation:
    """Let a partner take part from now on; a part that it has already ends."""
    end_part(opportunity, partner)
    return Participation.objects.create(
        opportunity=opportunity, partner=partner, kind=kind, since=clock.now()
    )


def end_part(opportunity: Opportunity, partner: Partner | None = None) -> None:
    """End the running part of one partner, or of all."""
    running = Participation.objects.filter(opportunity=opportunity, until__isnull=True)
    if partner is not None:
        running = running.filter(partner=partner)
    running.update(until=clock.now())


def agree(opportunity: Opportunity) -> None:
    """Make a locked opportunity name its collaboration as the running parts say; the caller saves.

    The partner that it names is the one that leads, else the one that has taken part longest.
    """
    running = Participation.objects.filter(opportunity=opportunity, until__isnull=True)
    together = list(
        running.filter(kind=Kind.COLLABORATING).select_related("partner__account").order_by("since", "id")
    )
    opportunity.collaboration = bool(together)
    if together:
        leads = (part for part in together if part.role == CollaborationRole.LEAD)
        opportunity.partner = next(leads, together[0]).partner


def _answered(opportunity: Opportunity, part: Participation | None) -> str | None:
    """Say who was faster, where the offer has been answered already."""
    last = Offer.objects.filter(opportunity=opportunity).select_related("answered_by").first()
    if last is None or last.answered_by is None or (part and last.partner_id != part.partner_id):
        return None
    who = last.answered_by.name
    if last.status == OfferStatus.ACCEPTED:
        return _("%(who)s has accepted this offer already.") % {"who": who}
    if last.status == OfferStatus.DECLINED:
        return _("%(who)s has declined this offer already.") % {"who": who}
    return None


def _kinder(key: uuid.UUID, by: Person) -> Conflict | Missing:
    """Tell people of a partner that had it what became of it; to everybody else it does not exist."""
    part = access.last_part(by, key)
    if part is not None and part.kind != Kind.OFFERED:
        return Conflict(
            _("%(partner)s no longer takes part in this opportunity, so it can’t be changed from here.")
            % {"partner": part.partner.name}
        )
    if by.partner_id is None or by.partner_role == "seller":
        return Missing()
    last = Offer.objects.filter(opportunity=key, partner=by.partner_id).select_related("answered_by").first()
    if last is None:
        return Missing()
    told = {
        OfferStatus.WITHDRAWN: _("This offer was withdrawn, so it can no longer be answered."),
        OfferStatus.EXPIRED: _("The time to answer this offer has ended, so it can no longer be answered."),
        OfferStatus.DECLINED: _("%(who)s has declined this offer already.")
        % {"who": last.answered_by.name if last.answered_by else _("Somebody")},
    }
    message = told.get(OfferStatus(last.status))
    return Conflict(message) if message else Missing()
