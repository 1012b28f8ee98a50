"""Reads rows of MariaDB or MySQL as tables of texts, block by block. Never writes, never masks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
from pyarrow import csv

from anonymizer.mariadb import statements
from anonymizer.mariadb.connections import Session, translated
from anonymizer.policies.plan import TablePlan
from foundation.errors import InputError

# Bytes that are masked and sent at a time.
BLOCK = 2 << 20


@dataclass(kw_only=True)
class Pace:
    """How the source is read: `block` bytes at a time, at most `rate` bytes a second; None: any number."""

    block: int = BLOCK
    rate: float | None = None
    _began: float | None = None
    _taken: int = 0

    def keep(self, size: int) -> None:
        """Waits until so many more bytes may have been read."""
        if self.rate is None:
            return
        self._began = self._began or time.monotonic()
        self._taken += size
        time.sleep(max(0.0, self._taken / self.rate - (time.monotonic() - self._began)))


def few(source: Session, copy: TablePlan, rows: int) -> pa.Table:
    """At most so many rows of the table, as masks take them. `source` stands in a snapshot."""
    query = f"SELECT {statements.line(copy)} FROM {statements.rows_of(copy)} LIMIT {rows}"  # noqa: S608 - quoted
    nothing = pa.table({name: pa.array([], pa.string()) for name in copy.rules})
    return pa.concat_tables([nothing, *blocks(source, query, list(copy.rules), copy.table.name)])


def blocks(
    session: Session, query: str, columns: list[str], table: str, pace: Pace | None = None
) -> Iterator[pa.Table]:
    """The rows of a query that gives lines of CSV, every column as text, a block at a time."""
    where, pace = f"{session.role}, {table}", pace or Pace()
    lines: list[bytes] = []
    size = 0
    with translated(where):
        for line in session.lines(query):
            if not isinstance(line, bytes):
                hint = "raise max_allowed_packet on that server"
                raise InputError("a row is longer than the server sends", where=where, hint=hint)
            lines.append(line)
            size += len(line)
            if size >= pace.block:
                yield _parsed(b"".join(lines), columns, where)
                pace.keep(size)
                lines, size = [], 0
    if lines:
        yield _parsed(b"".join(lines), columns, where)


def as_texts(
    columns: Sequence[str], size: int
) -> tuple[csv.ReadOptions, csv.ParseOptions, csv.ConvertOptions]:
    """How CSV is read in blocks of that size: every value is a text, nothing at all is NULL."""
    return (
        csv.ReadOptions(column_names=list(columns), block_size=size, use_threads=False),
        csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), null_values=[""], strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )  # fmt: skip


def _parsed(content: bytes, columns: list[str], where: str) -> pa.Table:
    try:
        return csv.read_csv(pa.py_buffer(content), *as_texts(columns, len(content) + 1))
    except pa.ArrowInvalid:
        # Arrow's message quotes the row.
        raise InputError("rows cannot be read: texts that are not UTF-8?", where=where) from None
