"""Asks a PostgreSQL source for the rows of a subset: no temporary table, so a standby will do.

A row is known by where it stands (partition and ctid), which holds for as long as the snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from anonymizer.policies.plan import TablePlan
from anonymizer.policies.schema import Column
from anonymizer.postgres.connections import translated
from anonymizer.postgres.selection import Selected, place
from anonymizer.postgres.wire import parsed
from anonymizer.subset.closing import AT
from foundation.errors import InputError

# Keys in one question: a few megabytes of SQL.
_MOST = 400_000
# What a soft reference must look like to be compared with a column of that type.
_SHAPES = {
    "smallint": r"^-?[0-9]{1,4}$", "integer": r"^-?[0-9]{1,9}$", "bigint": r"^-?[0-9]{1,18}$",
    "uuid": r"(?i)^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$",
}  # fmt: skip
_ALIAS = sql.Identifier("each")


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """The rows of a read snapshot, filters of the policy applied. `columns`: what keys need of each table."""

    connection: psycopg.Connection
    copies: Mapping[str, TablePlan]
    columns: Mapping[str, tuple[str, ...]]

    def candidates(self, table: str, condition: str | None) -> pa.Table:
        if condition is None:
            return self._rows(table, sql.SQL(""))
        try:
            return self._rows(
                table, sql.SQL(" WHERE ({}\n)").format(sql.SQL(condition))
            )  # its author's words
        except (psycopg.ProgrammingError, psycopg.DataError) as error:
            what = f"the condition on {table} is none: {error.diag.message_primary}"
            raise InputError(what, hint='--root "TABLE WHERE …", in the source\'s SQL') from None

    def unset(self, table: str, columns: Sequence[str]) -> pa.Table:
        conditions = [sql.SQL("{} IS NULL").format(sql.Identifier(name)) for name in columns]
        with translated(f"source, {table}"):
            return self._rows(table, sql.SQL(" WHERE ") + sql.SQL(" OR ").join(conditions))

    def among(self, table: str, columns: Sequence[str], keys: pa.Table) -> pa.Table:
        types = [self.copies[table].table.columns[name] for name in columns]
        fitting = _fitting(keys, types)
        with translated(f"source, {table}"):
            found = [
                self._rows(table, _join(columns, types, fitting.slice(at, _MOST)))
                for at in range(0, fitting.num_rows, _MOST)
            ]
        return pa.concat_tables(found) if found else _nothing(self.columns[table])

    def _rows(self, table: str, which: sql.Composable) -> pa.Table:
        names = self.columns[table]
        query = sql.SQL("COPY (SELECT {} FROM {} AS {}{}) TO STDOUT (FORMAT csv)").format(
            sql.SQL(", ").join([_PLACE, *(_of_row(name) for name in names)]),
            self._table(self.copies[table]), _ALIAS, which,
        )  # fmt: skip
        with self.connection.cursor().copy(query) as copy:
            content = b"".join(copy)
        return parsed(content, [AT, *names]) if content else _nothing(names)

    def _table(self, copy: TablePlan) -> sql.Composable:
        if copy.filter is None:
            return copy.table.identifier
        condition = sql.SQL(copy.filter)  # the policy's own words, by its author
        return sql.SQL("(SELECT tableoid, ctid, * FROM {} WHERE ({}\n))").format(
            copy.table.identifier, condition
        )


_PLACE = sql.SQL("{0}.tableoid || ' ' || {0}.ctid").format(_ALIAS)


def _of_row(name: str) -> sql.Composable:
    return sql.SQL("{}.{}").format(_ALIAS, sql.Identifier(name))


def _nothing(columns: Sequence[str]) -> pa.Table:
    return pa.table({name: pa.array([], pa.string()) for name in (AT, *columns)})


def _fitting(keys: pa.Table, types: Sequence[Column]) -> pa.Table:
    """The keys that can be values of these columns; others refer to nothing."""
    for at, column in enumerate(types):
        if column.base in _SHAPES:
            keys = keys.filter(pc.match_substring_regex(keys.column(at), _SHAPES[column.base]))
    return keys


def _join(columns: Sequence[str], types: Sequence[Column], keys: pa.Table) -> sql.Composable:
    arrays = [
        sql.SQL("{}::{}[]").format(sql.Literal(_array(keys.column(at))), sql.SQL(_type(column)))
        for at, column in enumerate(types)
    ]
    names = [sql.Identifier(f"key{at}") for at in range(len(columns))]
    same = [
        sql.SQL("{} = {}.{}").format(_of_row(column), sql.Identifier("keys"), name)
        for column, name in zip(columns, names, strict=True)
    ]
    return sql.SQL(" JOIN unnest({}) AS keys ({}) ON {}").format(
        sql.SQL(", ").join(arrays), sql.SQL(", ").join(names), sql.SQL(" AND ").join(same)
    )


def _type(column: Column) -> str:
    # Without a length "character" would be one character.
    return "bpchar" if column.base == "character" else column.base


def _array(values: pa.ChunkedArray) -> str:
    """Texts as PostgreSQL writes an array of them."""
    escaped = pc.replace_substring_regex(values, r'(["\\])', r"\\\1")
    return "{" + ",".join(f'"{value}"' for value in escaped.to_pylist()) + "}"


def selected(connection: psycopg.Connection, places: pa.ChunkedArray) -> Selected:
    """The rows at places as `Postgres` tells them: the part's number, and the row's place in it."""
    if not len(places):
        return Selected(places={})
    texts = pc.extract_regex(
        places, r"^(?P<part>[0-9]+) \((?P<page>[0-9]+),(?P<row>[0-9]+)\)$"
    ).combine_chunks()
    part, page, row = (pc.cast(texts.field(at), pa.int64()).to_numpy() for at in range(3))
    names = {number: _name(connection, number) for number in np.unique(part).tolist()}
    return Selected(
        places={name: place(page[part == number], row[part == number]) for number, name in names.items()}
    )


def _name(connection: psycopg.Connection, part: int) -> tuple[str, str]:
    row = connection.execute(_NAME, [part]).fetchone()
    assert row is not None  # the snapshot saw its rows
    return row[0], row[1]


_NAME = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = %s"""
