"""The report of fairness: who is offered how much, against what they are able to take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kanal.desk.guard import vendor_only
from kanal.desk.paging import CappedPaginator, size
from kanal.desk.reports.pages import asked_period, period_context
from kanal.insights.fairness import fairness
from kanal.web.components import Tab

_BY: Mapping[str, Any] = {
    "": gettext_lazy("By partner"),
    "tier": gettext_lazy("By tier"),
    "territory": gettext_lazy("By territory"),
}


@require_safe
@vendor_only
def page(request: HttpRequest) -> HttpResponse:
    """Show shares of value beside shares of capability."""
    period, _first, _last = asked_period(request)
    found = fairness(period.since, period.until)
    asked = request.GET.get("by", "")
    by = asked if asked in _BY else ""
    lines = {"": found.partners, "tier": found.tiers, "territory": found.territories}[by]
    rows = CappedPaginator(lines, size(request), count=len(lines)).get_page(request.GET.get("page"))
    largest = max((max(line.share, line.capability) for line in lines), default=0) or 1
    shown = {
        **period_context(request, "desk:fairness"),
        "tabs": [Tab(str(label), _address(request, key), current=key == by) for key, label in _BY.items()],
        "by": by,
        "page": rows,
        "rows": [
            (
                line,
                line.share / 100,
                line.share / largest,
                line.capability / 100,
                line.capability / largest,
            )
            for line in rows.object_list
        ],
        "too_much": [line for line in found.partners if line.too_much],
        "nothing": [line for line in found.partners if line.nothing],
        "warn_percent": found.warn_percent,
        "base_currency": settings.BASE_CURRENCY,
    }
    return render(request, "desk/reports/fairness.html", shown)


def _address(request: HttpRequest, by: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    query.pop("by", None)
    if by:
        query["by"] = by
    return f"?{query.urlencode()}"
