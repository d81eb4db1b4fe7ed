"""Asking for very many rows: one array instead of a parameter for each key, and plain values instead of objects."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db import connection
from django.db.models import FloatField, Func, QuerySet, TextField
from django.db.models.functions import Cast

Q = TypeVar("Q", bound=QuerySet[Any, Any])


def among(found: Q, name: str, keys: Iterable[UUID] | str) -> Q:
    """Give those rows whose field is one of very many keys.

    It says the same as `filter(name__in=keys)`. Ten thousand keys as parameters of their own take a tenth of a second
    to write down and to read; as one array they take a few milliseconds.

    Args:
        found: the rows.
        name: a field of their own, or of `Opportunity` where that is joined already, as `table.column`.
        keys: the keys; or what `array` made of them, where they are asked for more than once.
    """
    if "." in name:
        table, column = name.split(".")
    else:
        table, column = found.model._meta.db_table, found.model._meta.get_field(name).column
    wanted = keys if isinstance(keys, str) else array(keys)
    quote = connection.ops.quote_name
    where = f"{quote(table)}.{quote(column)} = ANY(%s)"
    return cast("Q", found.extra(where=[where], params=[wanted]))  # noqa: S610 - names of our own columns


def array(values: Iterable[UUID | datetime | str]) -> str:
    """Give keys, or moments, as an array for a query: one text, made in one step rather than value by value.

    Args:
        values: keys, also as texts, or moments; nothing that would have to be quoted.
    """
    return "{" + ",".join(map(str, values)) + "}"


def as_text(name: str) -> Cast:
    """Ask for a key as text: a hundred thousand of them are read, compared and written much faster so."""
    return Cast(name, TextField())


def seconds(name: str) -> Func:
    """Ask for a moment as seconds since 1970, a float; microseconds stay apart for the next centuries."""
    return Func(name, template="extract(epoch FROM %(expressions)s)::float8", output_field=FloatField())
