"""Names of `env` and `infra` never meet on a Docker host: the labels of what stands say who has one."""

from __future__ import annotations

from collections.abc import Mapping

import docker

from environments import labels
from environments.docker_errors import mapped
from foundation.errors import Refused

INFRA = "infra"
_OTHER: Mapping[str, str] = {labels.ENV: INFRA, INFRA: labels.ENV}
_HINTS: Mapping[str, str] = {
    labels.ENV: "choose another --name, or take it down: `peakproof env down {name}`",
    INFRA: "choose another --name, or take it down: `peakproof infra destroy {name}`",
}


def refuse_other(client: docker.DockerClient, name: str, *, owner: str) -> None:
    """Raises Refused where something of the other owner stands under this name."""
    other = _OTHER[owner]
    wanted: dict[str, str | list[str] | bool] = {
        "label": [f"{labels.OWNER}={other}", f"{labels.INSTANCE}={name}"]
    }
    with mapped(f"looking for {name}"):
        containers = client.containers.list(all=True, filters=wanted, ignore_removed=True)
        standing = [
            *(str(container.name) for container in containers),
            *(str(network.name) for network in client.networks.list(filters=wanted)),
            *(str(volume.name) for volume in client.volumes.list(filters=wanted)),
        ]
    if standing:
        raise Refused(
            f"the name {name!r} is taken by `{other}`: {standing[0]} stands here",
            hint=_HINTS[other].format(name=name),
        )
