"""What Docker itself keeps of an instance: the labels of an empty volume. The newest of a kind wins."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping

import docker
from docker.errors import APIError, NotFound

from environments import labels


def write(client: docker.DockerClient, instance: str, kind: str, **told: str) -> None:
    """Keeps it, in place of what was kept of that kind before; `told`: labels, by their names in `labels`."""
    older = client.volumes.list(filters=labels.ours(instance, kind))
    tags = labels.of(instance, kind, **told)
    client.volumes.create(f"peakproof-{instance}-{kind}-{time.time_ns()}", labels=tags)
    for volume in older:
        with contextlib.suppress(NotFound, APIError):
            volume.remove()


def read(client: docker.DockerClient, instance: str, kind: str) -> Mapping[str, str] | None:
    """The labels of what is kept; None where nothing is."""
    volumes = client.volumes.list(filters=labels.ours(instance, kind))
    newest = max(volumes, key=lambda volume: str(volume.name), default=None)
    return None if newest is None else newest.attrs["Labels"]
