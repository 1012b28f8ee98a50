"""What runs, engine-free: nodes, networks, volumes, flows. Values only; names are relative to an instance.

Equal meaning gives an equal digest, whichever engine later builds it. Nothing here connects to anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Literal

from environments.digests import digest_of
from environments.nodes import Node, Probe


class EnvironmentClass(StrEnum):
    """What `infra up` makes of a definition. What `env up` brings up is always a test environment."""

    TEST = "test"
    STAGING = "staging"
    PRODUCTION = "production"


@dataclass(frozen=True, kw_only=True)
class Network:
    """`internal` networks have no way out. A topology's own are; the edge is an instance's."""

    name: str
    internal: bool = True


@dataclass(frozen=True, kw_only=True)
class Volume:
    """`holds` says whose data is on it, such as "the database orders of clerk"; no other goes there.

    `size` in bytes; without it a volume is as large as its host's disk.
    """

    name: str
    holds: str = ""
    size: int | None = None


OUTSIDE = "outside"
"""The source of flows that come from beyond the environment: customers, people, the load generator."""


@dataclass(frozen=True, kw_only=True, order=True)
class Flow:
    """Traffic that must be able to pass: nodes of `source` open connections to nodes of `target`.

    Both are services, or `source` is `OUTSIDE`. `peer`: between the nodes of one service, as in a cluster.
    Whatever is in no flow needs not pass: firewalls and pictures are made from these.
    """

    source: str
    target: str
    port: int
    protocol: Literal["tcp", "udp"] = "tcp"
    peer: bool = False


@dataclass(frozen=True, kw_only=True)
class Binding:
    """How others reach a service, never a secret. Written once by its kind, read by whoever connects.

    `host` is a name that any of its nodes answers to, `hosts` are its nodes one by one, for clients that
    try the next; `scheme` is how its URLs begin; `name` and `user` are a database's; `health` is the path
    that answers 200 while it serves.
    `trust`: it serves TLS, and there its clients find the certificate of the authority to verify it with.
    `ports`: further ones.
    """

    host: str
    hosts: tuple[str, ...] = ()
    port: int | None = None
    ports: tuple[int, ...] = ()
    scheme: Literal["postgresql", "mysql", "amqp", "redis"] | None = None
    name: str | None = None
    user: str | None = None
    health: str | None = None
    trust: str | None = None

    def properties(self) -> dict[str, str]:
        """What a variable can ask for, as {service.property}; what the service lacks is not there."""
        written = {**asdict(self), "hosts": ",".join(self.hosts), "ports": ",".join(map(str, self.ports))}
        return {key: str(value) for key, value in written.items() if value not in (None, "")}


@dataclass(frozen=True, kw_only=True)
class Role:
    """What faults and changes aim at, such as "database.leader": one of `candidates`.

    Which one is asked at the moment of the fault: the candidate for which `holds` holds. Without `holds`
    any of them will do.
    """

    name: str
    candidates: tuple[str, ...]
    holds: Probe | None = None


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """What people and tools reach from outside: a name inside and its port."""

    name: str
    target: str
    port: int
    protocol: Literal["http", "tcp"] = "tcp"


@dataclass(frozen=True, kw_only=True)
class SecretRef:
    """A secret that an instance makes or is given, and its nodes are handed; never a value.

    `names`: what a certificate is for.
    """

    name: str
    kind: Literal["password", "certificate", "given", "authority", "trust"] = "password"
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Partner:
    """A company's system outside the platform, and the service that stands in for it."""

    name: str
    simulator: str


@dataclass(frozen=True, kw_only=True)
class CloudService:
    """A managed service of a cloud that production uses; a test environment has none."""

    name: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Topology:
    """Everything that runs for one definition, wherever it does.

    `entry` is the service that customers talk to; `bindings` says how each service is reached.
    """

    definition: str
    platform: str
    entry: str
    environment_class: EnvironmentClass = EnvironmentClass.TEST
    nodes: tuple[Node, ...]
    networks: tuple[Network, ...]
    volumes: tuple[Volume, ...] = ()
    flows: tuple[Flow, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    secrets: tuple[SecretRef, ...] = ()
    partners: tuple[Partner, ...] = ()
    clouds: tuple[CloudService, ...] = ()
    roles: tuple[Role, ...] = ()
    bindings: Mapping[str, Binding] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """12 hex digits; the order in which nodes, networks or flows were written does not count."""
        return digest_of(asdict(self))

    def node(self, name: str) -> Node:
        """The node of that name. Raises KeyError."""
        return {node.name: node for node in self.nodes}[name]

    @property
    def candidates(self) -> dict[str, tuple[str, ...]]:
        """The nodes that may have each role."""
        return {role.name: role.candidates for role in self.roles}

    def images(self) -> list[str]:
        """Image folders that the nodes use."""
        return sorted({node.process.image for node in self.nodes})
