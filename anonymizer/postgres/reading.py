"""Reads the source in Arrow batches, in a snapshot that somebody else holds. Never writes, never masks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from queue import SimpleQueue

import adbc_driver_manager
import adbc_driver_postgresql
import pyarrow as pa
from adbc_driver_manager import AdbcConnection, AdbcStatement
from adbc_driver_manager._reader import AdbcRecordBatchReader
from psycopg import sql

from anonymizer.postgres.connections import SESSION, conninfo, unreachable
from anonymizer.postgres.refusals import refusal
from anonymizer.postgres.snapshots import SEE_WHY, ended
from foundation.errors import PeakproofError, Unavailable

# So many bytes are masked at a time: much less, and the calls themselves cost; more, and only memory grows.
_BATCH = 4 << 20
_SNAPSHOT = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET TRANSACTION SNAPSHOT {}",
)
# What the server says of a snapshot that nobody holds any more, by its version and ours.
_NO_SNAPSHOT = ("42704", "22023", "55000")


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A connection of its own to a database. `rate` limits it to so many bytes a second.

    `told` hears of every batch: where, the rows of the question so far.
    """

    connection: AdbcConnection
    rate: float | None
    told: Callable[[str, int], None] | None = None

    def batches(self, query: sql.Composed, where: str) -> Iterator[pa.RecordBatch]:
        """The rows of a query. Raises what `refusal` makes of the server's errors."""
        with _told(where), AdbcStatement(self.connection) as statement:
            statement.set_options(
                **{"adbc.postgresql.batch_size_hint_bytes": str(_BATCH)}  # a hint: rows are never cut
            )
            with _asked(statement, query.as_string(None)) as rows:
                began, taken, count = time.monotonic(), 0, 0
                for batch in rows:
                    yield batch
                    count += batch.num_rows
                    if self.told is not None:
                        self.told(where, count)
                    taken += batch.nbytes
                    if self.rate is not None:
                        time.sleep(max(0.0, taken / self.rate - (time.monotonic() - began)))

    def named(
        self, columns: Mapping[str, sql.Composable], rows: sql.Composable, where: str
    ) -> Iterator[pa.RecordBatch]:
        """These columns of those rows (what stands after FROM), under their names."""
        query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(columns.values()), rows)
        for batch in self.batches(query, where):
            yield batch.rename_columns([*columns])


@dataclass(frozen=True, kw_only=True)
class Readers:
    """Connections in one snapshot that threads share: each question has one to itself, or waits for it."""

    free: SimpleQueue[Reader]

    def batches(self, query: sql.Composed, where: str) -> Iterator[pa.RecordBatch]:
        """As a reader's."""
        one = self.free.get()
        try:
            yield from one.batches(query, where)
        finally:
            self.free.put(one)


@contextmanager
def readers(dsn: str, snapshot: str, count: int) -> Iterator[Readers]:
    """So many readers in the snapshot of that name."""
    free: SimpleQueue[Reader] = SimpleQueue()
    with ExitStack() as stack:
        for _ in range(count):
            free.put(stack.enter_context(reader(dsn, snapshot)))
        yield Readers(free=free)


@contextmanager
def reader(dsn: str, snapshot: str, *, role: str = "source", rate: float | None = None) -> Iterator[Reader]:
    """A reader in the snapshot of that name. Raises Unavailable: the snapshot is gone, nobody answers."""
    # Below the driver's DB-API, which imports every data-frame library that it finds.
    with (
        _told(role),
        adbc_driver_postgresql.connect(conninfo(dsn)) as database,
        AdbcConnection(database) as connection,
    ):
        connection.set_autocommit(enabled=False)
        with _gone(role):
            for words in _SNAPSHOT:
                _set(connection, sql.SQL(words).format(sql.Literal(snapshot)))
        for words in SESSION:
            _set(connection, sql.SQL(words).format())
        yield Reader(connection=connection, rate=rate)


def _set(connection: AdbcConnection, words: sql.Composed) -> None:
    with AdbcStatement(connection) as statement:
        _asked(statement, words.as_string(None)).close()


@contextmanager
def _gone(role: str) -> Iterator[None]:
    try:
        yield
    except adbc_driver_manager.Error as error:
        if error.sqlstate not in _NO_SNAPSHOT:
            raise
        raise ended(role) from None


def _asked(statement: AdbcStatement, query: str) -> AdbcRecordBatchReader:
    """The rows, by the driver's own reader: Arrow's would leave the SQLSTATE out of what ends them midway."""
    statement.set_sql_query(query)
    answer, _ = statement.execute_query()
    return AdbcRecordBatchReader._import_from_c(answer.address)


@contextmanager
def _told(where: str) -> Iterator[None]:
    try:
        yield
    except PeakproofError:
        raise
    except adbc_driver_manager.Error as error:
        # Its text quotes the server's, which may quote a row.
        if any(words in str(error) for words in _NOT_CONNECTED):
            raise unreachable(str(error), where) from None
        if error.sqlstate is None:  # the connection is no more
            raise Unavailable("the rows could not be read to their end", where=where, hint=SEE_WHY) from None
        raise refusal(error.sqlstate, type(error).__name__, where) from None


# What the driver itself says; and a pool lets everybody log in, and says only then that it has no room.
_NOT_CONNECTED = ("Failed to connect", "query_wait_timeout")
