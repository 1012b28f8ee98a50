"""Reads a few rows of every table in one read-only snapshot. Nothing else of discovery sees a server."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from anonymizer.discovery.copies import with_copies
from anonymizer.discovery.facts import Facts
from anonymizer.discovery.judging import judge
from anonymizer.discovery.proposing import Findings, proposal
from anonymizer.discovery.reading import sketched
from anonymizer.policies.schema import Column, Schema, Table, read_schema
from anonymizer.postgres.connections import session, translated
from anonymizer.transforms.base import JSON

ROWS = 200
_LONGEST = 4000
_BIG = 20_000


@dataclass(frozen=True, kw_only=True)
class Discovery:
    """A schema, and the finding for every column of it by (table, column)."""

    schema: Schema
    findings: Findings

    def policy(self, name: str) -> str:
        """The proposed policy as YAML."""
        return proposal(name, self.schema, self.findings)


def discover(dsn: str, *, deep: bool = False) -> Discovery:
    """What every column of a database seems to hold. Raises InputError, Unavailable.

    `deep` reads every row once, to find columns that repeat others.
    """
    with session(dsn, "source") as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute("SET LOCAL synchronize_seqscans = off")  # the same rows every time
        schema = read_schema(connection)
        facts = [facts for table in schema.tables.values() for facts in sample(connection, table)]
        findings = {(one.table.name, one.column.name): judge(one) for one in facts}
        if deep:
            findings = with_copies(schema, findings, sketched(dsn, connection, schema, findings))
    return Discovery(schema=schema, findings=findings)


def sample(connection: psycopg.Connection, table: Table) -> list[Facts]:
    """Some values of every column. The same table gives the same sample."""
    columns = [table.columns[name] for name in table.stored]
    if not columns:
        return []
    with translated(f"source, {table.name}"):
        rows = connection.execute(_query(table)).fetchall()
    return [
        Facts(table=table, column=column, values=[str(row[at]) for row in rows if row[at] is not None])
        for at, column in enumerate(columns)
    ]


def _query(table: Table) -> sql.Composed:
    values = [_value(table.columns[name]) for name in table.stored]
    part = min(100.0, 100.0 * 20 * ROWS / table.rows) if table.rows > _BIG else None
    spread = (
        sql.SQL(" TABLESAMPLE SYSTEM ({}) REPEATABLE (1)").format(sql.Literal(part)) if part else sql.SQL("")
    )
    return sql.SQL("SELECT {} FROM {}{} LIMIT {}").format(
        sql.SQL(", ").join(values), table.identifier, spread, sql.Literal(ROWS)
    )


def _value(column: Column) -> sql.Composed:
    # A long document is left out, not cut: half of one cannot be read.
    whole = sql.SQL("CASE WHEN length({0}::text) <= {1} THEN {0}::text END")
    text = whole if column.base in JSON else sql.SQL("left({0}::text, {1})")
    return text.format(sql.Identifier(column.name), sql.Literal(_LONGEST))
