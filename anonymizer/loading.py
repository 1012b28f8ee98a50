"""What loading rows into a migrated PostgreSQL database needs besides COPY. Decides nothing about the
rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import psycopg
from psycopg import sql


def without_triggers(writer: psycopg.Connection) -> None:
    """Triggers and row-by-row foreign key checks off where the role may: whoever loads looks for orphans
    itself.

    Commits need not wait for the disk either; the last one does, and with it all before it.
    """
    writer.execute("SET synchronous_commit = off")
    try:
        writer.execute("SET session_replication_role = replica")
    except psycopg.errors.InsufficientPrivilege:
        return


def as_usual(writer: psycopg.Connection) -> None:
    """Undoes `without_triggers`."""
    writer.execute("RESET synchronous_commit")
    with suppress(psycopg.errors.InsufficientPrivilege):  # then it was never set either
        writer.execute("RESET session_replication_role")


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


def settle(writer: psycopg.Connection, table: sql.Identifier) -> None:
    """Sets every sequence that fills a column of the table to its greatest value, and gathers statistics."""
    for sequence, column in writer.execute(_SEQUENCES, {"table": table.as_string(writer)}).fetchall():
        writer.execute(
            sql.SQL("SELECT setval({}::oid::regclass, max({})) FROM {} HAVING max({}) IS NOT NULL").format(
                sql.Literal(sequence), sql.Identifier(column), table, sql.Identifier(column)
            )
        )
    writer.execute(sql.SQL("ANALYZE {}").format(table))


# Owned by a column (serial, identity), or named in its default.
_SEQUENCES = """
SELECT d.objid, a.attname
  FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
  JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
 WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
   AND d.refobjid = %(table)s::regclass
UNION
SELECT d.refobjid, a.attname
  FROM pg_attrdef f JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
  JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S' AND d.refclassid = 'pg_class'::regclass
  JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
 WHERE f.adrelid = %(table)s::regclass"""
