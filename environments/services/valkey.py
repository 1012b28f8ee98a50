"""Valkey: one server, which clients of Redis speak to as well. Knows no engine."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from environments.nodes import CommandProbe, Node, Probes, Process, Resources
from environments.platform import Platform
from environments.services.kind import DiskSize, Memory, Service, ServiceKind, ServiceOptions, Surroundings
from environments.services.stateful import attached, kept, password_file, served_by
from environments.topology import Binding, Role

PORT = 6379
HOME = "/var/lib/valkey"
# Of what AWS advises (reserved-memory-percent 25): the rest is for connections and what a fork copies.
_SHARE = 0.75
PERSISTENCE = {
    "rdb": {},
    "aof": {"appendonly": "yes"},
    "none": {"save": "", "appendonly": "no"},
}
"""What each choice sets; snapshots, as valkey.conf has them, are the server's own."""


def _as_written(value: object) -> object:
    """A setting as in valkey.conf: 50 and true need no quotes."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, int | float) else value


Setting = Annotated[str, BeforeValidator(_as_written)]


class ValkeyOptions(ServiceOptions):
    """A Valkey server. Its clients give a password and no user."""

    kind: Literal["valkey"]
    memory: Memory = 256 * 1024**2
    disk: DiskSize | None = Field(default=None, description="size of its disk; else its host's")
    persistence: Literal["rdb", "aof", "none"] = "rdb"
    settings: dict[str, Setting] = Field(default={}, description="server settings, as in valkey.conf")


def settings(options: ValkeyOptions) -> dict[str, str]:
    """Server settings: three quarters of the memory for data, how they are kept, then the user's."""
    most = {"maxmemory": f"{int(options.memory * _SHARE) // 1024**2}mb"}
    return {**most, **PERSISTENCE[options.persistence], **options.settings}


def bind(name: str, options: ValkeyOptions, platform: Platform) -> Binding:  # noqa: ARG001 - every kind's
    return Binding(host=name, port=PORT, scheme="redis")


def describe(name: str, options: ValkeyOptions, surroundings: Surroundings) -> Service:
    (node,) = surroundings.members[name]
    return served_by(
        _server(node, name, options),
        port=PORT,
        holds=f"the Valkey data of {surroundings.platform.name}",
        size=options.disk,
        role=Role(name=f"{name}.any", candidates=(node,)),
    )


def _server(node: str, service: str, options: ValkeyOptions) -> Node:
    written = [word for key, value in settings(options).items() for word in (f"--{key}", value)]
    return Node(
        name=node,
        service=service,
        process=Process(
            image="valkey",
            command=("start-valkey", *written),
            environment={"VALKEY_PASSWORD_FILE": password_file(service)},
            stop_grace=20.0,
        ),
        attachments=attached(service),
        storage=kept(node, HOME),
        resources=Resources(memory=options.memory),
        # It refuses every command but a few while it still reads its data.
        probes=Probes(ready=CommandProbe(command=("valkey-client", "PING"))),
    )


KIND = ServiceKind(options=ValkeyOptions, count=lambda _: 1, bind=bind, describe=describe)
