"""What a format is, and which there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kanal.directory.models import Person
from kanal.directory.refusal import Invalid
from kanal.importing.columns import Table
from kanal.importing.outcomes import Entry

_LARGEST_RATE = Decimal(10) ** 9
Load = Callable[[Sequence[Entry]], None]


@dataclass(frozen=True)
class Options:
    """What the person who imports chose.

    Attributes:
        rate: what one unit of the files' currency is worth in the base currency, where no rate is known here.
    """

    rate: Decimal | None = None

    @staticmethod
    def of(rate: str) -> Options:
        """Make options of what a person typed.

        Raises:
            Invalid: the rate is no number above zero.
        """
        if not rate.strip():
            return Options()
        try:
            value = Decimal(rate.strip())
        except InvalidOperation:
            value = Decimal(-1)
        if not (value.is_finite() and 0 < value < _LARGEST_RATE):
            raise Invalid({"rate": _("A rate is a number above zero, such as 6.85.")})
        return Options(rate=value)


@dataclass
class Context:
    """What a format knows of the run that it works for.

    Attributes:
        folder: where the files are.
        by: who imports; None is the command line.
        now: the moment of the run.
        rehearsal: nothing will be kept, so nothing may be used up either.
        options: what the person chose.
        made: how many records were made besides the rows, by kind.
    """

    folder: Path
    by: Person | None
    now: datetime
    rehearsal: bool
    options: Options
    made: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Format:
    """One kind of files that can be imported.

    Attributes:
        kind: its stable key.
        label: its name for people.
        tables: its files, in the order in which they are read.
        start: prepares a run and gives, for each file, what takes its entries in. It decides every entry's
            outcome.
        notes: what a person must know of how the files are understood.
    """

    kind: str
    label: str | Promise
    tables: tuple[Table, ...]
    start: Callable[[Context], Mapping[str, Load]]
    notes: tuple[str | Promise, ...] = ()

    def files(self) -> Iterator[str]:
        """Give the names of the files."""
        return (table.file for table in self.tables)


@cache
def formats() -> dict[str, Format]:
    """Give every format by its key."""
    from kanal.importing.crm_sales import FORMAT

    return {FORMAT.kind: FORMAT}


def format_of(kind: str) -> Format:
    """Give a format by its key.

    Raises:
        Invalid: there is none.
    """
    found = formats().get(kind)
    if found is None:
        known: dict[str, Any] = {"kind": kind, "known": ", ".join(formats())}
        raise Invalid(
            {"kind": _("“%(kind)s” is no format that can be imported. There are: %(known)s.") % known}
        )
    return found
