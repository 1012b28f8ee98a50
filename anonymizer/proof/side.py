"""One side of the check on PostgreSQL: the SQL that reads places as text. Judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
from psycopg import sql

from anonymizer.postgres.reading import Reader
from anonymizer.proof.places import UNIT, Place
from anonymizer.proof.sheets import Sheet


@dataclass(frozen=True, kw_only=True)
class PostgresqlSide:
    """A database in a read snapshot. Of the source only the rows are read that were copied."""

    reader: Reader
    role: Literal["source", "target"]

    def rows(self, sheet: Sheet, places: Sequence[Place]) -> Iterator[pa.RecordBatch]:
        selected = _selected(sheet, places)
        table = sheet.table
        rows = table.source_rows if self.role == "source" else table.table.identifier
        query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(selected.values()), rows)
        for batch in self.reader.batches(query, f"{self.role}, {sheet.name}"):
            yield batch.rename_columns([*selected])


def _selected(sheet: Sheet, places: Sequence[Place]) -> dict[str, sql.Composable]:
    named = {label: _text(column) for label, column in sheet.named.items()}
    return {**named, **{place.label: _value(place) for place in places}} or {UNIT: sql.SQL("''")}


def _value(place: Place) -> sql.Composable:
    return _text(place.column) if place.path is None else _path_value(place.column, place.path)


def _text(column: str) -> sql.Composed:
    return sql.SQL("{}::text").format(sql.Identifier(column))


def _path_value(column: str, path: str) -> sql.Composed:
    quoted = re.sub(r"\.([\w-]+)", r'."\1"', path)
    return sql.SQL(
        "(SELECT string_agg(v #>> '{{}}', {}) FROM jsonb_path_query({}::jsonb, {}::jsonpath) AS v)"
    ).format(sql.Literal(UNIT), sql.Identifier(column), sql.Literal(quoted))
