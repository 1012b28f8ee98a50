"""A topology with a name, ports, subnets, secrets and image ids: all that an engine needs to build it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from ipaddress import IPv4Network
from typing import TypeVar

from pydantic import TypeAdapter

from environments.topology import Topology
from foundation.errors import Unavailable
from foundation.secrets import Secret, new_password

_PREFIX = 26
ADDRESSES = 2 ** (32 - _PREFIX) - 3
"""Nodes that a network has addresses for: without its own, the broadcast's and the gateway's."""
Value = TypeVar("Value")
_TOPOLOGY: TypeAdapter[Topology] = TypeAdapter(Topology)


@dataclass(frozen=True, kw_only=True)
class Instance:
    """`ports`: endpoint -> loopback port; `subnets`: network -> CIDR; `images`: folder name -> image id."""

    name: str
    topology: Topology
    ports: Mapping[str, int]
    subnets: Mapping[str, str]
    images: Mapping[str, str]
    secrets: Mapping[str, Secret] = field(repr=False)

    def resource(self, name: str) -> str:
        """What a node, network or volume is called outside the instance."""
        return f"peakproof-{self.name}-{name}"

    def to_json(self) -> str:
        """Everything but the secrets."""
        manifest = {
            "name": self.name,
            "topology": asdict(self.topology),
            "ports": dict(self.ports),
            "subnets": dict(self.subnets),
            "images": dict(self.images),
        }
        return json.dumps(manifest, separators=(",", ":"), sort_keys=True)


def from_json(text: str, secrets: Mapping[str, Secret]) -> Instance:
    """The instance that `to_json` described, with the secrets that were read back from its nodes."""
    manifest = json.loads(text)
    topology = _TOPOLOGY.validate_python(manifest.pop("topology"))
    return Instance(topology=topology, secrets=dict(secrets), **manifest)


@dataclass(frozen=True, kw_only=True)
class Supply:
    """What a machine can give: image ids by folder name, free subnets in order, ports that nothing uses."""

    images: Mapping[str, str]
    subnets: Iterable[IPv4Network]
    free_port: Callable[[], int]


def instantiate(topology: Topology, name: str, supply: Supply) -> Instance:
    """A new instance: fresh secrets, free ports, the first free subnets. Raises Unavailable."""
    return Instance(
        name=name,
        topology=topology,
        ports=_ports([endpoint.name for endpoint in topology.endpoints], supply.free_port),
        subnets=_assigned([network.name for network in topology.networks], supply.subnets),
        images=dict(supply.images),
        secrets={secret.name: new_password() for secret in topology.secrets},
    )


def updated(found: Instance, topology: Topology, supply: Supply) -> Instance:
    """`found` with another topology; what both have keeps its port, subnet and secret."""
    fresh = instantiate(topology, found.name, supply)
    return replace(
        fresh,
        ports={**fresh.ports, **_shared(found.ports, fresh.ports)},
        subnets={**fresh.subnets, **_shared(found.subnets, fresh.subnets)},
        secrets={**fresh.secrets, **_shared(found.secrets, fresh.secrets)},
    )


def free_subnets(within: IPv4Network, taken: Iterable[IPv4Network]) -> Iterable[IPv4Network]:
    """/26 networks of `within` that overlap nothing that is taken, in order."""
    used = tuple(taken)
    return (
        subnet
        for subnet in within.subnets(new_prefix=_PREFIX)
        if not any(subnet.overlaps(other) for other in used)
    )


def _ports(names: Iterable[str], free_port: Callable[[], int]) -> dict[str, int]:
    """A port that was free a moment ago may be offered twice: nobody listens on it yet."""
    ports: dict[str, int] = {}
    for name in names:
        port = free_port()
        while port in ports.values():
            port = free_port()
        ports[name] = port
    return ports


def started_at(subnets: Iterable[IPv4Network], word: str) -> list[IPv4Network]:
    """The same subnets, beginning somewhere that depends on `word`: two commands at once seldom collide."""
    free = list(subnets)
    start = zlib.crc32(word.encode()) % len(free) if free else 0
    return free[start:] + free[:start]


def _assigned(names: Iterable[str], subnets: Iterable[IPv4Network]) -> dict[str, str]:
    free = iter(subnets)
    assigned = {}
    for name in names:
        subnet = next(free, None)
        if subnet is None:
            raise Unavailable(
                "no free /26 is left in the site's address range",
                hint="widen `subnets` in the site's file, or take an environment down",
            )
        assigned[name] = str(subnet)
    return assigned


def _shared(old: Mapping[str, Value], new: Mapping[str, Value]) -> dict[str, Value]:
    return {key: value for key, value in old.items() if key in new}
