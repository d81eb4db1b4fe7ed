"""The tab *Offers* of an opportunity, and the button that lets assignment choose."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kanal.config import clock
from kanal.desk import why
from kanal.desk.guard import person, vendor_only
from kanal.desk.opportunities import record
from kanal.directory.refusal import Conflict
from kanal.distribution import actions
from kanal.distribution.assignment.deciding import WHY_NOBODY
from kanal.distribution.ledger import Entry, ledger
from kanal.distribution.models import Decision, OfferStatus, Outcome

_DRAWN = {
    OfferStatus.PENDING: "delivered",
    OfferStatus.ACCEPTED: "accepted",
    OfferStatus.DECLINED: "declined",
    OfferStatus.EXPIRED: "expired",
    OfferStatus.WITHDRAWN: "canceled",
}


@require_safe
@vendor_only
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show every offer: to whom, by whom, seen, answered, how long it waited, and why."""
    opportunity = record.found(request, key)
    entries = ledger(opportunity, clock.now())
    context = {
        **record.heading(request, opportunity),
        "part": "offers",
        "entries": [_row(entry) for entry in entries],
        "explained": next((why.shown(one.decision) for one in entries[:1] if one.decision), None),
    }
    return render(request, "desk/opportunities/offers.html", context)


def _row(entry: Entry) -> dict[str, Any]:
    decision, offer = entry.decision, entry.offer
    return {
        "entry": entry,
        "offer": offer,
        "decision": decision,
        "drawn": _DRAWN[OfferStatus(offer.status)] if offer else "",
        "score": why.points(decision.score) if decision and decision.score is not None else "",
        "nobody": WHY_NOBODY.get(decision.why, decision.why) if decision and offer is None else "",
        "day": int(entry.day.total_seconds() // 3600) if entry.day else 0,
    }


@require_safe
@vendor_only
def explanation(request: HttpRequest, key: uuid.UUID, decision: uuid.UUID) -> HttpResponse:
    """Show why one decision of an opportunity is what it is."""
    opportunity = record.found(request, key)
    found = Decision.objects.select_related("run__snapshot", "version__policy", "given__account").filter(
        opportunity=opportunity, pk=decision
    )
    one = found.first()
    if one is None:
        raise Http404
    template = "desk/distribution/why.html" if request.htmx else "desk/opportunities/why.html"  # type: ignore[attr-defined]
    context = {**record.heading(request, opportunity), "part": "offers", "decision": one}
    return render(request, template, {**context, "explained": why.shown(one)})


@require_POST
@vendor_only
def assign(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Let assignment choose the partner, and say whom it chose."""
    try:
        decision = actions.assign_partner(key=key, by=person(request))
    except Conflict as refusal:
        messages.error(request, str(refusal))
        return redirect(record.address(request, key))
    if decision.outcome == Outcome.OFFERED and decision.partner:
        facts = {"partner": decision.partner.name, "points": why.points(decision.score or 0)}
        messages.success(request, _("Delivered to %(partner)s, with %(points)s points") % facts)
    else:
        reason = WHY_NOBODY.get(decision.why, decision.why)
        messages.warning(request, _("Nobody was found: %(why)s") % {"why": reason})
    return redirect(reverse("desk:opportunity_offers", args=[key]))
