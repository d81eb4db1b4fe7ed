"""What the desk's list of opportunities reads: views, search, order, counts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models import Count, F, Q, Sum
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext_lazy as _

from kanal.directory.models import Person, Territory
from kanal.opportunities import access
from kanal.opportunities.lifecycle import MANAGED, NEEDS_PARTNER, OPEN, Status
from kanal.opportunities.models import Opportunity, OpportunityQuerySet
from kanal.opportunities.models.opportunity import SEARCH_FIELDS, STAGE_ORDER

# Nobody reads further than this; counting stops here, so that a million rows stay fast.
CAP = 10_000
# A text that so many have says too little; the count of a search stops here.
SEARCH_CAP = 1_000


class View(models.TextChoices):
    """The views of the list."""

    OPEN = "open", _("Open")
    TO_DISTRIBUTE = "to_distribute", _("To distribute")
    WAITING = "waiting", _("Waiting for a partner")
    MANAGED = "managed", _("Managed by partners")
    MADE = "made", _("Made by partners")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    ALL = "all", _("All")


# The views that are nothing but statuses; they are added up from one count a status.
_STATUSES: Mapping[View, frozenset[Status]] = {
    View.OPEN: OPEN,
    View.WAITING: frozenset({Status.DELIVERED}),
    View.MANAGED: MANAGED,
    View.WON: frozenset({Status.WON}),
    View.LOST: frozenset({Status.LOST, Status.CANCELED}),
    View.ALL: frozenset(Status),
}


def in_view(found: OpportunityQuerySet, view: str) -> OpportunityQuerySet:
    """Narrow opportunities to those of a view; *Made by partners* holds the open ones."""
    if view == View.TO_DISTRIBUTE:
        return found.to_distribute()
    if view == View.MADE:
        return found.filter(made_by_partner__isnull=False, status__in=sorted(OPEN))
    return found if view == View.ALL else found.filter(status__in=sorted(_STATUSES[View(view)]))


def to_distribute_count(person: Person) -> int:
    """Count the opportunities that wait for a partner, as far as a person sees them; beyond 99 it is 100."""
    return access.visible(person).to_distribute().order_by()[:100].count()


def search(found: OpportunityQuerySet, text: str) -> OpportunityQuerySet:
    """Narrow opportunities to those whose topic, reference, customer or partner has the text in it.

    One or two letters are too few for the trigram index, so they are looked for at the beginning only.
    """
    wanted = " ".join(text.split())
    if not wanted:
        return found
    how = "icontains" if len(wanted) > 2 else "istartswith"
    condition = Q()
    for name in SEARCH_FIELDS:
        condition |= Q(**{f"{name}__{how}": wanted})
    return found.filter(condition)


_ID_UP, _ID_DOWN = F("id").asc(), F("id").desc()


def _by(name: str) -> tuple[list[OrderBy], list[OrderBy]]:
    return [F(name).asc(), _ID_UP], [F(name).desc(), _ID_DOWN]


def _then_newest(*first: OrderBy) -> list[OrderBy]:
    return [*first, F("created_at").desc(), _ID_DOWN]


def _then_oldest(*first: OrderBy) -> list[OrderBy]:
    return [*first, F("created_at").asc(), _ID_UP]


# Each order and its opposite is that of an index, forwards or backwards; `opp_*` in the model.
ORDERS: Mapping[str, tuple[list[OrderBy], list[OrderBy]]] = {
    "topic": _by("topic"),
    "customer": _by("account_name"),
    "partner": _by("partner_name"),
    "close": _by("estimated_close_date"),
    "created": ([F("created_at").asc(), _ID_UP], [F("created_at").desc(), _ID_DOWN]),
    "status": (_then_newest(F("status").asc()), _then_oldest(F("status").desc())),
    "stage": (_then_newest(STAGE_ORDER.asc()), _then_oldest(STAGE_ORDER.desc())),
    "deadline": (_then_newest(F("answer_by").asc()), _then_oldest(F("answer_by").desc())),
    "value": (
        [F("estimated_revenue_base").asc(nulls_first=True), _ID_DOWN],
        [F("estimated_revenue_base").desc(nulls_last=True), _ID_UP],
    ),
}


def default_order(view: str) -> str:
    """Give the order of a view that nobody sorted: what is due first, or else what is newest."""
    return "deadline" if view in {View.OPEN, View.WAITING} else "-created"


def ordered(found: OpportunityQuerySet, key: str) -> OpportunityQuerySet:
    """Put opportunities in an order: a key of `ORDERS`, with a minus before it for the opposite."""
    up, down = ORDERS[key.removeprefix("-")]
    return found.order_by(*(down if key.startswith("-") else up))


def known_order(key: str) -> bool:
    """Tell whether a key, with or without a minus, names an order."""
    return key.removeprefix("-") in ORDERS


def for_list(found: OpportunityQuerySet) -> OpportunityQuerySet:
    """Read only what a row of the list shows, in one query."""
    return found.select_related("account", "partner__account", "currency", "owner").only(
        "reference",
        "topic",
        "status",
        "status_since",
        "stage",
        "answer_by",
        "created_at",
        "estimated_revenue",
        "estimated_close_date",
        "actual_close_date",
        "collaboration",
        "account_name",
        "partner_name",
        "made_by_partner",
        "account__city",
        "partner__time_zone",
        "partner__account__country",
        "partner__account__name",
        "currency__code",
        "owner__name",
    )


@dataclass(frozen=True)
class Total:
    """How many there are and what they are worth.

    Attributes:
        count: how many, `CAP` at most.
        capped: there are more than `count`.
        value: their value in the base currency; None where not all were counted.
    """

    count: int
    capped: bool
    value: Decimal | None = None


def total(found: OpportunityQuerySet, *, cap: int = CAP) -> Total:
    """Count opportunities and add up their value, as far as `cap`."""
    some = found.order_by().values("estimated_revenue_base")[: cap + 1]
    answer = some.aggregate(count=Count("*"), value=Sum("estimated_revenue_base"))
    capped = answer["count"] > cap
    return Total(min(answer["count"], cap), capped, None if capped else answer["value"] or Decimal(0))


def counts(found: OpportunityQuerySet) -> dict[View, Total]:
    """Count the opportunities of every view, each as far as `CAP`, in one query.

    Statuses are counted from their index alone; what partners made is taken off.
    """
    counted = _count_each(_plan(_parts(found)) if found.query.where else _plan_of_all())
    by_view = {view: sum(counted[status] for status in statuses) for view, statuses in _STATUSES.items()}
    by_view[View.MADE] = counted["made"]
    if any(counted[status] > CAP for status in NEEDS_PARTNER):
        alone = View.TO_DISTRIBUTE
        by_view[alone] = _count_each(_plan({alone.value: in_view(found, alone)}))[alone.value]
    else:
        needing = sum(counted[status] for status in NEEDS_PARTNER)
        by_view[View.TO_DISTRIBUTE] = needing - counted["made_needing"]
    return {view: Total(min(by_view[view], CAP), by_view[view] > CAP) for view in View}


def _parts(found: OpportunityQuerySet) -> dict[str, OpportunityQuerySet]:
    parts = {status.value: found.filter(status=status) for status in Status}
    parts["made"] = in_view(found, View.MADE)
    parts["made_needing"] = found.filter(made_by_partner__isnull=False, status__in=sorted(NEEDS_PARTNER))
    return parts


Plan = tuple[str, tuple[Any, ...], tuple[str, ...]]


def _plan(parts: Mapping[str, OpportunityQuerySet]) -> Plan:
    """Write the one query that counts all parts: its words, its values, the names of what it gives."""
    columns: list[str] = []
    params: list[Any] = []
    for name, found in parts.items():
        sql, values = found.order_by().values("pk")[: CAP + 1].query.sql_with_params()
        columns.append(f"(SELECT count(*) FROM ({sql}) AS {name}_rows)")  # noqa: S608 - names of ours; values apart
        params.extend(values)
    return f"SELECT {', '.join(columns)}", tuple(params), tuple(parts)


@cache
def _plan_of_all() -> Plan:
    """Write it once for people who see every opportunity: Django takes longer to write it than the database to run."""
    return _plan(_parts(Opportunity.objects.all()))


def _count_each(plan: Plan) -> dict[str, int]:
    sql, params, names = plan
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return dict(zip(names, cursor.fetchone(), strict=True))


def with_children(territory: Territory) -> list[Territory]:
    """Give a territory and every one within it."""
    within: dict[object, list[Territory]] = {}
    for one in Territory.objects.all():
        within.setdefault(one.parent_id, []).append(one)
    found, waiting = [], [territory]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.append(one)
            waiting.extend(within.get(one.pk, []))
    return found


def neighbors(
    found: OpportunityQuerySet, key: uuid.UUID, *, limit: int = 500
) -> tuple[uuid.UUID | None, uuid.UUID | None, int]:
    """Give the keys before and after one in an ordered list, and its place; 0 where it is far down."""
    keys = list(found.values_list("pk", flat=True)[:limit])
    if key not in keys:
        return None, None, 0
    place = keys.index(key)
    after = keys[place + 1] if place + 1 < len(keys) else None
    return (keys[place - 1] if place else None), after, place + 1
