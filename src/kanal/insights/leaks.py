"""Where value is lost between the vendor and the customer: by partner, step and reason.

A step is a place where an opportunity stops or goes back:

- declined, expired, unseen: offers that ended so in the period. Expired ones that somebody at the partner had opened
  are *expired*, the others *unseen*. Their days run from delivery to the end.
- returned: given back in the period; days since the partner's last acceptance before.
- lost: lost in the period while a partner had it; days since that part began.
- undistributed: needs a partner now, whatever the period; days since it has had that status. No partner is to blame.
- stalled: managed now, without activity for longer than the rules of work allow; days since the last activity.

Value is the estimated revenue in the base currency. An opportunity that leaks twice, as where two partners decline it,
counts twice: the report adds up leaks, not opportunities. What a partner made itself is nobody's offer; it counts once
it is lost or stalled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.distribution.actions.returning import ReturnReason
from kanal.distribution.models import DeclineReason
from kanal.insights.attention import Measure
from kanal.opportunities.lifecycle import MANAGED, NEEDS_PARTNER, Stage, Status
from kanal.opportunities.models import CloseReason


class Step(models.TextChoices):
    """Where an opportunity leaks, in the order of its way."""

    UNDISTRIBUTED = "undistributed", _("Waits for a partner")
    UNSEEN = "unseen", _("Expired, never opened")
    EXPIRED = "expired", _("Expired without an answer")
    DECLINED = "declined", _("Declined")
    RETURNED = "returned", _("Returned")
    STALLED = "stalled", _("No news")
    LOST = "lost", _("Lost after acceptance")


USUAL = 90  # days that are looked at where nobody says which
# Those that stand now, whatever the period.
NOW = frozenset({Step.UNDISTRIBUTED, Step.STALLED})

_LEAKS = """
SELECT o.partner_id, o.opportunity_id,
       CASE WHEN o.status = 'declined' THEN 'declined' WHEN o.seen_at IS NULL THEN 'unseen' ELSE 'expired' END AS step,
       o.reason, p.estimated_revenue_base AS value, o.answered_at - o.delivered_at AS took
  FROM distribution_offer o
  JOIN opportunities_opportunity p ON p.id = o.opportunity_id
 WHERE o.status IN ('declined', 'expired') AND o.answered_at >= %(since)s AND o.answered_at < %(until)s
   AND p.made_by_partner_id IS DISTINCT FROM o.partner_id
UNION ALL
SELECT t.company_id, t.opportunity_id, 'returned', t.facts ->> 'reason', p.estimated_revenue_base, t.at - a.answered_at
  FROM opportunities_timelineentry t
  JOIN opportunities_opportunity p ON p.id = t.opportunity_id
  LEFT JOIN LATERAL (
       SELECT max(o.answered_at) AS answered_at FROM distribution_offer o
        WHERE o.opportunity_id = t.opportunity_id AND o.partner_id = t.company_id AND o.status = 'accepted'
          AND o.answered_at <= t.at) a ON TRUE
 WHERE t.event IN ('stage_moved', 'returned') AND t.event = 'returned' AND t.company_id IS NOT NULL
   AND t.at >= %(since)s AND t.at < %(until)s
UNION ALL
SELECT m.partner_id, m.opportunity_id, 'lost', p.close_reason, p.estimated_revenue_base, p.status_since - m.since
  FROM opportunities_opportunity p
  JOIN opportunities_participation m ON m.opportunity_id = p.id
 WHERE p.status = %(lost)s AND p.status_since >= %(since)s AND p.status_since < %(until)s
   AND m.until IS NULL AND m.kind IN ('managing', 'collaborating')
UNION ALL
SELECT NULL, p.id, 'undistributed', p.status, p.estimated_revenue_base, %(now)s - p.status_since
  FROM opportunities_opportunity p
 WHERE p.status = ANY(%(needs)s) AND p.made_by_partner_id IS NULL
UNION ALL
SELECT m.partner_id, m.opportunity_id, 'stalled', m.stage, m.value, %(now)s - m.active_at
  FROM opportunities_participation m
 WHERE m.until IS NULL AND m.state = 'open' AND m.kind IN ('managing', 'collaborating') AND m.status = ANY(%(managed)s)
   AND m.active_at <= %(silent)s
"""

_ROWS = f"""
SELECT l.partner_id, a.name, l.step, coalesce(l.reason, ''), count(*), coalesce(sum(l.value), 0),
       avg(extract(epoch FROM l.took)) / 86400, count(*) OVER ()
  FROM ({_LEAKS}) l
  LEFT JOIN directory_partner r ON r.id = l.partner_id
  LEFT JOIN directory_account a ON a.id = r.account_id
 WHERE (%(step)s = '' OR l.step = %(step)s)
 GROUP BY l.partner_id, a.name, l.step, coalesce(l.reason, '')
"""  # noqa: S608 - put together from this module's own text

_STEPS = f"""
SELECT l.step, count(*), coalesce(sum(l.value), 0), avg(extract(epoch FROM l.took)) / 86400
  FROM ({_LEAKS}) l GROUP BY l.step
