"""What the role virtual_address is told: the address, and with whom each host shares it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address

from environments.site import Site
from playbooks.standing import addresses


def variables(site: Site) -> Mapping[str, Mapping[str, object]]:
    """Host -> variables; none where the site has no virtual address."""
    if site.virtual_address is None:
        return {}
    where = addresses(site)
    return {
        host: {
            "virtual_address_address": str(site.virtual_address),
            "virtual_address_peers": [each for other, each in where.items() if other != host],
            "virtual_address_own": own,
            "virtual_address_router": router(site.virtual_address),
        }
        for host, own in where.items()
    }


def router(address: IPv4Address) -> int:
    """The number of the virtual router: the address's last byte, of which VRRP excludes 0 (RFC 5798)."""
    return int(address) % 256 or 1
