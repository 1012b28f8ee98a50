"""Parquet, a block at a time, with its types. What an application noted in its metadata stays behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from anonymizer.files.content import Block
from foundation.errors import InputError

_ROWS = 1 << 16
_BLOCK = 16 << 20


@dataclass(frozen=True, kw_only=True)
class ParquetSource:
    """An open Parquet file."""

    name: str
    file: pq.ParquetFile

    @property
    def schema(self) -> pa.Schema:
        return self.file.schema_arrow.remove_metadata()

    @property
    def expected(self) -> int:
        return int(self.file.metadata.num_rows)

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[Block]:
        first = 1
        for group in range(self.file.metadata.num_row_groups):
            where = f"row group {group + 1}"
            size = _rows_at_once(self.file.metadata.row_group(group))
            try:
                batches = self.file.iter_batches(size, row_groups=[group], columns=columns, use_threads=False)
                for batch in batches:
                    table = pa.Table.from_batches([batch]).replace_schema_metadata()
                    yield Block(rows=table, where=where, first=first)
                    first += table.num_rows
            except (pa.ArrowException, OSError):
                raise InputError("cannot be read: damaged?", where=f"{self.name}, {where}") from None


def _rows_at_once(group: pq.RowGroupMetaData) -> int:
    """As many rows as make about 16 MiB."""
    bytes_a_row = max(1, group.total_byte_size // max(1, group.num_rows))
    return int(min(_ROWS, max(16, _BLOCK // bytes_a_row)))


@contextmanager
def reading(stream: BinaryIO, name: str, _delimiter: str) -> Iterator[ParquetSource]:
    """An open Parquet file. Raises InputError: it is none, or damaged."""
    try:
        file = pq.ParquetFile(pa.PythonFile(stream, mode="r"), buffer_size=1 << 20, pre_buffer=False)
    except (pa.ArrowException, OSError):
        raise InputError("is no Parquet file, or damaged", where=name) from None
    with file:
        yield ParquetSource(name=name, file=file)


@dataclass(frozen=True, kw_only=True)
class ParquetSink:
    """Writes rows as one row group a block."""

    writer: pq.ParquetWriter

    def write(self, rows: pa.Table) -> None:
        self.writer.write_table(rows)


@contextmanager
def writing(stream: BinaryIO, schema: pa.Schema, _delimiter: str) -> Iterator[ParquetSink]:
    """A Parquet file of these columns and types."""
    with pq.ParquetWriter(pa.PythonFile(stream, mode="w"), schema) as writer:
        yield ParquetSink(writer=writer)
