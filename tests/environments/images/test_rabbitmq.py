"""The RabbitMQ image: accepts when it is ready, lets in who has the secret, and listens on nothing else."""

from __future__ import annotations

import asyncio
import re

import aio_pika
import pytest
from aio_pika.exceptions import AMQPConnectionError

from tests.environments.images.running import SECRET, Running, Start

pytestmark = pytest.mark.integration

PASSWORD = 'p"a\\s # %s ż'
ENVIRONMENT = {"RABBITMQ_USER": "shop", "RABBITMQ_PASSWORD_FILE": SECRET}
MEMORY = 512 * 1024**2


@pytest.fixture(scope="module")
def broker(start_once: Start) -> Running:
    return start_once(
        "rabbitmq", port=5672, secret=f"{PASSWORD}\n", environment=ENVIRONMENT, memory=str(MEMORY)
    ).accepting()


async def connect(broker: Running, user: str, password: str) -> aio_pika.abc.AbstractConnection:
    host, port = broker.inside
    return await aio_pika.connect(host=host, port=port, login=user, password=password, timeout=30)


async def send_and_receive(broker: Running, body: bytes, queue: str) -> bytes:
    async with await connect(broker, "shop", PASSWORD) as connection:
        channel = await connection.channel(publisher_confirms=True)
        declared = await channel.declare_queue(queue, durable=True, arguments={"x-queue-type": "quorum"})
        await channel.default_exchange.publish(
            aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT), routing_key=queue
        )
        message = await declared.get(timeout=30)
        await message.ack()
        return message.body


def test_the_secret_opens_the_broker_the_moment_its_port_accepts(broker: Running) -> None:
    assert asyncio.run(send_and_receive(broker, b"order", "orders")) == b"order"


@pytest.mark.parametrize(
    ("user", "password"),
    [("shop", "wrong"), ("shop", PASSWORD.upper()), ("guest", "guest"), ("other", PASSWORD)],
)
def test_nobody_else_is_let_in(broker: Running, user: str, password: str) -> None:
    with pytest.raises(AMQPConnectionError):
        asyncio.run(connect(broker, user, password))


def test_the_user_administers_nothing(broker: Running) -> None:
    status, output = broker.run("rabbitmqctl", "--quiet", "--no-table-headers", "list_users")
    assert (status, output.split()) == (0, ["shop", "[]"])


def test_only_the_brokers_port_is_reachable(broker: Running) -> None:
    _, sockets = broker.run("cat", "/proc/net/tcp", "/proc/net/tcp6")
    reachable = {
        int(port, 16)
        for address, port, state in re.findall(
            r"^ *\d+: ([0-9A-F]+):([0-9A-F]+) \S+ (\S\S) ", sockets, re.MULTILINE
        )
        if state == "0A" and not address.endswith(("0100007F", "01000000"))
    }
    # Docker's own resolver, where there is one, listens on a loopback address too.
    assert {port for port in reachable if port in (4369, 5672, 15672, 25672)} == {5672}


def test_it_knows_the_containers_memory_limit(broker: Running) -> None:
    assert f"of {MEMORY // 1024**2} MiB" in broker.log


def test_the_configuration_is_readable_by_its_user_only(broker: Running) -> None:
    assert broker.run("stat", "-c", "%u %a", "/run/rabbitmq/advanced.config") == (0, "903 600\n")


def test_the_password_is_in_no_log_and_no_command_line(broker: Running) -> None:
    assert PASSWORD not in broker.log
    assert PASSWORD not in broker.run("bash", "-c", "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ")[1]


def test_messages_survive_a_stop_and_a_kill(start: Start) -> None:
    broker = start("rabbitmq", port=5672, secret=PASSWORD, environment=ENVIRONMENT).accepting()

    async def put() -> None:
        async with await connect(broker, "shop", PASSWORD) as connection:
            channel = await connection.channel(publisher_confirms=True)
            await channel.declare_queue("kept", durable=True, arguments={"x-queue-type": "quorum"})
            message = aio_pika.Message(b"order", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
            await channel.default_exchange.publish(message, routing_key="kept")

    async def count() -> int:
        async with await connect(broker, "shop", PASSWORD) as connection:
            queue = await (await connection.channel()).declare_queue("kept", passive=True)
            return queue.declaration_result.message_count or 0

    asyncio.run(put())
    broker.container.stop(timeout=20)
    assert broker.ended() == 0
    for _ in range(2):
        broker.container.start()
        broker.accepting()
        assert asyncio.run(count()) == 1
        broker.container.kill()
        assert broker.ended() == 137


@pytest.mark.parametrize(("secret", "told"), [(None, f"cannot read {SECRET}"), ("", f"{SECRET} is empty")])
def test_a_missing_secret_is_told(start: Start, secret: str | None, told: str) -> None:
    broker = start("rabbitmq", port=5672, secret=secret, environment=ENVIRONMENT)
    assert broker.ended() != 0
    assert told in broker.log
