"""What Pulumi's state knows of a stack: its resources, its outputs, and what was left undone. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.changes import KINDS
from infra.recorded import PROVIDER

_STACK = "pulumi:pulumi:Stack"


@dataclass(frozen=True, kw_only=True)
class Known:
    """A resource of the state. `inputs`: what its provider was asked for; `failed`: made, and never ready."""

    urn: str
    type: str
    id: str
    inputs: Mapping[str, Any] = field(repr=False)  # Any: the provider's own JSON
    failed: bool

    @property
    def name(self) -> str:
        """Its name in the topology."""
        return _name(self.urn)


@dataclass(frozen=True, kw_only=True)
class State:
    """`unfinished`: resources at which a command was cut off; `outputs`: the stack's, secrets in the open."""

    resources: tuple[Known, ...]
    unfinished: tuple[str, ...]
    outputs: Mapping[str, Any] = field(repr=False)

    @property
    def ids(self) -> frozenset[str]:
        """What the resources are called by their providers."""
        return frozenset(known.id for known in self.resources)

    @property
    def things(self) -> list[Known]:
        """What stands on the hosts; not the hosts themselves."""
        return [known for known in self.resources if known.type != PROVIDER]

    def of_type(self, type_: str) -> list[Known]:
        """The resources of one type."""
        return [known for known in self.resources if known.type == type_]


EMPTY = State(resources=(), unfinished=(), outputs={})
"""Of a stack that nothing was ever made of."""


def read(deployment: Mapping[str, Any]) -> State:
    """The state in a deployment as Pulumi exports it."""
    listed: Sequence[Mapping[str, Any]] = deployment.get("resources") or []
    pending: Sequence[Mapping[str, Any]] = deployment.get("pending_operations") or []
    left = [one["resource"] for one in pending] + [
        one for one in listed if one.get("delete") or one.get("pendingReplacement")
    ]
    stack = next((one for one in listed if one["type"] == _STACK), {})
    return State(
        resources=tuple(_known(one) for one in listed if one["type"] in KINDS and not one.get("delete")),
        unfinished=tuple(sorted({_name(one["urn"]) for one in left if one["type"] in KINDS})),
        outputs=_open(stack.get("outputs") or {}),
    )


def _known(resource: Mapping[str, Any]) -> Known:
    return Known(
        urn=resource["urn"],
        type=resource["type"],
        id=str(resource.get("id", "")),
        inputs=resource.get("inputs") or {},
        failed=bool(resource.get("initErrors")),
    )


def _open(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Outputs with their secrets as they are: an export writes them as a text of JSON beside a mark."""
    return {
        name: json.loads(value["plaintext"]) if isinstance(value, Mapping) and "plaintext" in value else value
        for name, value in outputs.items()
    }


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]
