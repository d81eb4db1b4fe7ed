"""What a check of the chain finds. Pure; `words` says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

# So many faults are kept; of the others only the number.
MOST = 1000


class FaultKind(StrEnum):
    """What is wrong with a chain, or with a file."""

    CONTENT = "content"
    TIME = "time"
    ACTOR = "actor"
    SEALED = "sealed"
    DIGEST = "digest"
    GAP = "gap"
    PREVIOUS = "previous"
    LAST_GONE = "last_gone"
    HEAD = "head"
    REWRITTEN = "rewritten"
    OWN_GAP = "own_gap"
    OWN_PREVIOUS = "own_previous"
    OWN_LAST_GONE = "own_last_gone"
    OWN_HEAD = "own_head"
    STATUS = "status"
    END = "end"
    KEY = "key"
    NOTES = "notes"
    # Of files
    SHAPE = "shape"
    STATEMENT = "statement"
    SIGNATURE = "signature"
    OTHER_KEY = "other_key"
    NOT_HERE = "not_here"
    PAGES = "pages"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where.

    Attributes:
        number: the link, by its place in the whole chain; of a gap the first link that is missing. None is no link.
        last: of a gap, the last link that is missing.
        reference: the code of the registration concerned; empty where it is none or not known.
        place: the link by its place in the chain of the registration.
        detail: what stands there and what should, as the kind needs it.
    """

    kind: FaultKind
    number: int | None = None
    last: int | None = None
    reference: str = ""
    place: int | None = None
    detail: str = ""

    def plain(self) -> dict[str, Any]:
        """Give it as plain values, to be kept."""
        return asdict(self)

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Fault:
        """Give it from plain values."""
        return cls(**{**plain, "kind": FaultKind(plain["kind"])})


@dataclass
class Report:
    """What a check found.

    Attributes:
        links: how many links were checked; `registrations`: of how many registrations.
        digest: that of the last link.
        faults: the first ones; `more`: how many there are beyond them.
    """

    links: int = 0
    registrations: int = 0
    digest: str = ""
    faults: list[Fault] = field(default_factory=list)
    more: int = 0

    @property
    def whole(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.faults

    @property
    def count(self) -> int:
        """Give how many faults there are."""
        return len(self.faults) + self.more

    def add(self, *faults: Fault) -> None:
        """Note faults; beyond the most that are kept only their number."""
        room = max(0, MOST - len(self.faults))
        self.faults.extend(faults[:room])
        self.more += len(faults[room:])

    def of(self, kind: FaultKind) -> Iterator[Fault]:
        """Give the faults of one kind."""
        return (one for one in self.faults if one.kind == kind)
