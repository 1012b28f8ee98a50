"""What cannot stand together: names that collide, more nodes than a network has addresses. Pure.

Every name that a node answers to must mean one service, or half of its requests would go elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from environments.addresses import LARGEST, room
from environments.definition import Definition
from environments.nodes import Node
from environments.services.container import ContainerOptions
from environments.topology import Endpoint
from foundation.documents import Location
from foundation.errors import Problem

_GUESTS = 1  # the door stands on every network


def name_problems(definition: Definition, nodes: Sequence[Node]) -> Iterator[Problem]:
    """A name that means a node of one service and also another service."""
    owners: dict[str, dict[str, None]] = {}
    for node in nodes:
        for name in (node.name, *node.attachments.aliases):
            owners.setdefault(name, {})[node.service] = None
    for name, services in owners.items():
        for other in list(services)[1:]:
            yield _claimed_twice(definition, name, next(iter(services)), other)


def _claimed_twice(definition: Definition, name: str, first: str, second: str) -> Problem:
    """Told at the alias, where it is one; else at the service that is called like another's node."""
    for service, other in ((first, second), (second, first)):
        options = definition.written.services[service]
        aliases = options.aliases if isinstance(options, ContainerOptions) else ()
        if name in aliases:
            at: Location = ("services", service, "aliases", aliases.index(name))
            what = f"service {service!r} has the alias {name!r}, and {_whose(definition, name, other)}"
            return definition.document.problem(at, f"{what}: it would mean both", "choose another alias")
    service, other = (first, second) if name == first else (second, first)
    what = f"service {service!r} is called like a node of the service {other!r}: {name!r} would mean both"
    return definition.document.problem(("services", service), what, "choose another name")


def _whose(definition: Definition, name: str, service: str) -> str:
    if name == service:
        return "a service is called so"
    options = definition.written.services[service]
    alias = isinstance(options, ContainerOptions) and name in options.aliases
    return f"so has service {service!r}" if alias else f"a node of service {service!r} is called so"


def endpoint_problems(definition: Definition, endpoints: Sequence[Endpoint]) -> Iterator[Problem]:
    """Two endpoints of one name: whoever asks for it would reach either."""
    owners: dict[str, str] = {}
    for endpoint in endpoints:
        other = owners.setdefault(endpoint.name, endpoint.target)
        if other != endpoint.target:
            what = f"services {other!r} and {endpoint.target!r} both have an endpoint {endpoint.name!r}"
            yield definition.document.problem(("services", endpoint.target, "endpoints"), what, "rename one")


def address_problems(definition: Definition, nodes: Sequence[Node]) -> Iterator[Problem]:
    """Networks with more nodes than addresses, told at the service that brings the most nodes."""
    most = room(LARGEST) - _GUESTS
    for network in sorted({name for node in nodes for name in node.attachments.networks}):
        services = Counter(node.service for node in nodes if network in node.attachments.networks)
        if services.total() > most:
            largest, count = services.most_common(1)[0]
            what = (
                f"{services.total()} nodes stand on the network {network!r}, {count} of them of {largest!r}; "
                f"it has addresses for {most}"
            )
            hint = f"ask for fewer nodes; {services.total() - most} are too many"
            yield definition.document.problem(("services", largest, "nodes"), what, hint)
