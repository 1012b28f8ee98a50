"""Reads a PostgreSQL database for discovery: a few rows of every table, or all, in one read-only snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial

import psycopg
from psycopg import sql

from anonymizer.discovery.reading import BIG, LONGEST, ROWS, Piece
from anonymizer.policies.schema import Column, Schema, Table, read_schema
from anonymizer.postgres.chunks import can_split, pages_of, parts, split, whole
from anonymizer.postgres.reading import Readers, readers
from anonymizer.postgres.refusals import translated
from anonymizer.postgres.snapshots import export, reading

# Connections that read all rows, and pages of a piece: 16 MiB of 8 KiB pages.
_READERS, _PAGES = 2, 2048


@dataclass(frozen=True, kw_only=True)
class PostgresqlSample:
    """A database whose connection stands in a snapshot."""

    dsn: str
    connection: psycopg.Connection
    schema: Schema
    stack: ExitStack

    def some(self, table: Table) -> Sequence[Sequence[str | None]]:
        with translated(f"source, {table.name}"):
            return self.connection.execute(_query(table)).fetchall()

    @property
    def at_once(self) -> int:
        return _READERS

    def pieces(self, table: Table, columns: Sequence[str]) -> Iterator[Piece]:
        found = parts(self.connection, table)
        cut = split(table.name, found, _PAGES) if can_split(self.connection) else whole(table.name, found)
        texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in columns)
        for chunk in cut:
            query = sql.SQL("SELECT {} FROM ONLY {} WHERE {}").format(
                texts,
                sql.Identifier(chunk.schema, chunk.relation),
                sql.SQL(" AND ").join(pages_of(chunk)),
            )
            yield partial(self._readers.batches, query, f"source, {table.name}")

    @cached_property
    def _readers(self) -> Readers:
        return self.stack.enter_context(readers(self.dsn, export(self.connection).snapshot, _READERS))


@contextmanager
def sampled(dsn: str) -> Iterator[PostgresqlSample]:
    """The database, for as long as the block lasts. Raises InputError, Unavailable."""
    with reading(dsn) as connection, ExitStack() as stack:
        connection.execute("SET LOCAL synchronize_seqscans = off")  # the same rows every time
        schema = read_schema(connection)
        yield PostgresqlSample(dsn=dsn, connection=connection, schema=schema, stack=stack)


def _query(table: Table) -> sql.Composed:
    values = [_value(table.columns[name]) for name in table.stored]
    part = min(100.0, 100.0 * 20 * ROWS / table.rows) if table.rows > BIG else None
    spread = (
        sql.SQL(" TABLESAMPLE SYSTEM ({}) REPEATABLE (1)").format(sql.Literal(part)) if part else sql.SQL("")
    )
    return sql.SQL("SELECT {} FROM {}{} LIMIT {}").format(
        sql.SQL(", ").join(values), table.identifier, spread, sql.Literal(ROWS)
    )


def _value(column: Column) -> sql.Composed:
    return sql.SQL("left({}::text, {})").format(sql.Identifier(column.name), sql.Literal(LONGEST))
