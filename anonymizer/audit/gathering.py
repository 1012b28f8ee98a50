"""Gathers an audit from a finished copy and its source: checks the copy again, and digests its tables."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from importlib import metadata
from operator import add

import psycopg
from psycopg import sql

from anonymizer.audit.record import Audit, AuditedTable, treatments, untouched
from anonymizer.canonical import kind_of
from anonymizer.digests import TableDigest, digest_of
from anonymizer.policies.plan import Plan
from anonymizer.policies.policy import Policy
from anonymizer.policies.schema import Table, read_schema
from anonymizer.pools import version as pools_version
from anonymizer.postgres import run
from anonymizer.postgres.connections import session, translated
from anonymizer.postgres.wire import parsed
from anonymizer.pseudonyms.keys import Key
from foundation.errors import Refused
from foundation.receipts import now, read

Told = Callable[[str], None]
_BLOCK = 2 << 20
_VERSIONS = ("peakproof", "cryptography", "faker", "polars", "psycopg", "pyarrow")


def gather(source: str, target: str, policy: Policy, key: Key | None = None, *, told: Told) -> Audit:
    """Checks a finished copy against its source, renews its receipt, and says everything about it.

    With the run's key, rows are matched whose keys are masked.
    Raises as `anonymizer.verify`: InputError, Refused (no finished copy), Unavailable.
    """
    told("comparing and searching the copy")
    plan, seen = run.compare(source, target, policy, key)
    with session(target, "target") as connection:
        receipt = read(connection)
        if receipt is None:
            raise Refused("the target's receipt went away during the audit", hint="run it again")
        tables = _tables(connection, plan, told)
    return Audit(
        made=now(),
        receipt=receipt,
        environment=policy.population,
        tables=tables,
        emptied=tuple(table.name for table in plan.empties),
        skipped=tuple(untouched(policy)),
        seen=seen,
        versions=_versions(),
        processing=policy.processing,
    )


def digests(target: str, names: Mapping[str, object]) -> dict[str, tuple[int, str]]:
    """Rows and digest of the named tables as they are now; a table that is gone is left out."""
    with session(target, "target") as connection:
        schema = read_schema(connection)
        there = [schema.tables[name] for name in names if name in schema.tables]
        return {table.name: _digest(connection, table) for table in there}


def _tables(connection: psycopg.Connection, plan: Plan, told: Told) -> tuple[AuditedTable, ...]:
    schema = read_schema(connection)
    found = []
    for copy in plan.copies:
        told(f"digesting {copy.table.name}")
        rows, digest = _digest(connection, schema.tables[copy.table.name])
        found.append(AuditedTable(name=copy.table.name, rows=rows, digest=digest, columns=treatments(copy)))
    return tuple(found)


def _digest(connection: psycopg.Connection, table: Table) -> tuple[int, str]:
    kinds = {name: kind_of(table.columns[name].base) for name in table.stored}
    with translated(f"target, {table.name}"):
        digests = (digest_of(parsed(block, list(kinds)), kinds) for block in blocks(connection, table))
        whole = reduce(add, digests, TableDigest())
    return whole.rows, whole.of(kinds)


def blocks(connection: psycopg.Connection, table: Table) -> Iterator[bytes]:
    """A table's stored columns as CSV, whole rows, about two megabytes at a time."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.stored))
    query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT csv)").format(columns, table.identifier)
    with connection.cursor().copy(query) as copy:
        rows: list[bytes] = []
        size = 0
        for row in copy:
            rows.append(bytes(row))
            size += len(row)
            if size >= _BLOCK:
                yield b"".join(rows)
                rows, size = [], 0
        if rows:
            yield b"".join(rows)


def _versions() -> dict[str, str]:
    packages = {name: metadata.version(name) for name in _VERSIONS}
    return {"python": platform.python_version(), **packages, "pools": pools_version()}
