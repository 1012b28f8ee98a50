"""What an engine does or would do, resource by resource, in the topology's words. Pure: of its events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pulumi.automation.events import EngineEvent, StepEventMetadata

from environments.rollout import Verb
from infra.recorded import CONTAINER, NETWORK, PROVIDER, VOLUME

KINDS: Mapping[str, str] = {CONTAINER: "node", NETWORK: "network", VOLUME: "volume", PROVIDER: "host"}
"""Types of resources that people are told of -> what they are in a topology."""

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine says for a value that only the update itself will know."""


class Op(StrEnum):
    """What becomes of a resource. `delete` in a look for drift: somebody removed it."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"


# An engine replaces in several steps; the first of them that it tells is the whole to people.
_OPS: Mapping[str, Op] = {
    "same": Op.SAME,
    "create": Op.CREATE,
    "update": Op.UPDATE,
    "delete": Op.DELETE,
    "replace": Op.REPLACE,
    "create-replacement": Op.REPLACE,
    "delete-replaced": Op.REPLACE,
}
_VERBS: Mapping[Op, Verb] = {
    Op.SAME: Verb.KEEP,
    Op.CREATE: Verb.CREATE,
    Op.UPDATE: Verb.REPLACE,
    Op.REPLACE: Verb.REPLACE,
    Op.DELETE: Verb.REMOVE,
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One resource and what becomes of it.

    `attributes`: what differs, in the provider's names, such as memory; `waits`: it would be replaced only
    should a node that it waits for not end as it did.
    """

    urn: str
    type: str
    op: Op
    attributes: tuple[str, ...] = ()
    waits: bool = False

    @property
    def name(self) -> str:
        """Its name in the topology."""
        return self.urn.rpartition("::")[2]

    @property
    def told(self) -> bool:
        """Whether people are told: of what changes, not of what only groups others, nor of new hosts."""
        return (
            self.kind is not None and self.op is not Op.SAME and (self.kind, self.op) != ("host", Op.CREATE)
        )

    @property
    def kind(self) -> str | None:
        """node, network, volume or host; None for what only groups others."""
        return KINDS.get(self.type)

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "kind": self.kind,
            "name": self.name,
            "op": self.op.value,
            "attributes": list(self.attributes),
        }


_NOTHING = Change(urn="", type="", op=Op.SAME)


def planned(events: Iterable[EngineEvent]) -> list[Change]:
    """What an update does or would do; in the engine's order, each resource once."""
    steps = [event.resource_pre_event.metadata for event in events if event.resource_pre_event]
    return _each_once(step for step in steps if step.op != "refresh")


def drifted(events: Iterable[EngineEvent]) -> list[Change]:
    """What a look at what stands found changed since the state was written."""
    steps = [event.res_outputs_event.metadata for event in events if event.res_outputs_event]
    return [change for change in _each_once(steps) if change.op is not Op.SAME]


def _each_once(steps: Iterable[StepEventMetadata]) -> list[Change]:
    """Of several steps of one resource the first that does anything and says why: three are a replacement.

    What goes before its replacement comes is told first, without a reason.
    """
    found: dict[str, Change] = {}
    for step in steps:
        if step.op not in _OPS:
            continue
        change, known = _change(step), found.get(step.urn, _NOTHING)
        if known.op is Op.SAME or (change.attributes and not known.attributes):
            found[step.urn] = change
    return list(found.values())


def _change(step: StepEventMetadata) -> Change:
    paths = [*(step.detailed_diff or {}), *(step.diffs or [])]
    attributes = tuple(dict.fromkeys(re.split(r"[.\[]", path)[0] for path in paths))
    op = _OPS[step.op]
    waits = op is Op.REPLACE and set(attributes) == {"image"} and _unknown(step, "image")
    return Change(
        urn=step.urn, type=step.type, op=Op.SAME if waits else op, attributes=attributes, waits=waits
    )


def _unknown(step: StepEventMetadata, name: str) -> bool:
    return step.new is not None and (step.new.inputs or {}).get(name) == UNKNOWN


def verbs(changes: Iterable[Change]) -> dict[str, Verb]:
    """Node -> what becomes of it, for the rollout."""
    return {change.name: _VERBS[change.op] for change in changes if change.kind == "node"}
