"""CSV, a block at a time: UTF-8, a header line, quotes where needed; nothing is NULL, "" is empty.

Its errors name the row and never quote it, as Arrow's would.
"""

from __future__ import annotations

import csv as lines
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

import polars as pl
import pyarrow as pa
from pyarrow import csv

from anonymizer.canonical import canonical, kind_of
from anonymizer.files.content import Block
from anonymizer.files.feeding import feed
from anonymizer.files.tables import base_of
from foundation.errors import InputError

# A row longer than this cannot be read; about three such blocks are in memory for each worker.
BLOCK = 8 << 20
_HEADER = 1 << 20


@dataclass(frozen=True, kw_only=True)
class CsvSource:
    """An open CSV file behind its header line."""

    name: str
    schema: pa.Schema
    rest: BinaryIO
    delimiter: str
    expected: int = 0

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[Block]:
        done = 0
        try:
            for batch in self._batches(columns):
                if batch.num_rows:
                    rows, first = pa.Table.from_batches([batch]), done + 1
                    yield Block(rows=rows, where=f"rows from {first} on", first=first)
                done += batch.num_rows
        except pa.ArrowInvalid as error:
            raise self._fault(str(error), done) from None

    def _batches(self, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        start = self.rest.read(1)
        if not start:
            return

        names = self.schema.names
        with feed(start, self.rest) as content:
            yield from csv.open_csv(
                content,
                csv.ReadOptions(column_names=names, block_size=BLOCK, use_threads=False),
                csv.ParseOptions(
                    # No handler of ours for wrong rows: Arrow's threads would hold it while the process ends.
                    delimiter=self.delimiter, newlines_in_values=True, ignore_empty_lines=len(names) > 1,
                ),
                csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), null_values=[""],
                    strings_can_be_null=True, quoted_strings_can_be_null=False, include_columns=columns,
                ),
            )  # fmt: skip

    def _fault(self, said: str, done: int) -> InputError:
        """What Arrow found, without the row that it quotes."""
        behind = f"{self.name}, after row {done}"
        if columns := re.match(_COLUMNS, said):
            row, wanted, found = columns.groups()
            what = f"{f'row {row}: ' if row else ''}{found} columns where the header names {wanted}"
            hint = "quote values that hold the delimiter, a quote or a line's end"
            return InputError(what, where=self.name, hint=hint)
        if "UTF8" in said:
            return InputError("is not UTF-8", where=behind, hint=_RECODE)
        if "straddling" in said or "block size" in said:
            hint = "look for a quote that is never closed"
            return InputError(f"a row is longer than {BLOCK >> 20} MiB", where=behind, hint=hint)
        return InputError("is no CSV", where=behind, hint="check its quotes and its delimiter")


# What Arrow says of a row with too many or too few values; behind it the row itself is quoted.
_COLUMNS = r"CSV parse error: (?:Row #(\d+): )?Expected (\d+) columns, got (\d+)"
_RECODE = "recode it: iconv -f CP1250 -t UTF-8 FILE | peakproof anonymize file - …"


@contextmanager
def reading(stream: BinaryIO, name: str, delimiter: str) -> Iterator[CsvSource]:
    """The file behind its header. Raises InputError: no header, a name twice, not UTF-8."""
    names = _header(stream, name, delimiter)
    schema = pa.schema([(one, pa.string()) for one in names])
    yield CsvSource(name=name, schema=schema, rest=stream, delimiter=delimiter)


def _header(stream: BinaryIO, name: str, delimiter: str) -> list[str]:
    raw = stream.readline(_HEADER)
    while raw.count(b'"') % 2 and len(raw) < _HEADER and (more := stream.readline(_HEADER)):
        raw += more
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("is not UTF-8", where=f"{name}, header", hint=_RECODE) from None
    names = next(lines.reader(io.StringIO(text.rstrip("\r\n"), newline=""), delimiter=delimiter), [])
    if not any(names):
        raise InputError("has no header line", where=name, hint="name the columns in its first line")
    other = next((mark for mark in ";\t|," if mark in names[0] and mark != delimiter), None)
    if len(names) == 1 and other is not None:
        what = f"its header holds no {delimiter!r}, but {other!r}"
        raise InputError(what, where=name, hint=f"if that separates its columns: --delimiter {other!r}")
    twice = [one for one, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(f"names {', '.join(map(repr, twice))} twice", where=f"{name}, header")
    return names


@dataclass(frozen=True, kw_only=True)
class CsvSink:
    """Writes rows as CSV behind a header line."""

    stream: BinaryIO
    delimiter: str

    def write(self, rows: pa.Table) -> None:
        texts = [_text(rows.column(name)) for name in rows.column_names]
        frame = cast(pl.DataFrame, pl.from_arrow(pa.table(texts, names=rows.column_names)))
        frame.write_csv(self.stream, include_header=False, separator=self.delimiter, quote_style="necessary")


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = kind_of(base_of(column.type))
    return column if kind == "text" else pa.chunked_array([canonical(one, kind) for one in column.chunks])


@contextmanager
def writing(stream: BinaryIO, schema: pa.Schema, delimiter: str) -> Iterator[CsvSink]:
    """A CSV file of these columns."""
    header = pl.DataFrame({name: [] for name in schema.names})
    header.write_csv(stream, separator=delimiter)
    yield CsvSink(stream=stream, delimiter=delimiter)
