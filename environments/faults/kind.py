"""What a fault kind is: a model of options and a pure function to what its helper does. Knows no engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import Field

from environments.faults.fault import Fault, Post
from environments.nodes import Node
from environments.topology import Topology
from foundation.documents import Input, Location
from foundation.units import Duration


class FaultOptions(Input):
    """What every fault is told: `{at: 30s, KIND: TARGET, for: 10s}`. Without `for` it lasts to the drain.

    `target` is written under the fault's own name; it is a role, such as api.any, or a node.
    """

    at: Duration
    target: str
    lasting: Duration | None = Field(default=None, alias="for", gt=0)

    @property
    def fault(self) -> str:
        """The kind's name."""
        return str(type(self).model_fields["target"].alias)


class Aspect(StrEnum):
    """What of a node a fault holds: of two faults that overlap, each must hold something else."""

    PROCESS = "whether it runs"
    REACH = "whom it reaches"
    PACE = "how fast its packets go"
    DISK = "its disk"


ALL_BUT_DISK = frozenset({Aspect.PROCESS, Aspect.REACH, Aspect.PACE})
"""Of a process that ends: its network, and the faults in it, are gone until it is started again."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a fault sees of its target: the node, its container, and the addresses of every other node.

    `can`: what this machine is capable of.
    """

    topology: Topology
    node: Node
    container: str
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    can: frozenset[str] = frozenset()


Complaint = tuple[Location, str, str | None]
"""Where in the line, what is wrong, what to do."""

Options = TypeVar("Options", bound=FaultOptions)


@dataclass(frozen=True, kw_only=True)
class FaultKind(Generic[Options]):
    """One kind of fault.

    summary    one line for people
    done       what it did to a node, for the report: "killed"
    post       where its helper stands
    ways       sets of capabilities (environments/faults/capabilities.py), each of which is enough
    holds      what of its target it holds while it is in force
    describe   what its helper does
    problems   what is wrong with the options, given the topology and the nodes that may be hit
    on_host    what its helper does to a host that is this container; None: it befalls nodes alone
    """

    options: type[Options]
    summary: str
    done: Callable[[Options], str]
    post: Post
    holds: frozenset[Aspect]
    describe: Callable[[Options, Scene], Fault]
    ways: tuple[frozenset[str], ...] = (frozenset(),)
    problems: Callable[[Options, Topology, tuple[Node, ...]], Iterable[Complaint]] = lambda *_: ()
    on_host: Callable[[Options, str], Fault] | None = None

    def lacks(self, can: frozenset[str]) -> frozenset[str]:
        """What is missing for the way that is nearest; nothing where one can be gone."""
        return min((way - can for way in self.ways), key=len)
