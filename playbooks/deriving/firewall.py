"""What is open on each host of a site, from the site and the ports of entries. Pure: connects to nothing.

Whatever is in no opening is closed. What nodes say to each other across hosts travels in the swarm's
overlays, so between hosts the swarm's own ports are all that flows need; from outside they need the entry's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from ipaddress import ip_network
from typing import Literal

from environments.site import Site
from foundation.errors import InputError, Problem
from playbooks.grouping import LOG_SERVERS, MANAGERS, groups
from playbooks.standing import target

Protocol = Literal["tcp", "udp", "vrrp", "esp"]
SSH = 22
# https://docs.docker.com/engine/swarm/swarm-tutorial/#open-protocols-and-ports-between-the-hosts
SWARM_CONTROL, SWARM_GOSSIP, SWARM_DATA = "2377", "7946", "4789"
SYSLOG_TLS = "6514"  # RFC 5425
NODE_EXPORTER = "9100"


@dataclass(frozen=True, kw_only=True, order=True)
class Opening:
    """Who may begin to speak to a host, and why.

    `port`: a number or a range such as "20000-32767", none where the protocol has none; `sources`: addresses
    or networks, empty for anybody; `at`: the addresses of the host that it is for, empty for all of them.
    """

    why: str
    protocol: Protocol = "tcp"
    port: str = ""
    sources: tuple[str, ...] = ()
    at: tuple[str, ...] = ()


def variables(site: Site) -> dict[str, dict[str, object]]:
    """Host -> the firewall role's variables. Raises InputError with everything that is missing or wrong."""
    require_possible(site)
    return {
        host: {"firewall_openings": [_written(opening) for opening in openings(site, host)]}
        for host in site.hosts
    }


def require_possible(site: Site) -> None:
    """Raises InputError with everything that is missing or wrong about the site."""
    found = [*_without_address(site), *_wrong_settings(site)]
    if found:
        raise InputError(f"the firewall of site {site.site!r} cannot be made", problems=found)


def openings(site: Site, host: str) -> tuple[Opening, ...]:
    """What is open on one host, sorted. Raises KeyError."""
    found = [
        *_operators(site, host),
        *_swarm(site, host),
        *_virtual_address(site, host),
        *_entries(site, host),
        *_logs(site, host),
        *_metrics(site, host),
    ]
    return tuple(sorted(found))


def _operators(site: Site, host: str) -> Iterator[Opening]:
    reached = target(site.hosts[host])
    # Where a person's ssh settings say the port, the site's file does not know it.
    port = _text(site, host, "firewall_ssh_port") or (reached.port if reached else None) or SSH
    yield Opening(why="SSH for operators", port=str(port), sources=_said(site, host, "firewall_operators"))


def _swarm(site: Site, host: str) -> Iterator[Opening]:
    others = _others(site, host)
    if not others:
        return
    if host in groups(site)[MANAGERS]:
        yield Opening(why="swarm: control", port=SWARM_CONTROL, sources=others)
    yield Opening(why="swarm: gossip", port=SWARM_GOSSIP, sources=others)
    yield Opening(why="swarm: gossip", protocol="udp", port=SWARM_GOSSIP, sources=others)
    data = _text(site, host, "swarm_port_of_data") or SWARM_DATA
    yield Opening(why="swarm: overlays", protocol="udp", port=data, sources=others)
    if site.encrypted:
        yield Opening(why="swarm: encrypted overlays", protocol="esp", sources=others)


def _virtual_address(site: Site, host: str) -> Iterator[Opening]:
    others = _others(site, host)
    if site.virtual_address is not None and others:
        yield Opening(why="who holds the virtual address", protocol="vrrp", sources=others)


def _entries(site: Site, host: str) -> Iterator[Opening]:
    addresses = (site.hosts[host].address, site.virtual_address)
    at = tuple(str(address) for address in addresses if address is not None)
    for port in _said(site, host, "firewall_entry_ports") if at else ():
        customers = _said(site, host, "firewall_customers")
        yield Opening(why="the entry for customers", port=port, sources=customers, at=at)


def _logs(site: Site, host: str) -> Iterator[Opening]:
    others = _others(site, host)
    if host in groups(site)[LOG_SERVERS] and others:
        yield Opening(why="logs over TLS", port=SYSLOG_TLS, sources=others)


def _metrics(site: Site, host: str) -> Iterator[Opening]:
    scrapers = _said(site, host, "firewall_scrapers")
    if scrapers:
        yield Opening(why="metrics for who scrapes", port=NODE_EXPORTER, sources=scrapers)


def _others(site: Site, host: str) -> tuple[str, ...]:
    """The addresses of the site's other hosts."""
    return tuple(str(each.address) for name, each in site.hosts.items() if name != host and each.address)


def _said(site: Site, host: str, name: str) -> tuple[str, ...]:
    """A list of words that the site's file says, for the host or for all."""
    said = _value(site, host, name)
    return tuple(str(word) for word in said) if isinstance(said, list) else ()


def _text(site: Site, host: str, name: str) -> str:
    return str(_value(site, host, name) or "")


def _value(site: Site, host: str, name: str) -> object:
    return site.hosts[host].variables.get(name, site.variables.get(name))


def _written(opening: Opening) -> dict[str, object]:
    """As the role's argument_specs have it."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(opening).items()}


def _without_address(site: Site) -> Iterator[Problem]:
    if len(site.hosts) > 1:
        for name, host in site.hosts.items():
            if host.address is None:
                what = "the other hosts' firewalls know it by no address"
                yield Problem(where=f"{site.site}: hosts: {name}", what=what, hint="give it an `address:`")


_NETWORKS = ("firewall_operators", "firewall_customers", "firewall_scrapers")
_PORTS = ("firewall_entry_ports",)


def _wrong_settings(site: Site) -> Iterator[Problem]:
    places = {"variables": site.variables}
    places |= {f"hosts: {name}: variables": host.variables for name, host in site.hosts.items()}
    for place, said in places.items():
        for name in said.keys() & {*_NETWORKS, *_PORTS}:
            right, example = (_is_network, "10.1.0.0/16") if name in _NETWORKS else (_are_ports, "443")
            yield from _wrong(said[name], f"{site.site}: {place}: {name}", right, example)


def _wrong(said: object, where: str, right: Callable[[str], bool], example: str) -> Iterator[Problem]:
    if not isinstance(said, list):
        yield Problem(where=where, what=f"must be a list, not {said!r}", hint=f'such as ["{example}"]')
        return
    for word in said:
        if not right(str(word)):
            yield Problem(where=where, what=f"{word!r} does not say who or what", hint=f'such as "{example}"')


def _is_network(word: str) -> bool:
    try:
        ip_network(word)
    except ValueError:
        return False
    return True


def _are_ports(word: str) -> bool:
    numbers = word.split("-")
    if len(numbers) > 2 or not all(number.isdecimal() for number in numbers):
        return False
    bounds = [int(number) for number in numbers]
    return bounds == sorted(bounds) and bounds[0] > 0 and bounds[-1] <= 65_535
