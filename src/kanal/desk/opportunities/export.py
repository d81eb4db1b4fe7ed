"""Exactly the list that is shown, as CSV or as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kanal.desk.guard import person, vendor_only
from kanal.desk.opportunities.listing import keys_of, read
from kanal.opportunities.lifecycle import Stage, Status
from kanal.opportunities.models import OpportunityQuerySet, Rating, Source
from kanal.web import sheets

CHUNK = 2000

COLUMNS: tuple[tuple[str, Any], ...] = (
    ("reference", gettext_lazy("Reference")),
    ("topic", gettext_lazy("Topic")),
    ("account_name", gettext_lazy("Customer")),
    ("account__city", gettext_lazy("City")),
    ("account__country", gettext_lazy("Country")),
    ("contact__name", gettext_lazy("Contact")),
    ("partner_name", gettext_lazy("Partner")),
    ("status", gettext_lazy("Status")),
    ("stage", gettext_lazy("Stage")),
    ("rating", gettext_lazy("Rating")),
    ("probability", gettext_lazy("Probability")),
    ("currency__code", gettext_lazy("Currency")),
    ("estimated_revenue", gettext_lazy("Est. revenue")),
    ("estimated_revenue_base", gettext_lazy("Est. revenue in %(currency)s")),
    ("estimated_close_date", gettext_lazy("Est. close date")),
    ("actual_revenue", gettext_lazy("Actual revenue")),
    ("actual_close_date", gettext_lazy("Actual close date")),
    ("answer_by", gettext_lazy("Answer by")),
    ("territory__name", gettext_lazy("Territory")),
    ("source", gettext_lazy("Source")),
    ("owner__name", gettext_lazy("Owner")),
    ("created_at", gettext_lazy("Created")),
)
_LABELS: dict[str, dict[str, Any]] = {
    "status": dict(Status.choices),
    "stage": dict(Stage.choices),
    "rating": dict(Rating.choices),
    "source": dict(Source.choices),
}


@require_safe
@vendor_only
def download(request: HttpRequest, kind: str) -> FileResponse:
    """Send the list that the address asks for, in its order; only the selected rows where some are."""
    if kind not in sheets.CONTENT_TYPES:
        raise Http404
    if request.GET.get("all"):
        found = read(QueryDict(request.GET.get("within", "")), person(request)).found
    else:
        found = read(request.GET, person(request)).found
        if "id" in request.GET:
            found = found.filter(pk__in=keys_of(request.GET))
    return sheets.download(_("opportunities"), kind, headings(), rows(found))


def headings() -> list[str]:
    """Give the columns' names in the reader's language."""
    return [str(label) % {"currency": settings.BASE_CURRENCY} for _name, label in COLUMNS]


def rows(found: OpportunityQuerySet) -> Iterator[list[Any]]:
    """Give the rows one by one, with choices in words and moments in the reader's zone."""
    names = [name for name, _label in COLUMNS]
    words = [
        {key: str(label) for key, label in _LABELS[name].items()} if name in _LABELS else None
        for name in names
    ]
    for row in found.values_list(*names).iterator(chunk_size=CHUNK):
        yield [_plain(value, known) for value, known in zip(row, words, strict=True)]


def _plain(value: Any, known: dict[str, str] | None) -> Any:
    if known is not None:
        return known.get(value, value)
    return value
