"""Discovers a database, whatever engine it is: some rows of every table, or all of them, and a judgement."""

from __future__ import annotations

from dataclasses import dataclass

from anonymizer.discovery.copies import with_copies
from anonymizer.discovery.facts import Facts
from anonymizer.discovery.judging import judge
from anonymizer.discovery.proposing import Findings, proposal
from anonymizer.discovery.reading import Progress, Sampled, sketched
from anonymizer.engines import sampled
from anonymizer.policies.schema import Schema, Table


@dataclass(frozen=True, kw_only=True)
class Discovery:
    """A schema, and the finding for every column of it by (table, column)."""

    schema: Schema
    findings: Findings

    def policy(self, name: str) -> str:
        """The proposed policy as YAML."""
        return proposal(name, self.schema, self.findings)


def discover(dsn: str, *, progress: Progress, deep: bool = False) -> Discovery:
    """What every column of a database seems to hold. Raises InputError, Unavailable.

    `deep` reads every row once, to find columns that repeat others; `progress` is told how far that is.
    """
    with sampled(dsn) as source:
        schema = source.schema
        facts = [facts for table in schema.tables.values() for facts in _facts(source, table)]
        findings = {(one.table.name, one.column.name): judge(one) for one in facts}
        if deep:
            findings = with_copies(schema, findings, sketched(source, findings, progress))
    return Discovery(schema=schema, findings=findings)


def _facts(source: Sampled, table: Table) -> list[Facts]:
    rows = source.some(table) if table.stored else ()
    return [
        Facts(
            table=table, column=table.columns[name],
            values=[value for row in rows if (value := row[at]) is not None],
        )
        for at, name in enumerate(table.stored)
    ]  # fmt: skip
