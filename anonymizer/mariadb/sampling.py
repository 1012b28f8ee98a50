"""Reads a MariaDB or MySQL database for discovery: a few rows of every table, or all, in one snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from anonymizer.discovery.reading import BIG, LONGEST, ROWS, Piece
from anonymizer.mariadb import statements
from anonymizer.mariadb.connections import Session, Value
from anonymizer.mariadb.reading import blocks
from anonymizer.mariadb.schema import read_schema
from anonymizer.mariadb.snapshots import reading
from anonymizer.policies.schema import Column, Schema, Table
from anonymizer.transforms.base import INTEGERS

# Of a big table rows are looked up at so many places of its primary key: nothing is read to be thrown away.
_PLACES = 20


@dataclass(frozen=True, kw_only=True)
class MariadbSample:
    """A database whose session stands in a snapshot."""

    session: Session
    schema: Schema

    def some(self, table: Table) -> Sequence[Sequence[str | None]]:
        values = ", ".join(_value(table.columns[name]) for name in table.stored)
        found = self.session.rows(_query(table, values, self._starts(table)))
        return [[_text(value) for value in row] for row in found]

    def _starts(self, table: Table) -> Sequence[int]:
        """Keys to begin at; none where the first rows will do, or there is no key of a number."""
        key = table.primary_key[:1]
        if table.rows <= BIG or not key or table.columns[key[0]].base not in INTEGERS:
            return ()
        name = statements.quoted(*key)
        query = f"SELECT MIN({name}), MAX({name}) FROM {statements.quoted(table.relation)}"  # noqa: S608 - names
        low, high = (int(value or 0) for value in self.session.rows(query)[0])
        return sorted({low + (high - low) * place // _PLACES for place in range(_PLACES)})

    @property
    def at_once(self) -> int:
        return 1

    def pieces(self, table: Table, columns: Sequence[str]) -> Iterator[Piece]:
        yield partial(self._batches, table, columns)

    def _batches(self, table: Table, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        line = statements.csv([statements.text(table.columns[name]) for name in columns])
        query = f"SELECT {line} FROM {statements.quoted(table.relation)}"  # noqa: S608 - names, quoted
        for block in blocks(self.session, query, list(columns), table.name):
            yield from block.combine_chunks().to_batches()


@contextmanager
def sampled(dsn: str) -> Iterator[MariadbSample]:
    """The database, for as long as the block lasts. Raises InputError, Unavailable."""
    with reading(dsn) as session:
        yield MariadbSample(session=session, schema=read_schema(session).schema)


def _query(table: Table, values: str, starts: Sequence[int]) -> str:
    rows = f"SELECT {values} FROM {statements.quoted(table.relation)}"  # noqa: S608 - names, quoted
    if not starts:
        return f"{rows} LIMIT {ROWS}"
    key = statements.quoted(table.primary_key[0])
    few = ROWS // _PLACES
    return " UNION ALL ".join(f"({rows} WHERE {key} >= {one} ORDER BY {key} LIMIT {few})" for one in starts)


def _value(column: Column) -> str:
    return f"LEFT({statements.text(column)}, {LONGEST})"


def _text(value: Value) -> str | None:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else None
