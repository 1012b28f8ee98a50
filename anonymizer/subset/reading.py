"""Asks a PostgreSQL source for the rows of a subset: no temporary table, so a standby will do.

A row is known by where it stands (partition and ctid), which holds for as long as the snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from psycopg import sql

from anonymizer.policies.plan import TablePlan
from anonymizer.policies.schema import Column
from anonymizer.postgres.reading import Readers, readers
from anonymizer.postgres.selection import Selected, place
from anonymizer.postgres.snapshots import export
from anonymizer.subset.closing import AT
from anonymizer.subset.request import Root
from foundation.errors import InputError

# Keys in one question: a few megabytes of SQL.
_MOST = 400_000
# Since PostgreSQL 14 a row is looked for in a list by its hash; before, the list is gone through.
_LISTS_SINCE = 140_000
_INTEGERS = frozenset({"smallint", "integer", "bigint"})
# What a soft reference must look like to be compared with a column of that type.
_SHAPES = {
    "smallint": r"^-?[0-9]{1,4}$", "integer": r"^-?[0-9]{1,9}$", "bigint": r"^-?[0-9]{1,18}$",
    "uuid": r"(?i)^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$",
}  # fmt: skip
_ALIAS = sql.Identifier("each")


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """The rows of a read snapshot, filters of the policy applied. `columns`: what keys need of each table.

    As many questions at once as there are readers, which stand in one snapshot. `lists`: the server is quick
    to look for a row in a list.
    """

    readers: Readers
    copies: Mapping[str, TablePlan]
    columns: Mapping[str, tuple[str, ...]]
    lists: bool

    def candidates(self, table: str, condition: str | None) -> pa.Table:
        return self._rows(table, sql.SQL("true" if condition is None else condition))  # its author's words

    def unset(self, table: str, columns: Sequence[str]) -> pa.Table:
        conditions = [sql.SQL("{} IS NULL").format(_of_row(name)) for name in columns]
        return self._rows(table, sql.SQL(" OR ").join(conditions))

    def among(self, table: str, columns: Sequence[str], keys: pa.Table) -> pa.Table:
        types = [self.copies[table].table.columns[name] for name in columns]
        fitting = _fitting(keys, types)
        which = _listed if self.lists and len(columns) == 1 else _joined
        found = [
            self._rows(table, which(columns, types, fitting.slice(at, _MOST)))
            for at in range(0, fitting.num_rows, _MOST)
        ]
        return pa.concat_tables(found) if found else _nothing(self.columns[table])

    def count(self, table: str) -> int:
        """How many rows there are."""
        query = sql.SQL("SELECT count(*) FROM {} AS {}").format(_table(self.copies[table]), _ALIAS)
        return sum(batch.column(0)[0].as_py() for batch in self._asked(query, table))

    def _rows(self, table: str, which: sql.Composable) -> pa.Table:
        names = self.columns[table]
        types = self.copies[table].table.columns
        query = sql.SQL("SELECT {} FROM {} AS {} WHERE ({}\n)").format(
            sql.SQL(", ").join([_PLACE, *(_value(types[name]) for name in names)]),
            _table(self.copies[table]), _ALIAS, which,
        )  # fmt: skip
        batches = [_texts(batch, [AT, *names]) for batch in self._asked(query, table)]
        return pa.Table.from_batches(batches) if batches else _nothing(names)

    def _asked(self, query: sql.Composed, table: str) -> Iterator[pa.RecordBatch]:
        return self.readers.batches(query, f"source, {table}")


def _table(copy: TablePlan) -> sql.Composable:
    if copy.filter is None:
        return copy.table.identifier
    condition = sql.SQL(copy.filter)  # the policy's own words, by its author
    return sql.SQL("(SELECT tableoid, ctid, * FROM {} WHERE ({}\n))").format(copy.table.identifier, condition)


# Four bytes of the part's number, four of the page's, two of the row's.
_PLACE = sql.SQL("oidsend({0}.tableoid) || tidsend({0}.ctid)").format(_ALIAS)
_WIDTH = 10


def _of_row(name: str) -> sql.Composable:
    return sql.SQL("{}.{}").format(_ALIAS, sql.Identifier(name))


def _value(column: Column) -> sql.Composable:
    """Integers travel as such: that costs the server less than spelling them."""
    kind = "int8" if column.base in _INTEGERS else "text"
    return sql.SQL("{}::{}").format(_of_row(column.name), sql.SQL(kind))


def _texts(batch: pa.RecordBatch, names: list[str]) -> pa.RecordBatch:
    place, *columns = batch.columns
    return pa.record_batch([place, *(column.cast(pa.string()) for column in columns)], names=names)


def _nothing(columns: Sequence[str]) -> pa.Table:
    places = {AT: pa.array([], pa.binary())}
    return pa.table({**places, **{name: pa.array([], pa.string()) for name in columns}})


def _fitting(keys: pa.Table, types: Sequence[Column]) -> pa.Table:
    """The keys that can be values of these columns; others refer to nothing."""
    for at, column in enumerate(types):
        if column.base in _SHAPES:
            keys = keys.filter(pc.match_substring_regex(keys.column(at), _SHAPES[column.base]))
    return keys


def _listed(columns: Sequence[str], types: Sequence[Column], keys: pa.Table) -> sql.Composable:
    return sql.SQL("{} = ANY ({})").format(_of_row(columns[0]), _list(types[0], keys.column(0)))


def _joined(columns: Sequence[str], types: Sequence[Column], keys: pa.Table) -> sql.Composable:
    """Not a plain join: of that, the server may put the table aside to look for it in the keys."""
    return sql.SQL("({}) IN (SELECT * FROM unnest({}))").format(
        sql.SQL(", ").join(map(_of_row, columns)),
        sql.SQL(", ").join(_list(column, keys.column(at)) for at, column in enumerate(types)),
    )


def _list(column: Column, keys: pa.ChunkedArray) -> sql.Composable:
    # Without a length "character" would be one character.
    kind = "bpchar" if column.base == "character" else column.base
    return sql.SQL("{}::{}[]").format(sql.Literal(_array(keys)), sql.SQL(kind))


def _array(values: pa.ChunkedArray) -> str:
    """Texts as PostgreSQL writes an array of them."""
    escaped = pc.replace_substring_regex(values, r'(["\\])', r"\\\1")
    return "{" + ",".join(f'"{value}"' for value in escaped.to_pylist()) + "}"


def refuse_wrong(connection: psycopg.Connection, copies: Mapping[str, TablePlan], root: Root) -> None:
    """Raises InputError: a condition that the server does not take. Its word on a row's value is not told."""
    if root.condition is None:
        return
    query = sql.SQL("SELECT count(*) FROM {} AS {} WHERE ({}\n)").format(
        _table(copies[root.table]), _ALIAS, sql.SQL(root.condition)
    )
    try:
        connection.execute(query)
    except (psycopg.ProgrammingError, psycopg.DataError) as error:
        why = type(error).__name__ if isinstance(error, psycopg.DataError) else error.diag.message_primary
        hint = '--root "TABLE WHERE …", in the source\'s SQL'
        raise InputError(f"the condition on {root.table} is none: {why}", hint=hint) from None


