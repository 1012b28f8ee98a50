"""A test's own look into the broker: what lies in a queue, and messages put there by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import aio_pika
from aio_pika.abc import AbstractChannel

from tests.platforms.orderhub.servers import Server

T = TypeVar("T")

MOST_ATTEMPTS = 12
"""No test may let a worker make more attempts: each has its queue."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    headers: Mapping[str, object]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Broker:
    """The queues of one prefix."""

    server: Server
    prefix: str

    def length(self, queue: str) -> int:
        """Messages that are ready; -1 while the queue does not exist."""

        async def ask(channel: AbstractChannel) -> int:
            try:
                found = await channel.declare_queue(f"{self.prefix}.{queue}", passive=True)
            except aio_pika.exceptions.ChannelNotFoundEntity:
                return -1
            return found.declaration_result.message_count or 0

        return self._run(ask)

    def take(self, queue: str) -> list[Letter]:
        """Takes everything that is ready out of the queue."""

        async def ask(channel: AbstractChannel) -> list[Letter]:
            found = await channel.get_queue(f"{self.prefix}.{queue}")
            letters = []
            while (message := await found.get(fail=False, no_ack=True)) is not None:
                letters.append(Letter(headers=dict(message.headers), body=message.body))
            return letters

        return self._run(ask)

    def put(self, queue: str, *letters: Letter) -> None:
        """Puts messages there; the queue has to exist."""

        async def ask(channel: AbstractChannel) -> None:
            for letter in letters:
                headers = {name: str(value) for name, value in letter.headers.items()}
                message = aio_pika.Message(letter.body, headers=dict(headers))
                await channel.default_exchange.publish(message, f"{self.prefix}.{queue}", mandatory=True)

        self._run(ask)

    def clear(self) -> None:
        """Deletes the queues and the exchange: many idle quorum queues would slow the tests that follow."""

        async def ask(channel: AbstractChannel) -> None:
            retries = (f"fulfilment.retry.{attempt}" for attempt in range(1, MOST_ATTEMPTS))
            for queue in ("fulfilment", "fulfilment.dead", *retries):
                await channel.queue_delete(f"{self.prefix}.{queue}")
            await channel.exchange_delete(f"{self.prefix}.orders")

        self._run(ask)

    def _run(self, ask: Callable[[AbstractChannel], Awaitable[T]]) -> T:
        async def main() -> T:
            server = self.server
            connection = await aio_pika.connect(
                host=server.host, port=server.port, login=server.user, password=server.password
            )
            async with connection:
                return await ask(await connection.channel(on_return_raises=True))

        return asyncio.run(main())
