"""A run from connections to receipt, as a row of stages. The source is only ever read, in one snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
from psycopg import sql

from anonymizer import filters
from anonymizer.connections import refuse_same, session, translated
from anonymizer.copying import Progress, copy_tables
from anonymizer.keys import Key
from anonymizer.loading import bulk, settle
from anonymizer.masking import table_mask
from anonymizer.plan import Plan, make_plan
from anonymizer.policy import Policy
from anonymizer.previewing import Preview
from anonymizer.previewing import preview as masked_rows
from anonymizer.schema import Schema, Table, read_schema
from anonymizer.verification import Verification, verify
from foundation.errors import Refused
from foundation.receipts import Receipt, now, read, store


def anonymize(
    source: str, target: str, policy: Policy, key: Key, *, progress: Progress, replace_rows: bool = False
) -> Receipt:
    """Copies the masked source into the migrated target, checks it, and leaves the receipt there.

    Raises InputError (policy, schema, login), Refused (target is the source, or not empty), Unavailable.
    """
    with _read_snapshot(source) as reader, session(target, "target") as writer:
        refuse_same(reader, writer)
        there = read_schema(writer)
        plan = _plan(reader, policy, there)
        receipt = Receipt(
            policy=f"{policy.name} {policy.version}", policy_hash=policy.hash, schema=plan.source.fingerprint,
            key=key.fingerprint(), started=now(),
        )  # fmt: skip
        _make_room(writer, plan, receipt, replace_rows=replace_rows)
        rows = _copied(reader, writer, plan, key, progress)
        seen = verify(reader, writer, plan, there)
        return _finished(writer, replace(receipt, tables=rows), seen)


def check(source: str, policy: Policy, target: str | None = None) -> Plan:
    """What a run would do, or InputError with all that is in its way. Reads nothing of rows but counts.

    Without a target, one with the source's schema is assumed.
    """
    with _read_snapshot(source) as reader:
        if target is None:
            return _plan(reader, policy, None)
        with session(target, "target") as other:
            refuse_same(reader, other)
            return _plan(reader, policy, read_schema(other))


def preview(source: str, policy: Policy, key: Key, *, rows: int) -> list[Preview]:
    """Masked values of a few rows of every table, as a run into the same schema would write them."""
    with _read_snapshot(source) as reader:
        return masked_rows(reader, _plan(reader, policy, None), key, rows=rows)


def _plan(reader: psycopg.Connection, policy: Policy, there: Schema | None) -> Plan:
    here = read_schema(reader)
    plan = make_plan(policy, _counted(reader, here, policy), here if there is None else there)
    filters.refuse_wrong(reader, plan, policy)
    return plan


def compare(source: str, target: str, policy: Policy) -> tuple[Plan, Verification]:
    """Compares a finished target with its source and searches it; writes the result into its receipt.

    Rows that the source has got since the copy count as missing. Raises as `anonymize`; Refused: no receipt.
    """
    with _read_snapshot(source) as reader, session(target, "target") as writer:
        refuse_same(reader, writer)
        there = read_schema(writer)
        plan = make_plan(policy, read_schema(reader), there)
        receipt = read(writer)
        if receipt is None or not receipt.complete:
            raise Refused("the target holds no finished copy", hint="run `peakproof anonymize run` first")
        seen = verify(reader, writer, plan, there, everywhere=True)
        store(writer, replace(receipt, verified=seen.passes, findings=seen.faults))
        return plan, seen


@contextmanager
def _read_snapshot(dsn: str) -> Iterator[psycopg.Connection]:
    """One consistent view of the source for everything that reads it."""
    with session(dsn, "source") as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield connection


def _counted(reader: psycopg.Connection, schema: Schema, policy: Policy) -> Schema:
    """Exact row counts where capacity is to be proven: tables with a masked column in a unique index."""
    tables = dict(schema.tables)
    for name, table in schema.tables.items():
        rule = policy.tables.get(name)
        masked = {column for column, r in rule.columns.items() if r.masks} if rule else set()
        if any(masked & set(columns) for columns in table.unique.values()):
            row = reader.execute(sql.SQL("SELECT count(*) FROM {}").format(table.identifier)).fetchone()
            tables[name] = replace(table, rows=row[0] if row else 0)
    return Schema(tables=tables)


def _make_room(writer: psycopg.Connection, plan: Plan, receipt: Receipt, *, replace_rows: bool) -> None:
    """Refuses a target with rows, or removes them; from here on the target is marked incomplete."""
    tables = [*(copy.table for copy in plan.copies), *plan.empties]
    full = [table.name for table in tables if _holds_rows(writer, table)]
    if full and not replace_rows:
        hint = "give an empty target, or --replace to remove what is there"
        raise Refused(f"the target is not empty: {', '.join(full)}", hint=hint)
    with writer.transaction():
        store(writer, receipt)
        if full:
            names = sql.SQL(", ").join(table.identifier for table in tables)
            writer.execute(sql.SQL("TRUNCATE {}").format(names))


def _holds_rows(writer: psycopg.Connection, table: Table) -> bool:
    row = writer.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(table.identifier)).fetchone()
    return bool(row and row[0])


def _copied(
    reader: psycopg.Connection, writer: psycopg.Connection, plan: Plan, key: Key, progress: Progress
) -> dict[str, int]:
    """All tables in one transaction: the target holds the whole copy or nothing of it."""
    masks = {copy.table.name: table_mask(copy, plan.source, key) for copy in plan.copies}
    with bulk(writer, [copy.table.identifier for copy in plan.copies]):
        rows = copy_tables(reader, writer, plan, masks, progress)
        for copy in plan.copies:
            with translated(f"target, {copy.table.name}"):
                settle(writer, copy.table.identifier, copy.renumbered)
    return rows


def _finished(writer: psycopg.Connection, receipt: Receipt, seen: Verification) -> Receipt:
    whole = replace(receipt, finished=now(), complete=True, verified=seen.passes, findings=seen.faults)
    store(writer, whole)
    return whole
