"""Loads a platform's sample, as files of CSV with a header line, into a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from anonymizer.postgres.connections import session
from anonymizer.postgres.loading import analyse, bulk, copy_in
from anonymizer.postgres.refusals import translated
from anonymizer.postgres.sequences import go_on_after
from foundation.errors import Refused

_ROLE = "sample database"
_BLOCK = 1 << 20


def load(dsn: str, files: Mapping[str, Path]) -> dict[str, int]:
    """Fills migrated and empty tables; returns the rows by table. `files`: table -> file.

    Raises InputError (tables that do not fit), Refused (a table holds rows), Unavailable.
    """
    with session(dsn, _ROLE) as connection:
        tables = {name: sql.Identifier(*name.split(".")) for name in files}
        for name, table in tables.items():
            with translated(f"{_ROLE}, {name}"):
                row = connection.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(table)).fetchone()
            if row and row[0]:
                raise Refused(f"the {_ROLE} is not empty: {name}", hint="give it an empty database")
        with bulk(connection, list(tables.values())):
            loaded = {name: _loaded(connection, tables[name], name, file) for name, file in files.items()}
            go_on_after(connection, {_relation(name) for name in loaded})
            return loaded


def _relation(name: str) -> tuple[str, str]:
    schema, _, relation = name.rpartition(".")
    return schema or "public", relation


def _loaded(connection: psycopg.Connection, table: sql.Identifier, name: str, file: Path) -> int:
    with file.open("rb") as content, translated(f"{_ROLE}, {name}"):
        columns = content.readline().decode().strip().replace('"', "").split(",")
        rows = copy_in(connection, table, columns, iter(lambda: content.read(_BLOCK), b""))
        analyse(connection, table)
    return rows
