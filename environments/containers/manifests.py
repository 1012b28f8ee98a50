"""The instance without its secrets, kept by Docker itself."""

from __future__ import annotations

import json

import docker

from environments import labels
from environments.containers import records
from environments.docker_errors import mapped
from environments.instance import Instance

KIND = "manifest"


def write(client: docker.DockerClient, instance: Instance) -> None:
    """Records the instance on a Docker host, in place of what was recorded before."""
    with mapped(f"recording {instance.name}"):
        records.write(client, instance.name, KIND, manifest=instance.to_json())


def read(client: docker.DockerClient, instance: str) -> str | None:
    """The JSON of the instance, or None when none is recorded."""
    kept = records.read(client, instance, KIND)
    return None if kept is None else kept[labels.MANIFEST]


def hosts(client: docker.DockerClient, instance: str) -> dict[str, str | None]:
    """Host -> URL of its engine, of what is recorded; nothing where nothing is, or by another version."""
    found = json.loads(read(client, instance) or "{}").get("hosts")
    return dict(found) if isinstance(found, dict) else {}


def names(client: docker.DockerClient) -> set[str]:
    """Every instance that is recorded."""
    volumes = client.volumes.list(filters=labels.ours(kind=KIND))
    return {volume.attrs["Labels"][labels.INSTANCE] for volume in volumes}
