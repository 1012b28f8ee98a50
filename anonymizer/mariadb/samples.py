"""Loads a platform's sample, as files of CSV with a header line, into a MariaDB or MySQL database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from anonymizer.mariadb import statements
from anonymizer.mariadb.connections import Session, session, translated
from anonymizer.mariadb.loading import refuse_orphans, settle, transaction
from anonymizer.mariadb.reading import BLOCK, as_texts
from anonymizer.mariadb.schema import read_schema
from anonymizer.policies.schema import Table
from foundation.errors import InputError, Refused

_ROLE = "sample database"
# A row of a file: as long as a server takes one by default (max_allowed_packet).
_LONGEST = 16 << 20


def load(dsn: str, files: Mapping[str, Path]) -> dict[str, int]:
    """Fills migrated and empty tables; returns the rows by table. `files`: table -> file.

    Raises InputError (tables that do not fit), Refused (a table holds rows), Unavailable.
    """
    with session(dsn, _ROLE) as writer:
        schema = read_schema(writer).schema.tables
        _refuse_unknown(files, schema)
        tables = {name: schema[name] for name in files}
        for name, table in tables.items():
            if writer.one(statements.holds_rows(table)):
                raise Refused(f"the {_ROLE} is not empty: {name}", hint="give it an empty database")
        writer.do("SET foreign_key_checks = 0")
        with transaction(writer, _ROLE):
            rows = {name: _filled(writer, table, files[name]) for name, table in tables.items()}
            for table in tables.values():
                refuse_orphans(writer, table)
        for table in tables.values():
            settle(writer, table)
        return rows


def _refuse_unknown(files: Mapping[str, Path], tables: Mapping[str, Table]) -> None:
    for name, file in files.items():
        if name not in tables:
            raise InputError("there is no such table", where=f"{_ROLE}, {name}", hint="make it first")
        unknown = [column for column in _columns(file) if column not in tables[name].stored]
        if unknown:
            what = f"the table has no column {', '.join(unknown)}"
            raise InputError(what, where=f"{_ROLE}, {name}")


def _columns(file: Path) -> list[str]:
    with file.open("rb") as content:
        return content.readline().decode().strip().replace('"', "").split(",")


def _filled(writer: Session, table: Table, file: Path) -> int:
    columns, rows = _columns(file), 0
    with translated(f"{_ROLE}, {table.name}"):
        for block in _blocks(file, columns):
            values = statements.tuples(table.columns, _as_here(table, pa.table(block)))
            for body in statements.bodies(values, BLOCK):
                writer.write(statements.insert(table, columns, body))
            rows += block.num_rows
    return rows


def _blocks(file: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    reading, parsing, converting = as_texts(columns, _LONGEST)
    reading.skip_rows = 1
    with file.open("rb") as content:
        content.readline()
        if not content.read(1):  # a table without rows: the reader of CSV refuses nothing at all
            return
    with csv.open_csv(file, reading, parsing, converting) as reader:
        yield from reader


def _as_here(table: Table, rows: pa.Table) -> pa.Table:
    """Truths as 1 and 0, moments without the Z that Arrow writes: the session speaks UTC."""
    for number, name in enumerate(rows.column_names):
        base, values = table.columns[name].base, rows.column(name)
        if base in ("boolean", "smallint", "bit"):
            values = pc.replace_substring_regex(values, "^true$", "1")
            values = pc.replace_substring_regex(values, "^false$", "0")
        elif base.startswith("timestamp"):
            values = pc.replace_substring_regex(values, "Z$", "")
        rows = rows.set_column(number, name, values)
    return rows
