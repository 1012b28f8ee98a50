"""One side of the check on PostgreSQL: the SQL that reads places as text. Judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
from psycopg import sql

from anonymizer.policies.plan import TablePlan
from anonymizer.policies.schema import Schema
from anonymizer.postgres import contents
from anonymizer.postgres.reading import Reader
from anonymizer.proof.places import UNIT, Place, values_at
from anonymizer.proof.sheets import Sheet
from anonymizer.proof.terms import Amount, Row, Term, Text
from foundation.receipts import refuse_half


@dataclass(frozen=True, kw_only=True)
class PostgresqlSide:
    """A database in a read snapshot. Of the source only the rows are read that were copied."""

    reader: Reader
    role: Literal["source", "target"]

    def rows(self, sheet: Sheet, places: Sequence[Place]) -> Iterator[pa.RecordBatch]:
        selected = _selected(sheet, places)
        table = sheet.table
        texts = {each.label: str(each.path) for each in places if _is_plain_json(table, each)}
        rows = table.source_rows if self.role == "source" else table.table.identifier
        query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(selected.values()), rows)
        for batch in self.reader.batches(query, f"{self.role}, {sheet.name}"):
            named = batch.rename_columns([*selected])
            for label, path in texts.items():
                place = named.schema.get_field_index(label)
                named = named.set_column(place, label, values_at(named.column(place), path))
            yield named

    def told(
        self, table: TablePlan, terms: Mapping[str, Term], *, sample: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        rows = table.source_rows if self.role == "source" else table.table.identifier
        if sample is not None:
            share = min(100.0, 100.0 * sample / max(1, table.table.rows))
            rows = sql.SQL("{} TABLESAMPLE SYSTEM ({})").format(table.table.identifier, sql.Literal(share))
        spelled = {name: _spelled(term) for name, term in terms.items()}
        return self.reader.named(spelled, rows, f"{self.role}, {table.table.name}")


@contextmanager
def opened(dsn: str, role: Literal["source", "target"]) -> Iterator[tuple[PostgresqlSide, Schema]]:
    """The side and its schema, in one snapshot. Raises InputError, Refused (a half-done copy)."""
    with contents.opened(dsn, role) as there:
        refuse_half(there.receipt() if role == "target" else None)
        yield PostgresqlSide(reader=there.reader, role=role), there.schema


def _spelled(term: Term) -> sql.Composable:
    if isinstance(term, Row):
        return sql.SQL("row({})::text").format(sql.SQL(", ").join(map(sql.Identifier, term.columns)))
    column = sql.Identifier(term.column)
    if isinstance(term, Text):
        prefix = sql.Literal(term.prefix)
        return (
            _text(term.column)
            if term.prefix is None
            else sql.SQL("left({}::text, {})").format(column, prefix)
        )
    if isinstance(term, Amount):
        band = sql.Literal(term.band)
        rough = sql.SQL("floor({} / {}::numeric) * {}").format(column, band, band)
        return sql.SQL("({})::float8").format(column if term.band is None else rough)
    start = sql.SQL("date_trunc({}, {})").format(sql.Literal(term.start), column)
    # extract() gives a numeric, which takes several times as long.
    return sql.SQL("date_part('epoch', {})").format(column if term.start is None else start)


def _selected(sheet: Sheet, places: Sequence[Place]) -> dict[str, sql.Composable]:
    named = {label: _text(column) for label, column in sheet.named.items()}
    facts = {fact.label: _spelled(fact.seen) for fact in sheet.facts}
    values = {place.label: _value(sheet.table, place) for place in places}
    return {**named, **values, **facts} or {UNIT: sql.SQL("''")}


def _value(table: TablePlan, place: Place) -> sql.Composable:
    whole = place.path is None or _is_plain_json(table, place)
    return _text(place.column) if whole else _path_value(place.column, str(place.path))


def _is_plain_json(table: TablePlan, place: Place) -> bool:
    """Whether it is a path of a document that jsonb may not take: of NUL, half a pair, endless numbers."""
    return place.path is not None and table.table.columns[place.column].base == "json"


def _text(column: str) -> sql.Composed:
    return sql.SQL("{}::text").format(sql.Identifier(column))


def _path_value(column: str, path: str) -> sql.Composed:
    quoted = re.sub(r"\.([\w-]+)", r'."\1"', path)
    return sql.SQL(
        "(SELECT string_agg(v #>> '{{}}', {}) FROM jsonb_path_query(to_jsonb({}), {}::jsonpath) AS v)"
    ).format(sql.Literal(UNIT), sql.Identifier(column), sql.Literal(quoted))
