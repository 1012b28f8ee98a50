"""What a Docker host is capable of, of what faults need: tried in a container with a network of its own."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import docker
from docker.errors import APIError, ContainerError

from environments import labels
from environments.containers import disks
from environments.docker_errors import mapped
from environments.faults import capabilities

IMAGE = "faults"


def lacking(client: docker.DockerClient, image: str) -> Mapping[str, str]:
    """Capability -> what the kernel said, of those that this host lacks. `image`: that of IMAGE."""
    rights: tuple[dict[str, Any], ...] = (  # Any: docker-py's own keyword arguments
        {"command": _bash(devices=False), "cap_add": ["NET_ADMIN"], "security_opt": ["no-new-privileges"]},
        {
            "command": _bash(devices=True),
            "cap_add": list(disks.RIGHTS),
            "security_opt": list(disks.UNCONFINED),
            "device_cgroup_rules": list(disks.DEVICES),
            "volumes": {"/dev": {"bind": "/dev", "mode": "rw"}},
        },
    )
    with mapped("finding out what faults this machine can do"), ThreadPoolExecutor(len(rights)) as pool:
        said = pool.map(lambda each: _said(client, image, each), rights)
        return capabilities.lacking("\n".join(said))


def _bash(*, devices: bool) -> list[str]:
    return ["bash", "-c", capabilities.script(devices=devices)]


def _said(client: docker.DockerClient, image: str, rights: Mapping[str, Any]) -> str:
    """What the probes printed; nothing where the engine gives no container such rights."""
    try:
        said = client.containers.run(
            image,
            labels={labels.OWNER: labels.ENV, labels.KIND: "probe"},
            network_mode="none",
            user="0",
            cap_drop=["ALL"],
            mem_limit="64m",
            remove=True,
            **rights,
        )
    except (ContainerError, APIError):
        return ""
    return bytes(said).decode(errors="replace")
