"""Reads a few rows of a PostgreSQL table as masks take them."""

from __future__ import annotations

import psycopg
import pyarrow as pa
from psycopg import sql

from anonymizer.policies.plan import TablePlan
from anonymizer.postgres.refusals import translated
from anonymizer.postgres.wire import as_text


def few(source: psycopg.Connection, copy: TablePlan, rows: int) -> pa.Table:
    """At most so many rows of the table. `source` stands in a snapshot."""
    how = as_text(copy)
    query = sql.SQL("SELECT {} FROM {} LIMIT {}").format(how.selected, copy.source_rows, sql.Literal(rows))
    with translated(f"source, {copy.table.name}"):
        read = source.execute(query).fetchall()
    kinds = [pa.list_(pa.string()) if each.name in copy.sums else pa.string() for each in how.carried]
    texts = [pa.array([row[at] for row in read], kind) for at, kind in enumerate(kinds)]
    return pa.table(texts, names=[each.name for each in how.carried])
