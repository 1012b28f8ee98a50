"""Fills a migrated MariaDB or MySQL database with files of rows. Decides nothing about the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from anonymizer.copying.how import Progress
from anonymizer.mariadb import occupying, receipts, statements
from anonymizer.mariadb.connections import Session, session, translated
from anonymizer.mariadb.loading import refuse_orphans, settle, transaction
from anonymizer.mariadb.reading import BLOCK, as_texts
from anonymizer.mariadb.schema import Described, read_schema
from anonymizer.policies.schema import Schema, Table
from foundation.errors import InputError
from foundation.receipts import Receipt

# A row in a file: twice what the server takes by default (max_allowed_packet).
_LONGEST = 32 << 20


@dataclass(frozen=True, kw_only=True)
class MariadbFilling:
    """A database that nobody else writes into."""

    writer: Session
    described: Described

    @property
    def schema(self) -> Schema:
        return self.described.schema

    def make_room(self, tables: Sequence[Table], receipt: Receipt, *, replace_rows: bool) -> None:
        triggered = sorted(table.name for table in tables if table.name in self.described.triggered)
        if triggered:
            what = f"triggers would change what is written: {', '.join(triggered)}"
            raise InputError(what, where="target", hint="drop them for the load")
        occupying.make_room(self.writer, tables, receipt, replace_rows=replace_rows)

    def fill(self, tables: Sequence[tuple[Table, Sequence[str], Path]], progress: Progress) -> None:
        self.writer.do("SET foreign_key_checks = 0")
        with transaction(self.writer, "target"):
            for table, columns, file in tables:
                rows = self._fill(table, columns, file)
                progress(table.name, rows, rows)
            for table, _, _ in tables:
                refuse_orphans(self.writer, table)
        self.writer.do("SET foreign_key_checks = 1")
        for table, _, _ in tables:
            settle(self.writer, table)

    def _fill(self, table: Table, columns: Sequence[str], file: Path) -> int:
        rows = 0
        with translated(f"target, {table.name}"):
            for block in _blocks(file, columns):
                values = statements.tuples(table.columns, pa.table(block))
                for body in statements.bodies(values, BLOCK):
                    self.writer.write(statements.insert(table, columns, body))
                rows += block.num_rows
        return rows

    def finish(self, receipt: Receipt) -> None:
        receipts.store(self.writer, receipt)


@contextmanager
def filling(dsn: str) -> Iterator[MariadbFilling]:
    """The target, for as long as the block lasts. Raises InputError, Refused, Unavailable."""
    with session(dsn, "target") as writer, occupying.alone(writer):
        yield MariadbFilling(writer=writer, described=read_schema(writer))


def _blocks(file: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    with pa.input_stream(str(file), compression="zstd") as stream:
        if not stream.read(1):  # a table without rows: the reader of CSV refuses nothing at all
            return
    with pa.input_stream(str(file), compression="zstd") as stream:
        try:
            yield from csv.open_csv(stream, *as_texts(columns, _LONGEST))
        except pa.ArrowInvalid:  # its message quotes the row
            what = f"a row is longer than {_LONGEST >> 20} MiB"
            raise InputError(what, where=file.name, hint="publish that table in another way") from None
