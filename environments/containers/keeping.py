"""Secrets that no node is given, kept by Docker: files of a container that is created and never runs."""

from __future__ import annotations

from collections.abc import Iterable

import docker
from docker.models.containers import Container

from environments import labels
from environments.containers import files
from environments.docker_errors import mapped
from environments.instance import Instance
from environments.secrets import kept_apart
from environments.topology import SecretRef
from foundation.secrets import Secret

_FOLDER = "/run/secrets"
_ROOT = 0


def write(client: docker.DockerClient, instance: Instance) -> None:
    """Keeps them on a Docker host, where there are any."""
    wanted = {name: instance.secrets[name] for name in kept_apart(instance.topology.secrets)}
    if not wanted:
        return
    with mapped(f"keeping the secrets of {instance.name}"):
        container = _standing(client, instance.name) or _created(client, instance)
        content = [(_path(name), value.reveal().encode(), 0o400) for name, value in wanted.items()]
        container.put_archive("/", files.archive(content, owner=_ROOT))


def read(client: docker.DockerClient, instance: str, refs: Iterable[SecretRef]) -> dict[str, Secret]:
    """Those of `refs` that are kept there."""
    names = kept_apart(refs)
    container = _standing(client, instance) if names else None
    if container is None:
        return {}
    found = {name: files.read(container, _path(name)) for name in names}
    return {name: Secret(content.decode()) for name, content in found.items() if content is not None}


def _created(client: docker.DockerClient, instance: Instance) -> Container:
    return client.containers.create(
        instance.images["python"],
        name=instance.resource("secrets"),
        labels=labels.of(instance.name, "secrets"),
        network_mode="none",
    )


def _standing(client: docker.DockerClient, instance: str) -> Container | None:
    listed = client.containers.list(all=True, filters=labels.ours(instance, "secrets"), ignore_removed=True)
    return listed[0] if listed else None


def _path(secret: str) -> str:
    return f"{_FOLDER}/{secret}"
