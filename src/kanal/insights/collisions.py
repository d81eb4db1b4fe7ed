"""The conflict map: whose requests collided with whom.

A request collides where, as last looked at, somebody else had to do with the same customer: another partner by a
protection, a request or an open opportunity, or the vendor itself. It counts once for each whom it met, whatever it met
them by; two partners that meet make one pair, whoever asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from kanal.directory.models import Partner
from kanal.insights.leaks import Period

# The condition stands as the index of clashed requests has it.
_MET = """
SELECT DISTINCT r.id, r.reference, r.submitted_at, r.family_id, o.territory_id, r.partner_id AS one,
       nullif(f ->> 'partner_id', '')::uuid AS other
  FROM registration_registration r
  JOIN opportunities_opportunity o ON o.id = r.opportunity_id
  CROSS JOIN LATERAL jsonb_array_elements(r.findings) f
 WHERE r.submitted_at >= %(since)s AND r.submitted_at < %(until)s AND r.findings @> '[{"heavy": true}]'::jsonb
   AND (f ->> 'heavy')::boolean AND nullif(f ->> 'partner_id', '')::uuid IS DISTINCT FROM r.partner_id
   AND (%(family)s::uuid IS NULL OR r.family_id = %(family)s)
   AND (%(territory)s::uuid IS NULL OR o.territory_id = %(territory)s)
"""

_PAIRS = f"""
SELECT CASE WHEN m.other IS NULL THEN m.one ELSE least(m.one, m.other) END AS first,
       CASE WHEN m.other IS NOT NULL THEN greatest(m.one, m.other) END AS second,
       count(*), max(m.submitted_at), (array_agg(m.id ORDER BY m.submitted_at DESC))[1],
       (array_agg(m.reference ORDER BY m.submitted_at DESC))[1]
  FROM ({_MET}) m GROUP BY 1, 2 ORDER BY 3 DESC, 4 DESC, 1, 2
"""  # noqa: S608 - put together from this module's own text

_PLACES = f"""
SELECT m.family_id, f.name, m.territory_id, t.name, count(DISTINCT m.id), grouping(m.family_id),
       grouping(m.territory_id)
  FROM ({_MET}) m
  LEFT JOIN directory_productfamily f ON f.id = m.family_id
  LEFT JOIN directory_territory t ON t.id = m.territory_id
 GROUP BY GROUPING SETS ((m.family_id, f.name), (m.territory_id, t.name), ())
 ORDER BY 5 DESC, 2, 4
"""  # noqa: S608


@dataclass(frozen=True)
class Pair:
    """Two that met.

    Attributes:
        one, other: keys of partners, in the order of their names; None is the vendor itself, which is always `other`.
        one_name, other_name: their names; empty is the vendor.
        count: how many requests.
        latest: when the last of them was submitted; `request`, `reference`: which one that is.
    """

    one: UUID
    one_name: str
    other: UUID | None
    other_name: str
    count: int
    latest: datetime
    request: UUID
    reference: str


@dataclass(frozen=True)
class Group:
    """How many requests collided for one product family, or in one territory; an empty name has none."""

    key: UUID | None
    name: str
    count: int


@dataclass(frozen=True)
class Matrix:
    """Those that met most, each with each: `cells[row][column]` is how often, 0 is never and None the same one.

    Attributes:
        names: of the rows and columns; an empty one is the vendor.
    """

    names: Sequence[str]
    cells: Sequence[Sequence[int | None]]


@dataclass(frozen=True)
class Collisions:
    """The conflict map of a period: `requests` collided; pairs, the most frequent first; families; territories."""

    requests: int
    pairs: Sequence[Pair]
    families: Sequence[Group]
    territories: Sequence[Group]


def collisions(period: Period, *, family: UUID | None = None, territory: UUID | None = None) -> Collisions:
    """Make the conflict map of the requests submitted in a period; three queries.

    Args:
        period: when they were submitted.
        family: only requests for this product family; None is all.
        territory: only those with an opportunity there; None is all.
    """
    facts = {"since": period.since, "until": period.until, "family": family, "territory": territory}
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, facts)
        pairs = cursor.fetchall()
        cursor.execute(_PLACES, facts)
        places = cursor.fetchall()
    keys = {key for row in pairs for key in row[:2] if key}
    names = dict(Partner.objects.filter(pk__in=keys).values_list("pk", "account__name"))
    total = sum(row[4] for row in places if row[5] and row[6])
    return Collisions(
        requests=total,
        pairs=[_pair(row, names) for row in pairs],
        families=[Group(row[0], row[1] or "", row[4]) for row in places if not row[5]],
        territories=[Group(row[2], row[3] or "", row[4]) for row in places if not row[6]],
    )


def _pair(row: Sequence[Any], names: dict[UUID, str]) -> Pair:
    first, second, count, latest, request, reference = row
    if second is not None and names[second].casefold() < names[first].casefold():
        first, second = second, first
    other = names[second] if second else ""
    return Pair(first, names[first], second, other, count, latest, request, reference)


def matrix(pairs: Sequence[Pair], most: int = 8) -> Matrix:
    """Set those that met most against each other, the vendor last.

    Args:
        pairs: all of them.
        most: how many partners are shown.
    """
    weights: dict[UUID, int] = {}
    names: dict[UUID | None, str] = {}
    met: dict[tuple[UUID | None, UUID | None], int] = {}
    for pair in pairs:
        for key, name in ((pair.one, pair.one_name), (pair.other, pair.other_name)):
            names[key] = name
            if key is not None:
                weights[key] = weights.get(key, 0) + pair.count
        met[pair.one, pair.other] = met[pair.other, pair.one] = pair.count
    first = sorted(weights, key=lambda key: (-weights[key], names[key]))[:most]
    shown: list[UUID | None] = [*first, None] if None in names else [*first]
    cells = [[None if row == column else met.get((row, column), 0) for column in shown] for row in shown]
    return Matrix([names[key] for key in shown], cells)
