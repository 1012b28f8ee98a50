"""What a PostgreSQL target holds beside the rows that were copied, and what of that nobody can search."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

from anonymizer.policies.plan import Plan
from anonymizer.policies.schema import read_schema
from anonymizer.postgres.refusals import translated
from anonymizer.proof.beyond import beyond
from anonymizer.proof.sheets import Sheet

# Materialized views hold rows of their own, which are not always those of their tables.
_KINDS = ("r", "p", "m")


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """`sheets` are to be searched; `unsearched` says what is not, and why."""

    sheets: tuple[Sheet, ...]
    unsearched: tuple[str, ...]


def leftover(target: psycopg.Connection, plan: Plan) -> Leftover:
    """Every table, materialized view and added column of the target that is no part of the copy."""
    with translated("target, catalogue"):
        there = read_schema(target, kinds=_KINDS)
        closed = {name for (name,) in target.execute(_CLOSED).fetchall()}
        empty = {name for (name,) in target.execute(_UNFILLED).fetchall()}
        counted = target.execute(_COUNTED).fetchone() or (0, 0)
    copied = {copy.table.name for copy in plan.copies}
    return Leftover(
        sheets=tuple(beyond(plan, there, closed - copied | empty)),
        unsearched=tuple(_told(sorted(closed - copied), *counted)),
    )


def _told(closed: list[str], large: int, foreign: int) -> Iterator[str]:
    if large:
        yield f"not searched: {large} large objects"
    if foreign:
        yield f"not searched: {foreign} foreign tables, whose rows are on another server"
    yield from (f"not searched: {name}, of which the role may not read every row" for name in closed)


_CALLED = "CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END"
_CLOSED = f"""
SELECT {_CALLED} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'peakproof')
   AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
            AND NOT row_security_active(c.oid))""".encode()  # noqa: S608 - a name of ours
_UNFILLED = f"""
SELECT {_CALLED} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'm' AND NOT c.relispopulated""".encode()  # noqa: S608 - a name of ours
_COUNTED = b"""
SELECT (SELECT count(*) FROM pg_largeobject_metadata),
       (SELECT count(*) FROM pg_class WHERE relkind = 'f')"""
