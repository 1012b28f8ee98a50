"""The digest of a table on MariaDB or MySQL: equal to that of the same rows on any engine. Only reads."""

from __future__ import annotations

from functools import reduce
from operator import add

from anonymizer.canonical import kind_of
from anonymizer.digests import TableDigest, digest_of
from anonymizer.mariadb import statements
from anonymizer.mariadb.connections import Session
from anonymizer.mariadb.reading import blocks
from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.policies.schema import Table
from anonymizer.transforms import KEEP


def table_digest(session: Session, table: Table) -> tuple[int, str]:
    """Rows and digest of a table's stored columns."""
    kinds = {name: kind_of(table.columns[name].base) for name in table.stored}
    whole = TablePlan(table=table, rules={name: Rule(transform=KEEP) for name in table.stored})
    query = f"SELECT {statements.line(whole)} FROM {statements.rows_of(whole)}"  # noqa: S608 - names, quoted
    parts = (digest_of(block, kinds) for block in blocks(session, query, list(kinds), table.name))
    digest = reduce(add, parts, TableDigest())
    return digest.rows, digest.of(kinds)
