"""What the desk's list of opportunities reads: views, search, order, counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, models
from django.db.models import Count, F, Q, Sum
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext_lazy as _

from kanal.directory.models import Territory
from kanal.opportunities.lifecycle import MANAGED, OPEN, Status
from kanal.opportunities.models import Opportunity, OpportunityQuerySet
from kanal.opportunities.models.opportunity import SEARCH_FIELDS, STAGE_ORDER

# Nobody reads further than this; counting stops here, so that a million rows stay fast.
CAP = 10_000


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


def in_view(found: OpportunityQuerySet, view: str) -> OpportunityQuerySet:
    """Narrow opportunities to those of a view; *Made by partners* holds the open ones, as each view but the last three."""
    if view == View.TO_DISTRIBUTE:
        return found.to_distribute()
    conditions = {
        View.OPEN: Q(status__in=sorted(OPEN)),
        View.WAITING: Q(status=Status.DELIVERED),
        View.MANAGED: Q(status__in=sorted(MANAGED)),
        View.MADE: Q(made_by_partner__isnull=False, status__in=sorted(OPEN)),
        View.WON: Q(status=Status.WON),
        View.LOST: Q(status__in=[Status.LOST, Status.CANCELED]),
    }
    return found.filter(conditions.get(View(view), Q()))


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
    "owner": (
        _then_newest(F("owner__name").asc(), F("owner_id").asc()),
        _then_newest(F("owner__name").desc(), F("owner_id").desc()),
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
        "reference", "topic", "status", "status_since", "stage", "answer_by", "created_at", "estimated_revenue",
        "estimated_close_date", "actual_close_date", "collaboration", "account_name", "partner_name", "made_by_partner",
        "account__city", "partner__time_zone", "partner__account__country", "partner__account__name", "currency__code",
        "owner__name",
    )  # fmt: skip


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


def total(found: OpportunityQuerySet) -> Total:
    """Count opportunities and add up their value, as far as `CAP`."""
    some = found.order_by().values("estimated_revenue_base")[: CAP + 1]
    answer = some.aggregate(count=Count("*"), value=Sum("estimated_revenue_base"))
    capped = answer["count"] > CAP
    return Total(min(answer["count"], CAP), capped, None if capped else answer["value"] or Decimal(0))


def counts(found: OpportunityQuerySet, views: Iterable[View] = tuple(View)) -> dict[View, Total]:
    """Count the opportunities of several views, each as far as `CAP`, in one query."""
    wanted = list(views)
    parts, params = [], []
    for view in wanted:
        sql, values = in_view(found, view).order_by().values("pk")[: CAP + 1].query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS {view.value}_rows)")
        params.extend(values)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        row = cursor.fetchone()
    return {view: Total(min(count, CAP), count > CAP) for view, count in zip(wanted, row, strict=True)}


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


def neighbors(found: OpportunityQuerySet, key: object, *, limit: int = 500) -> tuple[object | None, object | None, int]:
    """Give the keys before and after an opportunity in an ordered list, and its place, from 1; 0 where it is far down."""
    keys = list(found.values_list("pk", flat=True)[:limit])
    if key not in keys:
        return None, None, 0
    place = keys.index(key)
    after = keys[place + 1] if place + 1 < len(keys) else None
    return (keys[place - 1] if place else None), after, place + 1
