"""Deal registration by partner: how much is asked for, what becomes of it, and how fast the vendor decides.

- submitted: in the period.
- approved, rejected, duplicate: the vendor's word fell in the period. What was approved and taken back counts as
  approved on its day.
- converted: became a sale in the period. The *conversion* is its part of all protections that ended in the period, by a
  sale or otherwise.
- time to decide: the median of the working hours for which a request waited for the vendor (`registration.waiting`),
  of the words that people gave in the period; what the policy approved by itself is left out. *In time* is what took no
  longer than the policy that judged it promises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from kanal.insights.leaks import Period
from kanal.registration.lifecycle import ENDED, RejectReason, Status
from kanal.registration.terms import Terms

# Approved is known by the protection, whose begin is when; what is revoked later moves `decided_at` only.
_STEPS = """
SELECT r.partner_id, 'submitted' AS step, NULL::int AS waited, NULL::boolean AS kept
  FROM registration_registration r
 WHERE r.submitted_at >= %(since)s AND r.submitted_at < %(until)s
UNION ALL
SELECT r.partner_id, CASE WHEN p.id IS NOT NULL THEN 'approved' ELSE r.status END, r.waited_minutes,
       r.waited_minutes <= 60 * coalesce((v.data ->> 'decide_hours')::int, %(promise)s)
  FROM registration_registration r
  LEFT JOIN distribution_protection p ON p.id = r.protection_id
  LEFT JOIN registration_registrationpolicy v ON v.id = r.policy_id
 WHERE r.decided_at >= %(since)s AND (p.id IS NOT NULL OR r.status IN ('rejected', 'duplicate'))
   AND coalesce(p.begins, r.decided_at) >= %(since)s AND coalesce(p.begins, r.decided_at) < %(until)s
UNION ALL
SELECT r.partner_id, CASE r.status WHEN 'converted' THEN 'converted' ELSE 'ended' END, NULL, NULL
  FROM registration_registration r
 WHERE r.status = ANY(%(ended)s) AND r.protection_id IS NOT NULL
   AND r.status_since >= %(since)s AND r.status_since < %(until)s
"""

_SUMS = """
       count(*) FILTER (WHERE s.step = 'submitted'), count(*) FILTER (WHERE s.step = 'approved'),
       count(*) FILTER (WHERE s.step = 'rejected'), count(*) FILTER (WHERE s.step = 'duplicate'),
       count(*) FILTER (WHERE s.step = 'converted'), count(*) FILTER (WHERE s.step IN ('converted', 'ended')),
       count(s.waited), count(*) FILTER (WHERE s.kept),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY s.waited) / 60.0
"""

_ALL = f"SELECT {_SUMS} FROM ({_STEPS}) s"  # noqa: S608 - put together from this module's own text

_ROWS = f"""
SELECT c.*, c.converted::float / nullif(c.ended, 0) AS conversion, c.kept::float / nullif(c.timed, 0) AS in_time,
       count(*) OVER ()
  FROM (SELECT s.partner_id, a.name, {_SUMS}
          FROM ({_STEPS}) s
          JOIN directory_partner m ON m.id = s.partner_id
          JOIN directory_account a ON a.id = m.account_id
         GROUP BY s.partner_id, a.name)
       c (partner, name, submitted, approved, rejected, duplicates, converted, ended, timed, kept, hours)
"""  # noqa: S608

_REASONS = """
SELECT r.reason, count(*) FROM registration_registration r
 WHERE r.status = 'rejected' AND r.decided_at >= %(since)s AND r.decided_at < %(until)s GROUP BY r.reason
"""

# What the table can be sorted by; each is a column of `_ROWS`.
SORTS = (
    *("partner", "submitted", "approved", "rejected", "duplicates", "converted"),
    *("conversion", "hours", "in_time"),
)


@dataclass(frozen=True)
class Sums:
    """What was asked for and what became of it.

    Attributes:
        submitted, approved, rejected, duplicates, converted: how many, see above.
        ended: protections that ended, those that became sales among them.
        timed: words that people gave; `kept`: those of them within the promise.
        hours: the median of the working hours to them; None where there was none.
    """

    submitted: int = 0
    approved: int = 0
    rejected: int = 0
    duplicates: int = 0
    converted: int = 0
    ended: int = 0
    timed: int = 0
    kept: int = 0
    hours: float | None = None

    @property
    def conversion(self) -> int | None:
        """Give how many percent of what ended became a sale; None where nothing ended."""
        return round(100 * self.converted / self.ended) if self.ended else None

    @property
    def in_time(self) -> int | None:
        """Give how many percent were decided within the promise; None where nobody decided."""
        return round(100 * self.kept / self.timed) if self.timed else None


@dataclass(frozen=True)
class Line:
    """What one partner asked for."""

    partner: UUID
    name: str
    sums: Sums


def sums(period: Period) -> Sums:
    """Add up the requests of all partners; one query."""
    [row] = _fetched(_ALL, period)
    return _sums(row)


def rows(
    period: Period, *, order: str = "-submitted", start: int = 0, size: int | None = None
) -> tuple[Sequence[Line], int]:
    """Give the partners with what they asked for, and how many there are in all; one query.

    Args:
        period: when it happened.
        order: one of `SORTS`, with a minus before it for the opposite.
        start: from which of them on.
        size: how many; None is all.
    """
    asked = order.removeprefix("-")
    column = {"partner": "name"}.get(asked, asked) if asked in SORTS else "submitted"
    way = "DESC NULLS LAST" if order.startswith("-") else "ASC NULLS LAST"
    query = f"{_ROWS} ORDER BY {column} {way}, name, partner LIMIT %(size)s OFFSET %(start)s"
    found = _fetched(query, period, size=size, start=start)
    return [Line(row[0], row[1], _sums(row[2:11])) for row in found], found[0][-1] if found else 0


def reasons(period: Period) -> list[tuple[RejectReason, int]]:
    """Give each reason of the closed list with how often it was given, the most frequent first; one query."""
    given = dict(_fetched(_REASONS, period))
    return sorted(((reason, given.get(reason.value, 0)) for reason in RejectReason), key=lambda one: -one[1])


def _sums(row: Sequence[Any]) -> Sums:
    submitted, approved, rejected, duplicates, converted, ended, timed, kept, hours = row
    median = None if hours is None else float(hours)
    return Sums(submitted, approved, rejected, duplicates, converted, ended, timed, kept, median)


def _fetched(query: str, period: Period, **more: Any) -> list[tuple[Any, ...]]:
    facts: Mapping[str, Any] = {
        "since": period.since,
        "until": period.until,
        # Those that a protection can end with, as the index of ended requests has them.
        "ended": sorted(ENDED - {Status.REJECTED, Status.DUPLICATE}),
        "promise": Terms().decide_hours,
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, facts)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
