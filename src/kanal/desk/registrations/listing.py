"""*Sales > Registrations*: the queue of requests and its other views, as a page and as a file."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from kanal.desk.guard import person, vendor_only
from kanal.desk.opportunities.listing import counted
from kanal.desk.paging import CappedPaginator, size
from kanal.desk.registrations import away
from kanal.desk.registrations.showing import due, glyph_of
from kanal.directory.models import Person
from kanal.directory.refusal import Invalid, NotAllowed
from kanal.registration import access, actions, queue
from kanal.registration.models import Registration
from kanal.registration.policy import vendor_calendar
from kanal.registration.proof import checking
from kanal.registration.queue import View
from kanal.registration.words import reason_of
from kanal.web import sheets
from kanal.web.components import Crumb, Tab

_FOUND = 20
_CHUNK = 2000
# What the column of times is called in each view, and by which order it sorts.
_TIMES: dict[View, tuple[Any, str]] = {
    View.DECIDE: (gettext_lazy("Decide by"), "decide"),
    View.PARTNER: (gettext_lazy("Answer by"), "answer"),
    View.LINE: (gettext_lazy("In line"), "line"),
    View.APPROVED: (gettext_lazy("Protected"), "until"),
    View.ENDED: (gettext_lazy("Ended"), "ended"),
    View.ALL: (gettext_lazy("Deadline"), "decide"),
}


@require_safe
@vendor_only
def page(request: HttpRequest) -> HttpResponse:
    """Show the requests of one view."""
    return show(request)


def show(
    request: HttpRequest, *, away_form: away.AwayForm | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    """Draw the list; with the refused form of *I am away* where there is one."""
    by = person(request)
    view, text = queue.view_of(request.GET.get("view", "")), request.GET.get("q", "").strip()[:100]
    found = queue.keys(by, view, text=text, order=request.GET.get("sort", ""))
    numbers = queue.counts(by)
    number = queue.total(found) if text else numbers[view]
    pages = CappedPaginator(found, size(request), count=number.count, capped=number.capped)
    shown, calendar = pages.get_page(request.GET.get("page")), vendor_calendar()
    heading, key = _TIMES[view]
    facts = {
        "nav": "desk:registrations",
        "crumbs": [Crumb(_("Sales"), "")],
        "tabs": [
            Tab(str(one.label), _address(one), counted(numbers[one]), current=one == view) for one in View
        ],
        "page": shown,
        "rows": [(row, glyph_of(row), due(row, calendar)) for row in queue.rows(shown.object_list)],
        "view": view,
        "view_key": view.name,
        "time_heading": heading,
        "time_key": key,
        "q": text,
        "url": _address(view),
        "anything": numbers[View.ALL].count > 0,
        "sees_proof": access.may_see_proof(by),
        "proof": checking.state() if access.may_see_proof(by) else None,
        "export_query": request.GET.urlencode(),
        **away.context(by, away_form),
    }
    return render(request, "desk/registrations/list.html", facts, status=status)


def _address(view: View) -> str:
    return reverse("desk:registrations") + (f"?view={view.value}" if view.value else "")


@require_POST
@vendor_only
def leave(request: HttpRequest) -> HttpResponse:
    """Note that the reader is away; what they are to decide goes to their deputy.

    Raises:
        NotAllowed: the person decides on nothing.
    """
    by = person(request)
    refused = access.refusal_to_decide(by)
    if refused is not None:
        raise NotAllowed(refused)
    form = away.AwayForm(by, request.POST)
    if form.is_valid():
        deputy: Person = form.cleaned_data["deputy"]
        try:
            moved = actions.be_away(deputy=deputy.pk, until=form.cleaned_data["until"], by=by)
        except Invalid as invalid:
            form.refuse(invalid)
        else:
            said = ngettext(
                "%(who)s decides meanwhile. %(n)d request is theirs now.",
                "%(who)s decides meanwhile. %(n)d requests are theirs now.",
                moved,
            )
            messages.success(request, said % {"who": deputy, "n": moved})
            return redirect("desk:registrations")
    return show(request, away_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
@vendor_only
def come_back(request: HttpRequest) -> HttpResponse:
    """Note that the reader is back."""
    actions.be_back(by=person(request))
    messages.success(request, _("Welcome back. What comes from now on is asked of you again."))
    return redirect("desk:registrations")


@require_safe
@vendor_only
def export(request: HttpRequest, kind: str) -> FileResponse:
    """Send the list that the address asks for, in its order."""
    if kind not in sheets.CONTENT_TYPES:
        raise Http404
    found = queue.keys(
        person(request),
        queue.view_of(request.GET.get("view", "")),
        text=request.GET.get("q", "").strip()[:100],
        order=request.GET.get("sort", ""),
    )
    head = [
        *(
            _("Reference"),
            _("Status"),
            _("Customer"),
            _("Registration number"),
            _("Web domain"),
            _("Country"),
        ),
        *(_("Partner"), _("Product family"), _("Value"), _("Currency")),
        _("Value in %(currency)s") % {"currency": settings.BASE_CURRENCY},
        *(_("Submitted"), _("Decide by"), _("Decided"), _("Protected until"), _("Reason")),
    ]
    return sheets.download(_("registrations"), kind, head, _cells(list(found)))


def _cells(keys: Sequence[uuid.UUID]) -> Iterator[sheets.Row]:
    for start in range(0, len(keys), _CHUNK):
        for row in queue.rows(keys[start : start + _CHUNK]):
            yield _line(row)


def _line(row: Registration) -> sheets.Row:
    return [
        *(row.reference, str(row.get_status_display()), row.company, row.registration_number, row.domain),
        *(row.country, row.partner.name, row.family.name if row.family else None),
        *(row.value, row.currency.code, row.value_base, row.submitted_at, row.decide_by, row.decided_at),
        *(row.protection.last_day if row.protection else None, reason_of(row.status, row.reason)),
    ]


@require_safe
@vendor_only
def lookup(request: HttpRequest) -> JsonResponse:
    """Search requests by customer, reference or partner, as JSON, for fields that name another one."""
    text = " ".join(request.GET.get("q", "").split())[:100]
    found = queue.keys(person(request), View.ALL, text=text)[:_FOUND]
    return JsonResponse([_option(row) for row in queue.rows(found)], safe=False)


def _option(row: Registration) -> dict[str, str]:
    hint = f"{row.company}, {row.partner.name}, {row.get_status_display()}"
    return {"id": str(row.pk), "text": row.reference, "hint": hint}
