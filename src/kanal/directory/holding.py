"""What keeps a record from being archived. Apps above the directory say here what they know of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from kanal.directory.models import Record
from kanal.directory.refusal import Text

Reason = Callable[[Any], Text | None]

_reasons: dict[type[Record], list[Reason]] = defaultdict(list)


def holds(model: type[Record]) -> Callable[[Reason], Reason]:
    """Register a function that says why a record of this model can't be archived, or None where it can.

    Args:
        model: the kind of record that it judges.
    """

    def register(reason: Reason) -> Reason:
        _reasons[model].append(reason)
        return reason

    return register


def why_held(record: Record) -> Iterator[Text]:
    """Give every reason why this record can't be archived now; nothing where it can."""
    for reason in _reasons[type(record)]:
        answer = reason(record)
        if answer is not None:
            yield answer
