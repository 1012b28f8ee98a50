"""A topology with a name, ports, subnets, secrets and image ids: all that an engine needs to build it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import IPv4Network
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from environments import addresses, docker_policy, door
from environments.door import EDGE
from environments.nodes import Node, Published
from environments.secrets import Making, made
from environments.site import Site
from environments.topology import Endpoint, Network, Topology, Volume
from foundation.errors import Refused
from foundation.secrets import Secret

FORMAT = 5
"""Of the JSON below: goes up when an older peakproof could not read what this one writes, or misread it."""
Value = TypeVar("Value")
_TOPOLOGY: TypeAdapter[Topology] = TypeAdapter(Topology)


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A topology that has its place.

    `hosts`: host -> URL of its engine, None for this machine's; `entries`: host -> address where the entry is
    published, loopback where none is said; `placement`: node -> host; `ports`: endpoint -> port; `subnets`:
    network -> CIDR; `addresses`: network -> node -> address; `images`: folder name -> image id. `origin` is
    the folder of the definition that it was made from, or empty; `virtual_address`: that which moves between
    the hosts, where the entry is published too, or empty; `encrypted`: whether a new overlay is.
    """

    name: str
    topology: Topology
    hosts: Mapping[str, str | None]
    entries: Mapping[str, str]
    placement: Mapping[str, str]
    ports: Mapping[str, int]
    subnets: Mapping[str, str]
    addresses: Mapping[str, Mapping[str, str]]
    images: Mapping[str, str]
    secrets: Mapping[str, Secret] = field(repr=False)
    origin: str = ""
    virtual_address: str = ""
    encrypted: bool = True

    @property
    def guests(self) -> tuple[Node, ...]:
        """What stands here beside the topology's nodes: a door on every host."""
        return door.guests(self.topology, len(self.hosts), moving=bool(self.virtual_address))

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Everything that an engine has to make a container for."""
        return (*self.topology.nodes, *self.guests)

    @property
    def networks(self) -> tuple[Network, ...]:
        """The topology's, and the edge where somebody stands on it."""
        return (EDGE, *self.topology.networks) if self.guests else self.topology.networks

    @property
    def across(self) -> bool:
        """Whether it reaches over several hosts: the networks inside are overlays then."""
        return len(self.hosts) > 1

    def is_overlay(self, network: Network) -> bool:
        """Whether a network is one; an edge is a bridge on every host."""
        return self.across and network.internal

    def home_of(self, volume: Volume) -> str:
        """The host of a volume: that of the node whose it is; the first for one that no node has."""
        mounting = (
            node.name for node in self.nodes if volume.name in {mount.volume for mount in node.storage.mounts}
        )
        owner = next(mounting, None)
        return self.placement[owner] if owner else next(iter(self.hosts))

    def published_at(self, node: str, published: Published) -> str:
        """The address at which a node publishes a port: its host's for the entry, or that which moves."""
        if published.moving:
            return self.virtual_address
        if published.endpoint != self.topology.entry:
            return docker_policy.PUBLISHED_AT
        return self.entries.get(self.placement[node], docker_policy.PUBLISHED_AT)

    def published(self, endpoint: str) -> tuple[str, str, int]:
        """Host, address and port at which an endpoint is reached: any door will do. Raises KeyError.

        Through the door of the target's own host the loss of another one is not noticed.
        """
        if endpoint == self.topology.entry:
            host = next((each for each in self.hosts if each in self.entries), next(iter(self.hosts)))
            address = self.virtual_address or self.entries.get(host, docker_policy.PUBLISHED_AT)
            return host, address, self.ports[endpoint]
        return self._host_behind(endpoint), docker_policy.PUBLISHED_AT, self.ports[endpoint]

    def reached(self, endpoint: Endpoint) -> str:
        """Where people reach an endpoint; what a host elsewhere keeps to itself, over SSH."""
        host, address, port = self.published(endpoint.name)
        elsewhere = self.hosts[host] is not None and address == docker_policy.PUBLISHED_AT
        return f"{endpoint.protocol}://{address}:{port}{f' of {host}, over SSH' if elsewhere else ''}"

    def _host_behind(self, endpoint: str) -> str:
        """The host of the service that an endpoint leads to. Raises KeyError."""
        target = {each.name: each.target for each in self.topology.endpoints}[endpoint]
        nodes = (node.name for node in self.topology.nodes if target in (node.service, node.name))
        node = next(nodes, None)
        return self.placement[node] if node else next(iter(self.hosts))

    def resource(self, name: str) -> str:
        """What a node, network or volume is called outside the instance."""
        return f"peakproof-{self.name}-{name}"

    def to_json(self) -> str:
        """Everything but the secrets."""
        manifest = {
            "format": FORMAT,
            "name": self.name,
            "origin": self.origin,
            "virtual_address": self.virtual_address,
            "encrypted": self.encrypted,
            "topology": asdict(self.topology),
            "hosts": dict(self.hosts),
            "entries": dict(self.entries),
            "placement": dict(self.placement),
            "ports": dict(self.ports),
            "subnets": dict(self.subnets),
            "addresses": {network: dict(nodes) for network, nodes in self.addresses.items()},
            "images": dict(self.images),
        }
        return json.dumps(manifest, separators=(",", ":"), sort_keys=True)


