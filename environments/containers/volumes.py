"""The volumes of an instance. What is on one stays what it is: never taken for another's data."""

from __future__ import annotations

import docker
from docker.errors import NotFound

from environments import labels
from environments.containers import disks
from environments.docker_errors import mapped
from environments.fleet import Fleet
from environments.instance import Instance
from environments.topology import Volume
from foundation.errors import Refused


def ensure(fleet: Fleet, instance: Instance) -> None:
    """Creates the volumes that do not stand yet; before that nothing is changed.

    Raises Refused when one of them holds other data than the topology has for it.
    """
    with mapped(f"creating the volumes of {instance.name}"):
        for volume in instance.topology.volumes:
            _refuse_another_s(fleet.on(instance.home_of(volume)), instance, volume)
        for volume in instance.topology.volumes:
            _ensure(fleet.on(instance.home_of(volume)), instance, volume)


def _ensure(client: docker.DockerClient, instance: Instance, volume: Volume) -> None:
    if volume.size:
        disks.ensure(client, instance, volume)
        return
    tags = labels.of(instance.name, "volume", holds=volume.holds)
    client.volumes.create(instance.resource(volume.name), labels=tags)


def _refuse_another_s(client: docker.DockerClient, instance: Instance, volume: Volume) -> None:
    name = instance.resource(volume.name)
    try:
        tags = client.volumes.get(name).attrs["Labels"] or {}
    except NotFound:
        return
    if tags.get(labels.INSTANCE) != instance.name:
        owner = tags.get(labels.INSTANCE)
        raise Refused(
            f"the volume {name} belongs to {f'the environment {owner!r}' if owner else 'somebody else'}",
            hint=f"bring it up under another name than {instance.name!r} (`--name`)",
        )
    if tags.get(labels.SIZE, "") != str(volume.size or ""):
        raise Refused(
            f"the volume {name} is to have another size",
            hint=f"`peakproof env down {instance.name}` first: its data goes; or use another name (`--name`)",
        )
    holds = tags.get(labels.HOLDS, volume.holds)
    if holds != volume.holds:
        raise Refused(
            f"the volume {name} holds {holds}; now it is to be {volume.holds}",
            hint=f"`peakproof env down {instance.name}` first: its data goes; or use another name (`--name`)",
        )
