"""Labels of what Pulumi makes. The owner is `infra`: env commands, faults and the reaper leave it alone."""

from __future__ import annotations

from environments.labels import DIGEST, INSTANCE, KIND, NODE, OWNER
from environments.nodes import Node

INFRA = "infra"


def of(instance: str, kind: str) -> dict[str, str]:
    """Labels of a network or a volume."""
    return {OWNER: INFRA, INSTANCE: instance, KIND: kind}


def of_node(instance: str, node: Node) -> dict[str, str]:
    """Labels of a node's container."""
    return {**of(instance, "node"), NODE: node.name, DIGEST: node.digest}
