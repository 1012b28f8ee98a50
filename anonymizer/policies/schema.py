"""What the databases look like: tables, columns, keys, unique indexes. Reads catalogues only, never a row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import DictRow, dict_row

from anonymizer.transforms.base import INTEGERS, TEXT, Slot

# Our own receipt lives there; it is no part of anybody's data.
_OURS = "peakproof"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column. `type` is as PostgreSQL writes it, `base` without length and under any domain."""

    name: str
    type: str
    base: str
    limit: int | None
    nullable: bool
    default: bool
    generated: bool
    # The labels of an enumerated type, or of an array of one, in their order.
    labels: tuple[str, ...] = ()
    # Whether a CHECK, its own or its domain's, looks at it.
    checked: bool = False
    # The fields of a composite type, or of an array of one, in their order.
    fields: tuple[Column, ...] = ()
    # Of a generated column: the columns of its table that it is computed from, where they are known.
    made_of: tuple[str, ...] = ()
    # The greatest value of an integer type that PostgreSQL does not have.
    other_greatest: int | None = None

    @property
    def greatest(self) -> int | None:
        """The greatest value that it takes; None where it holds no integers."""
        return self.other_greatest or INTEGERS.get(self.base)

    @property
    def slot(self) -> Slot:
        """What it takes."""
        return Slot(type=self.base, limit=self.limit, labels=self.labels)


@dataclass(frozen=True, kw_only=True)
class ForeignKey:
    """`columns` of a table refer to `parent_columns` of `parent`."""

    name: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    # Whether all rows are known to keep it; under one that is NOT VALID older rows may refer to nothing.
    valid: bool = True


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table. `name` is as policies write it: without "public."; `rows` is the server's estimate."""

    name: str
    schema: str
    relation: str
    rows: int
    columns: Mapping[str, Column]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    unique: Mapping[str, tuple[str, ...]]
    # The columns with which an index over all rows begins.
    indexed: frozenset[str] = frozenset()

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.relation)

    @property
    def stored(self) -> tuple[str, ...]:
        """The columns that hold values of their own (not generated ones)."""
        return tuple(column.name for column in self.columns.values() if not column.generated)

    def behind(self, column: str) -> str:
        """What a column's values stand for: the column itself, or the only one that it is computed from.

        Where the type is another one, it is no spelling of the same value.
        """
        seen = self.columns[column]
        if not seen.generated or len(seen.made_of) != 1:
            return column
        origin = self.columns[seen.made_of[0]]
        return origin.name if origin.base == seen.base or {origin.base, seen.base} <= TEXT else column

    @property
    def referring(self) -> frozenset[str]:
        """The columns of its foreign keys."""
        return frozenset(column for key in self.foreign_keys for column in key.columns)

    @property
    def fingerprint(self) -> str:
        """64 bits of SHA-256 of columns and types: tells when a policy is out of date."""
        shape = {column.name: column.type for column in self.columns.values()}
        digest = hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()
        return f"sha256:{digest[:16]}"  # the prefix keeps YAML from reading digits as a number


@dataclass(frozen=True, kw_only=True)
class Schema:
    """All tables of a database by name."""

    tables: Mapping[str, Table]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of tables, columns and types: equal as long as a policy means the same."""
        shape = {
            name: {column.name: column.type for column in table.columns.values()}
            for name, table in self.tables.items()
        }
        return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()

    def root(self, table: str, column: str) -> tuple[str, str]:
        """Where a column's values come from: follows single-column foreign keys to their end."""
        column = self.tables[table].behind(column)
        seen = {(table, column)}
        while True:
            parents = [
                (key.parent, self.tables[key.parent].behind(key.parent_columns[0]))
                for key in self.tables[table].foreign_keys
                if key.columns == (column,) and key.parent in self.tables
            ]
            if not parents or parents[0] in seen:
                return table, column
            table, column = parents[0]
            seen.add(parents[0])


