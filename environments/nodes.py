"""One thing that runs: its process, what it is handed, what it may use, how it is asked. Values only."""

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
