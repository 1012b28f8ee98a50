"""RabbitMQ: one broker. Quorum queues over three nodes come with high availability. Knows no engine."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from environments.nodes import Node, Probes, Process, Resources, TcpProbe
from environments.platform import Platform
from environments.services.kind import DiskSize, Memory, Service, ServiceKind, ServiceOptions, Surroundings
from environments.services.stateful import attached, kept, password_file, served_by
from environments.topology import Binding, Role
from environments.words import Account

PORT = 5672
HOME = "/var/lib/rabbitmq"


class RabbitmqOptions(ServiceOptions):
    """A RabbitMQ broker. `user` is the platform's name unless given."""

    kind: Literal["rabbitmq"]
    memory: Memory = 512 * 1024**2
    disk: DiskSize | None = Field(default=None, description="size of its disk; else its host's")
    user: Account | None = None


def bind(name: str, options: RabbitmqOptions, platform: Platform) -> Binding:
    return Binding(host=name, port=PORT, scheme="amqp", user=options.user or platform.name)


def describe(name: str, options: RabbitmqOptions, surroundings: Surroundings) -> Service:
    (node,) = surroundings.members[name]
    user = surroundings.bindings[name].user or ""
    return served_by(
        _broker(node, name, options, user),
        port=PORT,
        holds=f"the RabbitMQ broker of {user}",
        size=options.disk,
        role=Role(name=f"{name}.any", candidates=(node,)),
    )


def _broker(node: str, service: str, options: RabbitmqOptions, user: str) -> Node:
    return Node(
        name=node,
        service=service,
        process=Process(
            image="rabbitmq",
            command=("start-rabbitmq",),
            environment={"RABBITMQ_USER": user, "RABBITMQ_PASSWORD_FILE": password_file(service)},
            stop_grace=20.0,
        ),
        attachments=attached(service),
        storage=kept(node, HOME),
        resources=Resources(memory=options.memory),
        probes=Probes(ready=TcpProbe(port=PORT)),
    )


KIND = ServiceKind(options=RabbitmqOptions, count=lambda _: 1, bind=bind, describe=describe)
