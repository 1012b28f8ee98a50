"""Moves the rows: read, mask and write overlap. Nothing unmasked is kept anywhere but in this process's
memory.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from queue import Empty, Full, Queue
from typing import TypeVar

import psycopg
import pyarrow as pa
from psycopg import sql
from pyarrow import csv

from anonymizer.connections import translated
from anonymizer.loading import copy_in
from anonymizer.masking import TableMask
from anonymizer.plan import Plan, TablePlan
from anonymizer.transforms import DROP
from foundation.errors import InputError, PeakproofError

Item = TypeVar("Item")
# Told after every block: table, rows written so far, rows expected (the server's estimate).
Progress = Callable[[str, int, int], None]

_BLOCK = 2 << 20
_AHEAD = 4


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
    blocks = ahead(_blocks(source, plan))
    masked = ahead((table, _masked(table, masks[table.table.name], block)) for table, block in blocks)
    written = {table.table.name: 0 for table in plan.copies}
    for name, group in groupby(masked, key=lambda item: item[0].table.name):
        table = next(copy for copy in plan.copies if copy.table.name == name)
        with translated(f"target, {name}"):
            content = _written(name, table.table.rows, (block for _, block in group), progress)
            written[name] = copy_in(target, table.table.identifier, table.rules, content)
    return written


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The items of an iterator that runs in a thread of its own, a few items ahead of who asks for them."""
    queue: Queue[tuple[Item | None, BaseException | None]] = Queue(_AHEAD)
    stopped = threading.Event()

    def put(entry: tuple[Item | None, BaseException | None]) -> None:
        while not stopped.is_set():
            try:
                queue.put(entry, timeout=0.1)
            except Full:
                continue
            return

    def work() -> None:
        try:
            for item in items:
                put((item, None))
                if stopped.is_set():
                    return
            put((None, None))
        except BaseException as error:  # noqa: BLE001  # it is raised again where the items are used
            put((None, error))

    thread = threading.Thread(target=work, name="anonymizer-ahead", daemon=True)
    thread.start()
    try:
        while True:
            item, error = _got(queue)
            if error is not None:
                raise error
            if item is None:
                return
            yield item
    finally:
        stopped.set()


def _got(queue: Queue[Item]) -> Item:
    # With a time-out the wait can be interrupted by Ctrl-C.
    while True:
        try:
            return queue.get(timeout=0.2)
        except Empty:
            continue


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
    # What is dropped is not even read.
    columns = [
        sql.SQL("NULL") if rule.transform == DROP else sql.Identifier(name)
        for name, rule in plan.rules.items()
    ]
    return sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT csv)").format(
        sql.SQL(", ").join(columns), plan.table.identifier
    )


def _masked(plan: TablePlan, mask: TableMask, block: bytes) -> tuple[pa.Buffer, int]:
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
    """CSV as PostgreSQL writes it. Every column is text; unquoted nothing is NULL, quoted nothing is
    empty.
    """
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
