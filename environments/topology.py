"""What runs, engine-free: nodes, networks, volumes, flows. Values only; names are relative to an instance.

Equal meaning gives an equal digest, whichever engine later builds it. Nothing here connects to anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Literal

from environments.digests import digest_of


class Lifecycle(StrEnum):
    """`always` runs until stopped; `once` must end with status 0, and what needs it starts then."""

    ALWAYS = "always"
    ONCE = "once"


class EnvironmentClass(StrEnum):
    """What `infra up` makes of a definition. What `env up` brings up is always a test environment."""

    TEST = "test"
    STAGING = "staging"
    PRODUCTION = "production"


@dataclass(frozen=True, kw_only=True)
class Process:
    """What a node runs; durations are seconds.

    `image` is the name of an image folder, or a reference, which has a tag or a digest. Empty or None is as
    the image says: command, entrypoint, user, working_dir. `init`: Docker's own comes first. `foreign`: it
    stands on another base than ours, so nothing is expected in it: no shell, no program.
    """

    image: str
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    working_dir: str | None = None
    init: bool = True
    foreign: bool = False
    stop_grace: float = 10.0


@dataclass(frozen=True, kw_only=True)
class File:
    """A file that stands in the node before its process starts."""

    path: str
    content: str
    mode: int = 0o644


@dataclass(frozen=True, kw_only=True)
class SecretFile:
    """A secret, by reference, delivered as a file that only the node's user can read.

    `template`: the text around it; without one it is the whole content.
    """

    secret: str
    path: str
    template: str | None = None


@dataclass(frozen=True, kw_only=True)
class SecretVariable:
    """A secret, by reference, in an environment variable: for programs of others that read no file."""

    secret: str
    variable: str
    template: str | None = None


@dataclass(frozen=True, kw_only=True)
class Published:
    """A port of the node that people reach from outside, as the endpoint of that name.

    `moving`: at the address that moves between a site's hosts. It has a port of its own: of several addresses
    of one port engines tell the order differently.
    """

    endpoint: str
    port: int
    moving: bool = False


@dataclass(frozen=True, kw_only=True)
class Attachments:
    """How a node meets the others: networks, the names it answers to, files, secrets, published ports."""

    networks: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    secrets: tuple[SecretFile, ...] = ()
    variables: tuple[SecretVariable, ...] = ()
    published: tuple[Published, ...] = ()

    @property
    def known_secrets(self) -> tuple[str, ...]:
        """The names of all that the node is given, however."""
        return (*(file.secret for file in self.secrets), *(each.secret for each in self.variables))


@dataclass(frozen=True, kw_only=True)
class Mount:
    volume: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Storage:
    """Volumes that outlive the node's process; everything else it writes goes with the node.

    `tmpfs`: folders in memory.
    """

    mounts: tuple[Mount, ...] = ()
    tmpfs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Resources:
    """`memory`, `shared_memory` in bytes; `cpu_weight` relative to 1024, counts only under contention."""

    memory: int
    shared_memory: int | None = None
    cpu_weight: int = 1024


@dataclass(frozen=True, kw_only=True)
class Hardening:
    """All capabilities are dropped but these; privileges can never grow.

    `read_only`: the root file system is.
    """

    capabilities: tuple[str, ...] = ()
    processes: int = 1024
    read_only: bool = False


@dataclass(frozen=True, kw_only=True)
class HttpProbe:
    """Holds while `GET path` on the node's own port answers 200."""

    port: int
    path: str
    kind: Literal["http"] = "http"


@dataclass(frozen=True, kw_only=True)
class TcpProbe:
    """Holds while the node's own port accepts connections."""

    port: int
    kind: Literal["tcp"] = "tcp"


@dataclass(frozen=True, kw_only=True)
class CommandProbe:
    """Holds while the command, run inside the node, ends with status 0."""

    command: tuple[str, ...]
    kind: Literal["command"] = "command"


Probe = HttpProbe | TcpProbe | CommandProbe


@dataclass(frozen=True, kw_only=True)
class Probes:
    """`ready`: others may use the node; `deadline`: seconds after its start until it must be."""

    ready: Probe | None = None
    deadline: float = 60.0


@dataclass(frozen=True, kw_only=True)
class Node:
    """One thing that runs. `needs` names the nodes that must be ready (or done) before it starts."""

    name: str
    service: str
    process: Process
    attachments: Attachments
    resources: Resources
    storage: Storage = Storage()
    hardening: Hardening = Hardening()
    probes: Probes = Probes()
    lifecycle: Lifecycle = Lifecycle.ALWAYS
    needs: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """12 hex digits of the node's meaning."""
        return digest_of(asdict(self))


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
