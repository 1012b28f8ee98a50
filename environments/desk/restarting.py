"""One node anew: stopped as it likes to be, started, waited for, while nobody else changes anything."""

from __future__ import annotations

import math

import docker

from environments import environment, holding
from environments.containers.node import NodeContainer
from environments.desk.naming import chosen
from environments.docker_errors import mapped


def restart(home: docker.DockerClient, name: str, node: str) -> None:
    """Stops a node and starts it again; one that was down is started. Returns when it is ready.

    Raises Refused while another command holds the environment, NodeFailed when it does not become ready.
    """
    seen = environment.attach(home, name)
    chosen([node], seen.nodes, within=name)
    with holding.working_on(seen.fleet, name, seen.instance.images["python"]):
        # As it stands now: until the lock was ours, another command may have replaced it.
        _again(environment.attach(home, name).nodes[node])


def _again(node: NodeContainer) -> None:
    container = node.get_wrapped_container()
    with mapped(f"restarting {node.node.name}"):
        if container.status == "paused":
            container.unpause()
        container.restart(timeout=math.ceil(node.node.process.stop_grace))
    node.wait_until_ready()
