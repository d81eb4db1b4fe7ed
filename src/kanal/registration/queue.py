"""The vendor's queue of requests: its views, its search, its orders, and how many wait."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kanal.directory.models import Partner, Person
from kanal.opportunities.queries import Total
from kanal.registration import access
from kanal.registration.lifecycle import ENDED, TO_DECIDE, Status
from kanal.registration.models import Registration

# A counter in the navigation needs to know no more than this.
COUNT_AT_MOST = 100
# No view is counted further: nobody reads so many pages.
CAP = 10_000
# So many companies whose name has a text in it are looked for; a text that more have says too little.
_PARTNERS = 200


class View(models.TextChoices):
    """The views of the list; the first is what somebody has to decide."""

    DECIDE = "", pgettext_lazy("registrations", "To decide")
    PARTNER = "partner", pgettext_lazy("registrations", "Waiting for the partner")
    LINE = "line", pgettext_lazy("registrations", "In line")
    APPROVED = "approved", pgettext_lazy("registrations", "Approved")
    ENDED = "ended", pgettext_lazy("registrations", "Ended")
    ALL = "all", _("All")


_CONDITIONS: Mapping[View, Q] = {
    View.DECIDE: Q(status__in=sorted(TO_DECIDE), line_since__isnull=True),
    View.PARTNER: Q(status=Status.INFORMATION_REQUESTED),
    View.LINE: Q(status=Status.SUBMITTED, line_since__isnull=False),
    View.APPROVED: Q(status=Status.APPROVED),
    View.ENDED: Q(status__in=sorted(ENDED)),
    View.ALL: Q(),
}
# What each order of the list compares; a minus before its key turns it round.
_ORDERS: Mapping[str, str] = {
    "customer": "company",
    "partner": "partner__account__name",
    "value": "value_base",
    "submitted": "submitted_at",
    "decide": "decide_by",
    "answer": "answer_by",
    "line": "line_since",
    "until": "protection__ends",
    "ended": "status_since",
}
# Those that may be unknown; the others are read by their index as it stands.
_UNKNOWN = frozenset({"value", "decide", "answer", "line", "until"})
_FIRST: Mapping[View, str] = {
    View.DECIDE: "decide",
    View.PARTNER: "answer",
    View.LINE: "line",
    View.APPROVED: "until",
    View.ENDED: "-ended",
    View.ALL: "-submitted",
}


def view_of(text: str) -> View:
    """Give the view that an address names; the first where there is no such view."""
    return View(text) if text in View.values else View.DECIDE


def order_of(text: str, view: View) -> str:
    """Give the order that an address names; that of the view where there is no such order."""
    return text if text.removeprefix("-") in _ORDERS else _FIRST[view]


def keys(person: Person, view: View, *, text: str = "", order: str = "") -> QuerySet[Registration, uuid.UUID]:
    """Give the keys of the requests of a view that a person sees, in order: a page of them is read by `rows`.

    Args:
        person: who reads.
        view: which.
        text: only those with it in the customer, the reference or the partner's name.
        order: a key of the list, see `order_of`.
    """
    found = _with(access.visible(person).filter(_CONDITIONS[view]), " ".join(text.split()))
    key = order_of(order, view)
    down, name = key.startswith("-"), key.removeprefix("-")
    field = F(_ORDERS[name])
    last = True if name in _UNKNOWN else None
    first = field.desc(nulls_last=last) if down else field.asc(nulls_last=last)
    return found.order_by(first, "-pk" if down else "pk").values_list("pk", flat=True)


def rows(wanted: Iterable[uuid.UUID]) -> list[Registration]:
    """Read requests in the order of their keys, with what a row of the list shows."""
    order = list(wanted)
    related = (
        "partner__account",
        "family",
        "currency",
        "protection",
        "taken_by",
        "policy",
        "behind__protection",
    )
    found = Registration.objects.select_related(*related).in_bulk(order)
    return [found[key] for key in order if key in found]


def _with(found: QuerySet[Registration], text: str) -> QuerySet[Registration]:
    """Narrow requests to those with a text; one or two letters are too few for the index, and begin it."""
    if not text:
        return found
    how = "icontains" if len(text) > 2 else "istartswith"
    companies = Partner.objects.filter(**{f"account__name__{how}": text}).values_list("pk", flat=True)
    return found.filter(
        Q(**{f"company__{how}": text})
        | Q(**{f"reference__{how}": text})
        | Q(partner__in=list(companies[:_PARTNERS]))
    )


def counts(person: Person) -> dict[View, Total]:
    """Count the requests of each view, each as far as `CAP`."""
    seen = access.visible(person).order_by()
    numbers = {view: seen.filter(_CONDITIONS[view]).values("pk")[: CAP + 1].count() for view in View}
    return {view: Total(min(number, CAP), number > CAP) for view, number in numbers.items()}


def total(found: QuerySet[Registration, uuid.UUID]) -> Total:
    """Count what a search found, as far as `CAP`."""
    number = found.order_by()[: CAP + 1].count()
    return Total(min(number, CAP), number > CAP)


def waiting_count(person: Person) -> int:
    """Count the requests that wait for the vendor's word; none for those who do not decide."""
    if not access.may_decide(person):
        return 0
    waiting = Registration.objects.filter(_CONDITIONS[View.DECIDE]).order_by()
    return waiting.values("pk")[:COUNT_AT_MOST].count()


def following(person: Person, *, but: uuid.UUID) -> Registration | None:
    """Give the request that is to be decided next, apart from one; None where none waits."""
    key = keys(person, View.DECIDE).exclude(pk=but).first()
    return rows([key])[0] if key else None
