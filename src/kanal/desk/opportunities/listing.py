"""*Sales > Opportunities*: the list."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from kanal.desk import paging
from kanal.desk.guard import person, vendor_only
from kanal.desk.opportunities.filters import Chip, OpportunityFilter, chips
from kanal.desk.opportunities.rows import draw as draw_rows
from kanal.desk.opportunities.tables import OpportunityTable
from kanal.directory.models import Person
from kanal.opportunities import access, queries
from kanal.opportunities.models import Opportunity, OpportunityQuerySet
from kanal.opportunities.queries import Total, View
from kanal.web import words
from kanal.web.components import Tab

# What an address of the list may say; the record's page keeps it, so that one comes back to the same rows.
KEPT = ("view", "q", "sort", "size")
# No page has more rows than this; an address that names more is cut.
SELECTED = 1000


@dataclass(frozen=True)
class Listing:
    """What a request asks of the list: a view, a text, filters, an order.

    Attributes:
        found: the opportunities, in order.
        view: the view.
        text: what is searched for.
        sort: the key of the order.
        filters: the filters, read.
        chips: those that are on.
    """

    found: OpportunityQuerySet
    view: View
    text: str
    sort: str
    filters: OpportunityFilter
    chips: list[Chip]

    @property
    def narrowed(self) -> bool:
        """Tell whether the view is narrowed by a text or a filter."""
        return bool(self.text or self.chips)


def read(query: QueryDict, by: Person) -> Listing:
    """Read the list that an address asks for; what can't be read is left out."""
    text = query.get("q", "").strip()[:200]
    asked = query.get("view", "")
    view = View(asked) if asked in View.values else (View.ALL if text else View.OPEN)
    within = queries.search(queries.in_view(access.visible(by), view), text)
    filters = OpportunityFilter(query, queryset=within)
    sort = query.get("sort", "")
    if not queries.known_order(sort):
        sort = queries.default_order(view)
    found = queries.ordered(filters.narrowed, sort)
    return Listing(found, view, text, sort, filters, chips(filters, query))


def keys_of(query: QueryDict) -> list[uuid.UUID]:
    """Read the keys of rows that were selected one by one; what is no key is left out."""
    return [key for key in map(_key, query.getlist("id")[:SELECTED]) if key]


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_safe
@vendor_only
@vary_on_headers("HX-Request")
def page(request: HttpRequest) -> HttpResponse:
    """Show the list, or the part of it that changes where htmx asks."""
    listing = read(request.GET, person(request))
    part = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    if part and request.GET.get("dialog") == "filters":
        return render(request, "desk/opportunities/filter_dialog.html", _filter_context(request, listing))
    by_view = queries.counts(access.visible(person(request)))
    total = _total(listing, by_view[listing.view])
    template = "desk/opportunities/list.html"
    if part:
        template = "desk/opportunities/swap.html"
    return render(request, template, _context(request, listing, by_view, total))


def _total(listing: Listing, whole: Total) -> Total:
    """Count what is shown; a view that is not narrowed, and too long to add up, has been counted already."""
    if not listing.narrowed and whole.capped:
        return whole
    return queries.total(listing.found, cap=queries.SEARCH_CAP if listing.text else queries.CAP)


def _filter_context(request: HttpRequest, listing: Listing) -> dict[str, Any]:
    return {
        "form": listing.filters.form,
        "kept": [(name, request.GET[name]) for name in KEPT if request.GET.get(name)],
    }


def _context(
    request: HttpRequest, listing: Listing, by_view: dict[View, Total], total: Total
) -> dict[str, Any]:
    by, table, page = (
        person(request),
        OpportunityTable([], order_by=listing.sort),
        _page(request, listing, total),
    )
    sorts = _sorts(request, table, listing.sort)
    return {
        "listing": listing,
        "tabs": _tabs(request, listing.view, by_view),
        "table": table,
        "page": page,
        "rows": draw_rows(list(page), request.GET.urlencode()),
        "total": total,
        "result": _result(listing, total, by_view),
        "worth": _worth(total),
        "anything": by_view[View.ALL].count > 0,
        **_filter_context(request, listing),
        "open_filters": request.GET.get("dialog") == "filters" or bool(listing.filters.form.errors),
        "cleared": f"?{urlencode({'view': listing.view.value})}",
        "query": request.GET.urlencode(),
        "sizes": paging.SIZES,
        "size": paging.size(request),
        "sorts": sorts,
        "sorted_by": _("Sort: %(order)s")
        % {"order": next((label for label, _url, here in sorts if here), "")},
        "may_create": bool(access.may(by, "create", None)),
        "bulk_verbs": bulk_verbs(by),
        "all_of_these": _all_of_these(total),
        "exports": [
            (kind, f"{reverse('desk:opportunities_export', args=[kind])}?{request.GET.urlencode()}")
            for kind in ("csv", "xlsx")
        ],
    }


def _page(request: HttpRequest, listing: Listing, total: Total) -> Page[Opportunity]:
    rows = queries.for_list(listing.found)
    paginator = paging.CappedPaginator(rows, paging.size(request), count=total.count, capped=total.capped)
    return paginator.get_page(request.GET.get("page", 1))


def _sorts(request: HttpRequest, table: OpportunityTable, now: str) -> list[tuple[str, str, bool]]:
    """Give every order with its address: narrow screens show fewer columns than there are orders."""
    found = []
    for column in table.columns:
        if not column.orderable:
            continue
        downwards = column.name in {"value", "created"}
        key = f"-{column.name}" if downwards else column.name
        found.append((str(column.header), _with(request, sort=key), now.removeprefix("-") == column.name))
    return found


def _tabs(request: HttpRequest, current: View, by_view: dict[View, Total]) -> list[Tab]:
    return [
        Tab(str(view.label), _with(request, view=view.value), counted(by_view[view]), view is current)
        for view in View
    ]


def _with(request: HttpRequest, **changes: str) -> str:
    """Give the address of the list with the search and the filters kept, from its first page on."""
    query = request.GET.copy()
    for gone in ("page", "sort", "dialog"):
        query.pop(gone, None)
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"


def counted(total: Total) -> str:
    """Put a count into words: `412`, or `10,000+` where counting stopped."""
    return words.number(total.count) + ("+" if total.capped else "")


def bulk_verbs(by: Person) -> list[tuple[str, str, str]]:
    """Give what a person may do to many rows: address, words, icon."""
    if not access.may(by, "change", None):
        return []
    words_of = (
        ("deliver", _("Deliver to…"), "send"),
        ("share", _("Share with…"), "users"),
        ("change-owner", _("Change owner…"), "user"),
    )
    found = [(reverse("desk:opportunities_bulk", args=[verb]), text, icon) for verb, text, icon in words_of]
    return [(reverse("desk:distribution_propose"), _("Assign preferred partner"), "sparkles"), *found]


def _all_of_these(total: Total) -> str:
    return ngettext("The %(count)s that matches", "All %(count)s that match", total.count) % {
        "count": counted(total)
    }


def _result(listing: Listing, total: Total, by_view: dict[View, Total]) -> str:
    if not listing.narrowed:
        return _("%(count)s in this view") % {"count": counted(total)}
    return _("%(found)s of %(count)s") % {"found": counted(total), "count": counted(by_view[listing.view])}


def _worth(total: Total) -> str:
    if total.value is None:
        return _("Search or filter to reach the others")
    return _("%(amount)s in all") % {"amount": words.money(round(total.value), settings.BASE_CURRENCY)}
