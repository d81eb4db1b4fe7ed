"""Reading the next batch while the database is busy with this one."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

Item = TypeVar("Item")
_END = object()


def read_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Give the items of an iterator, the next one being made in another thread while the caller has this one.

    The iterator must not use the database: its connection belongs to the caller's thread.
    """
    here = contextvars.copy_context()  # the reader's language, for what goes wrong

    def make() -> Item | object:
        return here.run(lambda: next(items, _END))

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="import") as other:
        coming = other.submit(make)
        while (item := coming.result()) is not _END:
            coming = other.submit(make)
            yield cast("Item", item)
