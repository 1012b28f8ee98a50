"""The edge to PostgreSQL: a pool, prepared statements, and the driver's errors turned into three of ours.

Never decides anything about orders.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import LiteralString, TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg import errors as pg
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from orderhub.settings import Settings, read_secret

log = logging.getLogger(__name__)

Connection = AsyncConnection[TupleRow]
Pool = AsyncConnectionPool[Connection]
T = TypeVar("T")

SATURATED = (
    PoolTimeout,
    TooManyRequests,
    pg.QueryCanceled,
    pg.LockNotAvailable,
    pg.TooManyConnections,
    pg.CannotConnectNow,
    pg.DeadlockDetected,
    pg.SerializationFailure,
)


# The pool's own retries back off to many seconds; the next request asks again anyway, and finds a database
# that is back at once.
RECONNECT_TIMEOUT = 0.5


class DatabaseSaturated(Exception):  # noqa: N818 - says what happened
    """Nothing was done: no connection in time, or the statement was cancelled and rolled back."""


class DatabaseUnavailable(Exception):  # noqa: N818 - says what happened
    """The connection broke or could not be had; whether the last statement took effect is unknown."""


def conninfo(settings: Settings, *, process: str, synchronous_commit: bool = True) -> str:
    """A connection string. Without synchronous_commit only for what may be repeated after a crash."""
    options = {
        "statement_timeout": f"{settings.database_statement_timeout * 1000:.0f}",
        "lock_timeout": f"{settings.database_lock_timeout * 1000:.0f}",
        "idle_in_transaction_session_timeout": "30000",
        "synchronous_commit": "on" if synchronous_commit else "off",
        # Plans of our few statements do not depend on their values: plan once a connection.
        "plan_cache_mode": "force_generic_plan",
        "jit": "off",
    }
    return make_conninfo(
        host=settings.database_host,
        port=settings.database_port,
        dbname=settings.database_name,
        user=settings.database_user,
        password=read_secret(settings.database_password_file),
        connect_timeout=settings.database_connect_timeout,
        application_name=f"orderhub-{process}",
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
        tcp_user_timeout=8000,
        options=" ".join(f"-c {name}={value}" for name, value in options.items()),
    )


def make_pool(settings: Settings, *, process: str, synchronous_commit: bool = True) -> Pool:
    """A closed pool of autocommit connections that prepare a statement at its first use."""
    return AsyncConnectionPool(
        conninfo(settings, process=process, synchronous_commit=synchronous_commit),
        open=False,
        connection_class=AsyncConnection[TupleRow],
        min_size=settings.database_pool_min,
        max_size=settings.database_pool_max,
        timeout=settings.database_pool_wait,
        max_waiting=settings.database_pool_queue,
        reconnect_timeout=RECONNECT_TIMEOUT,
        kwargs={"autocommit": True, "prepare_threshold": 0},
        name=process,
    )


async def run(pool: Pool, work: Callable[[Connection], Awaitable[T]]) -> T:
    """The work on a pooled connection, once more on a fresh one if the connection proves dead.

    The work must be safe to repeat. Raises DatabaseSaturated or DatabaseUnavailable.
    """
    try:
        return await _attempt(pool, work)
    except DatabaseUnavailable as error:
        log.warning("database connection lost, trying again", extra={"data": {"reason": str(error)}})
        await pool.check()
        return await _attempt(pool, work)


async def _attempt(pool: Pool, work: Callable[[Connection], Awaitable[T]]) -> T:
    try:
        async with pool.connection() as connection:
            try:
                return await work(connection)
            except pg.ReadOnlySqlTransaction:  # a leader that was demoted under us: of no more use
                await connection.close()
                raise
    except SATURATED as error:
        raise DatabaseSaturated(_reason(error)) from error
    except (psycopg.OperationalError, pg.ReadOnlySqlTransaction) as error:
        raise DatabaseUnavailable(_reason(error)) from error


def _reason(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


async def fetch_one(pool: Pool, statement: LiteralString, parameters: Sequence[object]) -> TupleRow | None:
    """The first row of a prepared statement. Raises as `run` does."""

    async def work(connection: Connection) -> TupleRow | None:
        cursor = await connection.execute(statement, parameters, prepare=True)
        return await cursor.fetchone()

    return await run(pool, work)
