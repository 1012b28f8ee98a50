"""Definition -> Topology. Pure: nothing is read or connected; all problems are found before any is raised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from environments import conflicts, delivering, filling, naming
from environments.definition import Definition
from environments.services import KINDS
from environments.services.kind import BACK, FRONT, Reference, Service, Surroundings, node_names
from environments.topology import OUTSIDE, Endpoint, Flow, Network, Partner, Topology
from foundation import documents
from foundation.errors import Problem


def compile_topology(definition: Definition) -> Topology:
    """What runs for this definition. Raises InputError: unknown names, cycles, each with file:line."""
    reserved = naming.reserved(definition.document, definition.written.services)
    named = [*reserved, *_reference_problems(definition)]
    documents.refuse(definition.document, named)
    unfilled = filling.problems(definition, _surroundings(definition).bindings)
    documents.refuse(definition.document, [*_cycle_problems(definition), *unfilled])
    services = _described(definition)
    documents.refuse(definition.document, delivering.problems(definition, services))
    nodes = tuple(node for service in services.values() for node in service.nodes)
    clashes = [*conflicts.name_problems(definition, nodes), *conflicts.address_problems(definition, nodes)]
    endpoints = tuple(endpoint for service in services.values() for endpoint in service.endpoints)
    clashes += conflicts.endpoint_problems(definition, endpoints)
    documents.refuse(definition.document, clashes)
    written = definition.written
    return Topology(
        definition=written.definition,
        platform=definition.platform.name,
        environment_class=written.environment_class,
        entry=written.entry,
        nodes=nodes,
        networks=_networks(services),
        volumes=tuple(volume for service in services.values() for volume in service.volumes),
        flows=_flows(services, endpoints),
        endpoints=endpoints,
        secrets=delivering.secrets(definition, services),
        partners=tuple(
            Partner(name=name, simulator=partner.simulator) for name, partner in written.partners.items()
        ),
        roles=tuple(role for service in services.values() for role in service.roles),
        bindings=_surroundings(definition).bindings,
    )


def _surroundings(definition: Definition) -> Surroundings:
    services = definition.written.services
    members = {
        name: node_names(name, KINDS[options.kind].count(options)) for name, options in services.items()
    }
    return Surroundings(
        platform=definition.platform,
        foreign=definition.foreign,
        texts=definition.texts,
        members=members,
        bindings={
            name: replace(KINDS[options.kind].bind(name, options, definition.platform), hosts=members[name])
            for name, options in services.items()
        },
    )


def _described(definition: Definition) -> dict[str, Service]:
    surroundings = _surroundings(definition)
    return {
        name: KINDS[options.kind].describe(name, options, surroundings)
        for name, options in definition.written.services.items()
    }


def _networks(services: Mapping[str, Service]) -> tuple[Network, ...]:
    """The common networks that are used, and those of single services."""
    common = (Network(name=FRONT), Network(name=BACK))
    made = {
        network.name: network
        for network in (*common, *(each for service in services.values() for each in service.networks))
    }
    used = {
        name: node
        for service in services.values()
        for node in service.nodes
        for name in node.attachments.networks
    }
    for name in used.keys() - made.keys():
        raise ValueError(f"{used[name].name} stands on the network {name!r}, which no kind of service makes")
    return tuple(network for name, network in made.items() if name in used)


def _flows(services: Mapping[str, Service], endpoints: tuple[Endpoint, ...]) -> tuple[Flow, ...]:
    inside = {flow for service in services.values() for flow in service.flows}
    from_outside = {Flow(source=OUTSIDE, target=end.target, port=end.port) for end in endpoints}
    return tuple(sorted(inside | from_outside))


def _reference_problems(definition: Definition) -> Iterator[Problem]:
    """Names of services and processes that stand for nothing."""
    services, document = definition.written.services, definition.document
    yield from naming.of_platform(document, services, definition.platform)
    for name, options in services.items():
        for reference in KINDS[options.kind].references(options, definition.platform):
            yield from _reference_problem(definition, name, reference)
    named = [
        (("partners", name, "simulator"), partner.simulator)
        for name, partner in definition.written.partners.items()
    ]
    for at, service in [(("entry",), definition.written.entry), *named]:
        if service not in services:
            yield naming.no_service(document, at, service, services)


def _reference_problem(definition: Definition, name: str, reference: Reference) -> Iterator[Problem]:
    services, platform = definition.written.services, definition.platform
    at = ("services", name, *reference.at)
    if reference.service not in services:
        yield naming.unmet(definition.document, at, name, reference.service, services)
        return
    options = services[reference.service]
    kind = KINDS[options.kind]
    if reference.kinds and options.kind not in reference.kinds:
        allowed = " or ".join(reference.kinds)
        what = f"service {name!r} takes a service of kind {allowed} there; {reference.service!r} is"
        of_that = [each for each, other in services.items() if other.kind in reference.kinds]
        hint = documents.did_you_mean(reference.service, of_that)
        yield definition.document.problem(at, f"{what} of kind {options.kind}", hint)
        return
    right = not kind.problems(options, platform)
    if right and reference.connects and kind.bind(reference.service, options, platform).port is None:
        what = f"service {name!r} connects to {reference.service!r}, which has no port"
        yield definition.document.problem(at, what)


def _cycle_problems(definition: Definition) -> Iterator[Problem]:
    """Services that wait for each other could never start."""
    graph = {
        name: [ref.service for ref in KINDS[options.kind].references(options, definition.platform)]
        for name, options in definition.written.services.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        *circle, _ = reversed(error.args[1])
        yield _circle_problem(definition, circle)


def _circle_problem(definition: Definition, circle: list[str]) -> Problem:
    """`circle`: each waits for the next, the last for the first. Told where one of them says so."""
    first, second = circle[0], circle[1 % len(circle)]
    options = definition.written.services[first]
    referring = KINDS[options.kind].references(options, definition.platform)
    at = ("services", first, *next(each.at for each in referring if each.service == second))
    if first == second:
        return definition.document.problem(at, f"service {first!r} waits for itself", "leave it out")
    ring = " -> ".join([*circle, first])
    return definition.document.problem(at, f"services wait for each other: {ring}", "one must start first")
