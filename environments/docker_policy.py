"""What Docker gives every node and network of ours: written once, read by all who make containers. Pure."""

from __future__ import annotations

from ipaddress import IPv4Network
from types import MappingProxyType

from environments.nodes import Hardening
from environments.topology import Network

NO_RESOLVER = ("127.0.0.1",)
"""Nothing listens there, inside the container itself: a name that Docker does not know fails at once
and never leaves the machine (older engines asked the host's resolver even for internal networks)."""

RESOLVER_OPTIONS = ("ndots:1", "timeout:1", "attempts:3")
"""With `ndots` set, Docker answers at once that a name without a dot has no address; else the name of a node
that is down would be asked outside, in vain, for 10 s (20.10). The rest is for names with a dot."""

DROPPED = ("ALL",)
"""Capabilities that no node has unless its topology names them."""


def added(hardening: Hardening) -> list[str]:
    """The capabilities that a node has, under the names by which newer engines tell them back."""
    return [f"CAP_{name}" for name in hardening.capabilities]


SECURITY = ("no-new-privileges",)

TMPFS = "rw,nosuid,nodev,mode=1777"
"""Of a folder in memory: whoever the image runs as may write there. It counts as memory of the node."""

LOG_DRIVER = "json-file"
LOG_OPTIONS = MappingProxyType({"max-size": "50m", "max-file": "3"})
OTHER_LOG_OPTIONS = (
    "compress",
    "labels",
    "labels-regex",
    "env",
    "env-regex",
    "tag",
    "mode",
    "max-buffer-size",
)
"""What else that driver takes: an engine whose daemon.json says them adds them to each container, and may.

https://docs.docker.com/engine/logging/drivers/json-file/
"""

PUBLISHED_AT = "127.0.0.1"
"""The address at which ports are published, but for the entry on a site that says another for it."""


def network_driver(*, overlay: bool) -> str:
    """Docker's driver: an overlay reaches across hosts, a bridge stands on one."""
    return "overlay" if overlay else "bridge"


def network_options(network: Network, *, overlay: bool, encrypted: bool) -> dict[str, str]:
    """No masquerading anywhere; and on an internal network no address of the machine itself.

    Docker's `internal` alone still lets a node reach whatever listens on any address of the machine.
    `encrypted`: what an overlay carries between hosts is, by their kernels (ESP).
    """
    if overlay:  # it has no bridge on the machine, and what is internal no gateway
        return {"encrypted": ""} if encrypted else {}
    options = {"com.docker.network.bridge.enable_ip_masquerade": "false"}
    return options | ({"com.docker.network.bridge.inhibit_ipv4": "true"} if network.internal else {})


def reserved(network: Network, subnet: IPv4Network, *, answers_beyond: bool) -> dict[str, str]:
    """The default gateway of a network that is not internal is an address that nobody has.

    So a node there answers its own network, and nothing beyond, unless the entry is for others.
    """
    return (
        {}
        if network.internal or answers_beyond
        else {"DefaultGatewayIPv4": str(subnet.broadcast_address - 1)}
    )
