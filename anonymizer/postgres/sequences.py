"""The target's sequences go on after its rows: each in its own direction, whoever shares it.

What fills columns goes on after their values. What only functions and programs ask goes on where the source's
stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

import psycopg
from psycopg import sql

from anonymizer.policies.plan import Plan
from anonymizer.postgres.refusals import translated

# Schema and name of a table; the same with one of its columns.
Relation = tuple[str, str]
Place = tuple[str, str, str]
Way = Literal["after the values", "from the start", "as the source", "as it is"]


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A column that takes its default from a sequence; only a number says how far that is."""

    schema: str
    relation: str
    column: str
    number: bool

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.relation)

    @property
    def place(self) -> Place:
        return self.schema, self.relation, self.column


@dataclass(frozen=True, kw_only=True)
class Given:
    """A sequence of the target: what it gives, and whom. `usable`: by our role."""

    schema: str
    name: str
    ascending: bool
    least: int
    greatest: int
    start: int
    usable: bool
    columns: tuple[Filled, ...] = field(default=())

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.name)

    @property
    def label(self) -> str:
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"


def go_on(target: psycopg.Connection, source: psycopg.Connection, plan: Plan) -> list[str]:
    """Sets the sequences after a copy. Returns what to say of those that could not be set."""
    tables = [(copy.table.schema, copy.table.relation, copy.renumbered) for copy in plan.copies]
    copied = {(schema, relation) for schema, relation, _ in tables}
    clear = {(schema, relation, column) for schema, relation, columns in tables for column in columns}
    remarks = []
    for one in given(target):
        with translated(f"target, sequence {one.label}"):
            remark = _set(target, source, one, way(one, copied, clear), clear)
        remarks += [f"sequence {one.label}: {remark}"] if remark else []
    return remarks


def go_on_after(target: psycopg.Connection, filled: Collection[Relation]) -> None:
    """Sets the sequences of tables that were filled from files: no source says where others stand."""
    for one in given(target):
        if way(one, filled, ()) == "after the values":
            _after_the_values(target, one, ())


def given(target: psycopg.Connection) -> list[Given]:
    """The sequences of a database, with the columns that each fills."""
    rows = target.execute(_GIVEN).fetchall()
    return [_given(key, [row[7:] for row in same]) for key, same in groupby(rows, key=lambda row: row[:7])]


def _given(row: tuple, columns: Sequence[tuple]) -> Given:  # type: ignore[type-arg]  # as the driver gives them
    schema, name, step, least, greatest, start, usable = row
    filled = tuple(
        Filled(schema=of, relation=relation, column=column, number=number)
        for of, relation, column, number in columns
        if column is not None
    )
    return Given(
        schema=schema, name=name, ascending=step > 0, least=least, greatest=greatest, start=start,
        usable=usable, columns=filled,
    )  # fmt: skip


def way(one: Given, copied: Collection[Relation], clear: Collection[Place]) -> Way:
    """How a sequence goes on, if these tables were copied, and these columns' keys masked clear of it.

    Going on after masked keys would leave little room, and where the source's stood is nobody's business.
    """
    mine = [each for each in one.columns if (each.schema, each.relation) in copied]
    if one.columns and not mine:
        return "as it is"
    numbers = [each for each in mine if each.number]
    if any(each.place not in clear for each in numbers):
        return "after the values"
    return "from the start" if numbers else "as the source"


def _set(
    target: psycopg.Connection, source: psycopg.Connection, one: Given, how: Way, clear: Collection[Place]
) -> str | None:
    if how == "as it is":
        return None
    if not one.usable:
        return "the target's role may not set it (GRANT UPDATE on it, or set it by hand)"
    if how == "as the source":
        return _as_source(target, source, one)
    if how == "from the start":
        _go(target, one, one.start, called=False)
    else:
        _after_the_values(target, one, clear)
    return None


def _after_the_values(target: psycopg.Connection, one: Given, clear: Collection[Place]) -> None:
    last = _farthest(target, one, clear)
    if last is not None:
        _go(target, one, last, called=True)


def _as_source(target: psycopg.Connection, source: psycopg.Connection, one: Given) -> str | None:
    with translated(f"source, sequence {one.label}"):
        row = source.execute(_READABLE, [one.identifier.as_string(source)]).fetchone()
        if row is None:
            return None  # the target's own
        if not row[0]:
            return "the source's role may not read where it stands (GRANT SELECT on it, or set it by hand)"
        stands = source.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(one.identifier))
        last, called = stands.fetchone() or (one.start, False)
    if not one.least <= last <= one.greatest:
        return f"the source's stands at {last}, which it cannot give (set it by hand)"
    _go(target, one, last, called=called)
    return None


def _go(target: psycopg.Connection, one: Given, last: int, *, called: bool) -> None:
    target.execute(
        sql.SQL("SELECT setval({}::regclass, {}, {})").format(
            sql.Literal(one.identifier.as_string(target)), sql.Literal(last), sql.Literal(called)
        )
    )


def _farthest(target: psycopg.Connection, one: Given, clear: Collection[Place]) -> int | None:
    """The farthest value of all its columns that it can have given."""
    found = [
        value for query in _values(one, clear) for (value,) in target.execute(query) if value is not None
    ]
    if not found:
        return None
    return int(max(found) if one.ascending else min(found))


def _values(one: Given, clear: Collection[Place]) -> Iterator[sql.Composed]:
    for each in one.columns:
        if each.number and each.place not in clear:
            yield sql.SQL("SELECT {}({}) FROM {} WHERE {} BETWEEN {} AND {}").format(
                sql.SQL("max" if one.ascending else "min"), sql.Identifier(each.column), each.identifier,
                sql.Identifier(each.column), sql.Literal(one.least), sql.Literal(one.greatest),
            )  # fmt: skip


# Owned by a column (serial, identity), or named in its default. A partition's default is its parent's.
_GIVEN = """
WITH used AS (
    SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS place
      FROM pg_depend d
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
       AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
    UNION
    SELECT d.refobjid, f.adrelid, f.adnum
      FROM pg_attrdef f JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
     WHERE d.refclassid = 'pg_class'::regclass
)
SELECT n.nspname, s.relname, q.seqincrement, q.seqmin, q.seqmax, q.seqstart,
       has_sequence_privilege(s.oid, 'UPDATE'), tn.nspname, t.relname, a.attname,
       a.atttypid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'numeric'::regtype)
  FROM pg_sequence q JOIN pg_class s ON s.oid = q.seqrelid JOIN pg_namespace n ON n.oid = s.relnamespace
  LEFT JOIN (used JOIN pg_class t ON t.oid = used.relation AND NOT t.relispartition
                  JOIN pg_namespace tn ON tn.oid = t.relnamespace
                  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = used.place)
         ON used.sequence = s.oid
 WHERE s.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'peakproof')
   -- What an extension brought along is its own business.
   AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = s.oid
                      AND e.deptype = 'e')
 ORDER BY 1, 2, 8, 9, 10"""
_READABLE = """
SELECT has_schema_privilege(relnamespace, 'USAGE') AND has_sequence_privilege(oid, 'SELECT')
  FROM pg_class WHERE oid = to_regclass(%s) AND relkind = 'S'"""
