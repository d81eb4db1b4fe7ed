"""How every action begins: one transaction, with the acting person noted in the history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pghistory
from django.db import transaction

if TYPE_CHECKING:
    from kanal.directory.models import Person


@contextmanager
def acting(by: Person | None, **facts: str) -> Iterator[None]:
    """Run a block as one transaction in the name of a person.

    Args:
        by: who acts; None means the system itself (the clock, an import).
        facts: what else the history shall say of this change, such as `reason`.
    """
    with transaction.atomic(), pghistory.context(person=str(by.pk) if by else "", **facts):
        yield
