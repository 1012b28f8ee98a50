"""Who listens on a host, from the lines of `ss -Hltunp`: before a run and in an audit. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

Protocol = Literal["tcp", "udp"]
_LINE = re.compile(r"^(?P<protocol>tcp|udp)\s.*?\s(?P<address>\S*):(?P<port>\d+)\s+\S+:\S+(?P<users>.*)$")
_USER = re.compile(r'"(?P<process>[^"]+)"')


@dataclass(frozen=True, kw_only=True, order=True)
class Listener:
    """A socket that waits for others; `process` is empty where the kernel does, or where it is not told."""

    protocol: Protocol
    port: int
    address: str = "*"
    process: str = ""

    @property
    def own(self) -> bool:
        """Whether only the host itself can reach it."""
        return self.address not in ("*", "") and ip_address(self.address).is_loopback

    def __str__(self) -> str:
        return f"{self.protocol}/{self.port} at {self.address}" + (
            f" ({self.process})" if self.process else ""
        )


def listeners(told: str) -> Iterator[Listener]:
    """Every socket, in the lines' order, UDP's too."""
    for found in filter(None, map(_LINE.match, told.splitlines())):
        user = _USER.search(found["users"])
        yield Listener(
            protocol="udp" if found["protocol"] == "udp" else "tcp",
            port=int(found["port"]),
            address=found["address"].partition("%")[0].strip("[]"),
            process=user["process"] if user else "",
        )
