"""What must change so that an instance stands as wanted. Pure: the same maps always give the same steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from environments.topology import Lifecycle, Node


class Verb(StrEnum):
    """`keep`: as it is; `start`: stands but does not run; `create` and `replace` make a container anew."""

    KEEP = "keep"
    START = "start"
    CREATE = "create"
    REPLACE = "replace"
    REMOVE = "remove"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A node's container as it was found."""

    digest: str
    image: str
    running: bool
    status: int = 0


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
    if standing.digest != node.digest or standing.image != image:
        return Verb.REPLACE
    if node.lifecycle is Lifecycle.ONCE:
        return Verb.KEEP if not standing.running and standing.status == 0 else Verb.REPLACE
    return Verb.KEEP if standing.running else Verb.START
