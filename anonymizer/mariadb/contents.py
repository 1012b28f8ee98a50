"""All that a finished MariaDB or MySQL database holds, in one snapshot, as texts. Never writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from anonymizer.mariadb import receipts, statements
from anonymizer.mariadb.connections import Session
from anonymizer.mariadb.reading import blocks
from anonymizer.mariadb.schema import read_schema
from anonymizer.mariadb.snapshots import reading
from anonymizer.policies.schema import Schema, Table
from foundation.receipts import Receipt


@dataclass(frozen=True, kw_only=True)
class MariadbContents:
    """A session that stands in a snapshot."""

    session: Session
    schema: Schema

    def receipt(self) -> Receipt | None:
        return receipts.read(self.session)

    def batches(self, table: Table) -> Iterator[pa.RecordBatch]:
        line = statements.csv(statements.text(table.columns[name]) for name in table.stored)
        query = f"SELECT {line} FROM {statements.quoted(table.relation)}"  # noqa: S608 - names, quoted
        for block in blocks(self.session, query, list(table.stored), table.name):
            yield from block.combine_chunks().to_batches()


@contextmanager
def opened(dsn: str, role: str) -> Iterator[MariadbContents]:
    """The database, for as long as the block lasts. Raises InputError, Unavailable."""
    with reading(dsn, role) as session:
        yield MariadbContents(session=session, schema=read_schema(session).schema)
