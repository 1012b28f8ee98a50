"""What a MariaDB or MySQL database looks like, in the words that plans use. Reads catalogues, never a row."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from anonymizer.mariadb.connections import Row, Session, decoded
from anonymizer.policies.schema import Column, ForeignKey, Schema, Table

# Tables of our own in a target.
RECEIPT = "peakproof_receipt"
CHUNK = "peakproof_chunk"
_OURS = frozenset({RECEIPT, CHUNK})
# What PostgreSQL, and so every transform, calls what such a column holds.
_BASES: Mapping[str, str] = {
    "tinyint": "smallint", "smallint": "smallint", "mediumint": "integer", "int": "integer",
    "bigint": "bigint", "decimal": "numeric", "float": "real", "double": "double precision", "bit": "bit",
    "char": "character", "varchar": "character varying", "tinytext": "text", "text": "text",
    "mediumtext": "text", "longtext": "text", "enum": "enum", "set": "set", "json": "jsonb", "uuid": "uuid",
    "inet4": "inet", "inet6": "inet", "date": "date", "datetime": "timestamp without time zone",
    "timestamp": "timestamp with time zone", "time": "time without time zone", "year": "smallint",
    "binary": "bytea", "varbinary": "bytea", "tinyblob": "bytea", "blob": "bytea", "mediumblob": "bytea",
    "longblob": "bytea",
}  # fmt: skip
_LABEL = re.compile(r"'((?:[^']|'')*)'")
_WIDER = {"smallint": "integer", "integer": "bigint"}
_BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}


@dataclass(frozen=True, kw_only=True)
class Described:
    """A database: its schema, and what only this engine asks about."""

    schema: Schema
    # Tables outside of transactions (MyISAM, Aria, MEMORY), with their engine.
    unsafe: Mapping[str, str]
    # Tables whose INSERT fires a trigger.
    triggered: frozenset[str]


def read_schema(session: Session) -> Described:
    """The base tables of the session's database, our own left out."""
    tables = {decoded(row[0]): row for row in session.rows(_TABLES) if decoded(row[0]) not in _OURS}
    columns: dict[str, dict[str, Column]] = defaultdict(dict)
    documents = {(decoded(table), decoded(column)) for table, column in _documents(session)}
    for row in session.rows(_COLUMNS):
        one = _column(row, is_document=(decoded(row[0]), decoded(row[1])) in documents)
        columns[decoded(row[0])][one.name] = one
    unique: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for table, name, column in session.rows(_INDEXES):
        unique[decoded(table)][decoded(name)] = (
            *unique[decoded(table)].get(decoded(name), ()),
            decoded(column),
        )
    keys = _foreign_keys(session)
    found = {
        name: Table(
            name=name, schema="", relation=name, rows=int(row[1] or 0), columns=columns[name],
            primary_key=unique[name].get("PRIMARY", ()), foreign_keys=tuple(keys.get(name, ())),
            unique=unique[name],
        )
        for name, row in tables.items()
    }  # fmt: skip
    return Described(
        schema=Schema(tables=found),
        unsafe={name: decoded(row[2]) for name, row in tables.items() if decoded(row[3]) != "YES"},
        triggered=frozenset(decoded(row[0]) for row in session.rows(_TRIGGERS)),
    )


def _documents(session: Session) -> list[Row]:
    """MariaDB's JSON is a text with a check; MySQL has a type for it."""
    if "mariadb" not in decoded(session.one("SELECT VERSION()")).lower():
        return []
    return session.rows(_JSON_CHECKS)


def _column(row: Row, *, is_document: bool) -> Column:
    _, name, data_type, type_, length, nullable, default, extra, generated, enum = row
    kind = "json" if is_document else decoded(data_type)
    base = _BASES.get(kind, kind)
    unsigned = "unsigned" in decoded(type_)
    base = _WIDER.get(base, base) if unsigned else base
    bits = _BITS.get(kind)
    limit = int(length or 0) if kind in ("char", "varchar") else None
    return Column(
        name=decoded(name), type=decoded(type_),
        base="boolean" if decoded(type_) == "tinyint(1)" else base, limit=limit,
        nullable=decoded(nullable) == "YES",
        default=default is not None or "auto_increment" in decoded(extra),
        generated=bool(generated), labels=labels(decoded(enum)),
        other_greatest=None if bits is None else 2 ** (bits if unsigned else bits - 1) - 1,
    )  # fmt: skip


def labels(written: str) -> tuple[str, ...]:
    """The labels of an enumerated type in the server's spelling: enum('one','it''s')."""
    return tuple(found.replace("''", "'") for found in _LABEL.findall(written))


def _foreign_keys(session: Session) -> dict[str, list[ForeignKey]]:
    columns: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for table, name, column, parent, parent_column in session.rows(_FOREIGN_KEYS):
        key = decoded(table), decoded(name)
        columns[key].append((decoded(column), decoded(parent), decoded(parent_column)))
    found: dict[str, list[ForeignKey]] = defaultdict(list)
    for (table_name, key_name), parts in columns.items():
        found[table_name].append(
            ForeignKey(
                name=key_name, columns=tuple(part[0] for part in parts), parent=parts[0][1],
                parent_columns=tuple(part[2] for part in parts),
            )
        )  # fmt: skip
    return found


_TABLES = """
SELECT t.TABLE_NAME, t.TABLE_ROWS, t.ENGINE, e.TRANSACTIONS
  FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
 WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
 ORDER BY t.TABLE_NAME"""

_COLUMNS = """
SELECT TABLE_NAME, COLUMN_NAME, lower(DATA_TYPE), lower(COLUMN_TYPE), CHARACTER_MAXIMUM_LENGTH, IS_NULLABLE,
       COLUMN_DEFAULT, lower(EXTRA), nullif(GENERATION_EXPRESSION, '') IS NOT NULL,
       IF(DATA_TYPE = 'enum', COLUMN_TYPE, '')
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION"""

_JSON_CHECKS = """
SELECT c.TABLE_NAME, c.COLUMN_NAME
  FROM information_schema.COLUMNS c JOIN information_schema.CHECK_CONSTRAINTS k
    ON k.CONSTRAINT_SCHEMA = c.TABLE_SCHEMA AND k.TABLE_NAME = c.TABLE_NAME
   AND lower(replace(replace(k.CHECK_CLAUSE, '`', ''), '"', ''))
       = concat('json_valid(', lower(c.COLUMN_NAME), ')')
 WHERE c.TABLE_SCHEMA = DATABASE() AND c.DATA_TYPE = 'longtext'"""

_INDEXES = """
SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME FROM information_schema.STATISTICS
 WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0 AND COLUMN_NAME IS NOT NULL
 ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX"""

_FOREIGN_KEYS = """
SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
  FROM information_schema.KEY_COLUMN_USAGE
 WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_SCHEMA = DATABASE()
 ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION"""

_TRIGGERS = """
SELECT DISTINCT EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS
 WHERE EVENT_OBJECT_SCHEMA = DATABASE() AND EVENT_MANIPULATION = 'INSERT'"""
