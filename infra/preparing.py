"""From what a person asks for to the stack that Pulumi is to make. Makes nothing but images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

import docker

from environments import docker_networks, giving, images, machine, owners
from environments.door import images_of
from environments.instance import Instance, Supply, instantiate, updated
from environments.placement import place
from environments.wanted import Wanted
from foundation.errors import InputError
from foundation.secrets import Secret
from infra import hosts
from infra.hosts import Clients
from infra.record import Record
from infra.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A stack as it is to stand, and the Docker hosts that it will stand on."""

    stack: Stack
    clients: Clients
    site: str

    @property
    def record(self) -> Record:
        """What the stack will remember."""
        return Record.of(self.stack, self.site)


def reachable(wanted: Wanted) -> Clients:
    """The hosts of the site. Raises Refused where `env` has an environment of this name, Unavailable."""
    clients = hosts.connected(wanted.site)
    for client in clients.values():
        owners.refuse_other(client, wanted.name, owner=owners.INFRA)
    return clients


def prepare(wanted: Wanted, clients: Clients, found: Record | None, report: images.Report) -> Prepared:
    """The stack: what it had keeps its ports, addresses and secrets. Builds the images that are missing.

    Raises InputError where the name belongs to another definition's stack, Refused where to one of another
    state, BuildFailed, Unavailable.
    """
    _refuse_another(wanted, clients, found)
    given = giving.read(wanted.given, wanted.topology.secrets)
    client = clients[_home(wanted)]
    names = images_of(wanted.topology)
    built = images.ensure(names, folders=wanted.folders, client=client, progress=report)
    ids = {name: image.id for name, image in built.items() if name in names}
    return Prepared(
        stack=Stack(
            instance=_instance(wanted, client, found, ids, given),
            users=hosts.users(client, ids),
        ),
        clients=clients,
        site=wanted.site.site,
    )


def _refuse_another(wanted: Wanted, clients: Clients, found: Record | None) -> None:
    """A name is one definition's, of one platform, in one state."""
    name, topology = wanted.name, wanted.topology
    if found is None:
        hosts.refuse_unknown(clients.values(), name)
    elif (found.definition, found.platform) != (topology.definition, topology.platform):
        raise InputError(
            f"the stack {name!r} is of the definition {found.definition!r} of {found.platform},"
            f" not of {topology.definition!r} of {topology.platform}",
            hint=f"choose another --name, or remove that one first: `peakproof infra destroy {name}`",
        )


def _home(wanted: Wanted) -> str:
    return next(iter(wanted.site.hosts))


def _instance(
    wanted: Wanted,
    client: docker.DockerClient,
    found: Record | None,
    ids: Mapping[str, str],
    given: Mapping[str, Secret],
) -> Instance:
    taken = chain(machine.routes(), docker_networks.taken_subnets(client))
    supply = Supply(
        hosts=wanted.site.engines,
        placement=place(wanted.topology, wanted.site, found.placement if found else None).hosts,
        images=ids,
        within=wanted.site.subnets,
        taken=taken,
        free_port=machine.free_port,
        word=wanted.name,
        given=given,
    )
    if found is None:
        return instantiate(wanted.topology, wanted.name, supply)
    return updated(found.supplying(wanted.topology), wanted.topology, supply)
