"""All that a finished database holds, in one snapshot, as the texts that COPY would write. Never writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pyarrow as pa
from psycopg import sql

from anonymizer.policies.schema import Schema, Table, read_schema
from anonymizer.postgres.connections import session
from anonymizer.postgres.reading import Reader
from anonymizer.postgres.reading import reader as batches_of
from anonymizer.postgres.snapshots import export
from foundation.receipts import Receipt, read

# A cast to text writes these otherwise than the type's own output does: blanks go, a network mask comes.
_CAST_DIFFERS = frozenset({"character", "inet"})


@dataclass(frozen=True, kw_only=True)
class PostgresqlContents:
    """A connection and a reader of batches, both in one snapshot. `role` is how errors call them."""

    role: str
    connection: psycopg.Connection
    reader: Reader
    schema: Schema

    def receipt(self) -> Receipt | None:
        return read(self.connection)

    def batches(self, table: Table) -> Iterator[pa.RecordBatch]:
        columns = {name: _written(name, table.columns[name].base) for name in table.stored}
        return self.reader.named(columns, table.identifier, f"{self.role}, {table.name}")


@contextmanager
def opened(dsn: str, role: str) -> Iterator[PostgresqlContents]:
    """The database, for as long as the block lasts. Raises as `session`."""
    with session(dsn, role) as connection, batches_of(dsn, export(connection).snapshot, role=role) as reader:
        schema = read_schema(connection)
        yield PostgresqlContents(role=role, connection=connection, reader=reader, schema=schema)


def _written(name: str, base: str) -> sql.Composed:
    column = sql.Identifier(name)
    if base in _CAST_DIFFERS:
        return sql.SQL("CASE WHEN {0} IS NOT NULL THEN concat({0}) END").format(column)
    return sql.SQL("{}::text").format(column)