@contextmanager
def asking(
    dsn: str,
    source: psycopg.Connection,
    copies: Mapping[str, TablePlan],
    columns: Mapping[str, tuple[str, ...]],
    at_once: int,
) -> Iterator[Postgres]:
    """Asks `at_once` questions in the snapshot in which `source` stands."""
    lists = source.info.server_version >= _LISTS_SINCE
    with readers(dsn, export(source).snapshot, at_once) as several:
        yield Postgres(readers=several, copies=copies, columns=columns, lists=lists)


def selected(connection: psycopg.Connection, places: pa.ChunkedArray, of: int) -> Selected:
    """The rows at places as `Postgres` tells them: the part's number, and the row's place in it."""
    if not len(places):
        return Selected(places={}, of=of)
    whole = places.cast(pa.binary(_WIDTH)).combine_chunks()
    content = np.frombuffer(whole.buffers()[1], np.uint8)[whole.offset * _WIDTH :]
    row = content[: len(whole) * _WIDTH].reshape(-1, _WIDTH)
    part, page, number = (_number(row[:, first:end]) for first, end in ((0, 4), (4, 8), (8, 10)))
    names = {one: _name(connection, one) for one in np.unique(part).tolist()}
    return Selected(
        places={name: place(page[part == one], number[part == one]) for one, name in names.items()}, of=of
    )


def _number(content: NDArray[np.uint8]) -> NDArray[np.int64]:
    width = content.shape[1]
    return np.ascontiguousarray(content).view(f">u{width}").ravel().astype(np.int64)


def _name(connection: psycopg.Connection, part: int) -> tuple[str, str]:
    row = connection.execute(_NAME, [part]).fetchone()
    assert row is not None  # the snapshot saw its rows
    return row[0], row[1]


_NAME = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = %s"""
