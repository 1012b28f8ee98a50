"""Takes indexes, foreign keys and triggers of the target away for the copy, and notes how to give them back.

What cannot be given back exactly as it was is left in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import psycopg
from psycopg import errors, sql

from anonymizer.postgres import progress
from anonymizer.postgres.loading import in_the_way


class Stage(IntEnum):
    """In which order things are given back: what stands in one stage may go on at the same time."""

    INDEX = 1
    KEY = 2
    REFERENCE = 3


@dataclass(frozen=True, kw_only=True)
class Index:
    """An index: its name, how it was made, and the constraint that uses it, if one does."""

    name: str
    made_by: str
    table: str
    constraint: str | None
    constraint_made_by: str | None

    @property
    def away(self) -> str:
        if self.constraint is not None:
            return f"ALTER TABLE {self.table} DROP CONSTRAINT {self.constraint}"
        return f"DROP INDEX {self.name}"


def defer(target: psycopg.Connection, tables: Sequence[sql.Identifier]) -> None:
    """Takes away what slows the copy down. The caller's transaction holds all of it, or nothing."""
    for obstacle in in_the_way(target, tables):
        target.execute(obstacle.away.encode())
        progress.defer(target, Stage.REFERENCE, obstacle.table, obstacle.back)
    names = [table.as_string(target) for table in tables]
    rows = target.execute(_INDEXES, {"tables": names}).fetchall()
    for name, made_by, table, constraint, constraint_made_by in rows:
        _take(target, Index(name=name, made_by=made_by, table=table, constraint=constraint,
                            constraint_made_by=constraint_made_by))  # fmt: skip


def _take(target: psycopg.Connection, index: Index) -> None:
    try:
        with target.transaction():
            target.execute(index.away.encode())
    except errors.DependentObjectsStillExist:
        return  # a view is grouped by this key: it stays
    progress.defer(target, Stage.INDEX, index.table, index.made_by)
    if index.constraint_made_by is not None:
        progress.defer(target, Stage.KEY, index.table, index.constraint_made_by)


# An index is left in its place where making it anew would lose something: a comment, a mark as the table's
# order or identity, a target for statistics, a table space; and with partitioned tables and exclusions.
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), i.indrelid::regclass::text,
       quote_ident(k.conname),
       CASE WHEN k.oid IS NOT NULL THEN
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s USING INDEX %%I%%s', i.indrelid::regclass, k.conname,
              CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' END, c.relname,
              CASE WHEN k.condeferred THEN ' DEFERRABLE INITIALLY DEFERRED'
                   WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END) END
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i' AND NOT c.relispartition AND c.reltablespace = 0
  JOIN pg_class t ON t.oid = i.indrelid AND t.relkind = 'r'
  LEFT JOIN pg_constraint k
    ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
 WHERE i.indrelid = ANY (%(tables)s::text[]::regclass[]) AND i.indisvalid AND i.indislive
   AND NOT i.indisclustered AND NOT i.indisreplident AND k.contype IS DISTINCT FROM 'x'
   AND obj_description(i.indexrelid, 'pg_class') IS NULL AND obj_description(k.oid, 'pg_constraint') IS NULL
   AND NOT (i.indisprimary AND EXISTS (SELECT FROM pg_publication_rel p WHERE p.prrelid = i.indrelid))
   AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget > 0)
 ORDER BY i.indrelid, i.indexrelid"""
