"""Addresses of an instance: subnets of the site's range, and in them a fixed address for every node. Pure.

A node that comes back, or is replaced, has the address that it had: who remembers it meets no stranger there.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network

from foundation.errors import InputError, Unavailable

SMALLEST, LARGEST = 26, 22
"""Prefixes of the smallest subnet and of the largest: a Linux bridge has 1,024 ports."""
_VISITORS = 28
"""Prefix of the upper end of every subnet, from which Docker takes addresses for those who join later: load
generators and whatever else is started beside the nodes."""


class NoRange(Unavailable):
    """The site's range has no room for a network more."""

    def __init__(self, *, prefix: int) -> None:
        super().__init__(
            f"no free /{prefix} is left in the site's address range",
            hint="widen `subnets` in the site's file, or take an environment down",
        )
        self.prefix = prefix


def room(prefix: int) -> int:
    """Nodes that fit: all addresses but the network's own, the gateway's and the upper end."""
    return int(2 ** (32 - prefix) - 2 - 2 ** (32 - _VISITORS))


def prefix_for(nodes: int) -> int:
    """The smallest subnet that so many nodes fit into. Raises ValueError beyond the largest."""
    for prefix in range(SMALLEST, LARGEST - 1, -1):
        if nodes <= room(prefix):
            return prefix
    raise ValueError(f"{nodes} nodes are more than a network has addresses for ({room(LARGEST)})")


def visitors(subnet: IPv4Network) -> IPv4Network:
    """The upper end of a subnet: no node's address is in it."""
    return list(subnet.subnets(new_prefix=_VISITORS))[-1]


def free_subnets(within: IPv4Network, taken: Iterable[IPv4Network], prefix: int) -> Iterator[IPv4Network]:
    """Networks of `within` that overlap nothing that is taken, in order."""
    used = tuple(network for network in taken if network.overlaps(within))
    return (
        subnet
        for subnet in within.subnets(new_prefix=prefix)
        if not any(subnet.overlaps(other) for other in used)
    )


def chosen(within: IPv4Network, taken: Iterable[IPv4Network], prefix: int, word: str) -> IPv4Network:
    """A free subnet that depends on `word`: two commands at once seldom collide. Raises NoRange."""
    free = list(free_subnets(within, taken, prefix))
    if not free:
        raise NoRange(prefix=prefix)
    return free[zlib.crc32(word.encode()) % len(free)]


def fixed(subnet: IPv4Network, nodes: Iterable[str], had: Mapping[str, str]) -> dict[str, str]:
    """node -> address: what it had, else the first that is free. Raises InputError where none is left."""
    wanted = list(nodes)
    kept = {node: had[node] for node in wanted if node in had and IPv4Address(had[node]) in subnet}
    free = _free(subnet, set(kept.values()))
    assigned = {node: kept.get(node) or next(free, None) for node in wanted}
    lacking = [node for node, address in assigned.items() if address is None]
    if lacking:
        raise InputError(
            f"{subnet} has no address left for {', '.join(lacking)}",
            hint="take the environment down and bring it up again: its networks are then made large enough",
        )
    return {node: address for node, address in assigned.items() if address is not None}


def _free(subnet: IPv4Network, taken: set[str]) -> Iterator[str]:
    gateway, upper = subnet.network_address + 1, visitors(subnet)
    return (
        str(address)
        for address in subnet.hosts()
        if address != gateway and address not in upper and str(address) not in taken
    )
