"""What `infra` asks of the site's Docker hosts beside Pulumi: whom an image runs as, what stands there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

import docker
from docker.errors import NotFound
from docker.models.containers import Container
from docker.models.networks import Network

from environments import labels, owners
from environments import users as image_users
from environments.docker_errors import mapped
from environments.fleet import Fleet
from environments.images.build import file_in
from environments.instance import Instance
from environments.nodes import Node
from foundation.errors import Refused
from infra.backend import URL
from infra.touching import Seen, Standing

LAST_LINES = 20
MIB = 1024**2


def users(client: docker.DockerClient, instance: Instance) -> dict[str, int]:
    """Node -> number of the user that it runs as, who must own the files put into it.

    Raises Unavailable for a user whom its image does not have.
    """
    with mapped("looking at the images"):
        said = {
            node.name: (node.process.image, node.process.user or _user(client, instance, node))
            for node in instance.nodes
        }
        named = {image for image, user in said.values() if not image_users.is_number(user)}
        passwd = {image: _passwd(client, instance.images[image]) for image in named}
    return {
        node: image_users.number(user, passwd.get(image, ""), image) for node, (image, user) in said.items()
    }


def _user(client: docker.DockerClient, instance: Instance, node: Node) -> str:
    return str(client.images.get(instance.images[node.process.image]).attrs["Config"].get("User") or "")


def _passwd(client: docker.DockerClient, image: str) -> str:
    with contextlib.suppress(NotFound):
        return file_in(client, image, image_users.ACCOUNTS).decode(errors="replace")
    return ""


@dataclass(frozen=True, kw_only=True)
class Strays:
    """Containers and networks with the labels of a stack that its state does not know."""

    containers: tuple[Container, ...]
    networks: tuple[Network, ...]

    @property
    def names(self) -> list[str]:
        """What they are called in Docker."""
        return [
            *(str(one.name) for one in self.containers),
            *(str(network.name) for network in self.networks),
        ]

    def remove(self) -> None:
        """Removes them; never a volume."""
        with mapped("removing what the state does not know"):
            for thing in self.containers:
                with contextlib.suppress(NotFound):
                    thing.remove(force=True, v=True)
            for network in self.networks:
                with contextlib.suppress(NotFound):
                    network.remove()


def strays(client: docker.DockerClient, name: str, known: Iterable[str]) -> Strays:
    """What carries the stack's labels and is none of the `known` ids."""
    ids, wanted = set(known), _ours(name)
    with mapped(f"looking for what is left of {name}"):
        containers = client.containers.list(all=True, filters=wanted, ignore_removed=True)
        networks = client.networks.list(filters=wanted)
    return Strays(
        containers=tuple(one for one in containers if one.id not in ids),
        networks=tuple(one for one in networks if one.id not in ids),
    )


def standing(clients: Iterable[docker.DockerClient], name: str) -> Standing:
    """All that carries the stack's labels, as Docker tells it."""
    containers: list[Container] = []
    networks: list[str] = []
    volumes: list[str] = []
    wanted = _ours(name)
    with mapped(f"looking at {name}"):
        for client in clients:
            containers += client.containers.list(all=True, filters=wanted, ignore_removed=True)
            networks += [str(one.id) for one in client.networks.list(filters=wanted)]
            volumes += [str(one.name) for one in client.volumes.list(filters=wanted)]
    return Standing(
        containers={str(one.id): _seen(one) for one in containers},
        networks=frozenset(networks),
        volumes=frozenset(volumes),
    )


def refuse_unknown(clients: Iterable[docker.DockerClient], name: str) -> None:
    """Raises Refused where something of a stack stands that this state never made: it is somebody's."""
    found = standing(clients, name)
    counts = {
        "container": len(found.containers),
        "volume": len(found.volumes),
        "network": len(found.networks),
    }
    if any(counts.values()):
        stands = ", ".join(
            f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in counts.items() if count
        )
        raise Refused(
            f"a stack {name!r} stands here ({stands}) that this state knows nothing of",
            hint=f"use the state that made it ({URL}, XDG_STATE_HOME), or another --name",
        )


def _seen(container: Container) -> Seen:
    host = container.attrs["HostConfig"]
    return Seen(
        name=str(container.name),
        running=container.status == "running",
        restart=host["RestartPolicy"]["Name"],
        memory=host["Memory"] // MIB,
        memory_and_swap=host["MemorySwap"] // MIB,
        cpu_weight=host["CpuShares"],
        networks=frozenset(container.attrs["NetworkSettings"]["Networks"]),
    )


def states(fleet: Fleet, name: str) -> dict[str, str]:
    """Node -> healthy, starting, unhealthy, running, or how it ended; what is not there is not told."""
    return {node: _state(one) for node, one in nodes(fleet, name).items()}


def nodes(fleet: Fleet, name: str) -> dict[str, Container]:
    """Node -> its container, on whichever host; what is not there is not told."""
    with mapped(f"looking at the nodes of {name}"):
        listed = [
            container
            for client in fleet.hosts.values()
            for container in client.containers.list(all=True, filters=_ours(name), ignore_removed=True)
        ]
    return {one.labels[labels.NODE]: one for one in listed if labels.NODE in one.labels}


def last_words(fleet: Fleet, container: str) -> list[str]:
    """The end of a container's log, wherever it is; nothing where it is gone."""
    for client in fleet.hosts.values():
        with contextlib.suppress(NotFound), mapped(f"reading the log of {container}"):
            text: bytes = client.containers.get(container).logs(tail=LAST_LINES)
            return text.decode(errors="replace").rstrip("\n").splitlines()
    return []


def _ours(name: str) -> dict[str, str | list[str] | bool]:
    """A filter for Docker's list calls: what `infra` made of a stack."""
    return {"label": [f"{labels.OWNER}={owners.INFRA}", f"{labels.INSTANCE}={name}"]}


def _state(container: Container) -> str:
    state = container.attrs["State"]
    if container.status == "exited":
        return f"ended with status {state['ExitCode']}"
    return str(state.get("Health", {}).get("Status") or container.status)
