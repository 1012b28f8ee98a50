"""Moves the rows: reading, masking and writing overlap. Unmasked rows are only in this process's memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing

import pyarrow as pa
from pyarrow import csv

from anonymizer.mariadb import statements
from anonymizer.mariadb.connections import Session, translated
from anonymizer.masks.masking import TableMask
from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.postgres.copying import Progress
from anonymizer.postgres.overlap import ahead
from foundation.errors import InputError, PeakproofError

_BLOCK = 2 << 20
# Below the default max_allowed_packet of every version: 16 MiB of MariaDB, 4 MiB of old MySQL.
_STATEMENT = 2 << 20

Block = tuple[TablePlan, pa.Table]


def copy_tables(
    source: Session, target: Session, plan: Plan, masks: Mapping[str, TableMask], progress: Progress
) -> dict[str, int]:
    """Copies and masks every table of the plan. Returns the rows written by table.

    `source` stands in a read snapshot, `target` in a transaction.
    """
    rows = {copy.table.name: 0 for copy in plan.copies}
    with (
        closing(ahead(_all_blocks(source, plan))) as blocks,
        closing(ahead(_all_masked(masks, blocks))) as masked,
    ):
        for copy, block in masked:
            name = copy.table.name
            _write(target, copy, block)
            rows[name] += block.num_rows
            progress(name, rows[name], copy.table.rows)
    return rows


def _write(target: Session, copy: TablePlan, block: pa.Table) -> None:
    where = f"target, {copy.table.name}"
    try:
        written = statements.inserts(copy.table, block, _STATEMENT)
    except ValueError:
        hint = "choose a transform that fits the column"
        raise InputError("a masked value is no such bytes or bits", where=where, hint=hint) from None
    with translated(where):
        for statement in written:
            target.write(statement)


def _all_blocks(source: Session, plan: Plan) -> Iterator[Block]:
    for copy in plan.copies:
        query = f"SELECT {statements.line(copy)} FROM {statements.rows_of(copy)}"  # noqa: S608 - names, quoted
        for block in blocks(source, query, list(copy.rules), copy.table.name):
            yield copy, block


def few(source: Session, copy: TablePlan, rows: int) -> pa.Table:
    """At most so many rows of the table, as masks take them. `source` stands in a snapshot."""
    query = f"SELECT {statements.line(copy)} FROM {statements.rows_of(copy)} LIMIT {rows}"  # noqa: S608 - quoted
    nothing = pa.table({name: pa.array([], pa.string()) for name in copy.rules})
    return pa.concat_tables([nothing, *blocks(source, query, list(copy.rules), copy.table.name)])


def blocks(session: Session, query: str, columns: list[str], table: str) -> Iterator[pa.Table]:
    """The rows of a query that gives lines of CSV, every column as text, about two megabytes at a time."""
    where = f"{session.role}, {table}"
    lines: list[bytes] = []
    size = 0
    with translated(where):
        for line in session.lines(query):
            if not isinstance(line, bytes):
                hint = "raise max_allowed_packet on that server"
                raise InputError("a row is longer than the server sends", where=where, hint=hint)
            lines.append(line)
            size += len(line)
            if size >= _BLOCK:
                yield _parsed(b"".join(lines), columns, where)
                lines, size = [], 0
    if lines:
        yield _parsed(b"".join(lines), columns, where)


def _parsed(content: bytes, columns: list[str], where: str) -> pa.Table:
    try:
        return csv.read_csv(
            pa.py_buffer(content),
            csv.ReadOptions(column_names=columns, block_size=len(content) + 1, use_threads=False),
            csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()), null_values=[""], strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )  # fmt: skip
    except pa.ArrowInvalid:
        # Arrow's message quotes the row.
        raise InputError("rows cannot be read: texts that are not UTF-8?", where=where) from None


def _all_masked(masks: Mapping[str, TableMask], blocks: Iterator[Block]) -> Iterator[Block]:
    for copy, block in blocks:
        try:
            masked = masks[copy.table.name](block)
        except PeakproofError:
            raise
        except (pa.ArrowException, ValueError) as error:
            # Their messages quote values, and so would a traceback: neither is kept.
            what = f"a value could not be masked ({type(error).__name__})"
            hint = "check the transforms of this table"
            raise InputError(what, where=copy.table.name, hint=hint) from None
        yield copy, masked
