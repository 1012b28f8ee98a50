"""Fills a migrated PostgreSQL database with files of rows. Decides nothing about the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pyarrow as pa

from anonymizer.copying.how import Progress
from anonymizer.policies.schema import Schema, Table, read_schema
from anonymizer.postgres.connections import session
from anonymizer.postgres.loading import analyse, bulk, copy_in
from anonymizer.postgres.occupying import alone, make_room
from anonymizer.postgres.refusals import translated
from anonymizer.postgres.sequences import go_on_after
from foundation.receipts import Receipt, store

_BLOCK = 2 << 20


@dataclass(frozen=True, kw_only=True)
class PostgresqlFilling:
    """A database that nobody else writes into."""

    writer: psycopg.Connection
    schema: Schema

    def make_room(self, tables: Sequence[Table], receipt: Receipt, *, replace_rows: bool) -> None:
        with self.writer.transaction():
            make_room(self.writer, tables, receipt, replace_rows=replace_rows)

    def fill(self, tables: Sequence[tuple[Table, Sequence[str], Path]], progress: Progress) -> None:
        with bulk(self.writer, [table.identifier for table, _, _ in tables]):
            for table, columns, file in tables:
                with translated(f"target, {table.name}"):
                    rows = copy_in(self.writer, table.identifier, columns, _content(file))
                    analyse(self.writer, table.identifier)
                progress(table.name, rows, rows)
            go_on_after(self.writer, {(table.schema, table.relation) for table, _, _ in tables})

    def finish(self, receipt: Receipt) -> None:
        store(self.writer, receipt)


@contextmanager
def filling(dsn: str) -> Iterator[PostgresqlFilling]:
    """The target, for as long as the block lasts. Raises InputError, Refused, Unavailable."""
    with session(dsn, "target") as writer, alone(writer):
        yield PostgresqlFilling(writer=writer, schema=read_schema(writer))


def _content(file: Path) -> Iterator[bytes]:
    with pa.input_stream(str(file), compression="zstd") as stream:
        while block := stream.read(_BLOCK):
            yield block
