"""Which node each fault of a plan hits, and when: the seed picks. Pure."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from peakproof.plan import FaultInput


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A fault with its target chosen. `at` and `lasting` in seconds; `lasting` None is until the drain.

    `line` is its place in the plan's timeline, from 0.
    """

    fault: str
    role: str
    node: str
    at: float
    lasting: float | None
    line: int = 0

    @property
    def end(self) -> float:
        """When it is over, in seconds since the load's start; infinite: at the drain."""
        return math.inf if self.lasting is None else self.at + self.lasting


def planned(timeline: Sequence[FaultInput], roles: Mapping[str, Sequence[str]], seed: int) -> list[Planned]:
    """The timeline in order, each role's node picked by the seed: the same plan hits the same nodes."""
    return sorted(
        (
            Planned(
                fault=line.fault,
                role=line.role,
                node=_picked(roles[line.role], f"{seed}:{index}:{line.role}"),
                at=line.at,
                lasting=line.lasting,
                line=index,
            )
            for index, line in enumerate(timeline)
        ),
        key=lambda each: each.at,
    )


def overlaps(faults: Sequence[Planned]) -> Iterator[tuple[Planned, Planned]]:
    """(a fault, an earlier one that holds the same node when it comes): the later one would hit nothing."""
    for index, later in enumerate(faults):
        held = [each for each in faults[:index] if each.node == later.node and each.end >= later.at]
        if held:
            yield later, max(held, key=lambda each: each.end)


def _picked(nodes: Sequence[str], seed: str) -> str:
    number = int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=8).digest(), "big")
    return nodes[number % len(nodes)]
