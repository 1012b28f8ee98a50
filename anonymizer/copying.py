"""Moves the rows: read, mask and write overlap. Unmasked rows are only ever in this process's memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import groupby

import psycopg
import pyarrow as pa
from psycopg import sql
from pyarrow import csv

from anonymizer.connections import translated
from anonymizer.loading import copy_in
from anonymizer.masking import TableMask
from anonymizer.overlap import ahead
from anonymizer.plan import Plan, TablePlan
from anonymizer.transforms import DROP
from foundation.errors import InputError, PeakproofError

# Told after every block: table, rows written so far, rows expected (the server's estimate).
Progress = Callable[[str, int, int], None]

_BLOCK = 2 << 20


def copy_tables(
    source: psycopg.Connection,
    target: psycopg.Connection,
    plan: Plan,
    masks: Mapping[str, TableMask],
    progress: Progress,
) -> dict[str, int]:
    """Copies and masks every table of the plan, parents first. Returns the rows written by table.

    `source` stands in a read snapshot, `target` in a transaction.
    """
    tables = {table.table.name: table for table in plan.copies}
    rows = dict.fromkeys(tables, 0)
    with (
        closing(ahead(_blocks(source, plan))) as blocks,
        closing(ahead(_all_masked(masks, blocks))) as masked,
    ):
        for name, group in groupby(masked, key=lambda item: item[0]):
            table = tables[name].table
            content = _written(name, table.rows, (block for _, block in group), progress)
            with translated(f"target, {name}"):
                rows[name] = copy_in(target, table.identifier, tables[name].rules, content)
    return rows


def _all_masked(
    masks: Mapping[str, TableMask], blocks: Iterator[tuple[TablePlan, bytes]]
) -> Iterator[tuple[str, tuple[pa.Buffer, int]]]:
    for table, block in blocks:
        yield table.table.name, masked_block(table, masks[table.table.name], block)


def _blocks(source: psycopg.Connection, plan: Plan) -> Iterator[tuple[TablePlan, bytes]]:
    """Whole rows of CSV, about two megabytes at a time."""
    for table in plan.copies:
        with translated(f"source, {table.table.name}"), source.cursor().copy(_select(table)) as copy:
            rows: list[bytes | bytearray | memoryview] = []
            size = 0
            for row in copy:
                rows.append(row)
                size += len(row)
                if size >= _BLOCK:
                    yield table, b"".join(rows)
                    rows, size = [], 0
            if rows:
                yield table, b"".join(rows)


def _select(plan: TablePlan) -> sql.Composed:
    return sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT csv)").format(
        columns_read(plan), plan.source_rows
    )


def columns_read(plan: TablePlan) -> sql.Composed:
    """What stands between SELECT and FROM; what is dropped is not even read."""
    columns = [
        sql.SQL("NULL") if rule.transform == DROP else sql.Identifier(name)
        for name, rule in plan.rules.items()
    ]
    return sql.SQL(", ").join(columns)


def masked_block(plan: TablePlan, mask: TableMask, block: bytes) -> tuple[pa.Buffer, int]:
    """The masked block as CSV, and its rows."""
    try:
        rows = mask(parsed(block, list(plan.rules)))
        return formatted(rows), rows.num_rows
    except PeakproofError:
        raise
    except (pa.ArrowException, ValueError) as error:
        # Their messages quote values, and so would a traceback: neither is kept.
        what = f"a value could not be masked ({type(error).__name__})"
        raise InputError(what, where=plan.table.name, hint="check the transforms of this table") from None


def parsed(block: bytes, columns: list[str]) -> pa.Table:
    """PostgreSQL's CSV, every column as text. Unquoted nothing is NULL, quoted nothing is empty."""
    return csv.read_csv(
        pa.BufferReader(block),
        csv.ReadOptions(column_names=columns, block_size=len(block) + 1),
        csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), null_values=[""], strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )  # fmt: skip


def formatted(table: pa.Table) -> pa.Buffer:
    """CSV as PostgreSQL reads it: every value quoted, NULL as nothing."""
    sink = pa.BufferOutputStream()
    csv.write_csv(
        table, sink, csv.WriteOptions(include_header=False, batch_size=1 << 16, quoting_style="all_valid")
    )
    return sink.getvalue()


def _written(
    name: str, expected: int, blocks: Iterator[tuple[pa.Buffer, int]], progress: Progress
) -> Iterator[memoryview]:
    done = 0
    for block, rows in blocks:
        yield memoryview(block)
        done += rows
        progress(name, done, expected)
