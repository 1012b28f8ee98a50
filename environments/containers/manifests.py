"""The instance without its secrets, kept by Docker itself: the label of an empty volume. The newest wins."""

from __future__ import annotations

import contextlib
import json
import time

import docker
from docker.errors import APIError, NotFound

from environments import labels
from environments.docker_errors import mapped
from environments.instance import Instance


def write(client: docker.DockerClient, instance: Instance) -> None:
    """Records the instance on a Docker host, in place of what was recorded before."""
    with mapped(f"recording {instance.name}"):
        older = client.volumes.list(filters=labels.ours(instance.name, "manifest"))
        tags = labels.of(instance.name, "manifest", manifest=instance.to_json())
        client.volumes.create(instance.resource(f"manifest-{time.time_ns()}"), labels=tags)
        for volume in older:
            with contextlib.suppress(NotFound, APIError):
                volume.remove()


def read(client: docker.DockerClient, instance: str) -> str | None:
    """The JSON of the instance, or None when none is recorded."""
    volumes = client.volumes.list(filters=labels.ours(instance, "manifest"))
    newest = max(volumes, key=lambda volume: str(volume.name), default=None)
    return None if newest is None else str(newest.attrs["Labels"][labels.MANIFEST])


def hosts(client: docker.DockerClient, instance: str) -> dict[str, str | None]:
    """Host -> URL of its engine, of what is recorded; nothing where nothing is, or by another version."""
    found = json.loads(read(client, instance) or "{}").get("hosts")
    return dict(found) if isinstance(found, dict) else {}


def names(client: docker.DockerClient) -> set[str]:
    """Every instance that is recorded."""
    volumes = client.volumes.list(filters=labels.ours(kind="manifest"))
    return {volume.attrs["Labels"][labels.INSTANCE] for volume in volumes}
