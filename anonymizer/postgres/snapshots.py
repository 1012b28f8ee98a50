"""Snapshots of the source: exported, taken up again, and what holding one costs the source. Never writes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import errors, sql

from anonymizer.postgres.connections import session
from anonymizer.postgres.refusals import translated
from foundation.errors import Unavailable

_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
SEE_WHY = (
    "see that server's log for why; a standby ends what is in replication's way: raise "
    "max_standby_streaming_delay there, or read from the primary; then run again"
)
_LOOK_EVERY = 2.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Exported:
    """A snapshot by its name, and the server process that holds it, `since` when there is that process.

    A server that was restarted gives the same names and numbers again, to other snapshots: only the moment
    at which a process began is not.
    """

    snapshot: str
    backend: int
    since: str

    @property
    def mark(self) -> str:
        """What tells it from all other snapshots."""
        return f"{self.snapshot} {self.backend} {self.since}"


def ended(where: str) -> Unavailable:
    """What to say of a snapshot that is no more."""
    return Unavailable("the snapshot ended while it was needed", where=where, hint=SEE_WHY)


@contextmanager
def reading(dsn: str, held: Exported | None = None) -> Iterator[psycopg.Connection]:
    """One consistent view of the source: a new one, or the one that somebody holds."""
    with session(dsn, "source") as connection:
        connection.execute(_BEGIN)
        if held is not None:
            _enter(connection, held)
        yield connection


def export(connection: psycopg.Connection) -> Exported:
    """The snapshot of the connection's transaction, which begins here if none is under way."""
    if connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
        connection.execute(_BEGIN)
    row = connection.execute(_EXPORT).fetchone()
    assert row is not None
    return Exported(snapshot=row[0], backend=row[1], since=row[2])


def is_held(dsn: str, exported: Exported) -> bool:
    """Whether somebody still holds it."""
    with session(dsn, "source") as connection:
        row = connection.execute(_SINCE, {"backend": exported.backend}).fetchone()
        if row is None or row[0] != exported.since:
            return False
        connection.execute(_BEGIN)
        try:
            _enter(connection, exported)
        except (errors.UndefinedObject, errors.InvalidParameterValue, errors.ObjectNotInPrerequisiteState):
            return False
        return True


def release(connection: psycopg.Connection, backend: int) -> None:
    """Ends the server process that holds a snapshot: its holder notices, and ends too."""
    connection.execute("SELECT pg_terminate_backend(%s)", [backend])


def _enter(connection: psycopg.Connection, exported: Exported) -> None:
    connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(exported.snapshot)))


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What the source keeps because of a snapshot: `age` in transactions, WAL written since in bytes."""

    age: int
    wal: int


@dataclass(kw_only=True)
class Watch:
    """Looks now and then at what the snapshot costs. `limit`: the age, in transactions, that is too much.

    `source` is in no transaction: in one the server's age() stands still. `held`: by a process of its own.
    """

    source: psycopg.Connection
    backend: int
    limit: int | None
    held: bool
    _next: float = 0.0
    _from: str = field(init=False)

    def __post_init__(self) -> None:
        row = self.source.execute(_WAL).fetchone()
        self._from = str(row[0]) if row and row[0] is not None else "0/0"

    def look(self) -> Cost | None:
        """The cost, every two seconds. Raises Unavailable when the snapshot is older than the limit."""
        if time.monotonic() < self._next:
            return None
        self._next = time.monotonic() + _LOOK_EVERY
        cost = self._cost()
        if self.limit is not None and cost.age > self.limit:
            if self.held:
                release(self.source, self.backend)
            raise Unavailable(
                f"the snapshot is {cost.age:,} transactions old, more than the {self.limit:,} allowed",
                where="source",
                hint="the snapshot was given up; the same command goes on under a new one, at a better time",
            )
        return cost

    def _cost(self) -> Cost:
        with translated("source"):
            row = self.source.execute(_COST, {"backend": self.backend, "from": self._from}).fetchone()
        if row is None and not self.held:  # the check after the copy would find it gone, much later
            raise ended("source")
        return Cost(age=int(row[0] or 0), wal=int(row[1] or 0)) if row else Cost(age=0, wal=0)


# To the microsecond. A role sees when its own sessions began.
_EXPORT = """
SELECT pg_export_snapshot(), pid, extract(epoch FROM backend_start)::text
  FROM pg_stat_activity WHERE pid = pg_backend_pid()"""
_SINCE = "SELECT extract(epoch FROM backend_start)::text FROM pg_stat_activity WHERE pid = %(backend)s"
_WAL = """
SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END::text"""
_COST = """
SELECT age(backend_xmin),
       pg_wal_lsn_diff(
           CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
           %(from)s::pg_lsn)
  FROM pg_stat_activity WHERE pid = %(backend)s"""
