"""A process that looks for work: sessions, opened again with backoff for as long as it should run.

A session is everything that needs its connections; it says `ready` when it has them.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress

import psycopg
import uvloop
from aiormq.exceptions import AMQPError, ChannelInvalidStateError

from orderhub.backoff import Backoff
from orderhub.database import DatabaseSaturated, DatabaseUnavailable
from orderhub.settings import Settings

log = logging.getLogger(__name__)

EXPECTED = (
    AMQPError,
    ChannelInvalidStateError,
    psycopg.OperationalError,
    DatabaseSaturated,
    DatabaseUnavailable,
    OSError,
    TimeoutError,
)

Ready = Callable[[], None]
Process = Callable[[Settings, asyncio.Event], Awaitable[None]]
Session = Callable[[Ready], Awaitable[None]]


def run_until_stopped(process: Process, settings: Settings) -> None:
    """Runs the process on uvloop; SIGTERM and SIGINT set its stop event."""

    async def main() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await process(settings, stop)

    uvloop.run(main())


async def keep_open(session: Session, settings: Settings, stop: asyncio.Event) -> None:
    """Runs session after session until stop. The ready file exists while a session has its connections."""
    backoff = Backoff(base=settings.reconnect_base, cap=settings.reconnect_cap)
    attempt = 0

    def ready() -> None:
        nonlocal attempt
        attempt = 0
        settings.ready_file.touch()
        log.info("ready")

    try:
        while not stop.is_set():
            try:
                await session(ready)
            except EXPECTED as error:
                log.warning("connection lost or not to be had", extra={"data": {"reason": repr(error)}})
            except Exception:
                log.exception("unexpected error; starting over")
            finally:
                settings.ready_file.unlink(missing_ok=True)
            attempt += 1
            await wait_for(stop, seconds=backoff.delay(attempt))
    finally:
        log.info("stopped")


async def wait_for(stop: asyncio.Event, *, seconds: float) -> None:
    """Returns when stop is set or the time is over."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
