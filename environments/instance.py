"""A topology with a name, ports, subnets, secrets and image ids: all that an engine needs to build it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Network
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from environments.secrets import Making, made
from environments.topology import Topology
from foundation.errors import Refused, Unavailable
from foundation.secrets import Secret

FORMAT = 3
"""Of the JSON below: goes up when an older peakproof could not read what this one writes, or misread it."""
_PREFIX = 26
ADDRESSES = 2 ** (32 - _PREFIX) - 3
"""Nodes that a network has addresses for: without its own, the broadcast's and the gateway's."""
Value = TypeVar("Value")
_TOPOLOGY: TypeAdapter[Topology] = TypeAdapter(Topology)


@dataclass(frozen=True, kw_only=True)
class Instance:
    """`ports`: endpoint -> loopback port; `subnets`: network -> CIDR; `images`: folder name -> image id.

    `origin` is the folder of the definition that it was made from; empty where there is none.
    """

    name: str
    topology: Topology
    ports: Mapping[str, int]
    subnets: Mapping[str, str]
    images: Mapping[str, str]
    secrets: Mapping[str, Secret] = field(repr=False)
    origin: str = ""

    def resource(self, name: str) -> str:
        """What a node, network or volume is called outside the instance."""
        return f"peakproof-{self.name}-{name}"

    def to_json(self) -> str:
        """Everything but the secrets."""
        manifest = {
            "format": FORMAT,
            "name": self.name,
            "origin": self.origin,
            "topology": asdict(self.topology),
            "ports": dict(self.ports),
            "subnets": dict(self.subnets),
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
    """What a machine can give: image ids by folder name, free subnets in order, ports that nothing uses.

    `given`: the secrets that people give, by name; `clock`: the time now.
    """

    images: Mapping[str, str]
    subnets: Iterable[IPv4Network]
    free_port: Callable[[], int]
    given: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC), repr=False)


class NoRange(Unavailable):
    """The site's range has no room for that many networks more."""

    def __init__(self, *, wanted: int) -> None:
        super().__init__(
            "no free /26 is left in the site's address range",
            hint="widen `subnets` in the site's file, or take an environment down",
        )
        self.wanted = wanted


def instantiate(topology: Topology, name: str, supply: Supply) -> Instance:
    """A new instance: fresh secrets, free ports, the first free subnets. Raises Unavailable."""
    nothing = Instance(name=name, topology=topology, ports={}, subnets={}, images={}, secrets={})
    return updated(nothing, topology, supply)


def updated(found: Instance, topology: Topology, supply: Supply) -> Instance:
    """`found` with another topology; what both have keeps its port, subnet and secret. Raises Unavailable.

    Only what is missing is asked of the machine: what stands needs no free range.
    """
    ports = _shared(found.ports, [endpoint.name for endpoint in topology.endpoints])
    subnets = _shared(found.subnets, [network.name for network in topology.networks])
    making = Making(instance=found.name, now=supply.clock(), given=supply.given)
    return Instance(
        name=found.name,
        topology=topology,
        ports=_ports([endpoint.name for endpoint in topology.endpoints], supply.free_port, ports),
        subnets=_assigned([network.name for network in topology.networks], supply.subnets, subnets),
        images=dict(supply.images),
        secrets=made(topology.secrets, found.secrets, making),
        origin=found.origin,
    )


def free_subnets(within: IPv4Network, taken: Iterable[IPv4Network]) -> Iterable[IPv4Network]:
    """/26 networks of `within` that overlap nothing that is taken, in order."""
    used = tuple(taken)
    return (
        subnet
        for subnet in within.subnets(new_prefix=_PREFIX)
        if not any(subnet.overlaps(other) for other in used)
    )


def _ports(names: Iterable[str], free_port: Callable[[], int], had: Mapping[str, int]) -> dict[str, int]:
    """A port that was free a moment ago may be offered twice: nobody listens on it yet."""
    ports: dict[str, int] = dict(had)
    for name in names:
        while name not in ports:
            port = free_port()
            if port not in ports.values():
                ports[name] = port
    return ports


def started_at(subnets: Iterable[IPv4Network], word: str) -> list[IPv4Network]:
    """The same subnets, beginning somewhere that depends on `word`: two commands at once seldom collide."""
    free = list(subnets)
    start = zlib.crc32(word.encode()) % len(free) if free else 0
    return free[start:] + free[:start]


def _assigned(names: Sequence[str], subnets: Iterable[IPv4Network], had: Mapping[str, str]) -> dict[str, str]:
    free = iter(subnets)
    assigned = dict(had)
    for name in names:
        if name not in assigned:
            subnet = next(free, None)
            if subnet is None:
                raise NoRange(wanted=len(names) - len(had))
            assigned[name] = str(subnet)
    return assigned


def _shared(old: Mapping[str, Value], wanted: Iterable[str]) -> dict[str, Value]:
    return {name: old[name] for name in wanted if name in old}
