"""Fills the target's materialised views from its rows. One that cannot be filled is emptied and named."""

from __future__ import annotations

import psycopg
from psycopg import sql

from anonymizer.postgres.refusals import passes, translated


def fill(target: psycopg.Connection, source: psycopg.Connection) -> list[str]:
    """Fills those that are filled in the source. Returns what to say of those that could not be.

    In the order in which they were made: none can stand on a later one.
    """
    with translated("source"):
        empty = set(source.execute(_EMPTY).fetchall())
    remarks = []
    for schema, name, filled, ours in target.execute(_VIEWS).fetchall():
        label = name if schema == "public" else f"{schema}.{name}"
        with translated(f"target, {label}"):
            if (schema, name) not in empty:
                why = _filled(target, sql.Identifier(schema, name)) if ours else "it belongs to another role"
                remarks += [f"{label}: the materialised view is not filled: {why}"] if why else []
            elif filled and ours:
                _emptied(target, sql.Identifier(schema, name))
    return remarks


def _filled(target: psycopg.Connection, view: sql.Identifier) -> str | None:
    """None where it was filled, else why not: the kind of error alone, for its words may quote rows."""
    try:
        with target.transaction():
            target.execute(sql.SQL("REFRESH MATERIALIZED VIEW {}").format(view))
    except psycopg.Error as error:
        if target.broken or passes(error):
            raise
        # What stood there was made of other rows.
        _emptied(target, view)
        return f"{type(error).__name__} {error.sqlstate}; REFRESH it in the target to see more"
    return None


def _emptied(target: psycopg.Connection, view: sql.Identifier) -> None:
    target.execute(sql.SQL("REFRESH MATERIALIZED VIEW {} WITH NO DATA").format(view))


_EMPTY = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'm' AND NOT c.relispopulated"""
_VIEWS = """
SELECT n.nspname, c.relname, c.relispopulated, pg_has_role(c.relowner, 'USAGE')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'm' ORDER BY c.oid"""
