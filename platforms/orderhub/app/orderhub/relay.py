"""The outbox relay: publishes what acceptance has committed, marks it sent after the broker's confirm.

At least once: a crash between confirm and mark publishes again, and the worker takes an order once in effect.
"""

from __future__ import annotations

import asyncio
import logging
from typing import LiteralString

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from orderhub.database import Connection, conninfo
from orderhub.logs import about_order
from orderhub.messaging import Queues, declare, open_channel, send_order
from orderhub.sessions import Ready, keep_open
from orderhub.settings import Settings

log = logging.getLogger(__name__)

# SKIP LOCKED: several relays share the work and never wait for each other.
CLAIM: LiteralString = """
SELECT id, idempotency_key, payload::text FROM outbox
 WHERE sent_at IS NULL ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED"""
MARK: LiteralString = "UPDATE outbox SET sent_at = now() WHERE id = ANY(%s)"


async def relay(settings: Settings, stop: asyncio.Event) -> None:
    """Runs until stop, finishing the batch in hand."""

    async def session(ready: Ready) -> None:
        # Losing a mark in a crash of the server only publishes again: no need to wait for its disk.
        dsn = conninfo(settings, process="relay", synchronous_commit=False)
        async with (
            open_channel(settings, process="relay") as channel,
            await AsyncConnection.connect(dsn, autocommit=True, prepare_threshold=0) as connection,
        ):
            queues = await declare(channel, settings)
            await connection.execute("LISTEN outbox")
            ready()
            while not stop.is_set():
                if not await publish_batch(connection, queues, limit=settings.relay_batch):
                    await _woken(connection, seconds=settings.relay_poll)

    await keep_open(session, settings, stop)


async def publish_batch(connection: Connection, queues: Queues, *, limit: int) -> int:
    """Publishes up to `limit` messages together and returns how many. One unconfirmed leaves all unsent."""
    async with connection.transaction():
        rows = await (await connection.execute(CLAIM, [limit])).fetchall()
        if rows:
            results = await asyncio.gather(*(_publish(queues, row) for row in rows), return_exceptions=True)
            for result in results:
                if isinstance(result, BaseException):
                    raise result
            await connection.execute(MARK, [[row[0] for row in rows]])
    return len(rows)


async def _publish(queues: Queues, row: TupleRow) -> None:
    _, key, payload = row
    with about_order(key):
        await send_order(queues, key, payload.encode())
        log.info("order published")


async def _woken(connection: Connection, *, seconds: float) -> None:
    """Returns at a notification or after the time; the latter finds what a lost notification was for."""
    async for _ in connection.notifies(timeout=seconds, stop_after=1):
        pass
