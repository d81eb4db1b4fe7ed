"""What came of one thing done to many opportunities; while it runs, how far it is."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kanal.desk.guard import person, vendor_only
from kanal.desk.paging import CappedPaginator, size
from kanal.distribution import runs
from kanal.distribution.models import BulkRun, BulkVerb, RowOutcome
from kanal.notify import actions as notify
from kanal.web.components import Crumb, Tab

_TABS = (RowOutcome.DONE, RowOutcome.SKIPPED, RowOutcome.FAILED)


@require_safe
@vendor_only
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show one run."""
    run = runs.visible_run(person(request), key)
    sums = runs.sums(run)
    if request.headers.get("HX-Request") and not run.is_over:
        return render(request, "desk/bulk/progress.html", {"run": run, "sums": sums})
    notify.mark_read(person=person(request), path=request.path)
    context = {
        "nav": "desk:partners" if run.giver else "desk:opportunities",
        "run": run,
        "sums": sums,
        "title": _title(run),
        "back": _back(run),
        "crumbs": [Crumb(_("Sales"), ""), Crumb(_("Opportunities"), reverse("desk:opportunities"))],
        "takers": runs.partners_of(run),
        **(_results(request, run, sums) if run.is_over else {}),
    }
    response = render(request, "desk/bulk/run.html", context)
    if request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"  # it has ended: the whole page is another one now
    return response


def _title(run: BulkRun) -> str:
    return {
        BulkVerb.DELIVER: _("Delivered to a partner"),
        BulkVerb.SHARE: _("Shared with partners"),
        BulkVerb.CHANGE_OWNER: _("Owner changed"),
        BulkVerb.HAND_OVER: _("Handed over"),
    }[BulkVerb(run.verb)]


def _back(run: BulkRun) -> str:
    if run.giver is not None:
        return reverse("desk:partner", args=[run.giver.pk])
    return f"{reverse('desk:opportunities')}?{run.query}".rstrip("?")


def _results(request: HttpRequest, run: BulkRun, sums: runs.Sums) -> dict[str, Any]:
    counts = {outcome: getattr(sums, outcome.value) for outcome in _TABS}
    there = [outcome for outcome in _TABS if counts[outcome]]
    asked = request.GET.get("outcome", "")
    shown = asked if asked in there else next(iter(there), RowOutcome.DONE)
    rows = runs.rows(run, shown)
    number = counts[RowOutcome(shown)]
    pages = CappedPaginator(rows, size(request), count=number).get_page(request.GET.get("page", "1"))
    return {
        "reasons": runs.reasons(run),
        "tabs": [
            Tab(str(outcome.label), f"?outcome={outcome}", counts[outcome], current=outcome == shown)
            for outcome in there
        ],
        "shown": shown,
        "page": pages,
        "rows": list(pages.object_list),
    }
