"""Columns as data: what a cell may hold, how it is understood, which typing errors are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from kanal.importing.outcomes import Entry
from kanal.importing.sources import Row, Source

_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_AMOUNT = re.compile(r"\d{1,16}(\.\d{1,2})?", re.ASCII)
_NEGATIVE = re.compile(r"-\s*\d[\d.,]*", re.ASCII)
_LARGEST_WHOLE = 2_147_483_647


class Unfit(Exception):  # noqa: N818 - what a cell is, not a fault
    """A cell does not hold what its column should."""

    def __init__(self, code: str, **facts: str) -> None:
        self.code, self.facts = code, facts
        super().__init__(code)


Read = Callable[[str], Any]


def text(limit: int) -> Read:
    """Make the reader of a text of at most `limit` characters; blanks in a row become one."""

    def read(cell: str) -> str:
        plain = " ".join(cell.split())
        if len(plain) > limit:
            raise Unfit("too_long", limit=str(limit))
        return plain

    return read


@lru_cache(maxsize=4096)
def american_date(cell: str) -> date:
    """Read a date written month/day/year, with four digits of the year; nothing is guessed."""
    found = _AMERICAN.fullmatch(cell)
    if found is None:
        raise Unfit("no_date")
    month, day, year = (int(part) for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise Unfit("no_date") from None


def amount(cell: str) -> Decimal:
    """Read an amount of zero or more, with at most two decimals after a point."""
    if _AMOUNT.fullmatch(cell):
        return Decimal(cell)
    raise Unfit("negative" if _NEGATIVE.fullmatch(cell) else "no_amount")


def whole(cell: str) -> int:
    """Read a whole number of zero or more."""
    if not (cell.isascii() and cell.isdigit()) or int(cell) > _LARGEST_WHOLE:
        raise Unfit("no_number")
    return int(cell)


def choice(known: Mapping[str, Any]) -> Read:
    """Make the reader of a word out of few; its case does not matter."""
    folded = {word.casefold(): value for word, value in known.items()}

    def read(cell: str) -> Any:
        try:
            return folded[cell.casefold()]
        except KeyError:
            raise Unfit("unknown_choice", known=", ".join(known)) from None

    return read


@dataclass(frozen=True)
class Column:
    """One column of a file.

    Attributes:
        name: its name in the header, and in an entry's values.
        read: turns a cell that is not empty into a value, or raises `Unfit`.
        required: an empty cell keeps the row out.
        optional: the column itself may be absent.
        also: other names that it may have in the header.
        spellings: known typing errors, each with what is meant.
        repair: the name of the repair that `spellings` makes.
    """

    name: str
    read: Read
    required: bool = False
    optional: bool = False
    also: tuple[str, ...] = ()
    spellings: Mapping[str, str] = field(default_factory=dict)
    repair: str = ""


@dataclass(frozen=True)
class Table:
    """One file of a format.

    Attributes:
        file: its name.
        columns: what is read of it; other columns are passed over.
        key: the column that names a row; no two rows have the same.
        whole: its rows are given to the format all at once, since they refer to each other.
    """

    file: str
    columns: tuple[Column, ...]
    key: str
    whole: bool = False

    def source(self, path: Any) -> Source:
        """Give the file in a folder, ready to be read."""
        return Source(
            path / self.file,
            [(column.name, *column.also) for column in self.columns],
            frozenset(index for index, column in enumerate(self.columns) if column.optional),
        )

    def understand(self, row: Row, width: int) -> Entry:
        """Turn a row into an entry: read each cell, repair what is known, reject what does not fit."""
        raw = dict(zip((column.name for column in self.columns), row.cells, strict=True))
        entry = Entry(line=row.line, key=raw[self.key], raw=raw, values={})
        if not row.fits:
            entry.reject("cells", found=str(row.found), wanted=str(width))
            return entry
        for column in self.columns:
            entry.values[column.name] = _understand(entry, column, raw[column.name])
        return entry


def _understand(entry: Entry, column: Column, cell: str) -> Any:
    if not cell:
        if column.required:
            entry.reject("empty", column.name)
        return None
    right = column.spellings.get(cell)
    if right is not None:
        entry.repair(column.repair, column.name, right=right)
        cell = right
    try:
        return column.read(cell)
    except Unfit as unfit:
        entry.reject(unfit.code, column.name, **unfit.facts)
        return None
