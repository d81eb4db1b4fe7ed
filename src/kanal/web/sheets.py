"""A list as a file: for people as a spreadsheet, for programs as CSV."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse
from django.utils import timezone

from kanal.config import clock
from kanal.config.cells import harmless

Cell = str | int | Decimal | date | datetime | None
Row = Sequence[Cell]

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_IN_MEMORY = 4 * 1024 * 1024
_SHEET_ROWS = 1_048_575  # what a sheet holds below its head


def download(name: str, kind: str, head: Sequence[str], rows: Iterable[Row]) -> FileResponse:
    """Give a list as a file to keep.

    Args:
        name: what the file is called, before the day.
        kind: `csv` or `xlsx`.
        head: the names of the columns.
        rows: the cells; a spreadsheet takes about a million.
    """
    # Written before it is sent, since words and time zone are those of this request.
    content = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the response closes it
    _WRITERS[kind](content, head, rows)
    content.seek(0)
    return FileResponse(
        content,
        as_attachment=True,
        filename=f"{name}-{clock.today().isoformat()}.{kind}",
        content_type=CONTENT_TYPES[kind],
    )


def _plain(cells: Row) -> Iterator[str]:
    for cell in cells:
        text = (
            _local(cell).isoformat(" ", "minutes")
            if isinstance(cell, datetime)
            else ""
            if cell is None
            else str(cell)
        )
        yield harmless(text) if isinstance(cell, str) else text


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(tzinfo=None)


def _write_csv(content: IO[bytes], head: Sequence[str], rows: Iterable[Row]) -> None:
    text = io.TextIOWrapper(content, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(_plain(head))
    writer.writerows(_plain(row) for row in rows)
    text.detach()


def _write_xlsx(content: IO[bytes], head: Sequence[str], rows: Iterable[Row]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        sheet = book.add_worksheet()
        formats: dict[type, Any] = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            Decimal: book.add_format({"num_format": "#,##0.00"}),
        }
        sheet.write_row(0, 0, head, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(head) - 1, 16)
        for number, row in enumerate(islice(rows, _SHEET_ROWS), start=1):
            for place, cell in enumerate(row):
                if cell is not None:
                    value = _local(cell) if isinstance(cell, datetime) else cell
                    sheet.write(number, place, value, formats.get(type(cell)))


_WRITERS: dict[str, Callable[[IO[bytes], Sequence[str], Iterable[Row]], None]] = {
    "csv": _write_csv,
    "xlsx": _write_xlsx,
}
