"""Where load may go: loopback, the environment's own networks, what a person allowed by name. Nowhere else.

Addresses are resolved once, checked, and pinned: a name that changes its mind later changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from foundation.errors import InputError, Refused, Unavailable

PORTS = {"http": 80, "https": 443, "amqp": 5672, "amqps": 5671}
"""Where a URL names none."""
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Target:
    """A checked base URL and the addresses it is pinned to; `prefix` is the base's own path."""

    scheme: str
    host: str
    port: int
    prefix: str
    addresses: tuple[str, ...]

    @property
    def loopback(self) -> bool:
        """Whether all of it is on this machine."""
        return all(_inside(address, ()) for address in self.addresses)

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.prefix}"


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Every address that may be connected to: loopback, the target's, and what a person allowed."""

    addresses: frozenset[str]
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

    def includes(self, address: str) -> bool:
        return address in self.addresses or _inside(address, self.networks)


def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a name. Raises Unavailable when there are none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unavailable(
            f"the name {host!r} cannot be resolved: {error.strerror}", hint="check the target's host name"
        ) from error
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def pinned(
    url: str,
    allowed: Sequence[str] = (),
    resolve: Resolve = resolved,
    schemes: Sequence[str] = ("http", "https"),
) -> Target:
    """The target of a base URL. Raises InputError (not a URL), Unavailable (no address), Refused (foreign).

    `allowed` has networks (10.1.0.0/26), addresses, and host names that a person allowed.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise InputError(f"not a URL: {url!r} ({error})") from error
    host = parts.hostname
    if parts.scheme not in schemes or not host:
        example = f"{schemes[0]}://127.0.0.1:{PORTS[schemes[0]]}"
        raise InputError(f"not an {' or '.join(schemes)} URL: {url!r}", hint=f"for example {example}")
    if parts.username or parts.query or parts.fragment:
        raise InputError(f"a base URL has no user, query or fragment: {url!r}")
    addresses = tuple(resolve(host, port))
    _check(host, addresses, allowed)
    prefix = parts.path.rstrip("/")
    return Target(scheme=parts.scheme, host=host, port=port, prefix=prefix, addresses=addresses)


def reach(target: Target, allowed: Sequence[str] = (), resolve: Resolve = resolved) -> Reach:
    """Where a load on `target` may go at all; names are resolved now. Raises Unavailable: an unknown name."""
    networks = {text: _network(text) for text in allowed}
    names = [text for text, network in networks.items() if network is None and text != target.host]
    found = [address for name in names for address in resolve(name, target.port)]
    return Reach(
        addresses=frozenset([*target.addresses, *found]),
        networks=tuple(network for network in networks.values() if network is not None),
    )


def _check(host: str, addresses: Sequence[str], allowed: Sequence[str]) -> None:
    if host in allowed:
        return
    networks = [network for text in allowed if (network := _network(text)) is not None]
    foreign = [address for address in addresses if not _inside(address, networks)]
    if foreign:
        raise Refused(
            f"load on {host} ({', '.join(foreign)}) is refused: neither loopback nor the environment's own",
            hint=f"if this host is yours and may be loaded, allow it by name: --allow {host}",
        )


def _inside(address: str, networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.is_loopback or any(found in network for network in networks)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
