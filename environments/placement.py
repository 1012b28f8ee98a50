"""Where each node of a topology lives on a site. Pure: the same topology, site and past, the same answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from environments.nodes import Lifecycle, Node
from environments.site import Site
from environments.topology import Topology
from foundation import documents
from foundation.errors import InputError, Problem
from foundation.units import size_in_words


@dataclass(frozen=True, kw_only=True)
class Placement:
    """`hosts`: node -> host."""

    hosts: Mapping[str, str]


def place(topology: Topology, site: Site, standing: Mapping[str, str] | None = None) -> Placement:
    """A host for every node: replicas of a service on different failure domains as far as the site has them.

    `standing`: node -> host of what stands; it stays, for its volumes do, unless it is pinned elsewhere.
    Raises InputError with every pin that leads nowhere, or says what memory is missing and what would fit.
    """
    _refuse([*_unknown_pins(topology, site)], "the site's pins do not fit the definition")
    chosen = _Chosen(topology.nodes, site)
    fixed = {
        **{name: host for name, host in (standing or {}).items() if host in site.hosts},
        **_pinned(topology, site),
    }
    free = [node for node in topology.nodes if node.name not in fixed]
    for node in topology.nodes:
        if node.name in fixed:
            chosen.put(node, fixed[node.name])
    # The largest first: what is left over fits the small ones.
    for node in sorted(free, key=lambda node: -node.resources.memory):
        chosen.put(node, chosen.best(node))
    _refuse(list(chosen.too_full()), "the site has too little memory")
    return Placement(hosts=chosen.hosts)


def losses(topology: Topology, site: Site, hosts: Mapping[str, str]) -> list[str]:
    """What the loss of a failure domain would take away, a line each; empty where all services survive it."""
    taken = uncovered(topology, site, hosts)
    return [f"with {domain} go {', '.join(services)}" for domain, services in taken.items()]


class _Chosen:
    """What has been placed so far, and what each further node would find."""

    def __init__(self, nodes: Sequence[Node], site: Site) -> None:
        self._site, self._nodes = site, {node.name: node for node in nodes}
        self._order = {host: number for number, host in enumerate(site.hosts)}
        self._memory: Counter[str] = Counter()
        self._of_service: dict[str, Counter[str]] = defaultdict(Counter)
        self._replicas = Counter(node.service for node in nodes)
        self._alone: Counter[str] = Counter()
        self._chosen: dict[str, str] = {}

    @property
    def hosts(self) -> dict[str, str]:
        """node -> host, in the topology's order."""
        return {name: self._chosen[name] for name in self._nodes}

    def put(self, node: Node, host: str) -> None:
        self._chosen[node.name] = host
        self._memory[host] += node.resources.memory
        self._of_service[node.service][host] += 1
        self._alone[host] += self._stands_alone(node)

    def best(self, node: Node) -> str:
        """The host with the fewest of this service in its domain, then on itself, then the emptiest.

        What has no replica stands where another such is: each domain that has one is a domain whose loss
        stops the platform, so the fewer there are the better.
        """
        return min(self._site.hosts, key=lambda host: self._cost(node, host))

    def _cost(self, node: Node, host: str) -> tuple[bool, int, int, int, int, int]:
        mine = self._of_service[node.service]
        together = -self._in_domain(self._alone, host) if self._stands_alone(node) else 0
        return (
            not self._fits(node, host),
            self._in_domain(mine, host),
            mine[host],
            together,
            self._memory[host],
            self._order[host],
        )

    def _in_domain(self, counts: Counter[str], host: str) -> int:
        """What a host's whole failure domain has."""
        domain = self._site.domain(host)
        return sum(count for other, count in counts.items() if self._site.domain(other) == domain)

    def _stands_alone(self, node: Node) -> bool:
        """Whether a node's loss is its service's; of one that is done with its work nothing is lost."""
        return node.lifecycle is Lifecycle.ALWAYS and self._replicas[node.service] == 1

    def _fits(self, node: Node, host: str) -> bool:
        room = self._site.hosts[host].memory
        return room is None or self._memory[host] + node.resources.memory <= room

    def too_full(self) -> Iterator[Problem]:
        """Hosts on which more had to be put than they have room for."""
        for host, taken in self._memory.items():
            room = self._site.hosts[host].memory
            if room is not None and taken > room:
                nodes = [name for name, where in self._chosen.items() if where == host]
                yield Problem(
                    where=f"host {host}",
                    what=f"{size_in_words(taken - room)} are missing: {', '.join(nodes)} take "
                    f"{size_in_words(taken)} of {size_in_words(room)}",
                    hint=f"give it `memory: {size_in_words(taken)}`, add a host, or ask for less",
                )


def _unknown_pins(topology: Topology, site: Site) -> Iterator[Problem]:
    known = {name for node in topology.nodes for name in (node.name, node.service)}
    for pinned in site.pins:
        if pinned not in known:
            what = f"{topology.definition} has no service or node {pinned!r}"
            yield Problem(where=f"{site.site}: pins", what=what, hint=documents.did_you_mean(pinned, known))


def _pinned(topology: Topology, site: Site) -> dict[str, str]:
    """node -> host; a node's own pin counts more than its service's."""
    found = {node.name: site.pins.get(node.name) or site.pins.get(node.service) for node in topology.nodes}
    return {name: host for name, host in found.items() if host is not None}


def uncovered(topology: Topology, site: Site, hosts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Failure domain -> the services that its loss takes away whole. `hosts`: node -> host."""
    domains: dict[str, set[str]] = defaultdict(set)
    for node in topology.nodes:
        if node.lifecycle is Lifecycle.ALWAYS:
            domains[node.service].add(site.domain(hosts[node.name]))
    lost: dict[str, list[str]] = defaultdict(list)
    for service, where in sorted(domains.items()):
        if len(where) == 1:
            lost[next(iter(where))].append(service)
    return {domain: tuple(services) for domain, services in sorted(lost.items())}


def _refuse(problems: Iterable[Problem], what: str) -> None:
    found = list(problems)
    if found:
        raise InputError(what if len(found) > 1 else found[0].what, problems=found)
