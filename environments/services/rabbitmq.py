"""RabbitMQ: one broker. Quorum queues over three nodes come with high availability. Knows no engine."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from environments.platform import Platform
from environments.services.kind import BACK, Service, ServiceKind, ServiceOptions, Surroundings
from environments.topology import (
    Attachments,
    Binding,
    Endpoint,
    Mount,
    Node,
    Probes,
    Process,
    Resources,
    Role,
    SecretFile,
    SecretRef,
    Storage,
    TcpProbe,
    Volume,
)
from environments.words import Account
from foundation.units import Size

PORT = 5672


class RabbitmqOptions(ServiceOptions):
    """A RabbitMQ broker. `user` is the platform's name unless given."""

    kind: Literal["rabbitmq"]
    memory: Size = 512 * 1024**2
    disk: Size | None = Field(default=None, ge=64 * 1024**2, description="size of its disk; else its host's")
    user: Account | None = None


def bind(name: str, options: RabbitmqOptions, platform: Platform) -> Binding:
    return Binding(host=name, port=PORT, scheme="amqp", user=options.user or platform.name)


def describe(name: str, options: RabbitmqOptions, surroundings: Surroundings) -> Service:
    (node,) = surroundings.members[name]
    user = surroundings.bindings[name].user or ""
    return Service(
        nodes=(_broker(node, name, options, user),),
        volumes=(Volume(name=f"{node}-data", holds=f"the RabbitMQ broker of {user}", size=options.disk),),
        secrets=(SecretRef(name=f"{name}.password"),),
        endpoints=(Endpoint(name=name, target=name, port=PORT),),
        roles=(Role(name=f"{name}.any", candidates=(node,)),),
    )


def _broker(node: str, service: str, options: RabbitmqOptions, user: str) -> Node:
    password = f"/run/secrets/{service}-password"
    return Node(
        name=node,
        service=service,
        process=Process(
            image="rabbitmq",
            command=("start-rabbitmq",),
            environment={"RABBITMQ_USER": user, "RABBITMQ_PASSWORD_FILE": password},
            stop_grace=20.0,
        ),
        attachments=Attachments(
            networks=(BACK,),
            aliases=(service,),
            secrets=(SecretFile(secret=f"{service}.password", path=password),),
        ),
        storage=Storage(mounts=(Mount(volume=f"{node}-data", path="/var/lib/rabbitmq"),)),
        resources=Resources(memory=options.memory),
        probes=Probes(ready=TcpProbe(port=PORT)),
    )


KIND = ServiceKind(options=RabbitmqOptions, count=lambda _: 1, bind=bind, describe=describe)
