"""Takes an instance down: everything that carries its label and belongs to `env`, the lease last."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import docker
from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.models.networks import Network
from docker.models.volumes import Volume

from environments import labels
from environments.docker_errors import mapped
from environments.fleet import Fleet
from foundation.errors import Refused, Unavailable

_AT_ONCE = 8
_AT_IT = "is already in progress"
# Of an overlay that one host still lists although the swarm has removed it.
_GONE = re.compile(r"network \S+ not found")
_UNDO_SECONDS = 90
_TASKS = "is in use by task"
_COUNTED = "has active endpoints"
# A swarm's own end of an overlay on each host, told among the containers there; theirs are hexadecimal.
_BALANCER = "lb-"
_LEAVING, _AGAIN = 20.0, 0.5  # seconds
_NO_MANAGER = "not a swarm manager"
Thing = TypeVar("Thing", Container, Network, Volume)


class Miscounted(Unavailable):
    """Docker keeps a network on which nobody stands, since it counts somebody who is gone.

    A fault of Docker Engine before 28.1 (https://github.com/moby/moby/issues/42119): the count is put right
    when the engine starts.
    """


def remove(
    client: docker.DockerClient, name: str, *, kind: str | None = None, but: Set[str] = frozenset()
) -> int:
    """Removes all of an instance, or all of one kind; returns how much there was, which may be nothing.

    What has a name that is in `but` stays. A network that cannot go keeps the lease, but no data.
    """
    with mapped(f"taking {name} down"):
        if kind in (None, "fault"):
            restore(client, name)
        wanted = labels.ours(name, kind)
        listed = client.containers.list(all=True, filters=wanted, ignore_removed=True)
        containers = [each for each in listed if each.name not in but and not left_to_the_reaper(each)]
        _all(lambda container: container.remove(force=True, v=True), containers)
        networks = [each for each in client.networks.list(filters=wanted) if each.name not in but]
        volumes = [each for each in client.volumes.list(filters=wanted) if each.name not in but]
        leases = [volume for volume in volumes if volume.attrs["Labels"][labels.KIND] == "lease"]
        try:
            _all(lambda network: remove_network(client, network), networks)
        finally:
            _all(lambda volume: volume.remove(force=True), [each for each in volumes if each not in leases])
        _all(lambda volume: volume.remove(force=True), leases)
    return len(containers) + len(networks) + len(volumes)


def restore(client: docker.DockerClient, name: str) -> None:
    """Ends faults of what is not the instance's, such as a host, and undoes them; others go with it."""
    with mapped(f"ending faults of {name}"):
        helpers = client.containers.list(filters=labels.ours(name, "fault"), ignore_removed=True)
        for helper in helpers:
            if labels.BEYOND in helper.labels:
                helper.stop(timeout=_UNDO_SECONDS)


def left_to_the_reaper(container: Container) -> bool:
    """Whether a fault of what stays was not undone: its helper died, and the reaper needs it to undo."""
    died = container.status in ("exited", "dead") and container.attrs["State"]["ExitCode"] != 0
    return died and labels.BEYOND in container.labels


def everywhere(fleet: Fleet, name: str, *, kind: str | None = None, but: Set[str] = frozenset()) -> int:
    """The same on every host: first what runs, since a network goes only when nobody stands on it.

    Of faults those at home first: one of them may keep a host away, which could not be asked.
    """
    count = 0
    for each in ("fault", "node", kind) if kind is None else (kind,):
        engines = fleet.engines if each == "fault" else fleet.engines[::-1]
        count += sum(remove(engine, name, kind=each, but=but) for engine in engines)
    return count


def remove_built(fleet: Fleet, name: str) -> None:
    """Removes what `up` builds; lock and lease belong to the command that works, and end with it."""
    for kind in ("fault", "helper", "node", "disk", "volume", "manifest", "note", "secrets", "network"):
        everywhere(fleet, name, kind=kind)


def remove_network(client: docker.DockerClient, network: Network) -> None:
    """Raises Refused that names the containers in the way, which are not ours to remove, and Miscounted."""
    try:
        _once_nobody_stands_there(client, network)
    except APIError as error:
        if _NO_MANAGER in str(error):
            return  # an overlay, which a manager removes
        if _GONE.search(str(error)):
            raise
        guests = _guests(client, network)
        if guests:
            free = f"docker network disconnect {network.name} {guests[0]}"
            raise Refused(
                f"network {network.name} is used by {', '.join(guests)}, which does not belong to it",
                hint=f"`{free}`, then run the same command again",
            ) from error
        if _COUNTED in str(error):
            raise Miscounted(
                f"Docker Engine keeps network {network.name}: it counts somebody there who is gone",
                hint="start the engine again (`sudo systemctl restart docker`): it counts anew; then run the "
                "same command",
            ) from error
        raise


def _once_nobody_stands_there(client: docker.DockerClient, network: Network) -> None:
    """Engines hear a moment later that a container has left, of an overlay or by another's command."""
    deadline = time.monotonic() + _LEAVING
    while True:
        try:
            return network.remove()
        except APIError as error:
            leaving = _TASKS in str(error) or (_COUNTED in str(error) and not _guests(client, network))
            if not leaving or time.monotonic() > deadline:
                raise
        time.sleep(_AGAIN)


def _guests(client: docker.DockerClient, network: Network) -> list[str]:
    """The names of the containers on a network that belong neither to its instance nor to its swarm."""
    network.reload()
    wanted = labels.ours(network.attrs["Labels"][labels.INSTANCE])
    listed = client.containers.list(all=True, filters=wanted, ignore_removed=True)
    ours = {each.id for each in listed}
    standing = (network.attrs["Containers"] or {}).items()
    return sorted(
        str(guest["Name"])
        for identity, guest in standing
        if identity not in ours and not identity.startswith(_BALANCER)
    )


@contextmanager
def unless_gone() -> Iterator[None]:
    """For a removal: the reaper or another command may have been first, or be at it."""
    try:
        yield
    except NotFound:
        pass
    except APIError as error:
        if _AT_IT not in str(error) and not _GONE.search(str(error)):
            raise


def _all(act: Callable[[Thing], None], things: Iterable[Thing]) -> None:
    def once(thing: Thing) -> None:
        with unless_gone():
            act(thing)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(once, things))
