"""Where Docker's own networks get their addresses: ranges that a site does not use itself. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network

from environments.site import Site
from foundation.errors import InputError, Problem

BRIDGES = ("172.20.0.0/14", "172.28.0.0/14", "192.168.128.0/17", "10.160.0.0/14")
OVERLAYS = ("10.192.0.0/12", "10.128.0.0/12", "10.64.0.0/12")
"""The first that is free is taken. None of the one overlaps any of the other."""
_NETWORK = 24  # the prefix of one network: 254 containers
_NEIGHBOURHOOD = 16
"""How wide the network of a host may be, of which a site says the address alone."""


def docker(site: Site) -> Mapping[str, Mapping[str, object]]:
    """Host -> the range of networks on one host. Raises InputError when none is free."""
    if "docker_address_pools" in site.variables:
        return {}
    pools = [{"base": _free(site, BRIDGES, "docker_address_pools"), "size": _NETWORK}]
    return {host: {"docker_address_pools": pools} for host in site.hosts}


def swarm(site: Site) -> Mapping[str, Mapping[str, object]]:
    """Host -> the range of networks across hosts. Raises InputError when none is free."""
    if "swarm_address_pool" in site.variables:
        return {}
    pool = _free(site, OVERLAYS, "swarm_address_pool")
    return {host: {"swarm_address_pool": pool} for host in site.hosts}


def _free(site: Site, candidates: Sequence[str], variable: str) -> str:
    taken = tuple(_taken(site))
    for candidate in candidates:
        if not any(IPv4Network(candidate).overlaps(each) for each in taken):
            return candidate
    what = f"{', '.join(candidates)} all overlap its subnets or the networks of its hosts"
    hint = f"name a range that is free: `{variable}` below `variables`"
    raise InputError(
        f"the site {site.site!r} leaves Docker no range for networks",
        problems=[Problem(where=f"site {site.site}", what=what, hint=hint)],
    )


def _taken(site: Site) -> Iterator[IPv4Network]:
    yield site.subnets
    addresses = [host.address for host in site.hosts.values()] + [site.virtual_address]
    for address in addresses:
        if address is not None:
            yield IPv4Network((int(address), _NEIGHBOURHOOD), strict=False)
