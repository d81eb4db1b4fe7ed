"""Writing very many rows: PostgreSQL's COPY, with the triggers and constraints of every other way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any
from uuid import UUID

import uuid_utils
from django.db import connection
from django.db.models import AutoField, Field, Model
from psycopg import abc, sql
from psycopg.adapt import PyFormat, Transformer


def new_key() -> str:
    """Give a new key as `new_id` does, as text: very many are made, and text is cheaper to write."""
    return str(uuid_utils.uuid7())


def for_many_rows() -> None:
    """Set what makes very many rows fast, until the transaction ends.

    Foreign keys are checked statement by statement. Search indexes put off what is new; see `take_in`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('gin_pending_list_limit', '256MB', true)")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def take_in(*models: type[Model]) -> None:
    """Take what waits into the search indexes of these tables, so that nobody's next search has to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT gin_clean_pending_list(index.indexrelid) FROM pg_index index "
            "JOIN pg_class made ON made.oid = index.indexrelid "
            "JOIN pg_am way ON way.oid = made.relam AND way.amname = 'gin' "
            "WHERE index.indrelid = ANY(%s::regclass[])",
            [[model._meta.db_table for model in models]],
        )


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
        self._tail = [item.get_db_prep_save(value, connection) for item, value in same]
        self._order = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(model._meta.db_table),
            sql.SQL(", ").join([sql.Identifier(column) for column in columns]),
        )

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows, each with the values of the varying fields, ready for the database."""
        self._send(self._texts(rows, _TOGETHER))

    def write_in_parts(self, rows: Iterable[Sequence[Any]]) -> None:
        """Do the same for a hundred thousand rows: while some are written, the next are put together.

        After `for_many_rows` foreign keys are checked part by part too; else at the end of the transaction.

        Args:
            rows: another thread goes through them, so they must not ask the database.
        """
        texts = self._texts(rows, _PART)
        with ThreadPoolExecutor(1) as pool:
            ahead = pool.submit(next, texts, "")
            while text := ahead.result():
                ahead = pool.submit(next, texts, "")
                self._send([text])

    def _texts(self, rows: Iterable[Sequence[Any]], together: int) -> Iterator[str]:
        """Write rows down, some at a time; what is given may be gone through by another thread."""
        connection.ensure_connection()
        cells = _Cells(Transformer(connection.connection))
        tail = "".join(f"\t{cells.of(value)}" for value in self._tail) + "\n"
        lines = ("\t".join(map(cells.of, row)) + tail for row in rows)
        return iter(lambda: "".join(islice(lines, together)), "")

    def _send(self, texts: Iterable[str]) -> None:
        with (
            connection.wrap_database_errors,
            connection.connection.cursor() as cursor,
            cursor.copy(self._order) as copy,
        ):
            for text in texts:
                copy.write(text)


# So many rows are handed over at once; so many are written while the next are put together.
_TOGETHER, _PART = 500, 5_000
# What stands for itself in the text of COPY, and how the others are written.
_SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class _Cells:
    """Writes values as the text format of COPY wants them. Keys, texts and numbers, which most are, take no detour."""

    def __init__(self, transformer: abc.Transformer) -> None:
        self._transformer = transformer

    def of(self, value: Any) -> str:
        """Give one value as text."""
        if value is None:
            return "\\N"
        if type(value) is str:
            return value if value.isprintable() and "\\" not in value else value.translate(_SPECIAL)
        if type(value) in {UUID, int}:
            return str(value)
        dumped = self._transformer.get_dumper(value, PyFormat.TEXT).dump(value)
        return "\\N" if dumped is None else bytes(dumped).decode().translate(_SPECIAL)
