"""Which nodes each fault of a plan may hit, and when: the seed picks where any will do. Pure."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from environments.faults import aiming, kind_of
from environments.faults.kind import FaultOptions
from environments.topology import Role, Topology


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A fault and the nodes of which it hits one: that which the seed picked, or whoever has the role then.

    `line` is its place in the plan's timeline, from 0.
    """

    options: FaultOptions
    nodes: tuple[str, ...]
    line: int = 0

    @property
    def fault(self) -> str:
        return self.options.fault

    @property
    def target(self) -> str:
        """As it was written: a role, or a node."""
        return self.options.target

    def on_host(self, topology: Topology) -> bool:
        """Whether it hits a host: no node or role has the target's name."""
        return aiming.target(topology, self.target) is None

    @property
    def at(self) -> float:
        return self.options.at

    @property
    def end(self) -> float:
        """When it is over, in seconds since the load's start; infinite: at the drain."""
        return math.inf if self.options.lasting is None else self.at + self.options.lasting

    @property
    def node(self) -> str:
        """The node that it hits; where that is not known before, the target's name."""
        return self.nodes[0] if len(self.nodes) == 1 else self.target


def planned(
    timeline: Sequence[FaultOptions], role_of: Callable[[str], Role | None], seed: int
) -> list[Planned]:
    """The timeline in order, without targets that are not there: the same plan hits the same nodes."""
    found = (
        Planned(options=line, nodes=_nodes(role, f"{seed}:{index}:{line.target}"), line=index)
        for index, line in enumerate(timeline)
        if (role := role_of(line.target)) is not None
    )
    return sorted(found, key=lambda each: each.at)


def overlaps(faults: Sequence[Planned]) -> Iterator[tuple[Planned, Planned]]:
    """(a fault, an earlier one that holds the same of the same node when it comes).

    Only what is certain: who has a role when a fault comes may be another than before.
    """
    for index, later in enumerate(faults):
        held = [each for each in faults[:index] if _collide(each, later)]
        if held:
            yield later, max(held, key=lambda each: each.end)


def _collide(earlier: Planned, later: Planned) -> bool:
    same = len(later.nodes) == 1 and earlier.nodes == later.nodes
    both = kind_of(earlier.options).holds & kind_of(later.options).holds
    return same and bool(both) and earlier.end >= later.at


def _nodes(role: Role, seed: str) -> tuple[str, ...]:
    return role.candidates if role.holds else (_picked(role.candidates, seed),)


def _picked(nodes: Sequence[str], seed: str) -> str:
    number = int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=8).digest(), "big")
    return nodes[number % len(nodes)]
