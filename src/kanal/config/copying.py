"""Writing very many rows: PostgreSQL's COPY, with the triggers and constraints of every other way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import uuid_utils
from django.db import connection
from django.db.models import AutoField, Field, Model
from psycopg import sql


def new_key() -> str:
    """Give a new key as `new_id` does, as text: very many are made, and text is cheaper to write."""
    return str(uuid_utils.uuid7())


class Bulk:
    """A way into one table: some fields differ from row to row, the others are the same in all.

    Args:
        model: whose table.
        varying: the attribute names of the fields that differ, in the order in which rows give them.
        fixed: values of other fields; what is named neither way has its default.
    """

    def __init__(self, model: type[Model], varying: Sequence[str], **fixed: Any) -> None:
        fields = {item.attname: item for item in model._meta.concrete_fields}
        chosen: list[Field[Any, Any]] = [fields.pop(name) for name in varying]
        same = [
            (item, fixed.get(item.attname, item.get_default()))
            for item in fields.values()
            if not isinstance(item, AutoField)
        ]
        columns = [str(item.column) for item in [*chosen, *(item for item, _value in same)]]
        self._tail = tuple(item.get_db_prep_save(value, connection) for item, value in same)
        self._order = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(model._meta.db_table),
            sql.SQL(", ").join([sql.Identifier(column) for column in columns]),
        )

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows, each with the values of the varying fields, ready for the database."""
        connection.ensure_connection()
        with (
            connection.wrap_database_errors,
            connection.connection.cursor() as cursor,
            cursor.copy(self._order) as copy,
        ):
            for row in rows:
                copy.write_row((*row, *self._tail))
