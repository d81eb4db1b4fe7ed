"""What the files have named so far and where it stands here: the rows of the pipeline refer to it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from django.utils.text import slugify

from kanal.directory.models import Record
from kanal.directory.models.reference import Named
from kanal.importing.formats import Context

Kept = TypeVar("Kept", bound=Named)
Found = TypeVar("Found", bound=Record)


@dataclass(frozen=True, slots=True)
class Seller:
    """A seller of the files: a partner here, with the manager who owns the opportunities."""

    partner: uuid.UUID
    owner: uuid.UUID
    territory: uuid.UUID


@dataclass(frozen=True, slots=True)
class Ware:
    """A product; its list price is None where it is in another currency than the files'."""

    key: uuid.UUID
    name: str
    price: Decimal | None


@dataclass
class Book:
    """Accounts, products and sellers by their names in the files."""

    accounts: dict[str, uuid.UUID] = field(default_factory=dict)
    products: dict[str, Ware] = field(default_factory=dict)
    sellers: dict[str, Seller] = field(default_factory=dict)


def named(model: type[Kept], names: Iterable[str], context: Context) -> dict[str, Kept]:
    """Give the record of each name, whatever its case; make those that are not here."""
    known = {item.name.casefold(): item for item in model.objects.all()}
    fresh: dict[str, Kept] = {}
    for name in names:
        if name.casefold() not in known:
            fresh.setdefault(name.casefold(), model(name=name))
    model.objects.bulk_create(fresh.values())
    if fresh:
        context.made[model._meta.model_name or ""] += len(fresh)
    found = known | fresh
    return {name: found[name.casefold()] for name in names}


def by_name(records: Iterable[Found]) -> dict[str, list[Found]]:
    """Sort records by their name; among those of one name, archived ones count only where no other does."""
    found: dict[str, list[Found]] = {}
    for record in records:
        same = found.setdefault(str(record.name), [])  # type: ignore[attr-defined]
        if same and record.archived_at is None and same[0].archived_at is not None:
            same.clear()
        if not same or (record.archived_at is None) == (same[0].archived_at is None):
            same.append(record)
    return found


def slug(name: str) -> str:
    """Give a name in small letters, digits and hyphens, never empty."""
    return slugify(name) or "x"
