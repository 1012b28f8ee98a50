"""What a Pulumi program is made from: an instance, and what only Docker hosts know. Never connects."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from environments.instance import Instance, Supply, free_subnets, instantiate
from environments.site import Site
from environments.topology import Topology
from foundation.secrets import new_password

_FIRST_PORT = 20_000
_USER = 10_001


@dataclass(frozen=True, kw_only=True)
class Stack:
    """An instance on Docker hosts.

    `engines`: host of a placement -> URL of its engine, None for the one this machine's client uses;
    `users`: image folder -> numeric id of the user the image runs as, who owns the files put into the node.
    """

    instance: Instance
    engines: Mapping[str, str | None]
    users: Mapping[str, int]


def described(topology: Topology, site: Site) -> Stack:
    """A stack that can be described without Docker: image ids, users, ports and given secrets stand in."""
    supply = Supply(
        images={image: placeholder(image) for image in topology.images()},
        subnets=free_subnets(site.subnets, ()),
        free_port=count(_FIRST_PORT).__next__,
        given={ref.name: new_password() for ref in topology.secrets if ref.kind == "given"},
    )
    return Stack(
        instance=instantiate(topology, topology.definition, supply),
        engines={name: host.docker for name, host in site.hosts.items()},
        users=dict.fromkeys(topology.images(), _USER),
    )


def placeholder(image: str) -> str:
    """What stands in for the id of an image that nobody built: an id by its form, the same every time."""
    return f"sha256:{hashlib.sha256(f'not built: {image}'.encode()).hexdigest()}"