def read_schema(connection: psycopg.Connection, *, kinds: Sequence[str] = ("r", "p")) -> Schema:
    """The tables of a database (the relations of these `kinds`), system and own ones left out."""
    with connection.cursor(row_factory=dict_row) as cursor:
        tables = {row["oid"]: _table(row) for row in _rows(cursor, _TABLES, kinds)}
        columns = _columns(_rows(cursor, _COLUMNS), tables.keys())
        indexes = _rows(cursor, _INDEXES)
        keys = _rows(cursor, _FOREIGN_KEYS)
        leading = _rows(cursor, _LEADING)
    whole = [
        replace(
            table,
            columns=columns[oid],
            primary_key=next((tuple(i["columns"]) for i in indexes if i["oid"] == oid and i["primary"]), ()),
            unique={i["name"]: _read(i["columns"], columns[oid]) for i in indexes if i["oid"] == oid},
            foreign_keys=tuple(_foreign_key(key, tables) for key in keys if key["oid"] == oid),
            indexed=frozenset(row["column"] for row in leading if row["oid"] == oid),
        )
        for oid, table in tables.items()
    ]
    return Schema(tables={table.name: table for table in whole})


def _rows(
    cursor: psycopg.Cursor[DictRow], query: LiteralString, kinds: Sequence[str] = ()
) -> Sequence[DictRow]:
    return cursor.execute(query, {"ours": _OURS, "kinds": list(kinds)}).fetchall()


def _table(row: DictRow) -> Table:
    name = row["relation"] if row["schema"] == "public" else f"{row['schema']}.{row['relation']}"
    return Table(
        name=name,
        schema=row["schema"],
        relation=row["relation"],
        rows=max(0, row["rows"]),
        columns={},
        unique={},
    )


def _columns(rows: Sequence[DictRow], tables: Set[int]) -> dict[int, dict[str, Column]]:
    """The columns of every table, those of a composite type with its fields."""
    by_relation: dict[int, list[DictRow]] = {}
    for row in rows:
        by_relation.setdefault(row["oid"], []).append(row)

    def column(row: DictRow) -> Column:
        return _column(row, tuple(map(column, by_relation.get(row["composite"], ()))))

    return {oid: {row["name"]: column(row) for row in by_relation.get(oid, ())} for oid in tables}


def _column(row: DictRow, fields: tuple[Column, ...]) -> Column:
    return Column(
        name=row["name"], type=row["type"], base=row["base"], limit=row["limit"], nullable=row["nullable"],
        default=row["default"], generated=row["generated"], labels=tuple(row["labels"] or ()),
        checked=row["checked"], fields=fields, made_of=tuple(row["made_of"] or ()),
    )  # fmt: skip


def _read(indexed: Sequence[str], columns: Mapping[str, Column]) -> tuple[str, ...]:
    """An index over a generated column counts for every column that this is computed from."""
    origins = [origin for name in indexed for origin in columns[name].made_of]
    return tuple(dict.fromkeys([*indexed, *origins]))


def _foreign_key(row: DictRow, tables: Mapping[int, Table]) -> ForeignKey:
    parent = tables[row["parent"]].name if row["parent"] in tables else ""
    return ForeignKey(
        name=row["name"],
        columns=tuple(row["columns"]),
        parent=parent,
        parent_columns=tuple(row["parent_columns"]),
        valid=row["valid"],
    )


_TABLES: LiteralString = """
SELECT c.oid, n.nspname AS schema, c.relname AS relation, c.reltuples::bigint AS rows
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind::text = ANY (%(kinds)s) AND NOT c.relispartition AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', %(ours)s)
 ORDER BY n.nspname <> 'public', n.nspname, c.relname"""

