"""Exactly the list that is shown, as CSV or as a spreadsheet."""

from __future__ import annotations

import csv
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kanal.config import clock
from kanal.desk.guard import person, vendor_only
from kanal.desk.opportunities.listing import read
from kanal.opportunities.lifecycle import Stage, Status
from kanal.opportunities.models import OpportunityQuerySet, Rating, Source

CHUNK = 2000
XLSX_ROWS = 1_048_575
# What a spreadsheet program would take for a formula when it opens the file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

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
def download(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Send the list that the address asks for, in its order; only the selected rows where some are."""
    if kind not in {"csv", "xlsx"}:
        raise Http404
    found = read(request.GET, person(request)).found
    if "id" in request.GET:
        found = found.filter(pk__in=[key for key in map(_key, request.GET.getlist("id")[:1000]) if key])
    name = f"{_('opportunities')}-{clock.today():%Y-%m-%d}.{kind}"
    return _csv(found, name) if kind == "csv" else _xlsx(found, name)


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


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
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    return "" if value is None else value


def harmless(value: Any) -> Any:
    """Give a cell that no spreadsheet program runs: what looks like a formula gets an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


class _Echo:
    """A file that gives back what is written, for the writer of the standard library."""

    def write(self, text: str) -> str:
        return text


def _csv(found: OpportunityQuerySet, name: str) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(headings())
        for row in rows(found):
            yield writer.writerow([harmless(cell) for cell in row])

    response = StreamingHttpResponse(_together(lines()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _together(lines: Iterable[str], size: int = 32_768) -> Iterator[str]:
    """Join lines to larger pieces: a piece a row would make ten times as many writes."""
    waiting, length = [], 0
    for line in lines:
        waiting.append(line)
        length += len(line)
        if length >= size:
            yield "".join(waiting)
            waiting, length = [], 0
    if waiting:
        yield "".join(waiting)


def _xlsx(found: OpportunityQuerySet, name: str) -> FileResponse:
    content = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        formats: dict[type, Any] = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(COLUMNS) - 1, 16)
        sheet.write_row(0, 0, headings(), bold)
        for number, row in enumerate(rows(found)):
            if number >= XLSX_ROWS:
                break
            for column, value in enumerate(row):
                _write(sheet, (number + 1, column), value, formats)
    content.seek(0)
    return FileResponse(content, as_attachment=True, filename=name)


def _write(sheet: Any, place: tuple[int, int], value: Any, formats: Mapping[type, Any]) -> None:
    if isinstance(value, str):
        sheet.write_string(*place, value)
    elif isinstance(value, int | Decimal):
        sheet.write_number(*place, value)
    else:
        sheet.write_datetime(*place, value, formats[type(value)])
