"""The tab *History* of an opportunity."""

from __future__ import annotations

import uuid

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kanal.desk.guard import vendor_only
from kanal.desk.opportunities import record
from kanal.distribution.history import changes

ROWS = 50


@require_safe
@vendor_only
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show every change: who, when, which field, from what to what."""
    opportunity = record.found(request, key)
    pages = Paginator(changes(opportunity), ROWS)
    context = {
        **record.heading(request, opportunity),
        "part": "history",
        "page": pages.get_page(request.GET.get("page")),
    }
    return render(request, "desk/opportunities/history.html", context)
