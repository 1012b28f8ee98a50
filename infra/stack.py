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
from environments.topology import Topology
from foundation.secrets import new_password

_FIRST_PORT = 20_000
_USER = 10_001


@dataclass(frozen=True, kw_only=True)
class Stack:
    """An instance on Docker hosts.

    `users`: image folder -> numeric id of the user the image runs as, who owns the files put into the node.
    """

    instance: Instance
    users: Mapping[str, int]

    @property
    def engines(self) -> Mapping[str, str | None]:
        """Host -> URL of its engine, None for the one that this machine's client uses."""
        return self.instance.hosts


def described(topology: Topology, site: Site) -> Stack:
    """A stack that can be described without Docker: image ids, users, ports and given secrets stand in."""
    images = images_of(topology)
    supply = Supply(
        hosts=site.engines,
        entries=site.entries,
        placement=place(topology, site).hosts,
        images={image: placeholder(image) for image in images},
        within=site.subnets,
        taken=(),
        free_port=count(_FIRST_PORT).__next__,
        given={ref.name: new_password() for ref in topology.secrets if ref.kind == "given"},
    )
    return Stack(
        instance=instantiate(topology, topology.definition, supply),
        users=dict.fromkeys(images, _USER),
    )


def placeholder(image: str) -> str:
    """What stands in for the id of an image that nobody built: an id by its form, the same every time."""
    return f"sha256:{hashlib.sha256(f'not built: {image}'.encode()).hexdigest()}"
