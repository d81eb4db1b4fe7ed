"""Writing very many rows: part by part they are the same rows, and all or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from django.db import Error, transaction

from kanal.config import copying
from kanal.config.copying import Bulk, for_many_rows, new_key
from kanal.directory.models import Industry

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def rows(count: int, spoiled: int = -1) -> Iterator[Sequence[object]]:
    for number in range(count):
        yield ("no key" if number == spoiled else new_key()), f"Trade\t{number}\\"


def names() -> list[str]:
    found = Industry.objects.filter(name__startswith="Trade").values_list("name", flat=True)
    return sorted(found, key=lambda name: int(name[6:-1]))


@pytest.fixture(autouse=True)
def small_parts(monkeypatch) -> None:
    """Let a few rows be many parts."""
    monkeypatch.setattr(copying, "_PART", 3)


@pytest.mark.parametrize("count", [0, 1, 3, 10])
def test_rows_written_in_parts_are_those_written_at_once(count: int) -> None:
    for_many_rows()
    Bulk(Industry, ("id", "name")).write_in_parts(rows(count))
    assert names() == [f"Trade\t{number}\\" for number in range(count)]


@pytest.mark.parametrize("spoiled", [0, 4, 9])
def test_a_row_that_the_database_refuses_leaves_none(spoiled: int) -> None:
    with pytest.raises(Error), transaction.atomic():
        Bulk(Industry, ("id", "name")).write_in_parts(rows(10, spoiled))
    assert names() == []


def test_a_row_that_can_not_be_made_leaves_none() -> None:
    def breaking() -> Iterator[Sequence[object]]:
        yield from rows(5)
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"), transaction.atomic():
        Bulk(Industry, ("id", "name")).write_in_parts(breaking())
    assert names() == []
