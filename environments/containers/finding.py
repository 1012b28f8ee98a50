"""What runs, asked of Docker: instances by their labels, secrets by their nodes' files. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import docker
from docker.models.containers import Container

from environments import composing, labels
from environments import instance as instances
from environments.containers import files, keeping, leases, manifests
from environments.containers.aside import is_aside
from environments.containers.leases import Lease
from environments.docker_errors import mapped
from environments.fleet import Fleet, connected
from environments.instance import Instance
from environments.nodes import SecretVariable
from foundation.secrets import Secret


@dataclass(frozen=True, kw_only=True)
class Found:
    """An instance that stands, where, its lease, and its nodes' containers by node name."""

    fleet: Fleet
    instance: Instance
    lease: Lease | None
    containers: Mapping[str, Container]


def find(client: docker.DockerClient, name: str) -> Found | None:
    """The instance of that name, or None when nothing of it stands."""
    with mapped(f"looking for environment {name}"):
        manifest = manifests.read(client, name)
        if manifest is None:
            return None
        described = instances.from_json(manifest, {})
        fleet = connected(described.hosts, client)
        containers = {
            node: found for host in fleet.hosts.values() for node, found in _nodes(host, name).items()
        }
        secrets = _secrets(described, containers)
        secrets |= keeping.read(client, name, described.topology.secrets)
        instance = instances.from_json(manifest, secrets)
        return Found(fleet=fleet, instance=instance, lease=leases.newest(client, name), containers=containers)


def resources(fleet: Fleet, name: str) -> frozenset[str]:
    """The names of the instance's networks, volumes and what keeps disks mounted, on whichever host."""
    found: list[str] = []
    with mapped(f"looking for environment {name}"):
        for engine in fleet.engines:
            found += [str(each.name) for each in engine.networks.list(filters=labels.ours(name, "network"))]
            found += [str(each.name) for each in engine.volumes.list(filters=labels.ours(name, "volume"))]
            disks = engine.containers.list(all=True, filters=labels.ours(name, "disk"), ignore_removed=True)
            found += [str(each.name) for each in disks]
    return frozenset(found)


def _nodes(client: docker.DockerClient, name: str) -> dict[str, Container]:
    listed = client.containers.list(all=True, filters=labels.ours(name, "node"), ignore_removed=True)
    return {container.labels[labels.NODE]: container for container in listed if not is_aside(container)}


def _secrets(described: Instance, containers: Mapping[str, Container]) -> dict[str, Secret]:
    """A secret that no standing node holds any more is not among them."""
    secrets: dict[str, Secret] = {}
    for node in described.nodes:
        for file in node.attachments.secrets:
            if file.secret not in secrets and node.name in containers:
                content = files.read(containers[node.name], file.path)
                found = None if content is None else composing.parted(content.decode(), file.template)
                secrets |= {file.secret: found} if found else {}
        for given in node.attachments.variables:
            if given.secret not in secrets and node.name in containers:
                secrets |= _in_a_variable(containers[node.name], given)
    return secrets


def _in_a_variable(container: Container, given: SecretVariable) -> dict[str, Secret]:
    variables = dict(text.split("=", 1) for text in container.attrs["Config"]["Env"] or () if "=" in text)
    if given.variable not in variables:
        return {}
    found = composing.parted(variables[given.variable], given.template)
    return {given.secret: found} if found else {}
