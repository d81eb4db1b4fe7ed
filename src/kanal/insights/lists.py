"""The lists of a partner: Distributed opportunities and Managed opportunities, filtered, sorted, added up.

They read what the participations carry (`opportunities.guards.CARRY`); the opportunity itself is joined for the rows of
one page alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Case, Count, F, Min, Q, QuerySet, SmallIntegerField, Sum, Value, When
from django.db.models.functions import Upper

from kanal.directory.access import may_enter_portal
from kanal.directory.models import Person
from kanal.insights.attention import MANAGED_KINDS, Measure, Need
from kanal.opportunities import access
from kanal.opportunities.lifecycle import Stage, State, Status
from kanal.opportunities.models import Kind, Participation

Parts = QuerySet[Participation, Participation]

MOST_WORDS = 8
# What a row of a list shows; reading no more than that halves the time it takes.
_ROW = (
    *("kind", "role", "since", "partner", "opportunity", "status", "active_at", "due_on", "asked_at"),
    *("value", "assignee", "assignee__name"),
    *(f"opportunity__{name}" for name in ("reference", "topic", "account", "account_name", "currency")),
    *(f"opportunity__{name}" for name in ("status", "stage", "estimated_revenue", "estimated_close_date")),
    *(f"opportunity__{name}" for name in ("answer_by", "actual_revenue", "actual_close_date")),
    *(f"opportunity__{name}" for name in ("next_step", "next_step_on", "made_by_partner")),
    *(f"opportunity__account__{name}" for name in ("name", "city", "country")),
    "opportunity__currency__code",
)
_CONTACT = tuple(f"opportunity__contact__{name}" for name in ("name", "email", "phone"))
_STAGES = Case(
    *(When(stage=stage, then=Value(place)) for place, stage in enumerate(Stage.values)),
    output_field=SmallIntegerField(),
)

# What the lists can be sorted by; each name is also the key in the address.
SORTS: dict[str, F | Case] = {
    "topic": F("words"),
    "customer": F("customer"),
    "value": F("value"),
    "deadline": F("answer_by"),
    "since": F("since"),
    "stage": _STAGES,
    "status": F("status"),
    "close": F("due_on"),
    "activity": F("active_at"),
    "next": F("opportunity__next_step_on"),
    "assignee": F("assignee__name"),
}


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to see of a list; whatever is not known is passed over.

    Attributes:
        search: words that are all in the topic, the reference or the customer's name.
        order: a key of `SORTS`, with a leading minus for the other direction; empty for the list's own.
        state: of the managed ones: those that are open, or were won or lost.
        stage: a `Stage`.
        status: a `Status`.
        need: a `Need`: only what needs somebody for this reason.
        mine: only what is assigned to the person who looks.
        together: only partner collaborations.
    """

    search: str = ""
    order: str = ""
    state: str = State.OPEN
    stage: str = ""
    status: str = ""
    need: str = ""
    mine: bool = False
    together: bool = False


NOTHING_SPECIAL = Wanted()


def running(person: Person) -> Parts:
    """Give the parts that a person's company takes now, as far as the person sees them."""
    if not may_enter_portal(person):
        return Participation.objects.none()
    return Participation.objects.filter(access.running(person))


def distributed(person: Person, wanted: Wanted = NOTHING_SPECIAL) -> Parts:
    """Give the parts in opportunities that wait for the answer of a person's company, the nearest deadline first."""
    found = running(person).filter(state=State.OPEN, kind=Kind.OFFERED)
    return _ordered(_searched(found, wanted.search), wanted.order or "deadline")


def managed(person: Person, wanted: Wanted = NOTHING_SPECIAL) -> Parts:
    """Give the parts in opportunities that a person's company manages, alone or with others, the latest first."""
    state = wanted.state if wanted.state in State.values else State.OPEN
    found = running(person).filter(state=state, kind__in=MANAGED_KINDS)
    return _ordered(_searched(_narrowed(found, person, wanted), wanted.search), wanted.order or "-since")


def _narrowed(found: Parts, person: Person, wanted: Wanted) -> Parts:
    if wanted.stage in Stage.values:
        found = found.filter(stage=wanted.stage)
    if wanted.status in Status.values:
        found = found.filter(status=wanted.status)
    if wanted.need in Need.values:
        found = found.filter(Measure.current().condition(Need(wanted.need)))
    if wanted.mine:
        found = found.filter(assignee=person)
    return found.filter(kind=Kind.COLLABORATING) if wanted.together else found


def _searched(found: Parts, search: str) -> Parts:
    for word in search.split()[:MOST_WORDS]:
        found = found.filter(words__contains=Upper(Value(word)))
    return found


def _ordered(found: Parts, order: str) -> Parts:
    by = SORTS.get(order.removeprefix("-"), SORTS["since"])
    way = by.desc(nulls_last=True) if order.startswith("-") else by.asc(nulls_last=True)
    return found.order_by(way, "-opportunity_id")


def with_details(parts: Parts) -> Parts:
    """Join to a list what its rows show."""
    return parts.select_related("opportunity__account", "opportunity__currency", "assignee").only(*_ROW)


def with_contacts(parts: Parts) -> Parts:
    """Join the details and the customers' people to a list of `managed`, and to none other: there it has accepted."""
    detailed = with_details(parts).select_related("opportunity__contact")
    return detailed.only(*_ROW, "opportunity__contact", *_CONTACT)


def rows(parts: Parts, *, start: int = 0, size: int) -> list[Participation]:
    """Give some rows of a list with their details, in one query.

    Which rows they are is decided on the participations alone; then so many are joined, not the whole list.
    """
    chosen = Participation.objects.filter(pk__in=parts.values("pk")[start : start + size])
    return list(with_details(chosen).order_by(*parts.query.order_by))


@dataclass(frozen=True)
class Sums:
    """What a list amounts to.

    Attributes:
        count: how many.
        value: what they are worth together, in the base currency.
        nearest: the next deadline among them.
        shared: how many of them are partner collaborations.
    """

    count: int = 0
    value: Decimal = Decimal(0)
    nearest: datetime | None = None
    shared: int = 0


def sums(parts: Parts) -> Sums:
    """Add a list up, in one query."""
    found = parts.order_by().aggregate(
        count=Count("pk"),
        total=Sum("value"),
        nearest=Min("answer_by"),
        shared=Count("pk", filter=Q(kind=Kind.COLLABORATING)),
    )
    return Sums(found["count"], found["total"] or Decimal(0), found["nearest"], found["shared"])
