"""How partners answer and what comes of it: counted from the offers and the timeline, never from counters.

What the rates say:

- touch rate = (accepted + declined) / delivered: how much of what a partner got it answered at all. Offers that
  expired, or still wait, are delivered and not answered.
- feedback rate = with feedback / accepted. Feedback is the first stage move by the partner's people after it accepted.
- return rate = returned / accepted.
- win rate = won / (won + lost), of what the partner accepted and still had when it was closed. Canceled ones are
  neither.
- answer time: the median of the working minutes, in the partner's own calendar, between delivery and the partner's
  own answer, as each offer keeps them (`Offer.waited_minutes`).

An offer that the vendor withdrew does not count as delivered: the partner's time to answer was cut short, so its
silence says nothing about it. An answer that the vendor gave on the partner's behalf counts as an answer, as the
partner stands by it, but not for the answer time, which would be the vendor's. What a partner made itself counts
nowhere: nobody offered it. An opportunity that a partner accepted twice counts twice, as two offers; a stage move or
a return belongs to the acceptance before it. A period counts the offers delivered in it, with all that came of them.

The formulas are those of the partner reports in the manual of Dynamics 365's partner portal (touch, feedback and
return rate), with the two rates that people ask for beside them. For assignment the raw counts are shrunk toward the
average of all partners, so that one lucky win does not make a champion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any
from uuid import UUID

from django.db import connection

from kanal.opportunities.models.timeline import FEEDBACK_EVENTS

WHOLE = 10_000
# Below so many partners with figures the spread between them says nothing; then each is shrunk as by ten offers.
FEW, ASSUMED = 5, 10.0
# However alike or unlike partners are, the average counts for no less and no more offers than these.
LEAST, MOST = 2.0, 200.0
# The median answer time is drawn toward that of all as if by so many answers.
ANSWERS = 5
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Counts:
    """Raw counts of one partner over a period.

    Attributes:
        waiting, accepted, declined, expired: how the offers that count stand.
        withdrawn: those that do not count.
        feedback, returned: accepted ones with feedback, and given back.
        won, lost: accepted ones that were closed so while the partner had them.
        timed: own answers, whose median took `answer_minutes` of working time.
        last_at: when the last offer was delivered; None where there was none.
    """

    waiting: int = 0
    accepted: int = 0
    declined: int = 0
    expired: int = 0
    withdrawn: int = 0
    feedback: int = 0
    returned: int = 0
    won: int = 0
    lost: int = 0
    timed: int = 0
    answer_minutes: int = 0
    last_at: datetime | None = None

    @property
    def delivered(self) -> int:
        """Give how many offers count: all but the withdrawn ones."""
        return self.waiting + self.touched + self.expired

    @property
    def touched(self) -> int:
        """Give how many were answered."""
        return self.accepted + self.declined

    @property
    def closed(self) -> int:
        """Give how many were won or lost."""
        return self.won + self.lost

    def is_new(self, offers: int) -> bool:
        """Tell whether a partner had fewer offers than so many."""
        return self.delivered < offers


@dataclass(frozen=True)
class Rates:
    """What assignment reads of one partner: rates per 10,000 and minutes, shrunk; and how much they rest on."""

    touch: int
    feedback: int
    returns: int
    win: int
    answer_minutes: int
    counts: Counts


# `WHOSE` becomes one partner, where only that is asked for.
_OFFERS = """
SELECT o.partner_id,
       count(*) FILTER (WHERE o.status = 'pending'),
       count(*) FILTER (WHERE o.status = 'accepted'),
       count(*) FILTER (WHERE o.status = 'declined'),
       count(*) FILTER (WHERE o.status = 'expired'),
       count(*) FILTER (WHERE o.status = 'withdrawn'),
       max(o.delivered_at),
       count(o.waited_minutes) FILTER (WHERE o.status IN ('accepted', 'declined') AND NOT o.on_behalf),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY o.waited_minutes)
           FILTER (WHERE o.status IN ('accepted', 'declined') AND NOT o.on_behalf AND o.waited_minutes IS NOT NULL)
  FROM distribution_offer o
  JOIN opportunities_opportunity p ON p.id = o.opportunity_id
 WHERE o.delivered_at >= %(since)s AND p.made_by_partner_id IS DISTINCT FROM o.partner_id AND WHOSE
 GROUP BY o.partner_id
