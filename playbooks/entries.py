"""The entries of what stands on a site: their ports are opened without being asked for. Pure: reads texts.

What stands is asked of Docker on the hosts, never remembered: a port is closed again by the first run after
what it was for is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from environments.labels import INSTANCE
from environments.site import Site

ASKING = (
    "docker",
    "ps",
    "--filter",
    f"label={INSTANCE}",
    "--format",
    f'{{{{.Label "{INSTANCE}"}}}} {{{{.Ports}}}}',
)
"""Prints a line a container of ours: what it belongs to, then what it publishes."""
OPEN = "firewall_entry_ports"
_PUBLISHED = re.compile(r"(?P<address>[\d.]+):(?P<port>\d+(?:-\d+)?)->\d+(?:-\d+)?/tcp")
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - what Docker prints; nothing is bound here


@dataclass(frozen=True, kw_only=True, order=True)
class Published:
    """A port, or a range, that something of ours publishes at an address of a host."""

    instance: str
    address: str
    port: str


def published(told: str) -> Iterator[Published]:
    """From what `ASKING` printed."""
    for line in told.splitlines():
        instance, _, ports = line.partition(" ")
        for found in _PUBLISHED.finditer(ports):
            yield Published(instance=instance, address=found["address"], port=found["port"])


def entries(site: Site, found: Iterable[Published]) -> dict[str, tuple[str, ...]]:
    """Instance -> the ports of its entry: those at an address of the site, not those of loopback."""
    outside = {_EVERYWHERE, *site.entries.values()}
    outside |= {str(site.virtual_address)} if site.virtual_address else set()
    ports: dict[str, set[str]] = {}
    for each in found:
        if each.address in outside:
            ports.setdefault(each.instance, set()).add(each.port)
    return {instance: tuple(sorted(of)) for instance, of in sorted(ports.items())}


def opened(site: Site, ports: Iterable[str]) -> Site:
    """The site as if its file said that these ports are open, too."""
    more = sorted(set(ports))
    if not more:
        return site
    hosts = {
        name: host.model_copy(
            update={"variables": {**host.variables, OPEN: _joined(host.variables[OPEN], more)}}
        )
        if OPEN in host.variables
        else host
        for name, host in site.hosts.items()
    }
    variables = {**site.variables, OPEN: _joined(site.variables.get(OPEN), more)}
    return site.model_copy(update={"variables": variables, "hosts": hosts})


def _joined(said: object, more: list[str]) -> list[str]:
    already = [str(word) for word in said] if isinstance(said, list) else []
    return [*already, *(port for port in more if not _covered(port, already))]


def _covered(port: str, already: Iterable[str]) -> bool:
    first, _, last = port.partition("-")
    for word in already:
        lowest, _, highest = word.partition("-")
        if int(lowest) <= int(first) and int(last or first) <= int(highest or lowest):
            return True
    return False
