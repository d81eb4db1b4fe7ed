"""The queue of applications: those that wait, oldest first, and those that are decided."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from kanal.desk.applications.showing import glyph_of
from kanal.desk.guard import person, vendor_only
from kanal.desk.paging import CappedPaginator, size
from kanal.directory.countries import country_name
from kanal.directory.refusal import NotAllowed
from kanal.joining import access, queries
from kanal.web.components import Tab

_LABELS = {
    "": pgettext_lazy("applications", "To decide"),
    "approved": pgettext_lazy("applications", "Approved"),
    "rejected": pgettext_lazy("applications", "Rejected"),
    "withdrawn": pgettext_lazy("applications", "Withdrawn"),
}


@require_safe
@vendor_only
def page(request: HttpRequest) -> HttpResponse:
    """Show the applications of one view."""
    reason = access.refusal_to_read(person(request))
    if reason is not None:
        raise NotAllowed(reason)
    asked, text = request.GET.get("view", ""), request.GET.get("q", "")[:100].strip()
    view = asked if asked in queries.VIEWS else ""
    found, numbers = queries.queue(person(request), view, text), queries.counts(person(request))
    pages = CappedPaginator(found, size(request), count=found.count() if text else numbers[view])
    rows = pages.get_page(request.GET.get("page"))
    shown = {
        "tabs": [
            Tab(str(label), _address(key), numbers[key], current=key == view)
            for key, label in _LABELS.items()
        ],
        "page": rows,
        "rows": [(row, glyph_of(row.status), country_name(row.country)) for row in rows.object_list],
        "view": view,
        "q": text,
        "url": _address(view),
    }
    return render(request, "desk/applications/list.html", shown)


def _address(view: str) -> str:
    return reverse("desk:applications") + (f"?view={view}" if view else "")