"""

# An acceptance is followed by what happens before the next acceptance of the same opportunity by the same partner. The
# events are written out as the index of feedback writes them.
_FOLLOWED = """
WITH accepted AS (
    SELECT o.partner_id, o.opportunity_id, o.answered_at, o.delivered_at,
           lead(o.answered_at, 1, 'infinity') OVER (
               PARTITION BY o.partner_id, o.opportunity_id ORDER BY o.answered_at) AS next_at
      FROM distribution_offer o
      JOIN opportunities_opportunity p ON p.id = o.opportunity_id
     WHERE o.status = 'accepted' AND p.made_by_partner_id IS DISTINCT FROM o.partner_id AND WHOSE
)
SELECT a.partner_id, t.event, count(DISTINCT (a.opportunity_id, a.answered_at))
  FROM accepted a
  JOIN opportunities_timelineentry t
    ON t.company_id = a.partner_id AND t.opportunity_id = a.opportunity_id
   AND t.event IN ('stage_moved', 'returned') AND t.at >= a.answered_at AND t.at < a.next_at
 WHERE a.delivered_at >= %(since)s
 GROUP BY a.partner_id, t.event
"""

_CLOSED = """
WITH accepted AS (
    SELECT DISTINCT o.partner_id, o.opportunity_id
      FROM distribution_offer o
      JOIN opportunities_opportunity p ON p.id = o.opportunity_id
     WHERE o.status = 'accepted' AND o.delivered_at >= %(since)s
       AND p.made_by_partner_id IS DISTINCT FROM o.partner_id AND WHOSE
)
SELECT a.partner_id, m.status, count(*)
  FROM accepted a
  JOIN opportunities_participation m ON m.opportunity_id = a.opportunity_id AND m.partner_id = a.partner_id
 WHERE m.until IS NULL AND m.kind IN ('managing', 'collaborating') AND m.status IN ('won', 'lost')
 GROUP BY a.partner_id, m.status
"""


def counts_since(since: datetime | None) -> dict[UUID, Counts]:
    """Count for every partner with offers since a moment; three queries, however many partners there are.

    Args:
        since: from when on offers count, by their delivery; None is ever.
    """
    return _counted(since, None)


def counts_of(partner: UUID, since: datetime | None = None) -> Counts:
    """Count for one partner; three queries, each by an index of the partner's own rows."""
    return _counted(since, partner).get(partner, Counts())


def _counted(since: datetime | None, partner: UUID | None) -> dict[UUID, Counts]:
    offers, followed, closed = (_rows(query, since, partner) for query in (_OFFERS, _FOLLOWED, _CLOSED))
    after = {(key, event): number for key, event, number in followed}
    ended = {(key, status): number for key, status, number in closed}
    moved, returned = FEEDBACK_EVENTS
    return {
        key: Counts(
            waiting=waiting,
            accepted=accepted,
            declined=declined,
            expired=expired,
            withdrawn=withdrawn,
            feedback=after.get((key, moved), 0),
            returned=after.get((key, returned), 0),
            won=ended.get((key, "won"), 0),
            lost=ended.get((key, "lost"), 0),
            timed=timed,
            answer_minutes=minutes or 0,
            last_at=last_at,
        )
        for key, waiting, accepted, declined, expired, withdrawn, last_at, timed, minutes in offers
    }


