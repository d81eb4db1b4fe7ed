"""The two lists: Distributed opportunities and Managed opportunities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kanal.distribution import queries
from kanal.insights import lists
from kanal.insights.attention import Measure, Need
from kanal.insights.lists import Parts, Sums, Wanted
from kanal.opportunities.lifecycle import MANAGED as MANAGED_STATUSES
from kanal.opportunities.lifecycle import Stage, State, Status
from kanal.opportunities.models import Participation
from kanal.portal import showing
from kanal.portal.forms import DeclineForm
from kanal.portal.guard import me, my_company, partner_page
from kanal.portal.pages import render
from kanal.web import words
from kanal.web.components import Tab

SEARCH_LENGTH = 100
MOST_DIGITS = 6
BULK_FORM = "several"
# What a search leaves as it was.
_KEPT = ("state", "stage", "status", "need", "mine", "together", "dsort", "msort")


@dataclass(frozen=True)
class Column:
    """A column that its list can be sorted by."""

    key: str
    label: str | Promise
    right: bool = False


@dataclass(frozen=True)
class Kind:
    """One of the two lists: its place in the address, its columns, its order and size."""

    name: str
    columns: tuple[Column, ...]
    order: str
    size: int

    def param(self, what: str) -> str:
        """Give the name in the address of this list's order or page."""
        return f"{self.name[0]}{what}"

    def order_of(self, query: Mapping[str, str]) -> str:
        """Read the order from the address."""
        asked = query.get(self.param("sort"), "")
        return asked if asked.removeprefix("-") in {column.key for column in self.columns} else self.order


DISTRIBUTED = Kind(
    "distributed",
    (
        Column("topic", gettext_lazy("Opportunity")),
        Column("customer", gettext_lazy("Customer")),
        Column("value", gettext_lazy("Value"), right=True),
        Column("deadline", gettext_lazy("Answer by")),
    ),
    order="deadline",
    size=10,
)
MANAGED = Kind(
    "managed",
    (
        Column("topic", gettext_lazy("Opportunity")),
        Column("customer", gettext_lazy("Customer")),
        Column("value", gettext_lazy("Value"), right=True),
        Column("status", gettext_lazy("Status")),
        Column("stage", gettext_lazy("Stage")),
        Column("next", gettext_lazy("Next step")),
        Column("close", gettext_lazy("Expected close")),
        Column("since", gettext_lazy("Managed since")),
    ),
    order="-since",
    size=10,
)
KINDS = {kind.name: kind for kind in (DISTRIBUTED, MANAGED)}


@dataclass(frozen=True)
class Head:
    """The head of a column, with the address that sorts by it."""

    label: str
    url: str
    order: str
    right: bool
    id: str


@dataclass(frozen=True)
class Listing:
    """A list as its page shows it."""

    kind: Kind
    sums: Sums
    page: Page[Participation]
    parts: Sequence[Participation]
    heads: Sequence[Head]
    extra: str


class _Counted(Paginator):  # type: ignore[type-arg] # the class takes no argument when it runs
    """A paginator that was told how many rows there are."""

    def __init__(self, parts: Parts, size: int, count: int) -> None:
        super().__init__(parts, size)
        self._known = count

    @cached_property
    def count(self) -> int:
        """Give how many rows there are."""
        return self._known


def search_of(request: HttpRequest) -> str:
    """Read what is searched for."""
    return request.GET.get("q", "").strip()[:SEARCH_LENGTH]


def state_of(request: HttpRequest) -> State:
    """Read which of the managed ones are wanted: the open ones unless the address says otherwise."""
    asked = request.GET.get("state", "")
    return State(asked) if asked in State.values else State.OPEN


def wanted_of(request: HttpRequest, kind: Kind) -> Wanted:
    """Read from the address what is wanted of a list; the filters are those of the managed one."""
    query = request.GET
    wanted = Wanted(search=search_of(request), order=kind.order_of(query))
    if kind is DISTRIBUTED:
        return wanted
    return replace(
        wanted,
        state=state_of(request),
        stage=query.get("stage", ""),
        status=query.get("status", ""),
        need=query.get("need", ""),
        mine=query.get("mine") == "1",
        together=query.get("together") == "1",
    )


def parts_of(request: HttpRequest, kind: Kind) -> Parts:
    """Give a list as the address asks for it, whole."""
    read = lists.distributed if kind is DISTRIBUTED else lists.managed
    return read(me(request), wanted_of(request, kind))


def _address(request: HttpRequest, **changes: str | None) -> str:
    """Give the address of the lists with some of its parameters changed; a value of None takes one away."""
    query = {**request.GET.dict(), **changes, "dialog": None}
    return f"{reverse('portal:opportunities')}?{urlencode({name: value for name, value in query.items() if value})}"


