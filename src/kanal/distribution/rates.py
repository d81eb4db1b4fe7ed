"""How partners answer and what comes of it, for all of them at once: counted from the offers and the timeline.

What each rate means is said in `insights.answers`, which counts the same for one partner's page. Here the raw counts
are shrunk toward the average of all partners, so that one lucky win does not make a champion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any
from uuid import UUID

from django.db import connection

WHOLE = 10_000
# Below so many partners with figures the spread between them says nothing; then each is shrunk as by ten offers.
FEW, ASSUMED = 5, 10.0
# However alike or unlike partners are, the average counts for no less and no more offers than these.
LEAST, MOST = 2.0, 200.0
# The median answer time is drawn toward that of all as if by so many answers.
ANSWERS = 5


@dataclass(frozen=True)
class Counts:
    """Raw counts of one partner over a period.

    Attributes:
        delivered: offers that count: all but the withdrawn ones, and not of what the partner made itself.
        touched: those accepted or declined.
        accepted, feedback, returned: accepted ones, with feedback, given back.
        won, lost: accepted ones closed so while the partner had them.
        answers: own answers, whose median took `answer_minutes` of working time.
    """

    delivered: int = 0
    touched: int = 0
    accepted: int = 0
    feedback: int = 0
    returned: int = 0
    won: int = 0
    lost: int = 0
    answers: int = 0
    answer_minutes: int = 0


@dataclass(frozen=True)
class Rates:
    """What assignment reads of one partner: rates per 10,000 and minutes, shrunk; and how much they rest on."""

    touch: int
    feedback: int
    returns: int
    win: int
    answer_minutes: int
    counts: Counts


_OFFERS = """
SELECT o.partner_id,
       count(*),
       count(*) FILTER (WHERE o.status IN ('accepted', 'declined')),
       count(*) FILTER (WHERE o.status = 'accepted'),
       count(o.waited_minutes) FILTER (WHERE o.status IN ('accepted', 'declined') AND NOT o.on_behalf),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY o.waited_minutes)
           FILTER (WHERE o.status IN ('accepted', 'declined') AND NOT o.on_behalf AND o.waited_minutes IS NOT NULL)
  FROM distribution_offer o
  JOIN opportunities_opportunity p ON p.id = o.opportunity_id
 WHERE o.delivered_at >= %(since)s AND o.status <> 'withdrawn'
   AND p.made_by_partner_id IS DISTINCT FROM o.partner_id
 GROUP BY o.partner_id
"""

# An acceptance is followed by what happens before the next acceptance of the same opportunity by the same partner.
_FOLLOWED = """
WITH accepted AS (
    SELECT o.partner_id, o.opportunity_id, o.answered_at, o.delivered_at,
           lead(o.answered_at, 1, 'infinity') OVER (
               PARTITION BY o.partner_id, o.opportunity_id ORDER BY o.answered_at) AS next_at
      FROM distribution_offer o
      JOIN opportunities_opportunity p ON p.id = o.opportunity_id
     WHERE o.status = 'accepted' AND p.made_by_partner_id IS DISTINCT FROM o.partner_id
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
SELECT m.partner_id, m.status, count(*)
  FROM opportunities_participation m
 WHERE m.until IS NULL AND m.kind IN ('managing', 'collaborating') AND m.status IN ('won', 'lost')
   AND EXISTS (
       SELECT 1 FROM distribution_offer o
         JOIN opportunities_opportunity p ON p.id = o.opportunity_id
        WHERE o.opportunity_id = m.opportunity_id AND o.partner_id = m.partner_id AND o.status = 'accepted'
          AND o.delivered_at >= %(since)s AND p.made_by_partner_id IS DISTINCT FROM o.partner_id)
 GROUP BY m.partner_id, m.status
"""


def counts_since(since: datetime) -> dict[UUID, Counts]:
    """Count for every partner with offers since a moment; three queries, however many partners there are."""
    offers, followed, closed = (_rows(query, since) for query in (_OFFERS, _FOLLOWED, _CLOSED))
    after = {(partner, event): number for partner, event, number in followed}
    ended = {(partner, status): number for partner, status, number in closed}
    return {
        partner: Counts(
            delivered=delivered,
            touched=touched,
            accepted=accepted,
            feedback=after.get((partner, "stage_moved"), 0),
            returned=after.get((partner, "returned"), 0),
            won=ended.get((partner, "won"), 0),
            lost=ended.get((partner, "lost"), 0),
            answers=answers,
            answer_minutes=minutes or 0,
        )
        for partner, delivered, touched, accepted, answers, minutes in offers
    }


def _rows(query: str, since: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"since": since})
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

    Args:
        counts: of all partners, as `counts_since` gives them.
        partners: of whom, in the order of the answer.
    """
    every = list(counts.values())
    touch = prior([one.touched for one in every], [one.delivered for one in every])
    feedback = prior([one.feedback for one in every], [one.accepted for one in every])
    returns = prior([one.returned for one in every], [one.accepted for one in every], otherwise=0.0)
    win = prior([one.won for one in every], [one.won + one.lost for one in every])
    usual = _usual_minutes(every)
    found = []
    for partner in partners:
        one = counts.get(partner, Counts())
        minutes = (one.answers * one.answer_minutes + ANSWERS * usual) // (one.answers + ANSWERS)
        found.append(
            Rates(
                touch=touch.shrink(one.touched, one.delivered),
                feedback=feedback.shrink(one.feedback, one.accepted),
                returns=returns.shrink(one.returned, one.accepted),
                win=win.shrink(one.won, one.won + one.lost),
                answer_minutes=minutes,
                counts=one,
            )
        )
    return found


def _usual_minutes(counts: Sequence[Counts]) -> int:
    """Give the median of the partners' median answer times; a working day where nobody has answered."""
    known = [one.answer_minutes for one in counts if one.answers]
    return int(median(known)) if known else 480
