"""The reports of deal registration: by partner, what partners hold, and who collides with whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kanal.desk.guard import vendor_only
from kanal.desk.paging import CappedPaginator, size
from kanal.desk.reports.pages import asked_period, period_context
from kanal.insights import collisions, holding, registrations
from kanal.web import sheets
from kanal.web.components import Tab

_VIEWS: Mapping[str, Any] = {
    "deal_registrations": gettext_lazy("By partner"),
    "deal_holding": gettext_lazy("What partners hold"),
    "deal_conflicts": gettext_lazy("Conflict map"),
}


@require_safe
@vendor_only
def page(request: HttpRequest) -> HttpResponse:
    """Show by partner what was asked for, what became of it, and how fast the vendor decided."""
    period, _first, _last = asked_period(request)
    order = _order(request, registrations.SORTS, "-submitted")
    number, per_page = _number(request), size(request)
    rows, count = registrations.rows(period, order=order, start=(number - 1) * per_page, size=per_page)
    if not rows and number > 1:
        number = 1
        rows, count = registrations.rows(period, order=order, size=per_page)
    reasons = registrations.reasons(period)
    most = max((given for _reason, given in reasons), default=0)
    shown = {
        **period_context(request, "desk:deal_registrations"),
        **_shared(request, "deal_registrations"),
        "sums": registrations.sums(period),
        "rows": rows,
        "page": CappedPaginator(range(count), per_page, count=count).get_page(number),
        "reasons": [(reason, given, given / most) for reason, given in reasons] if most else [],
    }
    return render(request, "desk/reports/registrations.html", shown)


@require_safe
@vendor_only
def held(request: HttpRequest) -> HttpResponse:
    """Show what every partner holds, and who holds much and moves little."""
    report = holding.holding(_order(request, holding.SORTS, "-quiet"))
    rows = CappedPaginator(report.lines, size(request), count=len(report.lines))
    found = rows.get_page(request.GET.get("page"))
    shown = {
        **period_context(request, "desk:deal_holding"),
        **_shared(request, "deal_holding"),
        "report": report,
        "warned": [line for line in report.lines if line.warned],
        "page": found,
        "rows": [(line, line.held / max(line.most, line.held, 1)) for line in found.object_list],
    }
    return render(request, "desk/reports/holding.html", shown)


@require_safe
@vendor_only
def conflicts(request: HttpRequest) -> HttpResponse:
    """Show whose requests collided with whom, for which products and where."""
    period, _first, _last = asked_period(request)
    wanted = _wanted(request)
    found = collisions.collisions(period, **wanted)
    pairs = CappedPaginator(found.pairs, size(request), count=len(found.pairs))
    kept = [(name, str(key)) for name, key in wanted.items() if key]
    matrix = collisions.matrix(found.pairs)
    shown = {
        **period_context(request, "desk:deal_conflicts"),
        **_shared(request, "deal_conflicts"),
        "found": found,
        "kept": kept,
        "all_url": _without(request, "family", "territory"),
        "matrix": matrix,
        "cells": list(zip(matrix.names, matrix.cells, strict=True)),
        "page": pairs.get_page(request.GET.get("page")),
        "groups": [
            (_("By product family"), _("Product family"), _bars(request, "family", found.families)),
            (_("By territory"), _("Territory"), _bars(request, "territory", found.territories)),
        ],
    }
    return render(request, "desk/reports/collisions.html", shown)


@require_safe
@vendor_only
def export(request: HttpRequest, view: str, kind: str) -> FileResponse:
    """Send the rows of one of the views, in the order of its page."""
    if kind not in sheets.CONTENT_TYPES or view not in _SHEETS:
        raise Http404
    name, head, rows = _SHEETS[view](request)
    return sheets.download(name, kind, head, rows)


Sheet = tuple[str, Sequence[str], Iterator[sheets.Row]]


def _partner_sheet(request: HttpRequest) -> Sheet:
    period, _first, _last = asked_period(request)
    rows, _count = registrations.rows(period, order=_order(request, registrations.SORTS, "-submitted"))
    head = [
        *(_("Partner"), _("Submitted"), _("Approved"), _("Rejected"), _("Duplicates"), _("Converted")),
        *(_("Ended"), _("Conversion, percent"), _("Decided by people"), _("Working hours to decide, median")),
        _("Within the promise, percent"),
    ]
    cells: Iterator[sheets.Row] = (
        [
            *(line.name, line.sums.submitted, line.sums.approved, line.sums.rejected, line.sums.duplicates),
            *(line.sums.converted, line.sums.ended, line.sums.conversion, line.sums.timed),
            *(None if line.sums.hours is None else f"{line.sums.hours:.1f}", line.sums.in_time),
        ]
        for line in rows
    )
    return _("deal registrations"), head, cells


def _holding_sheet(request: HttpRequest) -> Sheet:
    report = holding.holding(_order(request, holding.SORTS, "-quiet"))
    head = [
        *(_("Partner"), _("Tier"), _("Held"), _("At most"), _("Protected"), _("Value"), _("Currency")),
        *(_("Quiet"), _("Quiet, percent"), _("Never moved"), _("Longest without a move, days"), _("Warning")),
    ]
    cells: Iterator[sheets.Row] = (
        [
            *(line.name, line.tier, line.held, line.most, line.protected, round(line.value, 2)),
            *(settings.BASE_CURRENCY, line.quiet, line.quiet_share, line.unmoved, line.days),
            _("Holds much, moves little") if line.warned else "",
        ]
        for line in report.lines
    )
    return _("held registrations"), head, cells


def _conflict_sheet(request: HttpRequest) -> Sheet:
    period, _first, _last = asked_period(request)
    found = collisions.collisions(period, **_wanted(request))
    head = [_("Partner"), _("Collides with"), _("Number"), _("Latest"), _("Request")]
    cells: Iterator[sheets.Row] = (
        [pair.one_name, pair.other_name or _("Ourselves"), pair.count, pair.latest, pair.reference]
        for pair in found.pairs
    )
    return _("conflict map"), head, cells


_SHEETS: Mapping[str, Callable[[HttpRequest], Sheet]] = {
    "partners": _partner_sheet,
    "holding": _holding_sheet,
    "conflicts": _conflict_sheet,
}
_SHEET_OF = dict(zip(_VIEWS, _SHEETS, strict=True))


def _shared(request: HttpRequest, name: str) -> dict[str, Any]:
    """Give what the three views share: the way between them, which keeps the period, and what is sent."""
    query = {key: value for key in ("first", "last") if (value := request.GET.get(key))}
    return {
        "tabs": [
            Tab(str(label), reverse(f"desk:{view}", query=query or None), current=view == name)
            for view, label in _VIEWS.items()
        ],
        "csv_url": _sheet_url(request, name, "csv"),
        "xlsx_url": _sheet_url(request, name, "xlsx"),
        "base_currency": settings.BASE_CURRENCY,
    }


def _sheet_url(request: HttpRequest, name: str, kind: str) -> str:
    return reverse("desk:deal_export", args=[_SHEET_OF[name], kind], query=request.GET or None)


def _order(request: HttpRequest, known: Sequence[str] | Mapping[str, Any], usual: str) -> str:
    asked = request.GET.get("sort", usual)
    return asked if asked.removeprefix("-") in known else usual


def _number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")[:6]
    return max(1, int(asked)) if asked.isdecimal() else 1


def _wanted(request: HttpRequest) -> dict[str, UUID | None]:
    return {name: _key(request.GET.get(name, "")) for name in ("family", "territory")}


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _without(request: HttpRequest, *names: str, **instead: str) -> str:
    query = request.GET.copy()
    for name in ("page", *names):
        query.pop(name, None)
    for name, value in instead.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _bars(request: HttpRequest, name: str, groups: Sequence[collisions.Group]) -> list[tuple[Any, ...]]:
    most = max((group.count for group in groups), default=0) or 1
    return [
        (group, group.count / most, _without(request, name, **{name: str(group.key)}) if group.key else "")
        for group in groups
    ]
