"""Reads every row once for the sketches of its columns. No value leaves this module, nor is one kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl
import psycopg
import pyarrow as pa
from psycopg import sql

from anonymizer.discovery.copies import Place
from anonymizer.discovery.facts import Finding
from anonymizer.discovery.sketches import Sketch, hashes, new_seed
from anonymizer.policies.schema import Schema, Table
from anonymizer.postgres.reading import Reader, reader
from anonymizer.transforms.base import NUMBERS, TEXT


def sketched(
    dsn: str, snapshot: psycopg.Connection, schema: Schema, findings: Mapping[Place, Finding]
) -> dict[Place, Sketch]:
    """A sketch of every column of text, and of numbers about persons, in the connection's snapshot."""
    row = snapshot.execute("SELECT pg_export_snapshot()").fetchone()
    assert row is not None  # it raises instead
    seed = new_seed()
    out: dict[Place, Sketch] = {}
    with reader(dsn, str(row[0])) as source:
        for table in schema.tables.values():
            names = [name for name in table.stored if _tells(table, name, findings)]
            out |= {(table.name, name): Sketch.empty() for name in names}
            for batch in _batches(source, table, names):
                for name, column in zip(names, batch.columns, strict=True):
                    found = hashes(pl.Series(pl.from_arrow(column)), seed)
                    out[table.name, name] = out[table.name, name].with_(found)
    return out


def _tells(table: Table, name: str, findings: Mapping[Place, Finding]) -> bool:
    base = table.columns[name].base
    return base in TEXT or (base in NUMBERS and findings[table.name, name].personal)


def _batches(source: Reader, table: Table, names: list[str]) -> Iterator[pa.RecordBatch]:
    if not names:
        return iter(())
    columns = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in names)
    query = sql.SQL("SELECT {} FROM {}").format(columns, table.identifier)
    return source.batches(query, f"source, {table.name}")