def _rows(query: str, since: datetime | None, partner: UUID | None) -> list[tuple[Any, ...]]:
    asked = query.replace("WHOSE", "TRUE" if partner is None else "o.partner_id = %(partner)s")
    with connection.cursor() as cursor:
        cursor.execute(asked, {"since": since or _EVER, "partner": partner})
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


@dataclass(frozen=True)
class Prior:
    """The average of all, and for how many observations it counts."""

    average: float
    strength: float

    def shrink(self, part: int, whole: int) -> int:
        """Give (part + strength · average) / (whole + strength), per 10,000.

        The mean of the beta distribution that a binomial count leaves of a beta prior; Casella, “An Introduction to
        Empirical Bayes Data Analysis”, The American Statistician 39 (1985).
        """
        return round(WHOLE * (part + self.strength * self.average) / (whole + self.strength))


def prior(parts: Sequence[int], wholes: Sequence[int], *, otherwise: float = 0.5) -> Prior:
    """Estimate the average of all partners, and how much it says about one, from the counts of all.

    The strength is that of the beta distribution whose spread fits the counts, by the method of moments of Kleinman,
    “Proportions with Extraneous Variance”, Journal of the American Statistical Association 68 (1973): with p the
    average, S = Σ nᵢ (kᵢ/nᵢ − p)² and w = Σn − Σnᵢ²/Σn, the variance between partners is
    (S − p(1−p)(G−1)) / w, its share of p(1−p) is ρ, and the strength (1 − ρ)/ρ.

    Args:
        parts: how many, by partner.
        wholes: of how many, by partner.
        otherwise: the average where nothing is counted at all.
    """
    counted = [(part, whole) for part, whole in zip(parts, wholes, strict=True) if whole]
    total = sum(whole for _part, whole in counted)
    if not total:
        return Prior(otherwise, ASSUMED)
    average = sum(part for part, _whole in counted) / total
    spread = average * (1 - average)
    weight = total - sum(whole * whole for _part, whole in counted) / total
    if len(counted) < FEW or not spread or weight <= 0:
        return Prior(average, ASSUMED)
    squares = sum(whole * (part / whole - average) ** 2 for part, whole in counted)
    between = (squares - spread * (len(counted) - 1)) / weight / spread
    return Prior(average, min(MOST, max(LEAST, (1 - between) / between)) if between > 0 else MOST)


def rates_of(counts: Mapping[UUID, Counts], partners: Sequence[UUID]) -> list[Rates]:
    """Give the shrunk rates of partners, those without any offer included: they get the average.

    The median answer time is shrunk as a mean would be: (n · median + 5 · usual) / (n + 5), with the median of all
    partners' medians as the usual one. That is no estimate of a median, but it is between the two, and ever nearer to
    the partner's own.

    Args:
        counts: of all partners, as `counts_since` gives them.
        partners: of whom, in the order of the answer.
    """
    every = list(counts.values())
    touch = prior([one.touched for one in every], [one.delivered for one in every])
    feedback = prior([one.feedback for one in every], [one.accepted for one in every])
    returns = prior([one.returned for one in every], [one.accepted for one in every], otherwise=0.0)
    win = prior([one.won for one in every], [one.closed for one in every])
    usual = _usual_minutes(every)
    found = []
    for partner in partners:
        one = counts.get(partner, Counts())
        minutes = (one.timed * one.answer_minutes + ANSWERS * usual) // (one.timed + ANSWERS)
        found.append(
            Rates(
                touch=touch.shrink(one.touched, one.delivered),
                feedback=feedback.shrink(one.feedback, one.accepted),
                returns=returns.shrink(one.returned, one.accepted),
                win=win.shrink(one.won, one.closed),
                answer_minutes=minutes,
                counts=one,
            )
        )
    return found


def _usual_minutes(counts: Sequence[Counts]) -> int:
    """Give the median of the partners' median answer times; a working day where nobody has answered."""
    known = [one.answer_minutes for one in counts if one.timed]
    return int(median(known)) if known else 480
