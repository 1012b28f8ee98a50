"""What must change so that an instance stands as wanted, and in which waves. Pure: same maps, same plan.

Shared by all who build a topology. Between two waves everything that was changed is ready again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from graphlib import TopologicalSorter

from environments.nodes import Lifecycle, Node
from foundation.errors import Refused
from foundation.secrets import Secret


class Verb(StrEnum):
    """`keep`: as it is; `start`: stands but does not run; `create` and `replace` make a container anew."""

    KEEP = "keep"
    START = "start"
    CREATE = "create"
    REPLACE = "replace"
    REMOVE = "remove"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A node's container as it was found. `outdated`: it has a secret that is another by now."""

    digest: str
    image: str
    running: bool
    status: int = 0
    outdated: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    verb: Verb
    node: str


def decide(
    wanted: Mapping[str, Node], images: Mapping[str, str], found: Mapping[str, Standing]
) -> dict[str, Step]:
    """A step per node, wanted or found. `images`: image folder -> id."""
    gone = {name: Step(verb=Verb.REMOVE, node=name) for name in found if name not in wanted}
    return gone | {
        name: Step(verb=_verb(node, images[node.process.image], found.get(name)), node=name)
        for name, node in wanted.items()
    }


def _verb(node: Node, image: str, standing: Standing | None) -> Verb:
    if standing is None:
        return Verb.CREATE
    if standing.outdated or standing.digest != node.digest or standing.image != image:
        return Verb.REPLACE
    if node.lifecycle is Lifecycle.ONCE:
        return Verb.KEEP if not standing.running and standing.status == 0 else Verb.REPLACE
    return Verb.KEEP if standing.running else Verb.START


def moved(nodes: Mapping[str, Node], before: Mapping[str, str], now: Mapping[str, str]) -> frozenset[str]:
    """The nodes that are to stand on another host. `before`, `now`: node -> host.

    Raises Refused for one whose data would stay behind.
    """
    elsewhere = [name for name in nodes if name in before and before[name] != now[name]]
    for name in elsewhere:
        if nodes[name].storage.mounts:
            raise Refused(
                f"{name} has its data on {before[name]}, and is to stand on {now[name]}: data do not move",
                hint=f"pin {name} to {before[name]} in the site's file, or take the environment down first",
            )
    return frozenset(elsewhere)


def outdated(
    nodes: Mapping[str, Node], before: Mapping[str, Secret], now: Mapping[str, Secret]
) -> frozenset[str]:
    """The nodes that were given a secret of `before` that is another one now."""
    changed = {name for name, secret in before.items() if now.get(name, secret) != secret}
    return frozenset(name for name, node in nodes.items() if changed & set(node.attachments.known_secrets))


Wave = tuple[str, ...]
"""Nodes that may change at once; whoever builds keeps to what they need among themselves."""


def waves(verbs: Mapping[str, Verb], nodes: Mapping[str, Node]) -> list[Wave]:
    """Which nodes change at once, wave after wave. `verbs`: node -> what becomes of it.

    Of a service one node is replaced at a time, and only when what it needs has changed and is ready.
    Nodes that do not stand yet take nothing away, so they come as early as what they need; what is
    removed goes last, when all that stays is ready.
    """
    changing = {name: verb for name, verb in verbs.items() if verb in _CHANGING and name in nodes}
    wave: dict[str, int] = {}
    for name in _in_order(changing, nodes):
        wave[name] = _earliest(name, changing, nodes, wave)
    planned = [tuple(name for name in wave if wave[name] == number) for number in sorted(set(wave.values()))]
    gone = tuple(sorted(name for name, verb in verbs.items() if verb is Verb.REMOVE))
    return [*planned, gone] if gone else planned


_CHANGING = frozenset({Verb.CREATE, Verb.START, Verb.REPLACE})


def _in_order(verbs: Mapping[str, Verb], nodes: Mapping[str, Node]) -> list[str]:
    """What is needed first; of the rest what is new, so that nothing is taken away before."""
    graph = TopologicalSorter({name: node.needs for name, node in nodes.items()})
    graph.prepare()
    order: list[str] = []
    while graph.is_active():
        ready = graph.get_ready()
        order += sorted(ready, key=lambda name: (verbs.get(name) is Verb.REPLACE, name))
        graph.done(*ready)
    return [name for name in order if name in verbs]


def _earliest(
    name: str, verbs: Mapping[str, Verb], nodes: Mapping[str, Node], wave: Mapping[str, int]
) -> int:
    new = verbs[name] is not Verb.REPLACE
    after = [
        wave[need] if new and verbs[need] is not Verb.REPLACE else wave[need] + 1
        for need in nodes[name].needs
        if need in wave
    ]
    siblings = {
        wave[other]
        for other in wave
        if nodes[other].service == nodes[name].service and Verb.REPLACE in (verbs[name], verbs[other])
    }
    earliest = max(after, default=0)
    while earliest in siblings:
        earliest += 1
    return earliest
