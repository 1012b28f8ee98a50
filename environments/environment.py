"""An environment that runs: brought up, adopted, used and taken down. The public face of this room."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import Literal

import docker
from docker.errors import ImageNotFound
from docker.models.containers import Container

from environments import docker_policy, door, images, ssh, urls
from environments.containers import (
    addressing,
    aside,
    building,
    disks,
    finding,
    injecting,
    manifests,
    notes,
    reaper,
    removing,
    roles,
    sandboxed,
    states,
)
from environments.containers.aimed import AimedFault
from environments.containers.building import Watch
from environments.containers.finding import Found
from environments.containers.host_fault import HostFault
from environments.containers.injecting import Tools
from environments.containers.node import NodeContainer
from environments.containers.usage import Group, group_of
from environments.docker_errors import mapped
from environments.faults import aiming, kind_of
from environments.faults.kind import FaultOptions, Scene
from environments.fleet import Fleet, connected
from environments.images import pulling, transport
from environments.instance import Instance
from environments.nodes import Lifecycle, Node
from environments.site import Site
from environments.ssh import Tunnel
from environments.wanted import Wanted
from foundation.errors import InputError, Refused
from foundation.secrets import Secret

# What the engine itself runs, beside the nodes: the reaper, locks and fault helpers.
_ENGINE_IMAGES = ("python",)


class Environment:
    """A running instance and its containers; those of `infra` are looked at and rehearsed in, no more."""

    def __init__(
        self,
        instance: Instance,
        nodes: Mapping[str, NodeContainer],
        fleet: Fleet,
        owner: Literal["env", "infra"] = "env",
    ) -> None:
        self.instance = instance
        self.owner = owner
        self.nodes = nodes
        self._guests: dict[str, NodeContainer] = {}
        self._forwarded: dict[str, Tunnel] = {}
        self.fleet = fleet

    @property
    def name(self) -> str:
        return self.instance.name

    @property
    def at_home(self) -> bool:
        """Whether its nodes stand on this machine."""
        return self.fleet.home_carries

    def state(self, node: Node) -> str:
        """running, done, crashed (137), missing, …"""
        standing = self.nodes.get(node.name)
        return states.state(node, standing.get_wrapped_container() if standing else None)

    def platforms(self) -> dict[str, str]:
        """Image id -> what it is of, such as linux/amd64; without those that the home engine lacks."""
        found = {}
        with mapped("looking at the images"):
            for identity in set(self.instance.images.values()):
                with contextlib.suppress(ImageNotFound):
                    found[identity] = pulling.platform_of(self.fleet.home.images.get(identity).attrs)
        return found

    def address(self, endpoint: str) -> tuple[str, int]:
        """Where an endpoint is reached from this machine: host and port. Raises KeyError.

        What a host elsewhere publishes for itself alone is forwarded over SSH while this process runs.
        """
        host, address, port = self.instance.published(endpoint)
        engine = self.instance.hosts[host]
        if engine is None or address != docker_policy.PUBLISHED_AT:
            return address, port
        if endpoint not in self._forwarded:
            self._forwarded[endpoint] = ssh.port(engine, port)
        return docker_policy.PUBLISHED_AT, int(str(self._forwarded[endpoint].at))

    def secret(self, name: str) -> Secret:
        """A secret such as "database.password". Raises KeyError."""
        return self.instance.secrets[name]

    def dsn(self, service: str) -> Secret:
        """How this machine connects to a database service, through the door: a URL. Raises KeyError."""
        binding, (host, port) = self.instance.topology.bindings[service], self.address(service)
        password = self.secret(f"{service}.password")
        return urls.url(binding.scheme or "postgresql", binding, password, host, port)

    def start(self, node: Node, files: Sequence[tuple[str, bytes, int]] = ()) -> NodeContainer:
        """Starts one more guest on the home host, such as a load generator; it goes with the environment."""
        guest = NodeContainer(node, self.instance, self.fleet.home)
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

    def host_fault(self, options: FaultOptions, host: str, site: Site, tools: Tools) -> HostFault:
        """A fault of a host in a box, ready to be applied. Raises Refused for another host."""
        container, kind = sandboxed.host(self.fleet.home, site, host), kind_of(options)
        assert kind.on_host is not None, "a plan's targets were checked"
        reaper.ensure(self.fleet.home, tools.images["python"])
        helper = injecting.beside(
            self.fleet.home,
            kind.on_host(options, str(container.id)),
            container,
            instance=self.name,
            image=tools.images[kind.post.image],
            beyond=True,
        )
        return HostFault(helper, self.fleet.on(host), self.name, host)

    def fault(self, options: FaultOptions, nodes: Sequence[str], tools: Tools) -> AimedFault:
        """A fault, ready to be applied to that one of `nodes` which has its role then. Raises Refused."""
        role = aiming.target(self.instance.topology, options.target)
        assert role is not None, "a plan's targets were checked"
        role = replace(role, candidates=tuple(nodes))
        containers = {name: node.get_wrapped_container() for name, node in self.nodes.items()}
        for host in {self.instance.placement[name] for name in nodes}:
            # One of an older version would not know how to undo a newer fault.
            reaper.ensure(self.fleet.on(host), tools.images["python"])
        helpers = {
            name: injecting.helper_for(
                self.fleet.on(self.instance.placement[name]),
                kind_of(options).describe(options, self._scene(name, tools)),
                instance=self.name,
                image=tools.images[kind_of(options).post.image],
                owner=self.owner,
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
    wanted: Wanted, fleet: Fleet, progress: images.Report, also: Sequence[str] = ()
) -> dict[str, str]:
    """Image name -> id of all that the instance, the engine and `also` need: built at home where missing.

    A host that lacks some of them is brought them.
    """
    sized = {disks.IMAGE for volume in wanted.topology.volumes if volume.size}
    names = sorted({*door.images_of(wanted.topology), *_ENGINE_IMAGES, *sized, *also})
    with wanted.telling_where():
        built = images.ensure(names, folders=wanted.folders, client=fleet.home, progress=progress)
    ids = {name: image.id for name, image in built.items()}
    transport.spread(fleet, [ids[name] for name in names], progress)
    return ids


def up(wanted: Wanted, fleet: Fleet, built: Mapping[str, str], watch: Watch) -> Environment:
    """Makes the environment stand, adopting what runs. Call it inside `holding.working_on`.

    What a failed or interrupted `up` made is removed; what stood before it stands again. Raises Refused
    when another folder's environment has the name, or a volume holds other data.
    """
    for engine in fleet.engines:
        aside.recover(engine, wanted.name)
    standing, had = finding.find(fleet.home, wanted.name), finding.resources(fleet, wanted.name)
    refuse_anothers(standing, wanted)
    try:
        instance = addressing.connected(wanted, standing, fleet, built)
        nodes = building.build(fleet, instance, standing, watch)
        notes.write(fleet.home, wanted.name, notes.mine(wanted.why))
    except BaseException:
        if standing is None:
            removing.remove_built(fleet, wanted.name)
        else:
            _as_it_was(fleet, standing, had)
        raise
    return Environment(instance, nodes, fleet)


def down(home: docker.DockerClient, name: str) -> int:
    """Takes an environment down on all its hosts; returns how much there was, which may be nothing."""
    removing.restore(home, name)  # a host that is down could not be asked
    return removing.everywhere(connected(manifests.hosts(home, name), home), name)


def reset(fleet: Fleet, name: str) -> None:
    """Empties an environment that stands: nodes, data and secrets go; networks and ports stay."""
    found = finding.find(fleet.home, name)
    if found is None:
        raise InputError(f"no environment {name!r} is up")
    for kind in ("fault", "node", disks.KIND, "volume", "secrets"):
        removing.everywhere(fleet, name, kind=kind)


def attach(home: docker.DockerClient, name: str) -> Environment:
    """The environment of that name, as it stands on its hosts. Raises InputError when there is none."""
    found = finding.find(home, name)
    if found is None:
        raise InputError(
            f"no environment {name!r} is up",
            hint="`peakproof env list` shows what is; `env up` brings one up",
        )
    return over(found.instance, found.containers, found.fleet, owner="env")


def over(
    instance: Instance, containers: Mapping[str, Container], fleet: Fleet, *, owner: Literal["env", "infra"]
) -> Environment:
    """The environment that these containers are; `containers`: by node."""
    nodes = {
        node.name: NodeContainer(node, instance, fleet.on(instance.placement[node.name])).standing_on(
            containers[node.name]
        )
        for node in instance.nodes
        if node.name in containers
    }
    return Environment(instance, nodes, fleet, owner=owner)


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


def _as_it_was(fleet: Fleet, standing: Found, had: Set[str]) -> None:
    """The record and the networks and volumes of before; the nodes have been put back."""
    manifests.write(fleet.home, standing.instance)
    for kind in ("network", disks.KIND, "volume"):
        removing.everywhere(fleet, standing.instance.name, kind=kind, but=had)
