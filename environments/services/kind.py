"""What a service kind is: a model of options and pure functions from options to nodes. Knows no engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Generic, TypeVar

from pydantic import BeforeValidator, Field

from environments.nodes import Node
from environments.placeholders import Text
from environments.platform import Platform
from environments.topology import Binding, Endpoint, Flow, Network, Role, SecretRef, Volume
from foundation.documents import Input, Location
from foundation.units import Size

FRONT = "front"
"""Network of what customers talk to."""
BACK = "back"
"""Network of what only the platform itself talks to."""


def _as_written(value: object) -> object:
    """A setting of a database server, as in its own file: 50 and true need no quotes."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) if isinstance(value, int | float) else value


Setting = Annotated[str, BeforeValidator(_as_written)]


MOST = 16 << 40
"""Bytes: no machine has more memory, and a file of ext4, which a disk of its own is, holds no more."""
LEAST_DISK = 64 << 20
Memory = Annotated[Size, Field(ge=6 << 20, le=MOST)]
"""A node's limit of memory in bytes; Docker takes no less."""
DiskSize = Annotated[Size, Field(ge=LEAST_DISK, le=MOST)]
"""The size in bytes of a disk of its own."""


class ServiceOptions(Input):
    """What every kind of service can be told."""

    memory: Memory = Field(default=256 * 1024**2, description="memory limit of each node")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A service that another one names, and where. `connects`: it must have a port; `kinds`: one of them."""

    service: str
    at: Location
    connects: bool = False
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a service sees of its definition: the platform, and every service's nodes and binding.

    `foreign`: the image folders that stand on another base than ours; `texts`: path inside the node ->
    content of the files that a service takes from beside its document.
    """

    platform: Platform
    members: Mapping[str, tuple[str, ...]]
    bindings: Mapping[str, Binding]
    foreign: frozenset[str] = frozenset()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def nodes_of(self, services: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(node for service in services for node in self.members[service])

    def flows(self, source: str, targets: Iterable[str]) -> tuple[Flow, ...]:
        """Connections of `source` to each of the services that listens on a port."""
        return tuple(
            Flow(source=source, target=target, port=port)
            for target in targets
            for port in (self.bindings[target].port, *self.bindings[target].ports)
            if port
        )


@dataclass(frozen=True, kw_only=True)
class Service:
    """What a service becomes: nodes and everything that comes with them.

    `flows` are the connections that its nodes open; `roles` what faults aim at; `networks` those that only
    this service needs, beside FRONT and BACK.
    """

    nodes: tuple[Node, ...]
    volumes: tuple[Volume, ...] = ()
    secrets: tuple[SecretRef, ...] = ()
    networks: tuple[Network, ...] = ()
    flows: tuple[Flow, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    roles: tuple[Role, ...] = ()


Options = TypeVar("Options", bound=ServiceOptions)


@dataclass(frozen=True, kw_only=True)
class ServiceKind(Generic[Options]):
    """One kind of service.

    count      how many nodes
    bind       how others reach it (its nodes are filled in)
    references the services it names, relative to its own place in the document
    problems   what is wrong with the options given the platform: (place, what, allowed words)
    texts      those with places in them that are filled, such as its variables
    describe   the nodes
    keys       property of its binding -> the key by which a definition gives it, where it is not always there
    """

    options: type[Options]
    count: Callable[[Options], int]
    bind: Callable[[str, Options, Platform], Binding]
    describe: Callable[[str, Options, Surroundings], Service]
    references: Callable[[Options, Platform], list[Reference]] = lambda _options, _platform: []
    problems: Callable[[Options, Platform], list[tuple[Location, str, list[str]]]] = (
        lambda _options, _platform: []
    )
    texts: Callable[[Options, Platform], list[Text]] = lambda _options, _platform: []
    keys: Mapping[str, str] = field(default_factory=dict)


def node_names(service: str, count: int) -> tuple[str, ...]:
    """`api` with two nodes is api-1 and api-2; a single node is numbered too."""
    return tuple(f"{service}-{number}" for number in range(1, count + 1))
