"""From what a person asks for to the stack that Pulumi is to make. Makes nothing but images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from environments import docker_networks, giving, images, machine, owners, probes, swarm
from environments.door import images_of
from environments.fleet import Fleet, connected
from environments.images import probe_program, transport
from environments.instance import Instance, Supply, instantiate, updated
from environments.placement import place
from environments.wanted import Wanted
from foundation.secrets import Secret
from infra import hosts
from infra.claiming import refuse_another
from infra.record import Record
from infra.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A stack as it is to stand, and the Docker hosts that it will stand on."""

    stack: Stack
    fleet: Fleet
    site: str

    @property
    def record(self) -> Record:
        """What the stack will remember."""
        return Record.of(self.stack, self.site)


def reachable(wanted: Wanted) -> Fleet:
    """The hosts of the site. Raises Refused where `env` has an environment of this name, Unavailable."""
    fleet = connected(wanted.site.engines)
    for engine in fleet.hosts.values():
        owners.refuse_other(engine, wanted.name, owner=owners.INFRA)
    return fleet


def prepare(wanted: Wanted, fleet: Fleet, found: Record | None, report: images.Report) -> Prepared:
    """The stack: what it had keeps its ports, addresses and secrets. Builds the images that are missing.

    Raises InputError where the name belongs to another stack, Refused where to one of another state,
    BuildFailed, Unavailable.
    """
    if found is None:
        hosts.refuse_unknown(fleet.hosts.values(), wanted.name)
    else:
        refuse_another(found, wanted)
    given = giving.read(wanted.given, wanted.topology.secrets)
    names = images_of(wanted.topology)
    with wanted.telling_where():
        built = images.ensure(names, folders=wanted.folders, client=fleet.home, progress=report)
    ids = {name: image.id for name, image in built.items() if name in names}
    transport.spread(fleet, ids.values(), report)
    instance = _instance(wanted, fleet, found, ids, given)
    return Prepared(
        stack=Stack(
            instance=instance,
            users=hosts.users(fleet.home, instance),
            program=probe_program.read(fleet.home, ids[probes.IMAGE]) if probes.IMAGE in ids else b"",
            manager=swarm.manager(fleet) if len(fleet.hosts) > 1 else next(iter(fleet.hosts)),
        ),
        fleet=fleet,
        site=wanted.site.site,
    )


def _instance(
    wanted: Wanted,
    fleet: Fleet,
    found: Record | None,
    ids: Mapping[str, str],
    given: Mapping[str, Secret],
) -> Instance:
    taken = chain(machine.routes(), *map(docker_networks.taken_subnets, fleet.engines))
    supply = Supply(
        site=wanted.site,
        placement=place(wanted.topology, wanted.site, found.placement if found else None).hosts,
        images=ids,
        taken=taken,
        free_port=machine.free_port,
        word=wanted.name,
        given=given,
    )
    if found is None:
        return instantiate(wanted.topology, wanted.name, supply)
    return updated(found.supplying(wanted.topology), wanted.topology, supply)
