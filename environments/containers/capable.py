"""What a Docker host is capable of, of what faults need: tried in a container with a network of its own."""

from __future__ import annotations

from collections.abc import Mapping

import docker
from docker.errors import ContainerError

from environments import labels
from environments.docker_errors import mapped
from environments.faults import capabilities

IMAGE = "faults"


def lacking(client: docker.DockerClient, image: str) -> Mapping[str, str]:
    """Capability -> what the kernel said, of those that this host lacks. `image`: that of IMAGE."""
    with mapped("finding out what faults this machine can do"):
        try:
            said = client.containers.run(
                image,
                ["bash", "-c", capabilities.script()],
                labels={labels.OWNER: labels.ENV, labels.KIND: "probe"},
                network_mode="none",
                user="0",
                cap_drop=["ALL"],
                cap_add=["NET_ADMIN"],
                security_opt=["no-new-privileges"],
                mem_limit="64m",
                remove=True,
            )
        except ContainerError as error:
            return dict.fromkeys(capabilities.CAPABILITIES, f"its probe failed: {error}")
    return capabilities.lacking(said.decode(errors="replace"))
