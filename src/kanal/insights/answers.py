"""How a partner answers what it is offered, and what comes of it: counted from the offers and the timeline themselves.

Every rate is a pair of counts, so that a page shows both. What the rates say:

- touch rate = (accepted + declined) / delivered: how much of what a partner got it answered at all. Offers that
  expired, or still wait, are delivered and not answered.
- feedback rate = with feedback / accepted. Feedback is the first stage move by the partner's people after it accepted.
- return rate = returned / accepted.
- win rate = won / (won + lost), of what the partner accepted and still had when it was closed. Canceled ones are
  neither.
- answer time: the median of the working hours, in the partner's own calendar, between delivery and the partner's
  own answer.

An offer that the vendor withdrew does not count as delivered: the partner's time to answer was cut short, so its
silence says nothing about it. An answer that the vendor gave on the partner's behalf counts as an answer, as the
partner stands by it, but not for the answer time, which would be the vendor's. What a partner made itself counts
nowhere: nobody offered it. An opportunity that a partner accepted twice counts twice, as two offers; a stage move or
a return belongs to the acceptance before it.

The formulas are those of the partner reports in the manual of Dynamics 365's partner portal (touch, feedback and
return rate), with the two rates that people ask for beside them.
"""

from __future__ import annotations

import uuid
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from kanal.directory.models import Partner
from kanal.distribution.deadlines import calendar_of
from kanal.distribution.models import Offer, OfferStatus
from kanal.opportunities.lifecycle import Status
from kanal.opportunities.models import Kind, Participation, TimelineEntry
from kanal.opportunities.models.timeline import FEEDBACK_EVENTS

_FEEDBACK, _RETURN = FEEDBACK_EVENTS
# Answer times are measured from the newest answers: enough for a median, and a page stays fast for any partner.
MEASURED = 1000


@dataclass(frozen=True)
class Rate:
    """A part of a whole, such as 12 of 16."""

    part: int
    whole: int

    @property
    def share(self) -> float | None:
        """Give the part as a fraction of the whole, 0 to 1; None where there is no whole."""
        return self.part / self.whole if self.whole else None

    @property
    def percent(self) -> int | None:
        """Give it in whole percent."""
        return None if self.share is None else round(self.share * 100)


@dataclass(frozen=True)
class Answers:
    """What became of the offers to a partner.

    Attributes:
        delivered: offers that count: all but the withdrawn ones.
        waiting, accepted, declined, expired: how those stand.
        withdrawn: those that do not count.
        feedback, returned: accepted ones with feedback, and given back.
        won, lost: accepted ones that were closed so while the partner had them.
        answer_time: the median working time to the partner's own answer; None where it never answered.
        timed: from how many answers that is.
        day: how long the partner's working day is.
    """

    waiting: int
    accepted: int
    declined: int
    expired: int
    withdrawn: int
    feedback: int
    returned: int
    won: int
    lost: int
    answer_time: timedelta | None
    timed: int
    day: timedelta

    @property
    def delivered(self) -> int:
        """Give how many offers count."""
        return self.waiting + self.accepted + self.declined + self.expired

    @property
    def touch_rate(self) -> Rate:
        """Give how many were answered, of those delivered."""
        return Rate(self.accepted + self.declined, self.delivered)

    @property
    def feedback_rate(self) -> Rate:
        """Give how many had feedback, of those accepted."""
        return Rate(self.feedback, self.accepted)

    @property
    def return_rate(self) -> Rate:
        """Give how many were returned, of those accepted."""
        return Rate(self.returned, self.accepted)

    @property
    def win_rate(self) -> Rate:
        """Give how many were won, of those won or lost."""
        return Rate(self.won, self.won + self.lost)


_Row = tuple[uuid.UUID, str, datetime, datetime | None, bool]
_Acceptance = tuple[uuid.UUID, datetime]
Moments = Mapping[uuid.UUID, Sequence[datetime]]


def answers_of(partner: Partner) -> Answers:
    """Count what became of the offers to a partner; three queries, each by an index of the partner's own rows."""
    offers = Offer.objects.filter(partner=partner).exclude(opportunity__made_by_partner=partner)
    rows = list(
        offers.order_by("answered_at", "id").values_list(
            "opportunity_id", "status", "delivered_at", "answered_at", "on_behalf"
        )
    )
    accepted = [(row[0], row[3]) for row in rows if row[1] == OfferStatus.ACCEPTED and row[3]]
    moved, returned = _events_of(partner)
    closed = _closed(partner, {key for key, _answered in accepted})
    times = _times(partner, rows)
    counts = {status: sum(row[1] == status for row in rows) for status in OfferStatus}
    return Answers(
        waiting=counts[OfferStatus.PENDING],
        accepted=counts[OfferStatus.ACCEPTED],
        declined=counts[OfferStatus.DECLINED],
        expired=counts[OfferStatus.EXPIRED],
        withdrawn=counts[OfferStatus.WITHDRAWN],
        feedback=_followed(accepted, moved),
        returned=_followed(accepted, returned),
        won=sum(status == Status.WON for status in closed),
        lost=sum(status == Status.LOST for status in closed),
        answer_time=timedelta(seconds=median(times)) if times else None,
        timed=len(times),
        day=calendar_of(partner).day_length,
    )


def _events_of(partner: Partner) -> tuple[Moments, Moments]:
    """Give when the partner’s people moved a stage of, and returned, each opportunity; one index holds just these."""
    moved: defaultdict[uuid.UUID, list[datetime]] = defaultdict(list)
    returned: defaultdict[uuid.UUID, list[datetime]] = defaultdict(list)
    found = TimelineEntry.objects.filter(company=partner, event__in=FEEDBACK_EVENTS).order_by("at")
    for key, event, at in found.values_list("opportunity_id", "event", "at"):
        (moved if event == _FEEDBACK else returned)[key].append(at)
    return moved, returned


def _followed(accepted: Sequence[_Acceptance], moments: Moments) -> int:
    """Count the acceptances that something followed, before the next acceptance of the same opportunity."""
    times: defaultdict[uuid.UUID, list[datetime]] = defaultdict(list)
    for key, answered in accepted:
        times[key].append(answered)
    followed = 0
    for key, starts in times.items():
        # Each moment belongs to the last acceptance at or before it; -1 is before the first, and counts for none.
        belongs = {bisect_right(starts, at) - 1 for at in moments.get(key, ())}
        followed += len(belongs - {-1})
    return followed


def _closed(partner: Partner, accepted: set[uuid.UUID]) -> list[str]:
    """Give the statuses of accepted opportunities that were closed while the partner had them."""
    kept = Participation.objects.filter(
        partner=partner,
        until__isnull=True,
        kind__in=[Kind.MANAGING, Kind.COLLABORATING],
        opportunity__status__in=[Status.WON, Status.LOST],
    )
    pairs = kept.values_list("opportunity_id", "opportunity__status")
    return [status for key, status in pairs if key in accepted]


def _times(partner: Partner, rows: Sequence[_Row]) -> list[float]:
    """Measure the working time, in seconds, of the newest answers that the partner gave itself."""
    calendar, answered = calendar_of(partner), {OfferStatus.ACCEPTED, OfferStatus.DECLINED}
    own = [
        (delivered, at)
        for _key, status, delivered, at, on_behalf in rows
        if at is not None and status in answered and not on_behalf
    ]
    return [calendar.between(delivered, at).total_seconds() for delivered, at in own[-MEASURED:]]
