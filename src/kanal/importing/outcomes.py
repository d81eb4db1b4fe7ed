"""What became of each row, and what was found about it."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

VALUE_SHOWN = 200


class Outcome(models.TextChoices):
    """What became of a row. Every row has exactly one."""

    IMPORTED = "imported", _("Imported")
    REPAIRED = "repaired", _("Imported with repairs")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    KEPT = "kept", _("Kept as it is here")
    REJECTED = "rejected", _("Rejected")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a row that a person may want to know; `code` is put into words by `words`."""

    outcome: Outcome
    code: str
    field: str = ""
    value: str = ""
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(slots=True)
class Entry:
    """One row of a file on its way in.

    Attributes:
        line: where it begins in its file.
        key: what names it there.
        raw: the cells as they stand, by column.
        values: the cells as they were understood, by column.
        findings: what was noted about it.
        outcome: what became of it; None until that is known.
    """

    line: int
    key: str
    raw: Mapping[str, str]
    values: dict[str, Any]
    findings: list[Finding] = dataclasses.field(default_factory=list)
    outcome: Outcome | None = None

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    @property
    def rejected(self) -> bool:
        """Tell whether it stays out."""
        return self.outcome is Outcome.REJECTED

    def reject(self, code: str, column: str = "", /, **facts: str) -> None:
        """Keep the row out, for a reason."""
        self.outcome = Outcome.REJECTED
        self._note(Outcome.REJECTED, code, column, facts)

    def repair(self, code: str, column: str = "", /, **facts: str) -> None:
        """Note that the row comes in with a repair."""
        self._note(Outcome.REPAIRED, code, column, facts)

    def keep(self, column: str, here: str) -> None:
        """Note that the record differs from the file in one column, and is left as it is."""
        self.outcome = Outcome.KEPT
        self._note(Outcome.KEPT, "differs", column, {"here": here})

    def change(self, column: str, before: str) -> None:
        """Note that the record now says in one column what the file says."""
        self.outcome = Outcome.CHANGED
        self._note(Outcome.CHANGED, "changed", column, {"before": before})

    def stay(self) -> None:
        """Say that the record here is as the file has it, unless differences were noted."""
        self.outcome = self.outcome or Outcome.UNCHANGED

    def come_in(self) -> None:
        """Say that the row was imported, with its repairs if it has any."""
        self.outcome = Outcome.REPAIRED if self.findings else Outcome.IMPORTED

    def told(self) -> list[Finding]:
        """Give what is worth telling of the outcome: a row that was here before needs no repair again."""
        return [item for item in self.findings if item.outcome is self.outcome]

    def _note(self, outcome: Outcome, code: str, column: str, facts: Mapping[str, str]) -> None:
        value = self.raw.get(column, "")[:VALUE_SHOWN]
        self.findings.append(Finding(outcome, code, column, value, facts))


@dataclass
class Tally:
    """The sums of a run.

    Attributes:
        read: rows read, by file.
        counts: rows by file and outcome.
        findings: findings by outcome and code.
    """

    read: Counter[str] = dataclasses.field(default_factory=Counter)
    counts: dict[str, Counter[str]] = dataclasses.field(default_factory=lambda: defaultdict(Counter))
    findings: dict[str, Counter[str]] = dataclasses.field(default_factory=lambda: defaultdict(Counter))

    def add(self, file: str, entry: Entry) -> None:
        """Count a row whose outcome is known."""
        if entry.outcome is None:
            raise AssertionError(f"{file}, line {entry.line}: no outcome")
        self.read[file] += 1
        self.counts[file][entry.outcome.value] += 1
        for code in {item.code for item in entry.told()}:
            self.findings[entry.outcome.value][code] += 1

    @property
    def rows(self) -> int:
        """Say how many rows were read."""
        return self.read.total()
