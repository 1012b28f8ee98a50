"""What a fault may be aimed at: a role, or a node. The door is none, being no node of a topology. Pure."""

from __future__ import annotations

from environments.nodes import Lifecycle, Node
from environments.topology import Role, Topology


def target(topology: Topology, name: str) -> Role | None:
    """The role of that name; a node that stays is a role of one."""
    roles = {role.name: role for role in topology.roles}
    nodes = {node.name: Role(name=node.name, candidates=(node.name,)) for node in _lasting(topology)}
    return roles.get(name) or nodes.get(name)


def targets(topology: Topology) -> list[str]:
    """Everything that a fault may be aimed at."""
    lasting = {node.name for node in _lasting(topology)}
    return [*(role.name for role in topology.roles if lasting & {*role.candidates}), *sorted(lasting)]


def members(topology: Topology, name: str) -> tuple[str, ...]:
    """The nodes of a service, or a node by itself; none of another name."""
    return tuple(node.name for node in _lasting(topology) if name in (node.service, node.name))


def _lasting(topology: Topology) -> list[Node]:
    return [node for node in topology.nodes if node.lifecycle is Lifecycle.ALWAYS]