class AnotherVersion(Refused):
    """What stands was described by another version of peakproof: it cannot be read, only taken down."""


def from_json(text: str, secrets: Mapping[str, Secret]) -> Instance:
    """The instance that `to_json` described, with the secrets that were read back from its nodes.

    Raises AnotherVersion unless it is read to the last word: what would be lost could be what matters.
    """
    manifest = json.loads(text)
    name = str(manifest.get("name"))
    try:
        read = {key: value for key, value in manifest.items() if key not in ("format", "topology")}
        topology = _TOPOLOGY.validate_python(manifest["topology"])
        instance = Instance(topology=topology, secrets=dict(secrets), **read)
        if json.loads(instance.to_json()) == manifest:
            return instance
    except (KeyError, TypeError, ValidationError) as error:
        raise _another_version(name) from error
    raise _another_version(name)


def _another_version(name: str) -> AnotherVersion:
    return AnotherVersion(
        f"environment {name!r} was made by another version of peakproof",
        hint=f"`peakproof env down {name}` takes it down; or use the version that made it",
    )


@dataclass(frozen=True, kw_only=True)
class Supply:
    """What a site can give.

    `site`: its hosts and its range, and what is `taken` of that; `placement` and `images` as an instance has
    them; `word` is where the search for a free subnet begins; `given`: the secrets that people give, by name;
    `clock`: the time now.
    """

    site: Site
    placement: Mapping[str, str]
    images: Mapping[str, str]
    taken: Iterable[IPv4Network]
    free_port: Callable[[], int]
    word: str = ""
    given: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC), repr=False)


def instantiate(topology: Topology, name: str, supply: Supply) -> Instance:
    """A new instance: fresh secrets, free ports and subnets. Raises Unavailable."""
    nothing = Instance(
        name=name,
        topology=topology,
        hosts={},
        entries={},
        placement={},
        ports={},
        subnets={},
        addresses={},
        images={},
        secrets={},
    )
    return updated(nothing, topology, supply)


def on_hosts(instance: Instance, site: Site) -> Instance:
    """The same, with what a site says of its hosts: engines, entries, whether they encrypt."""
    return replace(
        instance,
        hosts=site.engines,
        entries=site.entries,
        virtual_address=str(site.virtual_address or ""),
        encrypted=site.encrypted,
    )


def updated(found: Instance, topology: Topology, supply: Supply) -> Instance:
    """`found` with another topology; what both have keeps its port, subnet, address and secret.

    Only what is missing is asked of the machine: what stands needs no free range. Raises Unavailable.
    """
    ports = _shared(found.ports, [endpoint.name for endpoint in topology.endpoints])
    making = Making(instance=found.name, now=supply.clock(), given=supply.given)
    bare = replace(
        on_hosts(found, supply.site),
        topology=topology,
        placement={**supply.placement, **_of_guests(topology, supply.site.engines)},
        ports=_ports([endpoint.name for endpoint in topology.endpoints], supply.free_port, ports),
        images=dict(supply.images),
        secrets=made(topology.secrets, found.secrets, making),
    )
    subnets = _subnets(bare, supply)
    return replace(bare, subnets=subnets, addresses=_addresses(bare, subnets))


def _of_guests(topology: Topology, hosts: Mapping[str, str | None]) -> dict[str, str]:
    """Each host has its door."""
    return {guest.name: host for guest, host in zip(door.guests(topology, len(hosts)), hosts, strict=False)}


def _subnets(wanted: Instance, supply: Supply) -> dict[str, str]:
    """network -> CIDR: what it has, else a free one that is large enough."""
    assigned = _shared(wanted.subnets, [network.name for network in wanted.networks])
    taken = [*supply.taken, *map(IPv4Network, wanted.subnets.values())]
    for network in wanted.networks:
        if network.name not in assigned:
            prefix = addresses.prefix_for(len(_on(wanted, network)))
            subnet = addresses.chosen(supply.site.subnets, taken, prefix, supply.word)
            assigned[network.name] = str(subnet)
            taken.append(subnet)
    return assigned


def _addresses(wanted: Instance, subnets: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {
        network.name: addresses.fixed(
            IPv4Network(subnets[network.name]), _on(wanted, network), wanted.addresses.get(network.name, {})
        )
        for network in wanted.networks
        if not wanted.is_overlay(network)
    }


def _on(wanted: Instance, network: Network) -> list[str]:
    return [node.name for node in wanted.nodes if network.name in node.attachments.networks]


def _ports(names: Iterable[str], free_port: Callable[[], int], had: Mapping[str, int]) -> dict[str, int]:
    """A port that was free a moment ago may be offered twice: nobody listens on it yet."""
    ports: dict[str, int] = dict(had)
    for name in names:
        while name not in ports:
            port = free_port()
            if port not in ports.values():
                ports[name] = port
    return ports


def _shared(old: Mapping[str, Value], wanted: Iterable[str]) -> dict[str, Value]:
    return {name: old[name] for name in wanted if name in old}
