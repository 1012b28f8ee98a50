"""What a Pulumi program is made from: an instance, and what only Docker hosts know. Never connects."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from environments.door import images_of
from environments.instance import Instance, Supply, instantiate
from environments.placement import place
from environments.site import Site
from environments.topology import Network, Topology
from foundation.secrets import new_password

_FIRST_PORT = 20_000
_USER = 10_001


@dataclass(frozen=True, kw_only=True)
class Located:
    """A network at the host where it is made; `name` is its own among all of the stack's."""

    name: str
    network: Network
    host: str


@dataclass(frozen=True, kw_only=True)
class Stack:
    """An instance on Docker hosts.

    `users`: node -> numeric id of the user that it runs as, who owns the files put into it;
    `program`: what asks nodes of foreign images whether they are ready;
    `manager`: the host on which overlays are made, where the instance reaches over several.
    """

    instance: Instance
    users: Mapping[str, int]
    manager: str
    program: bytes = b""

    @property
    def engines(self) -> Mapping[str, str | None]:
        """Host -> URL of its engine, None for the one that this machine's client uses."""
        return self.instance.hosts

    @property
    def networks(self) -> tuple[Located, ...]:
        """Every network at the host where it is made: an overlay once for all, a bridge on each."""
        return tuple(
            Located(
                name=network.name if len(hosts) == 1 else f"{network.name}-{host}", network=network, host=host
            )
            for network in self.instance.networks
            for hosts in [self._makers(network)]
            for host in hosts
        )

    def _makers(self, network: Network) -> tuple[str, ...]:
        return (self.manager,) if self.instance.is_overlay(network) else tuple(self.engines)


def described(topology: Topology, site: Site) -> Stack:
    """A stack that can be described without Docker: image ids, users, ports and given secrets stand in."""
    images = images_of(topology)
    supply = Supply(
        site=site,
        placement=place(topology, site).hosts,
        images={image: placeholder(image) for image in images},
        taken=(),
        free_port=count(_FIRST_PORT).__next__,
        given={ref.name: new_password() for ref in topology.secrets if ref.kind == "given"},
    )
    instance = instantiate(topology, topology.definition, supply)
    return Stack(
        instance=instance,
        users={node.name: _USER for node in instance.nodes},
        manager=next(iter(site.hosts)),
    )


def placeholder(image: str) -> str:
    """What stands in for the id of an image that nobody built: an id by its form, the same every time."""
    return f"sha256:{hashlib.sha256(f'not built: {image}'.encode()).hexdigest()}"
