"""A platform's PostgreSQL database, asked with its owner's SQL."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg

from foundation.errors import InputError, Unavailable
from foundation.secrets import Secret
from peakproof.databases import APPLICATION, LETTERS, PATIENCE, Answer, Query
from peakproof.telemetry.samples import Sessions

_SESSIONS = b"""
SELECT application_name, state IS DISTINCT FROM 'idle' AS busy, wait_event_type = 'Lock' AS locked,
       left(query, 1000), current_setting('max_connections')::int
  FROM pg_stat_activity
 WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""
_VALUES = re.compile(r"'(?:[^']|'')*'|(?<![\w$])\d+(?:\.\d+)?")

Row = tuple[str, bool, bool | None, str, int]


@contextmanager
def _explained(query: Query) -> Iterator[None]:
    try:
        yield
    except psycopg.OperationalError as error:
        raise Unavailable(
            f"the platform's database does not answer {query.what}",
            hint="see `peakproof env logs` of the database",
            detail=str(error).splitlines(),
        ) from error
    except psycopg.Error as error:
        what = f"{query.what} fails: {error}"
        raise InputError(what, where=query.where, hint="correct the SQL") from error


class Postgres:
    """A PostgreSQL database."""

    def __init__(self, dsn: Secret) -> None:
        self._dsn = dsn

    def ask(self, query: Query, values: Mapping[str, str] | None = None) -> Answer:
        with _explained(query), psycopg.connect(self._dsn.reveal(), connect_timeout=10) as connection:
            connection.read_only = True
            cursor = connection.execute(query.text, values)
            columns = tuple(column.name for column in cursor.description or ())
            return Answer(columns=columns, rows=cursor.fetchall())

    def change(self, script: Query, values: Mapping[str, str]) -> None:
        """Without the clearing away each trial of a search would find larger tables than the one before."""
        with _explained(script):
            with psycopg.connect(self._dsn.reveal(), connect_timeout=10) as connection:
                # Several statements with a parameter: the client puts it in.
                psycopg.ClientCursor(connection).execute(script.text, values)
            with psycopg.connect(self._dsn.reveal(), connect_timeout=10, autocommit=True) as connection:
                connection.execute("SET client_min_messages = error")  # of tables that are the server's own
                connection.execute("VACUUM (ANALYZE)")

    def watching(self) -> PostgresWatching:
        with _explained(_LOOK):
            return PostgresWatching(
                psycopg.connect(
                    self._dsn.reveal(),
                    autocommit=True,
                    connect_timeout=PATIENCE,
                    application_name=APPLICATION,
                    options=f"-c statement_timeout={PATIENCE}s -c default_transaction_read_only=on",
                )
            )


_LOOK = Query(text=_SESSIONS, what="a look at its sessions", where="pg_stat_activity")


class PostgresWatching:
    """A connection for looks, read only."""

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        self._connection = connection

    def sessions(self) -> Sessions:
        with _explained(_LOOK):
            rows = self._connection.execute(_LOOK.text).fetchall()
        return sessions(rows)  # type: ignore[arg-type]  # the columns are the query's own

    def first(self, query: Query) -> object:
        with _explained(query):
            row = self._connection.execute(query.text).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        self._connection.close()


def sessions(rows: list[Row]) -> Sessions:
    """The sessions in rows of (application, busy, locked, statement, limit). Pure."""
    working = [row for row in rows if row[1]]
    return Sessions(
        limit=rows[0][4] if rows else 0,
        open=Counter(row[0] for row in rows),
        busy=Counter(row[0] for row in working),
        locked=sum(bool(row[2]) for row in working),
        statements=Counter(without_values(row[3]) for row in working),
    )


def without_values(statement: str) -> str:
    """A statement in one line with every literal as "?": values are somebody's data."""
    return " ".join(_VALUES.sub("?", statement).split())[:LETTERS]
