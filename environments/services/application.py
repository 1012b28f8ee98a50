"""An application: nodes of one process of the platform. Knows no engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from environments.nodes import Attachments, Node, Resources, SecretFile, Storage
from environments.placeholders import Text
from environments.platform import Platform, ProcessInput
from environments.running import Deliveries
from environments.secrets import TRUST
from environments.services import running
from environments.services.instead import OF_APPLICATION
from environments.services.kind import (
    Reference,
    Service,
    ServiceKind,
    ServiceOptions,
    Surroundings,
)
from environments.topology import Binding, Role
from environments.words import Name
from foundation.documents import Location


class ApplicationOptions(ServiceOptions):
    """Nodes that run one process of platform.yaml."""

    instead: ClassVar[Mapping[str, str]] = OF_APPLICATION

    kind: Literal["application"]
    process: Name
    nodes: int = Field(default=1, ge=1, le=100)
    environment: dict[str, str] = Field(default={}, description="added to what platform.yaml sets")
    secrets: dict[str, Deliveries] = Field(default={}, description="added to what platform.yaml gives")


def bind(name: str, options: ApplicationOptions, platform: Platform) -> Binding:
    process = platform.written.processes.get(options.process)
    if process is None:
        return Binding(host=name)
    return Binding(host=name, port=process.port, health=running.health(process))


def references(options: ApplicationOptions, platform: Platform) -> list[Reference]:
    process = platform.written.processes.get(options.process)
    return [Reference(service=service, at=("process",)) for service in process.needs] if process else []


def problems(options: ApplicationOptions, platform: Platform) -> list[tuple[Location, str, list[str]]]:
    known = sorted(platform.written.processes)
    if options.process in known:
        return []
    what = f"platform {platform.name!r} has no process {options.process!r}"
    return [(("process",), what, known)]


def texts(options: ApplicationOptions, platform: Platform) -> list[Text]:
    """Its nodes' variables and the texts around their secrets, of which platform.yaml says some."""
    return [
        *(each for each in _of_platform(options, platform) if each.name not in options.environment),
        *running.variables(options.environment),
        *running.templates(options.secrets),
    ]


def _of_platform(options: ApplicationOptions, platform: Platform) -> Iterator[Text]:
    process = platform.written.processes[options.process]
    own: Location = ("processes", options.process)
    for name, text in {**platform.written.environment, **process.environment}.items():
        at = (*own, "environment", name) if name in process.environment else ("environment", name)
        yield Text(name=name, text=text, where=platform.document.where(at))
    given = {name: platform.written.secrets[name] for name in process.secrets}
    for each in running.templates(given):
        yield replace(each, where=platform.document.where(each.at))


def _environment(options: ApplicationOptions, platform: Platform) -> dict[str, str]:
    process = platform.written.processes[options.process]
    return {**platform.written.environment, **process.environment, **options.environment}


def describe(name: str, options: ApplicationOptions, surroundings: Surroundings) -> Service:
    process = surroundings.platform.written.processes[options.process]
    members = surroundings.members[name]
    return Service(
        nodes=tuple(_node(node, name, options, surroundings) for node in members),
        flows=surroundings.flows(name, process.needs),
        roles=(Role(name=f"{name}.any", candidates=members),),
    )


def _node(node: str, service: str, options: ApplicationOptions, surroundings: Surroundings) -> Node:
    platform = surroundings.platform
    process = platform.written.processes[options.process]
    environment, delivered = _environment(options, platform), _delivered(options, platform)
    bindings = surroundings.bindings
    return Node(
        name=node,
        service=service,
        process=running.process(process, environment, surroundings),
        attachments=Attachments(
            networks=running.networks(process),
            aliases=(service,),
            secrets=(*running.secret_files(delivered, bindings), *_trust(process, surroundings)),
            variables=tuple(running.secret_variables(delivered, bindings)),
        ),
        resources=Resources(memory=options.memory),
        storage=Storage(tmpfs=process.tmpfs),
        hardening=running.hardening(process),
        probes=running.probes(process),
        lifecycle=process.lifecycle,
        needs=surroundings.nodes_of(process.needs),
    )


def _delivered(options: ApplicationOptions, platform: Platform) -> dict[str, Deliveries]:
    """Secret -> how its nodes are given it."""
    process = platform.written.processes[options.process]
    return {**{name: platform.written.secrets[name] for name in process.secrets}, **options.secrets}


def _trust(process: ProcessInput, surroundings: Surroundings) -> tuple[SecretFile, ...]:
    """The authority's certificate, where a service that the process needs serves TLS."""
    paths = {surroundings.bindings[service].trust for service in process.needs} - {None}
    return tuple(SecretFile(secret=TRUST.name, path=path) for path in sorted(filter(None, paths)))


KIND = ServiceKind(
    options=ApplicationOptions,
    count=lambda options: options.nodes,
    bind=bind,
    describe=describe,
    references=references,
    problems=problems,
    texts=texts,
)
