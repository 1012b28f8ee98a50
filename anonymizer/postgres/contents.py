"""All that a finished database holds, in one snapshot, as the texts that COPY would write. Never writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pyarrow as pa
from psycopg import sql

from anonymizer.policies.schema import Table
from anonymizer.postgres.connections import session
from anonymizer.postgres.reading import Reader
from anonymizer.postgres.reading import reader as batches_of
from anonymizer.postgres.snapshots import export

# A cast to text writes these otherwise than the type's own output does: blanks go, a network mask comes.
_CAST_DIFFERS = frozenset({"character", "inet"})


@contextmanager
def opened(dsn: str, role: str) -> Iterator[tuple[psycopg.Connection, Reader]]:
    """A connection, and a reader of batches, both in one snapshot. Raises as `session`."""
    with session(dsn, role) as connection, batches_of(dsn, export(connection).snapshot) as reader:
        yield connection, reader


def contents(reader: Reader, table: Table, role: str) -> Iterator[pa.RecordBatch]:
    """A table's stored columns, every value as PostgreSQL writes it, NULL where nothing stands."""
    columns = {name: _written(name, table.columns[name].base) for name in table.stored}
    return reader.named(columns, table.identifier, f"{role}, {table.name}")


def _written(name: str, base: str) -> sql.Composed:
    column = sql.Identifier(name)
    if base in _CAST_DIFFERS:
        return sql.SQL("CASE WHEN {0} IS NOT NULL THEN concat({0}) END").format(column)
    return sql.SQL("{}::text").format(column)
