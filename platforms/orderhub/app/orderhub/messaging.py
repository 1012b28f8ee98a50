"""The edge to RabbitMQ: the connection, the queues and how a message looks. Decides nothing about orders.

    exchange PREFIX.orders --accepted--> queue PREFIX.fulfilment --> worker
    worker --after attempt n--> PREFIX.fulfilment.retry.n --TTL--> PREFIX.fulfilment
    worker --given up--> PREFIX.fulfilment.dead

All queues are quorum queues, and expired messages move at least once: a delay must not lose an order.
A delay queue serves one attempt number, so that a message waits behind others of about its own delay.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aio_pika
from aio_pika.abc import (
    AbstractChannel,
    AbstractExchange,
    AbstractIncomingMessage,
    AbstractQueue,
    HeadersType,
)
from pamqp.common import FieldValue

from orderhub.settings import Settings, read_secret

ACCEPTED = "accepted"
"""Routing key of an accepted order."""

KEY = "idempotency-key"
ATTEMPT = "x-attempt"
REASON = "x-reason"

Arguments = dict[str, FieldValue]


@dataclass(frozen=True, kw_only=True)
class Queues:
    """What was declared; `fulfilment` is consumed, `orders` published to."""

    orders: AbstractExchange
    fulfilment: AbstractQueue
    direct: AbstractExchange
    prefix: str
    timeout: float

    def retry(self, attempt: int) -> str:
        return f"{self.prefix}.fulfilment.retry.{attempt}"

    @property
    def dead(self) -> str:
        return f"{self.prefix}.fulfilment.dead"


@asynccontextmanager
async def open_channel(settings: Settings, *, process: str) -> AsyncIterator[AbstractChannel]:
    """A channel with publisher confirms on a connection of its own; what nobody takes raises."""
    connection = await aio_pika.connect(
        host=settings.broker_host,
        port=settings.broker_port,
        login=settings.broker_user,
        password=read_secret(settings.broker_password_file),
        timeout=settings.broker_timeout,
        heartbeat=settings.broker_heartbeat,
        client_properties={"connection_name": f"orderhub-{process}"},
    )
    async with connection:
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)


async def declare(channel: AbstractChannel, settings: Settings) -> Queues:
    """Declares the exchange and every queue; declaring again changes nothing."""
    prefix = settings.broker_prefix
    main = f"{prefix}.fulfilment"
    orders = await channel.declare_exchange(f"{prefix}.orders", aio_pika.ExchangeType.DIRECT, durable=True)
    to_dead = _arguments(dead_letter_to=f"{main}.dead")
    fulfilment = await channel.declare_queue(main, durable=True, arguments=to_dead)
    await fulfilment.bind(orders, ACCEPTED)
    await channel.declare_queue(f"{main}.dead", durable=True, arguments=_arguments(dead_letter_to=None))
    queues = Queues(
        orders=orders,
        fulfilment=fulfilment,
        direct=channel.default_exchange,
        prefix=prefix,
        timeout=settings.broker_timeout,
    )
    back = _arguments(dead_letter_to=main)
    for attempt in range(1, settings.erp_attempts):
        await channel.declare_queue(queues.retry(attempt), durable=True, arguments=back)
    return queues


def _arguments(*, dead_letter_to: str | None) -> Arguments:
    quorum: Arguments = {"x-queue-type": "quorum"}
    if dead_letter_to is None:
        return quorum
    return {
        **quorum,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": dead_letter_to,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def order_message(key: str, payload: bytes) -> aio_pika.Message:
    """An accepted order, for the first time."""
    return _message(payload, {KEY: key, ATTEMPT: 1}, expires_in=None)


async def send_order(queues: Queues, key: str, payload: bytes) -> None:
    """Publishes and waits for the broker's confirm."""
    await queues.orders.publish(order_message(key, payload), ACCEPTED, mandatory=True, timeout=queues.timeout)


async def send_later(queues: Queues, message: AbstractIncomingMessage, *, attempt: int, delay: float) -> None:
    """Puts the message where it comes back after `delay` seconds as the attempt after this one."""
    headers: HeadersType = {KEY: key_of(message), ATTEMPT: attempt + 1}
    await queues.direct.publish(
        _message(message.body, headers, expires_in=delay),
        queues.retry(attempt),
        mandatory=True,
        timeout=queues.timeout,
    )


async def send_dead(queues: Queues, message: AbstractIncomingMessage, *, reason: str) -> None:
    """Lays the message aside for a person, with the reason."""
    headers: HeadersType = {KEY: key_of(message), ATTEMPT: attempt_of(message), REASON: reason}
    await queues.direct.publish(
        _message(message.body, headers, expires_in=None), queues.dead, mandatory=True, timeout=queues.timeout
    )


def _message(body: bytes, headers: HeadersType, *, expires_in: float | None) -> aio_pika.Message:
    return aio_pika.Message(
        body,
        headers=headers,
        content_type="application/json",
        expiration=expires_in,
        message_id=str(headers[KEY]),
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )


def key_of(message: AbstractIncomingMessage) -> str:
    """The idempotency key it carries; empty where somebody else published it."""
    return str(message.headers.get(KEY, ""))


def attempt_of(message: AbstractIncomingMessage) -> int:
    """The attempt it is for, counted from 1."""
    attempt = message.headers.get(ATTEMPT, 1)
    return attempt if isinstance(attempt, int) and attempt > 0 else 1
