"""Reading the rows of a text file, whatever its encoding, separator and order of columns."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.utils.translation import gettext as _

from kanal.directory.refusal import Refusal

SEPARATORS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8-sig", "cp1252")  # the first reads UTF-8 with and without its mark
_CHUNK = 1 << 20


class Unreadable(Refusal):
    """A file as a whole can't be read; nothing of the run is kept."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row, in the order of the columns that were asked for.

    Attributes:
        line: where the row begins.
        cells: what it holds.
        fits: it has as many cells as the header.
        found: how many it has.
    """

    line: int
    cells: Sequence[str]
    fits: bool
    found: int


@dataclass(frozen=True)
class Source:
    """One file with a header.

    Attributes:
        path: where it is.
        wanted: for each column that shall be read, the names that it may have in the header.
        optional: the indexes of those among `wanted` that may be absent; they read as empty.
    """

    path: Path
    wanted: Sequence[Sequence[str]]
    optional: frozenset[int] = frozenset()

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @cached_property
    def encoding(self) -> str:
        """How the text is encoded.

        Raises:
            Unreadable: the file is absent, or is no text.
        """
        for encoding in ENCODINGS:
            if self._decodes(encoding):
                return encoding
        raise Unreadable(
            _("%(file)s is no text that Kanal can read. Save it as CSV in UTF-8.") % {"file": self.name}
        )

    @cached_property
    def separator(self) -> str:
        """What stands between the cells: the one that finds most of the wanted columns in the header."""
        with self.path.open(encoding=self.encoding, newline="") as lines:
            first = lines.readline(_CHUNK)
        return max(SEPARATORS, key=lambda mark: self._found(next(csv.reader([first], delimiter=mark), [])))

    @cached_property
    def header(self) -> list[str]:
        """The names of the columns, as they stand."""
        with self.path.open(encoding=self.encoding, newline="") as lines:
            return [cell.strip() for cell in next(csv.reader(lines, delimiter=self.separator), [])]

    @cached_property
    def places(self) -> list[int | None]:
        """Where each wanted column stands in a row.

        Raises:
            Unreadable: a column is missing, or stands there twice.
        """
        header = _folded(self.header)
        places = [
            next((header.index(name) for name in _folded(names) if name in header), None)
            for names in self.wanted
        ]
        missing = [
            self.wanted[index][0]
            for index, place in enumerate(places)
            if place is None and index not in self.optional
        ]
        if missing:
            raise Unreadable(
                _("%(file)s has no column %(missing)s. Its header reads: %(header)s.")
                % {"file": self.name, "missing": ", ".join(missing), "header": ", ".join(self.header) or "–"}
            )
        twice = sorted({name for name in header if name and header.count(name) > 1})
        if twice:
            raise Unreadable(
                _("%(file)s has the column %(column)s twice.")
                % {"file": self.name, "column": ", ".join(twice)}
            )
        return places

    def rows(self) -> Iterator[Row]:
        """Give the rows after the header; empty lines are skipped.

        Raises:
            Unreadable: the file is broken at some line.
        """
        places, width = self.places, len(self.header)
        for line, cells in self._lines():
            found = len(cells)
            fits = found == width
            full = cells if fits else [*cells, *[""] * (width - found)]
            yield Row(line, ["" if place is None else full[place].strip() for place in places], fits, found)

    def count(self) -> int:
        """Say how many rows there are."""
        return sum(1 for _row in self._lines())

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        with self.path.open(encoding=self.encoding, newline="") as lines:
            reader = csv.reader(lines, delimiter=self.separator, strict=True)
            before = 0
            try:
                next(reader, None)
                before = reader.line_num
                for cells in reader:
                    if any(cells):
                        yield before + 1, cells
                    before = reader.line_num
            except csv.Error as error:
                raise Unreadable(
                    _("%(file)s can’t be read from line %(line)s on: %(error)s.")
                    % {"file": self.name, "line": before + 1, "error": error}
                ) from error

    def _found(self, header: list[str]) -> int:
        known = {name for names in self.wanted for name in _folded(names)}
        return len(known & set(_folded(header)))

    def _decodes(self, encoding: str) -> bool:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with self.path.open("rb") as content:
                while chunk := content.read(_CHUNK):
                    if b"\0" in chunk:
                        return False
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
        except OSError as error:
            raise Unreadable(
                _("%(file)s can’t be opened: %(error)s.") % {"file": self.name, "error": error.strerror}
            ) from error
        return True


def _folded(names: Sequence[str]) -> list[str]:
    return [name.strip().casefold().replace(" ", "_") for name in names]
