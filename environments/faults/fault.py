"""A fault as its helper is told it: what to do, how to undo it, from where. Values; knows no engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Call:
    """`POST path` to the Docker Engine. `idle` says why it hit nothing where the engine had nothing to do."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    idle: str = "it was not running"
    does: Literal["call"] = "call"


@dataclass(frozen=True, kw_only=True)
class Script:
    """A bash script. As an undo it must be right however far its fault came, and twice."""

    bash: str
    does: Literal["script"] = "script"


@dataclass(frozen=True, kw_only=True)
class HostDown:
    """A host that is a container gets SIGKILL; the helper remembers what ran on its engine."""

    container: str
    idle: str = "it was not running"
    does: Literal["host-down"] = "host-down"


@dataclass(frozen=True, kw_only=True)
class HostUp:
    """It is started again, and on its engine what ran there."""

    container: str
    does: Literal["host-up"] = "host-up"


Deed = Call | Script | HostDown | HostUp


@dataclass(frozen=True, kw_only=True)
class Post:
    """Where a helper stands: its image, whether it has the Docker socket, what of the target it shares."""

    image: str
    socket: bool = False
    network: bool = False
    volumes: bool = False
    capabilities: tuple[str, ...] = ()


AT_THE_ENGINE = Post(image="python", socket=True)
IN_THE_NETWORK = Post(image="faults", network=True, capabilities=("NET_ADMIN",))


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`container` is hit; `seconds` None: until it is ended. `slow`: seconds that a deed may take."""

    name: str
    container: str
    post: Post
    apply: Deed
    undo: Deed
    seconds: float | None = None
    slow: float = 0.0

    @property
    def label(self) -> str:
        """What the reaper does where the helper died: "start:CONTAINER", or it runs the helper again."""
        if not isinstance(self.undo, Call):
            return "rerun"
        return f"{self.undo.path.rpartition('/')[2]}:{self.container}"

    def to_json(self) -> str:
        """What environments/agent/fault.py reads."""
        told = {"apply": asdict(self.apply), "undo": asdict(self.undo), "seconds": self.seconds}
        return json.dumps({**told, "patience": 30 + self.slow}, sort_keys=True)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What a helper did: "applied", "undone", or "missed" or "stuck" and why. `at` is ns since the epoch.

    Stuck: it could not undo. The reaper tries again.
    """

    at: int
    did: str
    why: str = ""
