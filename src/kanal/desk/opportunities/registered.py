"""The tab *Registrations* of an opportunity."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kanal.desk.guard import vendor_only
from kanal.desk.opportunities import record
from kanal.desk.registrations.showing import due, glyph_of
from kanal.registration.policy import vendor_calendar


@require_safe
@vendor_only
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show the requests for this opportunity, and for whom its customer is protected."""
    head, calendar = record.heading(request, record.found(request, key)), vendor_calendar()
    context = {
        **head,
        "part": "registrations",
        "rows": [(one, glyph_of(one), due(one, calendar)) for one in head["registrations"]],
    }
    return render(request, "desk/opportunities/registrations.html", context)
