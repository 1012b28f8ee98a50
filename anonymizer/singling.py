"""Reads what the risk of singling people out is computed from: codes, never values."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import numpy as np
from psycopg import sql

from anonymizer.connections import session, translated
from anonymizer.risk import Risk, assess
from anonymizer.schema import Table, read_schema
from foundation.documents import did_you_mean
from foundation.errors import InputError


def singling(
    dsn: str, table: str, quasi: Sequence[str], *, person: str | None, sensitive: str | None, wanted: int
) -> Risk:
    """The risk in one table of a database; without `person` every row is somebody.

    Raises InputError (no such table or column, login), Unavailable.
    """
    with session(dsn, "database") as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tables = read_schema(connection).tables
        if table not in tables:
            raise InputError(f"there is no table {table!r}", hint=did_you_mean(table, tables))
        _refuse_unknown(tables[table], [*quasi, *(name for name in (person, sensitive) if name)])
        seed = secrets.randbits(62)
        query = sql.SQL("SELECT {}, {}, {} FROM {}").format(
            _code(quasi, seed),
            _code([person], seed) if person else sql.SQL("row_number() OVER ()"),
            _code([sensitive] if sensitive else [], seed),
            tables[table].identifier,
        )
        with translated(f"database, {table}"):
            rows = connection.execute(query).fetchall()
    codes = np.array(rows, np.int64).reshape(-1, 3)
    return assess(codes[:, 0], codes[:, 1], codes[:, 2] if sensitive else None, wanted=wanted)


def _code(names: Sequence[str], seed: int) -> sql.Composed:
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    return sql.SQL("hashtextextended(row({})::text, {})").format(columns, sql.Literal(seed))


def _refuse_unknown(table: Table, names: Sequence[str]) -> None:
    for name in names:
        if name not in table.columns:
            raise InputError(f"{table.name} has no column {name!r}", hint=did_you_mean(name, table.columns))
