"""The page that shows every component in all its states; open in the demo and while developing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kanal.config import clock
from kanal.web.components import Crumb, File, Tab, TimelineItem
from kanal.web.forms import AmountField, DateField
from kanal.web.ui.marks import STATUSES

_STAGES = [
    ("prospect", "Prospect"),
    ("contacting", "Contacting"),
    ("interest", "Interest confirmed"),
    ("quoting", "Quoting"),
    ("closing", "Closing"),
]
_ROWS = [
    ("ERP renewal for 140 users", "OPP-2026-000412", "Nordlys IT", "delivered", Decimal("1240000"), 2),
    (
        "Finance and payroll in one",
        "OPP-2026-000401",
        "Fjord Consulting",
        "accepted",
        Decimal("2150000.50"),
        4,
    ),
    ("Customs documents, two ports", "OPP-2026-000357", "Nordlys IT", "won", Decimal("610000"), 5),
]
_PARTNERS = [
    ("1", "Nordlys IT", "Kolding"),
    ("2", "Fjord Consulting", "Aarhus"),
    ("3", "Vester Data", "Esbjerg"),
]
_SWATCHES = ["accent", "work", "wait", "alert", "good", "bad", "off", "line"]


class SampleForm(forms.Form):
    """One field of each kind."""

    topic = forms.CharField(label="Topic", max_length=80)
    currency = forms.ChoiceField(label="Currency", choices=[("DKK", "DKK"), ("EUR", "EUR")])
    amount = AmountField(label="Est. revenue", required=False)
    close = DateField(label="Est. close date", required=False, help_text="When the customer wants to decide.")
    rating = forms.ChoiceField(
        label="Rating", choices=[("", "–"), ("hot", "Hot"), ("warm", "Warm")], required=False
    )
    visible = forms.ChoiceField(
        label="Who sees it",
        choices=[("internal", "Internal"), ("shared", "Shared")],
        widget=forms.RadioSelect,
    )
    mail = forms.BooleanField(label="Send me mail", required=False)
    need = forms.CharField(label="Customer need", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    file = forms.FileField(label="File", required=False)
    partner = forms.ChoiceField(
        label="Partner",
        required=False,
        choices=[("", ""), ("1", "Nordlys IT")],
        widget=forms.Select(attrs={"data-lookup": True, "data-url": "/ui/lookup/"}),
    )


def _timeline() -> list[TimelineItem]:
    now = clock.now()
    return [
        TimelineItem(at=now - timedelta(minutes=20), sentence="Mads Iversen opened the offer", icon="user"),
        TimelineItem(
            at=now - timedelta(minutes=50),
            author="Sally Winther",
            body="The board decides on 10 December.",
            internal=True,
        ),
        TimelineItem(
            at=now - timedelta(days=3),
            author="Per Skov",
            company="Granit Systemhus",
            audience="Havn Systems",
            body="We cannot staff two plants before the summer.\n\nThe customer knows and took it well.",
            files=[File("Interfaces.pdf", "#", "120 kB")],
        ),
        TimelineItem(at=now - timedelta(days=3, minutes=5), sentence="Delivered to Nordlys IT", icon="send"),
    ]


def _samples(request: HttpRequest) -> dict[str, Any]:
    now = clock.now()
    bad = SampleForm({"amount": "-1", "currency": "DKK", "topic": "", "close": "2027-02-26"})
    return {
        "statuses": list(STATUSES),
        "stages": _STAGES,
        "rows": _ROWS,
        "swatches": _SWATCHES,
        "form": SampleForm(
            initial={"topic": "ERP renewal for 140 users", "amount": Decimal("1240000")}, prefix="good"
        ),
        "bad_form": bad,
        "timeline_items": _timeline(),
        "crumbs": [Crumb("Sales", "#"), Crumb("Opportunities", "#"), Crumb("OPP-2026-000412")],
        "tabs": [
            Tab("Open", "#", 412, True),
            Tab("To distribute", "#", 23),
            Tab("Won", "#"),
            Tab("All", "#"),
        ],
        "page": Paginator(range(1234), 25).get_page(request.GET.get("page")),
        "moments": [now, now + timedelta(days=1), now - timedelta(days=9), now + timedelta(days=400)],
        "left": timedelta(days=1, hours=5),
        "parts": [("fit", 52, "c1"), ("standing", 8, "c2"), ("record", 28, "c3"), ("balance", 12, "c4")],
        "amount": Decimal("1240000"),
        "cents": Decimal("99.5"),
    }


@require_safe
def lookup(request: HttpRequest) -> JsonResponse:
    """Answer the look-up of the sample form as a face does."""
    asked = request.GET.get("q", "").lower()
    found = [(key, name, town) for key, name, town in _PARTNERS if asked in name.lower()]
    return JsonResponse([{"id": key, "text": name, "hint": town} for key, name, town in found], safe=False)


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Show every component, at the desk or (`?face=portal`) on the portal."""
    base = {"portal": "portal_base.html", "plain": "plain_base.html"}.get(
        request.GET.get("face", ""), "desk_base.html"
    )
    return render(request, "web/gallery.html", {"base": base, **_samples(request)})
