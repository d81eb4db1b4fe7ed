"""What all reports share: the page that names them, the period, the way to them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kanal.config import clock
from kanal.desk.guard import vendor_only
from kanal.insights import leaks
from kanal.web.components import Crumb
from kanal.web.forms import DateField

# How far back the links beside the period go.
SPANS = (30, 90, 365)


class PeriodForm(forms.Form):
    """From which day to which; both count, and both may be left out."""

    first = DateField(label=gettext_lazy("From"), required=False)
    last = DateField(label=gettext_lazy("To"), required=False)


def asked_period(request: HttpRequest) -> tuple[leaks.Period, date, date]:
    """Give the period that an address asks for, with its first and last day; what can't be read is left out."""
    form = PeriodForm(request.GET)
    form.is_valid()
    period = leaks.period(form.cleaned_data.get("first"), form.cleaned_data.get("last"))
    return period, period.first, period.last


def period_context(request: HttpRequest, name: str) -> dict[str, Any]:
    """Give what the form of the period shows, filled with the days that hold."""
    _period, first, last = asked_period(request)
    address, today = reverse(name), clock.today()
    spans = [
        (days, f"{address}?{urlencode({'first': today - timedelta(days=days - 1), 'last': today})}")
        for days in SPANS
    ]
    return {
        "period_form": PeriodForm(initial={"first": first, "last": last}),
        "spans": spans,
        "first": first,
        "last": last,
        "crumbs": [Crumb(_("Reports"), reverse("desk:reports"))],
        "nav": "desk:reports",
    }


@require_safe
@vendor_only
def index(request: HttpRequest) -> HttpResponse:
    """Name the reports."""
    return render(request, "desk/reports/index.html", {"nav": "desk:reports"})
