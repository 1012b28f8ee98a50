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
from anonymizer.copying.how import unseen
from anonymizer.digests import TableDigest, digest_of
from anonymizer.engines import Contents, contents, runner
from anonymizer.policies.plan import Plan
from anonymizer.policies.policy import Policy
from anonymizer.policies.schema import Table
from anonymizer.pools import version as pools_version
from anonymizer.pseudonyms.keys import Key
from foundation.errors import Refused
from foundation.receipts import now

Told = Callable[[str], None]
_VERSIONS = (
    "peakproof",
    "cryptography",
    "faker",
    "llvmlite",
    "numba",
    "polars",
    "psycopg",
    "pyarrow",
    "pymysql",
)


def gather(source: str, target: str, policy: Policy, key: Key | None = None, *, told: Told) -> Audit:
    """Checks a finished copy against its source, renews its receipt, and says everything about it.

    With the run's key, rows are matched whose keys are masked.
    Raises as `anonymizer.verify`: InputError, Refused (no finished copy), Unavailable.
    """
    told("comparing and searching the copy")
    plan, seen = runner(source, target).compare(source, target, policy, key, progress=unseen)
    with contents(target, "target") as there:
        receipt = there.receipt()
        if receipt is None:
            raise Refused("the target's receipt went away during the audit", hint="run it again")
        tables = _tables(there, plan, told)
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
    with contents(target, "target") as there:
        tables = there.schema.tables
        return {name: digest(there, tables[name]) for name in names if name in tables}


def _tables(there: Contents, plan: Plan, told: Told) -> tuple[AuditedTable, ...]:
    found = []
    for copy in plan.copies:
        told(f"digesting {copy.table.name}")
        rows, seen = digest(there, there.schema.tables[copy.table.name])
        found.append(AuditedTable(name=copy.table.name, rows=rows, digest=seen, columns=treatments(copy)))
    return tuple(found)


def digest(there: Contents, table: Table) -> tuple[int, str]:
    """Rows and digest of a table's stored columns: equal to those of the same rows on any engine."""
    kinds = {name: kind_of(table.columns[name].base) for name in table.stored}
    parts = (digest_of(pa.table(batch), kinds) for batch in there.batches(table))
    whole = reduce(add, parts, TableDigest())
    return whole.rows, whole.of(kinds)


def _versions() -> dict[str, str]:
    packages = {name: metadata.version(name) for name in _VERSIONS}
    return {"python": platform.python_version(), **packages, "pools": pools_version()}
