"""Hoarding: partners that hold many customers and move few of them, as it stands now.

A protection is *quiet* where its partner has done nothing with the opportunity for the days of the rules of work
(*stalled after*), counted as the clock of registration counts them: from the partner's last note, stage, plan or other
work, at first from the approval. It is *unmoved* where the partner has not moved its stage since the approval. The
report warns of a partner of whose protections more than the set share is quiet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from kanal.config import clock
from kanal.distribution.models import WorkRules
from kanal.registration.actions.watching import ACTIVITY
from kanal.registration.lifecycle import HELD
from kanal.registration.policy import caps, in_force

# Of fewer protections a share says nothing.
FEWEST = 3

_HELD = """
SELECT r.partner_id, a.name, m.tier_id, coalesce(t.name, ''), count(*), count(p.id), coalesce(sum(p.value), 0),
       count(*) FILTER (WHERE p.active_at <= %(silent)s),
       count(*) FILTER (WHERE p.moved_at IS NULL AND p.id IS NOT NULL), max(%(now)s - p.still_since),
       (array_agg(p.registration ORDER BY p.still_since) FILTER (WHERE p.id IS NOT NULL))[1]
  FROM registration_registration r
  JOIN directory_partner m ON m.id = r.partner_id
  JOIN directory_account a ON a.id = m.account_id
  LEFT JOIN directory_tier t ON t.id = m.tier_id
  LEFT JOIN LATERAL (
       SELECT h.id, r.id AS registration, r.value_base AS value, w.moved_at,
              greatest(h.begins, w.active_at) AS active_at, coalesce(w.moved_at, h.begins) AS still_since
         FROM distribution_protection h
         CROSS JOIN LATERAL (
              SELECT max(e.at) AS active_at,
                     max(e.at) FILTER (WHERE e.event = 'stage_moved' AND e.at > h.begins) AS moved_at
                FROM opportunities_timelineentry e
               WHERE e.opportunity_id = r.opportunity_id AND e.company_id = r.partner_id
                 AND e.event = ANY(%(activity)s)) w
        WHERE h.id = r.protection_id AND r.status = 'approved') p ON TRUE
 WHERE r.status = ANY(%(held)s) AND r.line_since IS NULL
 GROUP BY r.partner_id, a.name, m.tier_id, t.name
"""


@dataclass(frozen=True)
class Holding:
    """What one partner holds.

    Attributes:
        held: requests, pending and approved, without those in line; `most`: how many it may hold.
        protected: approved ones, worth `value` in the base currency.
        quiet, unmoved: of those, see above.
        still: how long the longest of them has not been moved; `oldest`: which request that is. None without any.
        warned: too many are quiet.
    """

    partner: UUID
    name: str
    tier: str
    held: int
    most: int
    protected: int
    value: Decimal
    quiet: int
    unmoved: int
    still: timedelta | None
    oldest: UUID | None
    warned: bool

    @property
    def quiet_share(self) -> int | None:
        """Give how many percent of its protections are quiet; None where it has none."""
        return round(100 * self.quiet / self.protected) if self.protected else None

    @property
    def days(self) -> int | None:
        """Give for how many whole days the stillest of its protections has not been moved."""
        return None if self.still is None else self.still.days


@dataclass(frozen=True)
class Report:
    """What partners hold; `days` without activity are quiet, above `percent` of quiet ones is warned."""

    lines: Sequence[Holding]
    days: int
    percent: int


SORTS: Mapping[str, Callable[[Holding], Any]] = {
    "partner": lambda one: one.name.casefold(),
    "held": lambda one: one.held,
    "protected": lambda one: one.protected,
    "value": lambda one: one.value,
    "quiet": lambda one: (-1 if one.quiet_share is None else one.quiet_share, one.quiet),
    "unmoved": lambda one: one.unmoved,
    "days": lambda one: -1 if one.days is None else one.days,
}


def holding(order: str = "-quiet") -> Report:
    """Give what every partner holds now; a fixed number of queries.

    Args:
        order: a key of `SORTS`, with a minus before it for the opposite. What is warned of comes first where nobody
            asks for another order.
    """
    rules = WorkRules.current()
    most = caps(in_force().terms)
    now = clock.now()
    facts: dict[str, Any] = {
        "now": now,
        "silent": now - timedelta(days=rules.stalled_days),
        "activity": list(ACTIVITY),
        "held": sorted(HELD),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HELD, facts)
        found = [_line(row, most, rules.quiet_warning) for row in cursor.fetchall()]
    key = SORTS.get(order.removeprefix("-"), SORTS["quiet"])
    found.sort(key=SORTS["partner"])
    found.sort(key=key, reverse=order.startswith("-"))
    if order.removeprefix("-") == "quiet":
        found.sort(key=lambda one: not one.warned)
    return Report(found, rules.stalled_days, rules.quiet_warning)


def _line(row: Sequence[Any], most: Callable[[UUID, UUID | None], int], percent: int) -> Holding:
    partner, name, tier_key, tier, held, protected, value, quiet, unmoved, still, oldest = row
    return Holding(
        partner=partner,
        name=name,
        tier=tier,
        held=held,
        most=most(partner, tier_key),
        protected=protected,
        value=value,
        quiet=quiet,
        unmoved=unmoved,
        still=still,
        oldest=oldest,
        warned=protected >= FEWEST and 100 * quiet > percent * protected,
    )
