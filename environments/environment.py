"""An environment that runs: brought up, adopted, used and taken down. The public face of this room."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

import docker

from environments import door, images, labels, owners
from environments.containers import (
    addressing,
    aside,
    building,
    finding,
    injecting,
    leases,
    locks,
    manifests,
    reaper,
    removing,
    roles,
    states,
)
from environments.containers.aimed import AimedFault
from environments.containers.building import Watch
from environments.containers.finding import Found
from environments.containers.injecting import Tools
from environments.containers.node import NodeContainer
from environments.containers.usage import Group, group_of
from environments.docker_errors import mapped
from environments.faults import aiming, kind_of
from environments.faults.kind import FaultOptions, Scene
from environments.fleet import Fleet, connected
from environments.instance import Instance
from environments.topology import Lifecycle, Node
from environments.wanted import Wanted
from foundation.errors import InputError, Refused
from foundation.secrets import Secret

# What the engine itself runs, beside the nodes: the reaper, locks and fault helpers.
_ENGINE_IMAGES = ("python",)


class Environment:
    """A running instance and its containers."""

    def __init__(self, instance: Instance, nodes: Mapping[str, NodeContainer], fleet: Fleet) -> None:
        self.instance = instance
        self.nodes = nodes
        self._guests: dict[str, NodeContainer] = {}
        self._fleet = fleet

    @property
    def name(self) -> str:
        return self.instance.name

    def state(self, node: Node) -> str:
        """running, done, crashed (137), missing, …"""
        standing = self.nodes.get(node.name)
        return states.state(node, standing.get_wrapped_container() if standing else None)

    def address(self, endpoint: str) -> tuple[str, int]:
        """Loopback host and port of an endpoint. Raises KeyError."""
        return "127.0.0.1", self.instance.ports[endpoint]

    def secret(self, name: str) -> Secret:
        """A secret such as "database.password". Raises KeyError."""
        return self.instance.secrets[name]

    def dsn(self, service: str) -> Secret:
        """How this machine connects to a database service, through the door. Raises KeyError."""
        binding, (host, port) = self.instance.topology.bindings[service], self.address(service)
        password = self.secret(f"{service}.password").reveal()
        return Secret(
            f"host={host} port={port} dbname={binding.name} user={binding.user} password={password}"
        )

    def start(self, node: Node, files: Sequence[tuple[str, bytes, int]] = ()) -> NodeContainer:
        """Starts one more guest on the home host, such as a load generator; it goes with the environment."""
        guest = NodeContainer(node, self.instance, self._fleet.home)
        guest.extra_files = tuple(files)
        try:
            guest.start()
        except BaseException:
            guest.discard()
            raise
        self._guests[node.name] = guest
        return guest

    def groups(self) -> dict[str, Group]:
        """The control group of every node that stays; none where the engine runs on another machine."""
        return _groups({n: each for n, each in self.nodes.items() if each.node.lifecycle is Lifecycle.ALWAYS})

    def guest_groups(self) -> dict[str, Group]:
        """The same of what was started here since: of each name the last one, while it is there."""
        return _groups(self._guests)

    def fault(self, options: FaultOptions, nodes: Sequence[str], tools: Tools) -> AimedFault:
        """A fault, ready to be applied to that one of `nodes` which has its role then. Raises Refused."""
        role = aiming.target(self.instance.topology, options.target)
        assert role is not None, "a plan's targets were checked"
        role = replace(role, candidates=tuple(nodes))
        containers = {name: node.get_wrapped_container() for name, node in self.nodes.items()}
        helpers = {
            name: injecting.helper_for(
                self._fleet.on(self.instance.placement[name]),
                kind_of(options).describe(options, self._scene(name, tools)),
                instance=self.name,
                image=tools.images[kind_of(options).post.image],
            )
            for name in nodes
        }
        return AimedFault(helpers, lambda: roles.ask(role, containers))

    def _scene(self, node: str, tools: Tools) -> Scene:
        networks = self.instance.addresses.values()
        return Scene(
            topology=self.instance.topology,
            node=self.instance.topology.node(node),
            container=self.instance.resource(node),
            addresses={
                name: tuple(nodes[name] for nodes in networks if name in nodes)
                for name in self.nodes
                if name != node
            },
            can=tools.can,
        )


def _groups(nodes: Mapping[str, NodeContainer]) -> dict[str, Group]:
    with mapped("looking for the nodes' control groups"):
        found = {name: group_of(each.get_wrapped_container()) for name, each in nodes.items()}
    return {name: group for name, group in found.items() if group is not None}


def prepare_images(
    wanted: Wanted, client: docker.DockerClient, progress: images.Report, also: Sequence[str] = ()
) -> dict[str, str]:
    """Image name -> id of all that the instance, the engine and `also` need, built where missing."""
    names = sorted({*door.images_of(wanted.topology), *_ENGINE_IMAGES, *also})
    built = images.ensure(names, folders=wanted.folders, client=client, progress=progress)
    return {name: image.id for name, image in built.items()}


@contextlib.contextmanager
def working_on(client: docker.DockerClient, name: str, image: str) -> Iterator[None]:
    """Lock and working lease for a command that changes an environment.

    Where nothing stands at the end, or somebody's lease holds what does, the command's own goes: only now is
    no renewal of it in flight.
    """
    owners.refuse_other(client, name, owner=labels.ENV)
    with locks.held(client, name, image):
        try:
            with leases.kept(client, name, image):
                yield
        finally:
            if manifests.read(client, name) is None:
                removing.remove(client, name, kind="lease")
            elif leases.given(client, name):
                leases.end(client, name)


def up(wanted: Wanted, fleet: Fleet, built: Mapping[str, str], watch: Watch) -> Environment:
    """Makes the environment stand, adopting what runs. Call it inside `working_on`.

    What a failed or interrupted `up` made is removed; what stood before it stands again. Raises Refused
    when another folder's environment has the name, or a volume holds other data.
    """
    client = fleet.home
    aside.recover(client, wanted.name)
    standing, had = finding.find(client, wanted.name), finding.resources(client, wanted.name)
    refuse_anothers(standing, wanted)
    try:
        instance = addressing.connected(wanted, standing, fleet, built)
        nodes = building.build(fleet, instance, standing, watch)
    except BaseException:
        if standing is None:
            removing.remove_built(client, wanted.name)
        else:
            _as_it_was(client, standing, had)
        raise
    return Environment(instance, nodes, fleet)


def reset(fleet: Fleet, name: str) -> None:
    """Empties an environment that stands: nodes, data and secrets go; networks and ports stay."""
    found = finding.find(fleet.home, name)
    if found is None:
        raise InputError(f"no environment {name!r} is up")
    for kind in ("fault", "node", "volume", "secrets"):
        removing.remove(fleet.home, name, kind=kind)


def attach(home: docker.DockerClient, name: str) -> Environment:
    """The environment of that name, as it stands on its hosts. Raises InputError when there is none."""
    found = finding.find(home, name)
    if found is None:
        raise InputError(
            f"no environment {name!r} is up",
            hint="`peakproof env list` shows what is; `env up` brings one up",
        )
    fleet = connected(found.instance.hosts, home)
    nodes = {
        node.name: NodeContainer(
            node, found.instance, fleet.on(found.instance.placement[node.name])
        ).standing_on(found.containers[node.name])
        for node in found.instance.nodes
        if node.name in found.containers
    }
    return Environment(found.instance, nodes, fleet)


def extend(client: docker.DockerClient, name: str, image: str, seconds: float) -> None:
    """Ends a command's work: from now on the environment stays for `seconds`."""
    leases.renew(client, name, seconds)
    reaper.ensure(client, image)


def keep(client: docker.DockerClient, name: str, image: str, seconds: float) -> None:
    """As `extend`, but an environment that was to stay for longer does."""
    leases.prolong(client, name, seconds)
    reaper.ensure(client, image)


def refuse_anothers(found: Found | None, wanted: Wanted) -> None:
    """Raises Refused when what stands under that name was made from another folder's definition.

    One that is the same to the letter is no other.
    """
    if found is None or not found.instance.origin or not wanted.origin:
        return
    same = found.instance.topology.digest == wanted.topology.digest
    if found.instance.origin != wanted.origin and not same:
        raise Refused(
            f"environment {wanted.name!r} is another's: its definition is in {found.instance.origin}",
            hint=f"give this one another name (`--name`), or first `peakproof env down {wanted.name}`",
        )


def _as_it_was(client: docker.DockerClient, standing: Found, had: Set[str]) -> None:
    """The record and the networks and volumes of before; the nodes have been put back."""
    manifests.write(client, standing.instance)
    for kind in ("network", "volume"):
        removing.remove(client, standing.instance.name, kind=kind, but=had)
