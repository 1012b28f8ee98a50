"""Cuts a smaller topology out of a larger one: the same nodes, fewer of them. Pure."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from environments.nodes import Lifecycle, Node
from environments.secrets import completed
from environments.topology import OUTSIDE, Topology


def databases(topology: Topology) -> list[str]:
    """The services that keep tables: those whose bindings say that they speak SQL."""
    return [
        service for service, bound in topology.bindings.items() if bound.scheme in ("postgresql", "mysql")
    ]


def database_service(topology: Topology, named: str | None) -> str | None:
    """The service that holds the platform's data: the one it names, else the only one; None without."""
    known = databases(topology)
    if named is not None:
        return named if named in known else None
    return known[0] if len(known) == 1 else None


def database_only(topology: Topology, service: str) -> Topology:
    """The database of `service` with what prepares it (once-nodes that need nothing else).

    It answers to the same names, in networks of its own: an empty twin for data that must stay apart.
    """
    names = {node.name for node in topology.nodes if node.service == service}
    nodes = [node for node in topology.nodes if node.name in names or _prepares(node, names)]
    return _reduced(topology, nodes, {service})


def _prepares(node: Node, database: Set[str]) -> bool:
    return node.lifecycle is Lifecycle.ONCE and bool(node.needs) and set(node.needs) <= database


def _reduced(topology: Topology, nodes: list[Node], endpoints: Set[str]) -> Topology:
    services = {node.service for node in nodes}
    networks = {name for node in nodes for name in node.attachments.networks}
    volumes = {mount.volume for node in nodes for mount in node.storage.mounts}
    given = {secret for node in nodes for secret in node.attachments.known_secrets}
    secrets = {ref.name for ref in completed(each for each in topology.secrets if each.name in given)}
    return replace(
        topology,
        nodes=tuple(nodes),
        networks=tuple(network for network in topology.networks if network.name in networks),
        volumes=tuple(volume for volume in topology.volumes if volume.name in volumes),
        flows=tuple(
            flow for flow in topology.flows if flow.target in services and flow.source in (*services, OUTSIDE)
        ),
        endpoints=tuple(endpoint for endpoint in topology.endpoints if endpoint.name in endpoints),
        secrets=tuple(secret for secret in topology.secrets if secret.name in secrets),
        partners=(),
        roles=tuple(role for role in topology.roles if set(role.candidates) <= {node.name for node in nodes}),
    )
