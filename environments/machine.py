"""What this machine's network already uses: routes and ports. Binds a port only to see that it is free."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path

_ROUTES = Path("/proc/net/route")


def routes(table: str | None = None) -> Iterator[IPv4Network]:
    """Networks that this machine has a route to, but the default. `table`: the text of /proc/net/route."""
    text = table if table is not None else (_ROUTES.read_text() if _ROUTES.exists() else "")
    for line in text.splitlines()[1:]:
        fields = line.split()
        destination, mask = (struct.unpack("<I", bytes.fromhex(fields[at]))[0] for at in (1, 7))
        if mask:
            yield IPv4Network((destination, bin(mask).count("1")))


def free_port() -> int:
    """A TCP port of the loopback address that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
