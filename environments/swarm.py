"""Networks across hosts are overlays of a Docker Swarm that the hosts form already. Joins nobody."""

from __future__ import annotations

from collections.abc import Mapping

import docker

from environments.docker_errors import mapped
from environments.fleet import Fleet
from foundation.errors import Unavailable


def manager(fleet: Fleet) -> str:
    """A host that manages the swarm of all hosts, for what is made there once for all.

    Raises Unavailable where they form no swarm together, or none of them manages it.
    """
    told = {host: _told(host, engine) for host, engine in fleet.hosts.items()}
    outside = [host for host, swarm in told.items() if swarm.get("LocalNodeState") != "active"]
    if outside or len({_managers(swarm) for swarm in told.values()}) > 1:
        raise Unavailable(
            f"the hosts form no swarm together: {', '.join(outside) or 'they are in different ones'}",
            hint="`docker swarm init` on one of them, `docker swarm join` on the others",
        )
    for host, swarm in told.items():
        if swarm["ControlAvailable"]:
            return host
    raise Unavailable(
        "no host of the site manages its swarm", hint="`docker node promote` makes one a manager"
    )


def _told(host: str, engine: docker.DockerClient) -> Mapping[str, object]:
    with mapped(f"asking {host} for its swarm"):
        swarm: Mapping[str, object] = engine.info()["Swarm"]
    return swarm


def _managers(swarm: Mapping[str, object]) -> frozenset[str]:
    """By its managers a member knows its swarm; workers are not told its number."""
    managers = swarm.get("RemoteManagers")
    return frozenset(str(each["Addr"]) for each in managers) if isinstance(managers, list) else frozenset()
