"""Asks the platform's database who works, who waits, and for the platform's own gauges. Reads only."""

from __future__ import annotations

import re
from collections import Counter

import psycopg

from environments.platform import Platform
from foundation.errors import InputError, Unavailable
from foundation.secrets import Secret
from peakproof.telemetry.samples import Sessions

APPLICATION = "peakproof-telemetry"
_PATIENCE = 2000  # ms that a gauge may take: it is asked every second
_SESSIONS = b"""
SELECT application_name, state IS DISTINCT FROM 'idle' AS busy, wait_event_type = 'Lock' AS locked,
       left(query, 1000), current_setting('max_connections')::int
  FROM pg_stat_activity
 WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""
_VALUES = re.compile(r"'(?:[^']|'')*'|(?<![\w$])\d+(?:\.\d+)?")
_LETTERS = 100

Row = tuple[str, bool, bool | None, str, int]


class DatabaseWatch:
    """A connection for as long as a load runs, made anew when a fault has cut it."""

    def __init__(self, dsn: Secret, platform: Platform) -> None:
        self._dsn = dsn
        self._platform = platform
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None

    def check(self) -> None:
        """Asks every gauge once. Raises InputError where one is wrong, Unavailable."""
        for name, query in self._platform.written.gauges.items():
            try:
                self._gauge(query)
            except psycopg.OperationalError as error:
                raise Unavailable("the platform's database does not answer", detail=[str(error)]) from error
            except (psycopg.Error, ValueError, TypeError) as error:
                where = self._platform.document.where(("gauges", name))
                raise InputError(f"the gauge {name!r} fails: {error}", where=where) from error

    def look(self) -> tuple[Sessions | None, dict[str, float]]:
        """Sessions and gauges now; none while the database is away."""
        try:
            rows = self._connected().execute(_SESSIONS).fetchall()
            gauges = {str(name): self._gauge(query) for name, query in self._platform.written.gauges.items()}
        except psycopg.Error:
            self.close()
            return None, {}
        return sessions(rows), gauges  # type: ignore[arg-type]  # the columns are the query's own

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _gauge(self, query: str) -> float:
        row = self._connected().execute(query.encode()).fetchone()
        return max(float(str(row[0])), 0.0) if row is not None and row[0] is not None else 0.0

    def _connected(self) -> psycopg.Connection[tuple[object, ...]]:
        if self._connection is None:
            self._connection = psycopg.connect(
                self._dsn.reveal(),
                autocommit=True,
                connect_timeout=2,
                application_name=APPLICATION,
                options=f"-c statement_timeout={_PATIENCE} -c default_transaction_read_only=on",
            )
        return self._connection


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
    return " ".join(_VALUES.sub("?", statement).split())[:_LETTERS]
