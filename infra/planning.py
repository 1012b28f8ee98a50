"""In which steps a stack is changed: targeted updates, with readiness between them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from environments import rollout
from environments.nodes import Node
from infra.changes import Change, Op, verbs


@dataclass(frozen=True, kw_only=True)
class Step:
    """One update. `targets`: URNs, empty for all that is left; `nodes`: what it changes, for people."""

    targets: tuple[str, ...]
    nodes: tuple[str, ...]


EVERYTHING = Step(targets=(), nodes=())
"""One update of all there is."""


def steps(changes: Sequence[Change], nodes: Mapping[str, Node]) -> list[Step]:
    """The updates that bring `changes` about; none where nothing changes. The last takes all that is left.

    What only groups others, and new networks and volumes, come with the first. A network, volume or host
    that is itself replaced takes its nodes with it, so then there is nothing to go gently about.
    """
    if all(change.op is Op.SAME for change in changes):
        return []
    waves = rollout.waves(verbs(changes), nodes)
    if len(waves) <= 1 or any(_takes_its_nodes(change) for change in changes):
        return [Step(targets=(), nodes=tuple(name for wave in waves for name in wave))]
    new = tuple(change.urn for change in changes if change.op is Op.CREATE and change.kind != "node")
    first, *others = [_step(wave, changes) for wave in waves]
    first = Step(targets=(*new, *first.targets), nodes=first.nodes)
    *before, last = (first, *others)
    return [*before, Step(targets=(), nodes=last.nodes)]


def _step(wave: Sequence[str], changes: Sequence[Change]) -> Step:
    targets = tuple(change.urn for change in changes if change.kind == "node" and change.name in wave)
    return Step(targets=targets, nodes=tuple(wave))


def _takes_its_nodes(change: Change) -> bool:
    return change.kind in ("network", "volume", "host") and change.op is Op.REPLACE
