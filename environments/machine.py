"""What this machine's network already uses: routes and ports. Binds a port only to see that it is free."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path

from foundation.errors import Unavailable

_ROUTES = Path("/proc/net/route")
_LOCAL_PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")
_REGISTERED = range(20_000, 49_152)
"""Above what well-known services listen on, below the dynamic ports."""
_PRIVATE = 8
"""The widest private range is 10.0.0.0/8. A wider route, such as the halves of the Internet that a VPN sets,
means no private network in particular, and that of a network of ours is more specific."""


def routes(table: str | None = None) -> Iterator[IPv4Network]:
    """Networks that this machine has a route to, but those that are as good as a default route.

    `table`: the text of /proc/net/route.
    """
    for _, network in _named_routes(table):
        yield network


def routes_by_name(table: str | None = None) -> dict[str, IPv4Network]:
    """The same by what people may call them."""
    return {f"the route {network} of {device}": network for device, network in _named_routes(table)}


def _named_routes(table: str | None) -> Iterator[tuple[str, IPv4Network]]:
    text = table if table is not None else (_ROUTES.read_text() if _ROUTES.exists() else "")
    for line in text.splitlines()[1:]:
        fields = line.split()
        destination, mask = (struct.unpack("<I", bytes.fromhex(fields[at]))[0] for at in (1, 7))
        network = IPv4Network((destination, bin(mask).count("1")))
        if network.prefixlen >= _PRIVATE:
            yield fields[0], network


def free_port(ephemeral: tuple[int, int] | None = None) -> int:
    """A TCP port of the loopback address that nothing listens on now, and that no connection takes meanwhile.

    A port of the ephemeral range could be any client's when the environment starts again. Raises Unavailable.
    """
    for port in candidates(ephemeral or _ephemeral()):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise Unavailable(
        "no port of this machine's loopback address is free", hint="`ss -ltn` shows who listens"
    )


def candidates(ephemeral: tuple[int, int]) -> list[int]:
    """Registered ports (RFC 6335) outside the ephemeral range, in random order."""
    first, last = ephemeral
    ports = [port for port in _REGISTERED if not first <= port <= last]
    random.shuffle(ports)
    return ports


def _ephemeral() -> tuple[int, int]:
    """From which the kernel takes ports for connections; Linux's default where it does not say."""
    first, last = (_LOCAL_PORTS.read_text() if _LOCAL_PORTS.exists() else "32768 60999").split()
    return int(first), int(last)
