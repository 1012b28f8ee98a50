"""How far a run has come, kept in the target beside its receipt: what is written, what is to be put back.

A chunk's rows and its mark are committed together, so one is never there without the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from anonymizer.postgres.chunks import Chunk
from anonymizer.postgres.snapshots import Exported


@dataclass(frozen=True, kw_only=True)
class Written:
    """A chunk in the target: read in which snapshot (its mark), how many rows, the digest of what was sent.

    `xid` is the transaction that wrote its rows (32 bits): every row carries it as xmin.
    """

    chunk: Chunk
    snapshot: str
    rows: int
    digest: bytes
    xid: int


@dataclass(frozen=True, kw_only=True)
class Deferred:
    """A statement that gives a table back what was taken away for the copy. Stages follow each other."""

    number: int
    stage: int
    table: str
    statement: str


def begin(target: psycopg.Connection, chunks: Sequence[Chunk]) -> None:
    """Writes down what is to be copied. The caller commits."""
    target.execute(_CREATE)
    with target.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO peakproof.chunk (table_name, number, schema_name, relation, first_page, end_page) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            [(c.table, c.number, c.schema, c.relation, c.first, c.end) for c in chunks],
        )


def exists(target: psycopg.Connection) -> bool:
    row = target.execute("SELECT to_regclass('peakproof.chunk') IS NOT NULL").fetchone()
    return bool(row and row[0])


def end(target: psycopg.Connection) -> None:
    """Forgets it all: the copy is whole, or it was undone. The caller commits."""
    target.execute("DROP TABLE IF EXISTS peakproof.chunk, peakproof.deferred, peakproof.snapshot")


def chunks(target: psycopg.Connection) -> tuple[list[Chunk], list[Written]]:
    """What is still to be copied, and what was."""
    rows = target.execute(
        "SELECT table_name, schema_name, relation, number, first_page, end_page, snapshot, rows, digest, xid "
        "FROM peakproof.chunk ORDER BY position"
    ).fetchall()
    todo, done = [], []
    for table, schema, relation, number, first, last, snapshot, count, digest, xid in rows:
        chunk = Chunk(table=table, schema=schema, relation=relation, number=number, first=first, end=last)
        if snapshot is None:
            todo.append(chunk)
        else:
            done.append(Written(chunk=chunk, snapshot=snapshot, rows=count, digest=digest, xid=xid))
    return todo, done


def mark(target: psycopg.Connection, chunk: Chunk, snapshot: str, rows: int, digest: bytes) -> None:
    """Marks a chunk as written, in the transaction that writes it."""
    target.execute(
        "UPDATE peakproof.chunk SET snapshot = %s, rows = %s, digest = %s, xid = txid_current() & 4294967295 "
        "WHERE table_name = %s AND number = %s",
        (snapshot, rows, digest, chunk.table, chunk.number),
    )


def adopt(target: psycopg.Connection, chunk: Chunk, snapshot: str) -> None:
    """A chunk's rows are the same in another snapshot: they stay. The caller commits."""
    target.execute(
        "UPDATE peakproof.chunk SET snapshot = %s WHERE table_name = %s AND number = %s",
        (snapshot, chunk.table, chunk.number),
    )


def remove(target: psycopg.Connection, written: Written, table: sql.Identifier) -> None:
    """Removes a chunk's rows and its mark. The caller commits."""
    target.execute(
        sql.SQL("DELETE FROM {} WHERE xmin::text::bigint = {}").format(table, sql.Literal(written.xid))
    )
    target.execute(
        "UPDATE peakproof.chunk SET snapshot = NULL, rows = NULL, digest = NULL, xid = NULL "
        "WHERE table_name = %s AND number = %s",
        (written.chunk.table, written.chunk.number),
    )


def note(target: psycopg.Connection, exported: Exported) -> None:
    """Writes down which snapshot is read, so that another run can take it up while it is held."""
    with target.transaction():
        target.execute(_SNAPSHOT)
        target.execute(
            "INSERT INTO peakproof.snapshot (name, backend, since) VALUES (%s, %s, %s)",
            [exported.snapshot, exported.backend, exported.since],
        )


def noted(target: psycopg.Connection) -> Exported | None:
    """The snapshot that the last run read."""
    if not exists(target):
        return None
    # A run of an older version left no moment: its snapshot is nobody's any more.
    row = target.execute("SELECT name, backend, to_jsonb(s)->>'since' FROM peakproof.snapshot s").fetchone()
    return Exported(snapshot=row[0], backend=row[1], since=row[2] or "") if row else None


def rows_by_table(target: psycopg.Connection) -> dict[str, int]:
    """The rows written so far."""
    return dict(
        target.execute(
            "SELECT table_name, coalesce(sum(rows), 0)::bigint FROM peakproof.chunk "
            "GROUP BY table_name ORDER BY min(position)"
        ).fetchall()
    )


def defer(target: psycopg.Connection, stage: int, table: str, statement: str) -> None:
    """Writes down a statement for the end. The caller commits it with what it undoes."""
    target.execute(
        "INSERT INTO peakproof.deferred (stage, table_name, statement) VALUES (%s, %s, %s)",
        (stage, table, statement),
    )


def deferred(target: psycopg.Connection) -> list[Deferred]:
    """What has still to be given back, in order."""
    with target.cursor(row_factory=class_row(Deferred)) as cursor:
        return cursor.execute(
            'SELECT number, stage, table_name AS "table", statement '
            "FROM peakproof.deferred ORDER BY stage, number"
        ).fetchall()


def give_back(target: psycopg.Connection, one: Deferred) -> None:
    """Runs the statement and forgets it, both or neither."""
    with target.transaction():
        target.execute(one.statement.encode())
        target.execute("DELETE FROM peakproof.deferred WHERE number = %s", [one.number])


# Made anew for every run: one of an older version may have left another.
_SNAPSHOT: LiteralString = """
DROP TABLE IF EXISTS peakproof.snapshot;
CREATE TABLE peakproof.snapshot (name text NOT NULL, backend integer NOT NULL, since text NOT NULL);
"""
_CREATE: LiteralString = (
    _SNAPSHOT
    + """
DROP TABLE IF EXISTS peakproof.chunk, peakproof.deferred;
CREATE TABLE peakproof.chunk (
    position integer GENERATED ALWAYS AS IDENTITY,
    table_name text NOT NULL,
    number integer NOT NULL,
    schema_name text NOT NULL,
    relation text NOT NULL,
    first_page bigint NOT NULL,
    end_page bigint,
    snapshot text,
    rows bigint,
    digest bytea,
    xid bigint,
    PRIMARY KEY (table_name, number)
);
CREATE TABLE peakproof.deferred (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage integer NOT NULL,
    table_name text NOT NULL,
    statement text NOT NULL
)"""
)
