"""The report of leaks: value and days lost by partner, step and reason."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kanal.desk.guard import vendor_only
from kanal.desk.paging import CappedPaginator, size
from kanal.desk.reports.pages import asked_period, period_context
from kanal.insights import leaks
from kanal.insights.leaks import Leak, Step
from kanal.web import sheets


@require_safe
@vendor_only
def page(request: HttpRequest) -> HttpResponse:
    """Show what leaked at each step, and the rows behind it."""
    period, _first, _last = asked_period(request)
    sums = leaks.steps(period)
    step, order = _asked(request)
    number = max(1, int(asked) if (asked := request.GET.get("page", "1"))[:6].isdecimal() else 1)
    per_page = size(request)
    rows, count = leaks.rows(period, step=step, order=order, start=(number - 1) * per_page, size=per_page)
    if not rows and number > 1:
        rows, count = leaks.rows(period, step=step, order=order, size=per_page)
    pages = CappedPaginator(range(count), per_page, count=count)
    largest = max((one.value for one in sums), default=Decimal(0)) or Decimal(1)
    shown = {
        **period_context(request, "desk:leaks"),
        "steps": [
            (one, one.value / largest, _step_url(request, one.step), one.step in leaks.NOW) for one in sums
        ],
        "step": Step(step) if step else None,
        "all_url": _step_url(request, ""),
        "rows": [(row, leaks.reason_label(row.reason), list_of(request, row)) for row in rows],
        "page": pages.get_page(number if rows and number <= pages.num_pages else 1),
        "base_currency": settings.BASE_CURRENCY,
        "export_query": request.GET.urlencode(),
    }
    return render(request, "desk/reports/leaks.html", shown)


def _asked(request: HttpRequest) -> tuple[str, str]:
    step, order = request.GET.get("step", ""), request.GET.get("sort", "-value")
    known = order.removeprefix("-") in leaks.SORTS
    return step if step in Step.values else "", order if known else "-value"


def _step_url(request: HttpRequest, step: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    query.pop("step", None)
    if step:
        query["step"] = step
    return f"?{query.urlencode()}"


def list_of(request: HttpRequest, row: Leak) -> str:
    """Give the address of the list of just the opportunities that a row counts."""
    _period, first, last = asked_period(request)
    query: dict[str, Any] = {"view": "all", "leak": row.step.value, "leak_reason": row.reason}
    query |= {"leak_by": row.partner or "", "leak_from": first, "leak_to": last}
    return (
        f"{reverse('desk:opportunities')}?{urlencode({key: value for key, value in query.items() if value})}"
    )


@require_safe
@vendor_only
def export(request: HttpRequest, kind: str) -> FileResponse:
    """Send the rows that the address asks for, in its order."""
    if kind not in sheets.CONTENT_TYPES:
        raise Http404
    period, _first, _last = asked_period(request)
    step, order = _asked(request)
    found, _count = leaks.rows(period, step=step, order=order)
    head = [
        _("Partner"),
        _("Step"),
        _("Reason"),
        _("Number"),
        _("Value"),
        _("Currency"),
        _("Days on average"),
    ]
    return sheets.download(_("leaks"), kind, head, _cells(found))


def _cells(rows: Any) -> Iterator[sheets.Row]:
    for row in rows:
        days = None if row.days is None else round(Decimal(row.days), 1)
        yield [
            *(
                row.name,
                str(row.step.label),
                str(leaks.reason_label(row.reason)),
                row.count,
                round(row.value, 2),
            ),
            *(settings.BASE_CURRENCY, days),
        ]
