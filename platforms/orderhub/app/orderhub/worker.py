"""The fulfilment worker: takes accepted orders from the queue and brings each to its end, once in effect.

A message is acknowledged only after what it led to is committed or confirmed. While the database is away a
message is held, not returned: returning would use up the queue's delivery limit.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

import aiohttp
import orjson
from aio_pika.abc import AbstractIncomingMessage

from orderhub import fulfilment, messaging, partner
from orderhub.backoff import Backoff
from orderhub.database import DatabaseSaturated, DatabaseUnavailable, Pool, make_pool
from orderhub.logs import about_order
from orderhub.sessions import EXPECTED, Ready, keep_open, wait_for
from orderhub.settings import Settings

log = logging.getLogger(__name__)
T = TypeVar("T")


async def work(settings: Settings, stop: asyncio.Event) -> None:
    """Runs until stop, finishing the orders in hand."""
    async with make_pool(settings, process="worker") as pool, partner.open_client(settings) as client:

        async def session(ready: Ready) -> None:
            async with messaging.open_channel(settings, process="worker") as channel:
                queues = await messaging.declare(channel, settings)
                await channel.set_qos(prefetch_count=settings.worker_prefetch)
                worker = Worker(settings=settings, pool=pool, client=client, queues=queues, stop=stop)
                tag = await queues.fulfilment.consume(worker.take)
                ready()
                await _first(stop.wait(), channel.closed())
                if stop.is_set() and not channel.is_closed:
                    await queues.fulfilment.cancel(tag)
                    await worker.finish()

        await keep_open(session, settings, stop)


async def _first(*events: Awaitable[object]) -> None:
    tasks = [asyncio.ensure_future(event) for event in events]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


@dataclass(kw_only=True)
class Worker:
    """One session's work: up to `worker_prefetch` messages at once."""

    settings: Settings
    pool: Pool
    client: aiohttp.ClientSession
    queues: messaging.Queues
    stop: asyncio.Event
    _in_hand: set[asyncio.Task[None]] = field(default_factory=set)

    async def take(self, message: AbstractIncomingMessage) -> None:
        """Brings one message to its end and acknowledges it; on failure the broker delivers it again."""
        task = asyncio.current_task()
        assert task is not None
        self._in_hand.add(task)
        try:
            with about_order(messaging.key_of(message)):
                await self._fulfil(message)
                await message.ack()
        except EXPECTED as error:
            log.warning(
                "message not finished, the broker will deliver it again",
                extra={"data": {"reason": repr(error)}},
            )
        finally:
            self._in_hand.discard(task)

    async def finish(self) -> None:
        """Waits for what is in hand, within the grace; what remains is delivered again to another worker."""
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=self.settings.stop_grace)

    async def _fulfil(self, message: AbstractIncomingMessage) -> None:
        try:
            order = UUID(orjson.loads(message.body)["order_id"])
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            await self._lay_aside(message, f"unreadable message: {type(error).__name__}")
            return
        found = await self._persist(lambda: fulfilment.begin(self.pool, order))
        if found is None:
            await self._lay_aside(message, f"no such order: {order}")
        elif found[0] == "confirmed":
            log.info("order already confirmed")
        elif found[0] == "failed":  # died between recording the failure and laying the message aside
            await self._lay_aside(message, found[1] or "unknown")
        else:
            await self._send_to_erp(message, order)

    async def _send_to_erp(self, message: AbstractIncomingMessage, order: UUID) -> None:
        attempt = messaging.attempt_of(message)
        answer = await partner.book(self.client, messaging.key_of(message), message.body)
        step = fulfilment.decide(
            answer,
            attempt=attempt,
            attempts=self.settings.erp_attempts,
            backoff=Backoff(base=self.settings.erp_backoff_base, cap=self.settings.erp_backoff_cap),
        )
        match step:
            case fulfilment.Confirm(number=number):
                await self._persist(lambda: fulfilment.confirm(self.pool, order, number))
                log.info("order confirmed", extra={"data": {"erp_number": number, "attempt": attempt}})
            case fulfilment.Retry(delay=delay, reason=reason):
                await messaging.send_later(self.queues, message, attempt=attempt, delay=delay)
                log.warning(
                    "order will be sent again",
                    extra={"data": {"attempt": attempt, "delay": round(delay, 3), "reason": reason}},
                )
            case fulfilment.Fail():
                await self._persist(lambda: fulfilment.fail(self.pool, order, step))
                await self._lay_aside(message, step.reason)

    async def _lay_aside(self, message: AbstractIncomingMessage, reason: str) -> None:
        await messaging.send_dead(self.queues, message, reason=reason)
        data = {"reason": reason, "attempt": messaging.attempt_of(message)}
        log.error("order failed", extra={"data": data})

    async def _persist(self, action: Callable[[], Awaitable[T]]) -> T:
        """The action, again and again until the database takes it or this process is to stop."""
        for delay in Backoff(base=self.settings.reconnect_base, cap=self.settings.reconnect_cap).delays():
            try:
                return await action()
            except (DatabaseSaturated, DatabaseUnavailable) as error:
                if self.stop.is_set():
                    raise
                log.warning("database away, holding the message", extra={"data": {"reason": str(error)}})
                await wait_for(self.stop, seconds=delay)
        raise AssertionError("delays never end")