def _heads(request: HttpRequest, kind: Kind) -> list[Head]:
    now = kind.order_of(request.GET)
    heads = []
    for column in kind.columns:
        order = {column.key: "ascending", f"-{column.key}": "descending"}.get(now, "")
        wanted = f"-{column.key}" if order == "ascending" else column.key
        url = _address(request, **{kind.param("sort"): wanted, kind.param("page"): None})
        heads.append(Head(str(column.label), url, order, column.right, f"{kind.name}-{column.key}"))
    return heads


def _listing(request: HttpRequest, kind: Kind) -> Listing:
    parts = parts_of(request, kind)
    sums = lists.sums(parts)
    page = _Counted(parts, kind.size, sums.count).get_page(_number(request.GET.get(kind.param("page"), "")))
    rows = lists.rows(parts, start=page.start_index() - 1, size=kind.size) if sums.count else []
    extra = (
        _("%(value)s in all") % {"value": words.money(round(sums.value), settings.BASE_CURRENCY)}
        if sums.value
        else ""
    )
    return Listing(kind, sums, page, rows, _heads(request, kind), extra)


@dataclass(frozen=True)
class Filter:
    """One thing that the managed list can be narrowed by: its words, and the address that turns it on, or off."""

    label: str
    value: str
    url: str
    on: bool


def _filters(request: HttpRequest) -> list[Filter]:
    """Give the filters of the managed list that are one click: on or off."""
    wanted = wanted_of(request, MANAGED)
    found = [("mine", "1", _("Assigned to me"), wanted.mine)]
    if state_of(request) == State.OPEN:
        found += [("need", need.value, str(need.label), wanted.need == need) for need in Need]
    found.append(("together", "1", _("Partner collaboration"), wanted.together))
    return [
        Filter("", label, _address(request, **{name: None if on else value}, mpage=None), on)
        for name, value, label, on in found
    ]


def _choices(request: HttpRequest) -> list[tuple[str, list[Filter]]]:
    """Give the filters of the managed list that are one of several: name, and what can be chosen."""
    wanted, is_open = wanted_of(request, MANAGED), state_of(request) == State.OPEN
    statuses = [Status.IN_PROGRESS, Status.ON_HOLD, *sorted(MANAGED_STATUSES)]
    offered = [
        ("stage", _("Stage"), [(stage.value, str(stage.label)) for stage in Stage], wanted.stage),
        (
            "status",
            _("Status"),
            [(key.value, str(key.label)) for key in statuses] if is_open else [],
            wanted.status,
        ),
    ]
    return [
        (
            label,
            [
                Filter(
                    label,
                    text,
                    _address(request, **{name: None if key == now else key}, mpage=None),
                    key == now,
                )
                for key, text in choices
            ],
        )
        for name, label, choices, now in offered
        if choices
    ]


def _number(text: str) -> int:
    """Read the number of a page; anything else is the first."""
    return (
        int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= MOST_DIGITS and int(text) else 1
    )


@partner_page
@require_safe
def opportunities(request: HttpRequest) -> HttpResponse:
    """Show both lists."""
    return show(request)


def show(request: HttpRequest, *, form: DeclineForm | None = None, status: int = 200) -> HttpResponse:
    """Draw both lists, with the dialog that asks why several are declined.

    Args:
        request: whose address says what is searched for, sorted and paged.
        form: the dialog's form where it was refused; it opens at once.
        status: the answer's status.
    """
    distributed, managed = _listing(request, DISTRIBUTED), _listing(request, MANAGED)
    state = state_of(request)
    states = [
        Tab(
            str(label),
            _address(request, state=str(key), mpage=None, need=None, status=None),
            current=key == state,
        )
        for key, label in zip(State.values, State.labels, strict=True)
    ]
    filters, choices = _filters(request), _choices(request)
    on = [each for each in [*filters, *(one for _name, offered in choices for one in offered)] if each.on]
    facts = {
        "search": search_of(request),
        "clear_url": _address(request, q=None, dpage=None, mpage=None),
        "filters": [each for each in filters if not each.on],
        "choices": [(name, offered) for name, offered in choices if not any(each.on for each in offered)],
        "on": on,
        "unfiltered_url": _address(
            request, mine=None, need=None, together=None, stage=None, status=None, mpage=None
        ),
        "query": request.GET.urlencode(),
        "kept": [(name, request.GET[name]) for name in _KEPT if request.GET.get(name)],
        "state": state,
        "states": states,
        "distributed": distributed,
        "offers": showing.offer_rows(distributed.parts, my_company(request)),
        "managed": managed,
        "managed_rows": showing.managed_rows(managed.parts, Measure.current()),
        "answers": showing.answer_rows(queries.answers(me(request))),
        "chosen": request.POST.getlist("id"),
        "form": form or DeclineForm(form_id=BULK_FORM),
        "open_dialog": form is not None,
    }
    return render(request, "portal/opportunities.html", facts, status)