"""  # noqa: S608

_KEYS = f"""
SELECT l.opportunity_id FROM ({_LEAKS}) l
 WHERE l.step = %(step)s AND (%(partner)s::uuid IS NULL OR l.partner_id = %(partner)s)
   AND (%(reason)s = '' OR l.reason = %(reason)s)
"""  # noqa: S608

# What the table can be sorted by; each is a column of `_ROWS`.
SORTS: Mapping[str, str] = {
    "partner": "2",
    "step": "3",
    "reason": "4",
    "count": "5",
    "value": "6",
    "days": "7",
}


@dataclass(frozen=True)
class Leak:
    """What one partner, or nobody, lost at one step for one reason.

    Attributes:
        partner: its key; None where no partner is to blame.
        name: its name.
        step: where.
        reason: a decline's, return's or close's reason, the status of what waits, the stage of what is stalled.
        count: how many.
        value: what they may have brought, in the base currency.
        days: how many days passed on average; None where that is not known.
    """

    partner: UUID | None
    name: str
    step: Step
    reason: str
    count: int
    value: Decimal
    days: float | None


@dataclass(frozen=True)
class StepSum:
    """What was lost at one step."""

    step: Step
    count: int = 0
    value: Decimal = Decimal(0)
    days: float | None = None


@dataclass(frozen=True)
class Period:
    """From when until when; the end does not count."""

    since: datetime
    until: datetime

    @property
    def first(self) -> date:
        """Give its first day, in the reader's zone."""
        return timezone.localdate(self.since)

    @property
    def last(self) -> date:
        """Give its last day."""
        return timezone.localdate(self.until) - timedelta(days=1)


def period(first: date | None, last: date | None) -> Period:
    """Give the period from a day to another, both included, in the reader's zone; by default the last 90 days."""
    end = last or clock.today()
    begin = first or end - timedelta(days=USUAL - 1)
    return Period(_midnight(min(begin, end)), _midnight(max(begin, end) + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


_LABELS: Mapping[str, Any] = {
    **{str(value): label for value, label in Status.choices},
    **{str(value): label for value, label in Stage.choices},
    **{str(value): label for value, label in CloseReason.choices},
    **{str(value): label for value, label in ReturnReason.choices},
    **{str(value): label for value, label in DeclineReason.choices},
}


def reason_label(reason: str) -> Any:
    """Give a row's reason in words."""
    return _LABELS.get(reason, reason)


def steps(period: Period) -> list[StepSum]:
    """Add up what leaked at each step, those with nothing included; one query."""
    found = {row[0]: row for row in _fetched(_STEPS, period)}
    return [
        StepSum(step, found[step][1], found[step][2], _float(found[step][3]))
        if step in found
        else StepSum(step)
        for step in Step
    ]


def rows(
    period: Period, *, step: str = "", order: str = "-value", start: int = 0, size: int | None = None
) -> tuple[Sequence[Leak], int]:
    """Give rows of the report and how many there are in all; one query.

    Args:
        period: when it leaked.
        step: only this one; empty is every one.
        order: a key of `SORTS`, with a minus before it for the opposite.
        start: from which of them on.
        size: how many; None is all.
    """
    column = SORTS.get(order.removeprefix("-"), SORTS["value"])
    way = "DESC NULLS LAST" if order.startswith("-") else "ASC NULLS FIRST"
    query = f"{_ROWS} ORDER BY {column} {way}, 6 DESC, 2, 3, 4 LIMIT %(size)s OFFSET %(start)s"
    found = _fetched(query, period, step=step, size=size, start=start)
    leaks = [
        Leak(row[0], row[1] or "", Step(row[2]), row[3], row[4], row[5], _float(row[6])) for row in found
    ]
    return leaks, found[0][7] if found else 0


def keys(period: Period, *, step: Step, partner: UUID | None = None, reason: str = "") -> RawSQL:
    """Give the subquery of opportunities that leaked so, for the list that a row leads to."""
    facts = _facts(period, step=step.value, partner=partner, reason=reason)
    return RawSQL(*_positional(_KEYS, facts))  # noqa: S611 - this module's own text; values go beside it


def _positional(query: str, facts: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Write named places as plain ones, which is what a part of another query takes."""
    pieces = query.split("%(")
    text, values = pieces[0], []
    for piece in pieces[1:]:
        name, _sep, rest = piece.partition(")s")
        values.append(facts[name])
        text += "%s" + rest
    return text, values


def _facts(period: Period, **more: Any) -> dict[str, Any]:
    measure = Measure.current()
    return {
        "since": period.since,
        "until": period.until,
        "now": measure.now,
        "silent": measure.silent_since,
        "needs": sorted(NEEDS_PARTNER),
        "managed": sorted(MANAGED),
        "lost": Status.LOST.value,
        **more,
    }


def _fetched(query: str, period: Period, **more: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, _facts(period, **more))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