_COLUMNS: LiteralString = """
SELECT a.attrelid AS oid, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       format_type(under.base, NULL) AS base,
       CASE WHEN coalesce(nullif(b.typelem, 0), b.oid) IN ('varchar'::regtype, 'bpchar'::regtype)
             AND greatest(a.atttypmod, under.modifier) > 4
            THEN greatest(a.atttypmod, under.modifier) - 4 END AS limit,
       NOT (a.attnotnull OR under.never_null) AS nullable, a.atthasdef OR a.attidentity <> '' AS default,
       a.attgenerated <> '' AS generated,
       CASE WHEN a.attgenerated <> '' THEN (
            SELECT array_agg(DISTINCT o.attname::text)
              FROM pg_attrdef f JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
              JOIN pg_attribute o ON o.attrelid = a.attrelid AND o.attnum = d.refobjsubid
             WHERE f.adrelid = a.attrelid AND f.adnum = a.attnum AND d.refclassid = 'pg_class'::regclass
               AND d.refobjid = a.attrelid AND d.refobjsubid NOT IN (0, a.attnum)) END AS made_of,
       (SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e
         WHERE e.enumtypid IN (b.oid, b.typelem)) AS labels,
       coalesce(nullif(b.typrelid, 0), (SELECT e.typrelid FROM pg_type e WHERE e.oid = b.typelem), 0)
         AS composite,
       EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'c'
                AND (k.contypid = ANY (under.domains)
                     OR (k.conrelid = a.attrelid AND a.attnum = ANY (k.conkey)))
              ) AS checked
  FROM pg_attribute a JOIN LATERAL (
       -- A domain may stand on a domain: the last type is what is stored.
       WITH RECURSIVE chain AS (
            SELECT t.oid, t.typbasetype, t.typtypmod, t.typnotnull, 1 AS place
              FROM pg_type t WHERE t.oid = a.atttypid
            UNION ALL
            SELECT t.oid, t.typbasetype, t.typtypmod, t.typnotnull, place + 1
              FROM chain JOIN pg_type t ON t.oid = chain.typbasetype)
       SELECT (array_agg(oid ORDER BY place DESC))[1] AS base, max(typtypmod) AS modifier,
              bool_or(typnotnull) AS never_null, array_agg(oid) AS domains
         FROM chain) AS under ON true
  JOIN pg_type b ON b.oid = under.base
 WHERE a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attrelid, a.attnum"""

# An index over an expression counts for every column that the expression reads.
_INDEXES: LiteralString = """
SELECT i.indrelid AS oid, c.relname AS name, i.indisprimary AS primary,
       array_agg(a.attname ORDER BY k.place) AS columns
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  JOIN LATERAL (
       SELECT key.attnum, key.place FROM unnest(i.indkey) WITH ORDINALITY AS key (attnum, place)
        WHERE key.place <= i.indnkeyatts AND key.attnum > 0
       UNION
       SELECT d.refobjsubid, 1000 + d.refobjsubid FROM pg_depend d
        WHERE 0 = ANY (i.indkey) AND d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
          AND d.refobjid = i.indrelid AND d.refobjsubid > 0
       ) k ON true
  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
 WHERE i.indisunique AND i.indislive
 GROUP BY i.indrelid, c.relname, i.indisprimary
 ORDER BY c.relname"""

_LEADING: LiteralString = """
SELECT DISTINCT i.indrelid AS oid, a.attname AS column
  FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
 WHERE i.indisvalid AND i.indpred IS NULL"""

_FOREIGN_KEYS: LiteralString = """
SELECT f.conrelid AS oid, f.conname AS name, f.confrelid AS parent, f.convalidated AS valid,
       (SELECT array_agg(a.attname ORDER BY k.place)
          FROM unnest(f.conkey) WITH ORDINALITY AS k (attnum, place)
          JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum) AS columns,
       (SELECT array_agg(a.attname ORDER BY k.place)
          FROM unnest(f.confkey) WITH ORDINALITY AS k (attnum, place)
          JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum) AS parent_columns
  FROM pg_constraint f
 WHERE f.contype = 'f' AND f.conparentid = 0
 ORDER BY f.conname"""
