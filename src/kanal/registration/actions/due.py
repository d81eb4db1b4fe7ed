"""Which protections the clock has something to do with now, among very many that it has not.

What it does is said in `watching`, which looks at each again under its lock. This says the same of all at once, so that
a minute costs one query where nothing is due, and what is due is found however many protections there are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from kanal.config import clock
from kanal.registration.terms import Terms

_DONE = """FROM opportunities_timelineentry e
     WHERE e.opportunity_id = r.opportunity_id AND e.company_id = r.partner_id AND e.event = ANY(%(done)s)"""
# Due is a reminder that was not sent; the end, or the calling off, of a warning of silence; a warning. A policy without
# one of the terms has its default.
_DUE = f"""
SELECT r.id
  FROM registration_registration r
  JOIN distribution_protection p ON p.id = r.protection_id
  LEFT JOIN registration_registrationpolicy v ON v.id = r.policy_id
 CROSS JOIN LATERAL (
       SELECT ((p.ends - interval '1 microsecond') AT TIME ZONE %(zone)s)::date - %(today)s::date AS days_left,
              make_interval(days => coalesce((v.data ->> 'activity_days')::int, %(activity)s)) AS silence,
              make_interval(days => coalesce((v.data ->> 'warn_days')::int, %(warn)s)) AS warning) t
 CROSS JOIN LATERAL (
       SELECT min(d::int) AS days
         FROM jsonb_array_elements_text(coalesce(v.data -> 'remind_days', %(remind)s::jsonb)) d
        WHERE d::int >= t.days_left) m
 WHERE r.status = 'approved' AND p.ends > %(now)s
   AND (m.days <> ALL(r.reminded) AND m.days IS NOT NULL
        OR r.idle_ends_at <= %(now)s
        OR (r.idle_ends_at IS NOT NULL AND EXISTS (SELECT {_DONE} AND e.at > r.idle_ends_at - t.silence))
        OR (r.idle_ends_at IS NULL AND t.silence > interval '0'
            AND p.begins <= %(now)s - (t.silence - t.warning) AND p.ends > %(now)s + t.warning
            AND NOT EXISTS (SELECT {_DONE} AND e.at > %(now)s - (t.silence - t.warning))))
 ORDER BY p.ends, r.id
 LIMIT %(most)s
"""  # noqa: S608 - put together from this module's own text


def to_watch(done: Sequence[str], most: int) -> list[UUID]:
    """Give the protections that are to be reminded of, warned of, or ended for silence; one query.

    Args:
        done: the events of the timeline that count as a partner's activity.
        most: how many at most; those that end first come first.
    """
    usual = Terms()
    facts: dict[str, Any] = {
        "zone": settings.TIME_ZONE,
        "today": clock.today(),
        "now": clock.now(),
        "activity": usual.activity_days,
        "warn": usual.warn_days,
        "remind": json.dumps(usual.remind_days),
        "done": list(done),
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE, facts)
        return [row[0] for row in cursor.fetchall()]
