"""How a big table is read in pieces: ranges of its pages, so that several processes share the work.

A range of pages needs no index and reads each page once. Decides nothing about what is masked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from anonymizer.policies.plan import TablePlan
from anonymizer.policies.schema import Table

# Before PostgreSQL 14 a range of ctid is not looked up but searched for.
_RANGES_SINCE = 140_000


@dataclass(frozen=True, kw_only=True)
class Part:
    """What holds rows of a table: the table itself, or one of its partitions. `pages` as of now."""

    schema: str
    relation: str
    pages: int


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Pages of one part of a table, from `first` up to `end` (None: to the last there is)."""

    table: str
    schema: str
    relation: str
    number: int
    first: int = 0
    end: int | None = None

    @property
    def label(self) -> str:
        return f"{self.schema}.{self.relation} {self.number}"


def split(table: str, parts: Sequence[Part], pages: int) -> Iterator[Chunk]:
    """The chunks of a table, of so many pages: every page in exactly one, later pages in the last one."""
    number = 0
    for part in parts:
        starts = range(0, max(part.pages, 1), pages)
        for first in starts:
            end = None if first == starts[-1] else first + pages
            yield Chunk(table=table, schema=part.schema, relation=part.relation, number=number,
                        first=first, end=end)  # fmt: skip
            number += 1


def whole(table: str, parts: Sequence[Part]) -> Iterator[Chunk]:
    """One chunk a part, however many pages it has."""
    for number, part in enumerate(parts):
        yield Chunk(table=table, schema=part.schema, relation=part.relation, number=number)


def parts(source: psycopg.Connection, table: Table) -> list[Part]:
    """The table, or the partitions that hold its rows."""
    rows = source.execute(_PARTS, [table.identifier.as_string(source)]).fetchall()
    return [Part(schema=schema, relation=relation, pages=pages) for schema, relation, pages in rows]


def can_split(source: psycopg.Connection) -> bool:
    """Whether the server finds a range of pages without reading the others."""
    return source.info.server_version >= _RANGES_SINCE


def rows_of(plan: TablePlan, chunk: Chunk) -> sql.Composed:
    """What stands after FROM: the chunk's rows, under the table's own name so that filters can say it.

    ONLY: tables that inherit from this one are tables of their own.
    """
    conditions = _within(plan, chunk)
    return sql.SQL("ONLY {} AS {} WHERE {}").format(
        sql.Identifier(chunk.schema, chunk.relation),
        sql.Identifier(plan.table.relation),
        sql.SQL(" AND ").join(conditions),
    )


def pages_of(chunk: Chunk) -> list[sql.Composable]:
    """What holds for the rows of a chunk's pages."""
    conditions: list[sql.Composable] = [sql.SQL("true")]
    for bound, comparison in ((chunk.first or None, ">="), (chunk.end, "<")):
        if bound is not None:
            page = sql.Literal(f"({bound},0)")
            conditions.append(sql.SQL(f"ctid {comparison} {{}}::tid").format(page))
    return conditions


def _within(plan: TablePlan, chunk: Chunk) -> list[sql.Composable]:
    if plan.selected is not None:  # of the rows that the filter leaves
        return [plan.selected.condition((chunk.schema, chunk.relation), chunk.first, chunk.end)]
    conditions = pages_of(chunk)
    if plan.filter is not None:
        # A condition may end in a comment: the line ends before the bracket does.
        conditions.append(sql.SQL("({}\n)").format(sql.SQL(plan.filter)))
    return conditions


_PARTS = """
WITH RECURSIVE part AS (
    SELECT c.oid, c.relkind, c.relnamespace, c.relname FROM pg_class c WHERE c.oid = %s::regclass
    UNION ALL
    SELECT c.oid, c.relkind, c.relnamespace, c.relname
      FROM part JOIN pg_inherits i ON i.inhparent = part.oid AND part.relkind = 'p'
      JOIN pg_class c ON c.oid = i.inhrelid
)
SELECT n.nspname, part.relname, pg_relation_size(part.oid) / current_setting('block_size')::integer
  FROM part JOIN pg_namespace n ON n.oid = part.relnamespace
 WHERE part.relkind = 'r'
 ORDER BY n.nspname, part.relname"""
