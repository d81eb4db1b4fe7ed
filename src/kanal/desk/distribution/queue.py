"""The waiting queue: what is in it, what policies would take, and the button that shows who would get what."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kanal.desk.guard import person, vendor_only
from kanal.desk.opportunities import bulk
from kanal.desk.opportunities.record import refuse_readers
from kanal.desk.paging import CappedPaginator, size
from kanal.directory.models import Person
from kanal.directory.refusal import Invalid
from kanal.distribution import actions, proposed
from kanal.distribution.actions.proposals import LIMIT
from kanal.distribution.models import AssignmentRun
from kanal.distribution.policies import newest
from kanal.opportunities import access, queries
from kanal.opportunities.lifecycle import Verb
from kanal.web.components import Crumb

RUNS = 5


@require_safe
@vendor_only
def page(request: HttpRequest) -> HttpResponse:
    """Show what waits for a partner, and the last runs."""
    by = person(request)
    waiting = access.visible(by).to_distribute()
    sums = waiting.aggregate(value=Sum("estimated_revenue_base"))
    count, mine = waiting.count(), access.to_deliver(by).count()
    pages = CappedPaginator(
        queries.for_list(waiting.order_by("created_at", "pk")), size(request), count=count
    )
    policies = newest()
    facts: dict[str, Any] = {
        "nav": "desk:distribution",
        "crumbs": [Crumb(_("Sales"), "")],
        "count": count,
        "value": sums["value"],
        "currency": settings.BASE_CURRENCY,
        "mine": mine,
        "limit": LIMIT if mine > LIMIT else 0,
        "in_force": policies,
        "may_deliver": bool(access.may(by, Verb.DELIVER, None)),
        "page": pages.get_page(request.GET.get("page")),
        "runs": _last(by),
    }
    return render(request, "desk/distribution/queue.html", facts)


def _last(by: Person) -> list[tuple[AssignmentRun, proposed.Counts]]:
    runs = list(proposed.visible_runs(by).select_related("by")[:RUNS])
    counted = proposed.counts(runs)
    return [(run, counted[run.pk]) for run in runs]


@require_http_methods(["GET", "HEAD", "POST"])
@vendor_only
def propose(request: HttpRequest) -> HttpResponse:
    """Work out who would get what: of the whole queue, or of the rows selected in the list of opportunities.

    Reading shows what is asked for, and a button.

    Raises:
        NotAllowed: the person delivers nothing at all.
    """
    by = person(request)
    refuse_readers(request, Verb.DELIVER, None)
    chosen = bulk.selection(request.GET, by) if "within" in request.GET or "id" in request.GET else None
    if request.method != "POST":
        return _ask(request, chosen)
    keys = list(chosen.found.values_list("pk", flat=True)[:LIMIT]) if chosen else None
    try:
        run = actions.propose(by=by, keys=keys)
    except Invalid as refusal:
        messages.warning(request, str(refusal))
        return redirect(chosen.back if chosen else reverse("desk:distribution"))
    return redirect("desk:distribution_run", key=run.pk)


def _ask(request: HttpRequest, chosen: bulk.Selection | None) -> HttpResponse:
    """Say how many are asked for, and how many of them wait for a partner."""
    if chosen is None:
        return redirect("desk:distribution")
    found = chosen.found.order_by()
    waiting = access.to_deliver(person(request)).filter(pk__in=found.values("pk"))
    facts = {
        "nav": "desk:opportunities",
        "crumbs": [Crumb(_("Sales"), ""), Crumb(_("Opportunities"), chosen.back)],
        "chosen": chosen,
        "count": found.count(),
        "waiting": waiting.count(),
        "in_force": newest(),
    }
    return render(request, "desk/distribution/propose.html", facts)
