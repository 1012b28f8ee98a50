"""What loading rows into a migrated PostgreSQL database takes. Decides nothing about the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql


@contextmanager
def bulk(writer: psycopg.Connection, tables: Sequence[sql.Identifier]) -> Iterator[None]:
    """One transaction in which the tables take rows without triggers and row-by-row foreign key checks.

    The owner may take triggers and foreign keys away and give them back, which checks all rows at once; for
    any other role they stay. Whatever happens, the tables keep them: what is not finished is rolled back.
    """
    with writer.transaction():
        pairs = in_the_way(writer, tables) if owns(writer, tables) else []
        for pair in pairs:
            writer.execute(pair.away.encode())
        yield
        for pair in pairs:
            writer.execute(pair.back.encode())


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """What slows a table's copy down: the statement that takes it away, and the one that gives it back."""

    table: str
    away: str
    back: str


def owns(writer: psycopg.Connection, tables: Sequence[sql.Identifier]) -> bool:
    """Whether the role may alter the tables, and those that refer to them."""
    row = writer.execute(_OWNED, {"tables": _names(writer, tables)}).fetchone()
    return bool(row and row[0])


def in_the_way(writer: psycopg.Connection, tables: Sequence[sql.Identifier]) -> list[Obstacle]:
    """Foreign keys and triggers."""
    rows = writer.execute(_IN_THE_WAY, {"tables": _names(writer, tables)}).fetchall()
    return [Obstacle(table=table, away=away, back=back) for table, away, back in rows]


def _names(writer: psycopg.Connection, tables: Sequence[sql.Identifier]) -> list[str]:
    return [table.as_string(writer) for table in tables]


def copy_in(
    writer: psycopg.Connection,
    table: sql.Identifier,
    columns: Iterable[str],
    blocks: Iterable[bytes | memoryview],
) -> int:
    """Writes blocks of CSV (any type, NULL as nothing); all of them or none. Returns the rows."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with writer.cursor() as cursor:
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(table, names)) as copy:
            for block in blocks:
                copy.write(block)
        return cursor.rowcount


def analyse(writer: psycopg.Connection, table: sql.Identifier) -> None:
    """Gathers the table's statistics."""
    writer.execute(sql.SQL("ANALYZE {}").format(table))


_OWNED = """
SELECT bool_and(pg_has_role(c.relowner, 'USAGE'))
  FROM pg_class c
 WHERE c.oid = ANY (%(tables)s::text[]::regclass[])
    OR c.oid IN (SELECT conrelid FROM pg_constraint
                  WHERE contype = 'f' AND confrelid = ANY (%(tables)s::text[]::regclass[]))"""

# What to say to take each away, and to give it back as it was. PostgreSQL writes the statements itself.
_IN_THE_WAY = """
SELECT f.conrelid::regclass::text,
       format('ALTER TABLE %%s DROP CONSTRAINT %%I', f.conrelid::regclass, f.conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', f.conrelid::regclass, f.conname,
              pg_get_constraintdef(f.oid))
  FROM pg_constraint f
 WHERE f.contype = 'f' AND f.conparentid = 0
   AND ARRAY[f.conrelid, f.confrelid] && %(tables)s::text[]::regclass[]::oid[]
UNION ALL
SELECT t.tgrelid::regclass::text,
       format('ALTER TABLE %%s DISABLE TRIGGER %%I', t.tgrelid::regclass, t.tgname),
       format('ALTER TABLE %%s ENABLE %%s TRIGGER %%I', t.tgrelid::regclass,
              CASE t.tgenabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, t.tgname)
  FROM pg_trigger t
 WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid = ANY (%(tables)s::text[]::regclass[])
   -- The server's own triggers for search words stay: they make them anew, of what the columns have become.
   AND t.tgfoid NOT IN (SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
                           AND proname IN ('tsvector_update_trigger', 'tsvector_update_trigger_column'))"""
