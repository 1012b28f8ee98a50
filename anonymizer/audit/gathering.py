"""Gathers an audit from a finished copy and its source: checks the copy again, and digests its tables."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from functools import reduce
from importlib import metadata
from operator import add

import pyarrow as pa

from anonymizer.audit.record import Audit, AuditedTable, treatments, untouched
from anonymizer.canonical import kind_of
from anonymizer.digests import TableDigest, digest_of
from anonymizer.policies.plan import Plan
from anonymizer.policies.policy import Policy
from anonymizer.policies.schema import Schema, Table, read_schema
from anonymizer.pools import version as pools_version
from anonymizer.postgres import run
from anonymizer.postgres.contents import contents, opened
from anonymizer.postgres.reading import Reader
from anonymizer.pseudonyms.keys import Key
from foundation.errors import Refused
from foundation.receipts import now, read

Told = Callable[[str], None]
_VERSIONS = ("peakproof", "cryptography", "faker", "polars", "psycopg", "pyarrow")


def gather(source: str, target: str, policy: Policy, key: Key | None = None, *, told: Told) -> Audit:
    """Checks a finished copy against its source, renews its receipt, and says everything about it.

    With the run's key, rows are matched whose keys are masked.
    Raises as `anonymizer.verify`: InputError, Refused (no finished copy), Unavailable.
    """
    told("comparing and searching the copy")
    plan, seen = run.compare(source, target, policy, key)
    with opened(target, "target") as (connection, reader):
        receipt = read(connection)
        if receipt is None:
            raise Refused("the target's receipt went away during the audit", hint="run it again")
        tables = _tables(reader, read_schema(connection), plan, told)
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
    with opened(target, "target") as (connection, reader):
        schema = read_schema(connection)
        there = [schema.tables[name] for name in names if name in schema.tables]
        return {table.name: _digest(reader, table) for table in there}


def _tables(reader: Reader, schema: Schema, plan: Plan, told: Told) -> tuple[AuditedTable, ...]:
    found = []
    for copy in plan.copies:
        told(f"digesting {copy.table.name}")
        rows, digest = _digest(reader, schema.tables[copy.table.name])
        found.append(AuditedTable(name=copy.table.name, rows=rows, digest=digest, columns=treatments(copy)))
    return tuple(found)


def _digest(reader: Reader, table: Table) -> tuple[int, str]:
    kinds = {name: kind_of(table.columns[name].base) for name in table.stored}
    digests = (digest_of(pa.table(batch), kinds) for batch in contents(reader, table, "target"))
    whole = reduce(add, digests, TableDigest())
    return whole.rows, whole.of(kinds)


def _versions() -> dict[str, str]:
    packages = {name: metadata.version(name) for name in _VERSIONS}
    return {"python": platform.python_version(), **packages, "pools": pools_version()}
