"""What a change replaces or removes stands aside, stopped, until the change has come to its end.

Under another name a container keeps its files and labels: put back, it is what it was. A change that was
killed leaves containers aside; the next command that changes the environment begins by putting them back.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass

import docker
from docker.errors import NotFound
from docker.models.containers import Container

from environments import labels
from environments.docker_errors import mapped

_SUFFIX = "-before"


@dataclass(frozen=True, kw_only=True)
class Aside:
    """A node's container that stands aside; `ran`: it is to run again when it is put back."""

    node: str
    container: Container
    ran: bool


def put(node: str, container: Container, grace: float) -> Aside:
    """Stops the container, at most `grace` seconds gently, and gives its name to the one that comes."""
    with mapped(f"stopping {node}"):
        ran = container.status in ("running", "paused")
        if container.status == "paused":
            container.unpause()
        if ran:
            container.stop(timeout=math.ceil(grace))
        container.rename(f"{container.name}{_SUFFIX}")
    return Aside(node=node, container=container, ran=ran)


def is_aside(container: Container) -> bool:
    """Whether another container has, or is to have, the name of this one."""
    return str(container.name).endswith(_SUFFIX)


def take_back(client: docker.DockerClient, container: Container) -> None:
    """Gives the container its name again, in place of the one that came after it."""
    container.reload()
    name = str(container.name).removesuffix(_SUFFIX)
    with contextlib.suppress(NotFound):
        client.containers.get(name).remove(force=True, v=True)
    container.rename(name)
    container.reload()


def drop(aside: Aside) -> None:
    """The change has come to its end: what was replaced goes."""
    with mapped(f"removing {aside.node}"), contextlib.suppress(NotFound):
        aside.container.remove(force=True, v=True)


def recover(client: docker.DockerClient, instance: str) -> None:
    """Puts back what a killed command left aside. Starts nothing."""
    with mapped(f"putting back what stood before in {instance}"):
        nodes = labels.ours(instance, "node")
        for container in client.containers.list(all=True, filters=nodes, ignore_removed=True):
            if is_aside(container):
                take_back(client, container)
