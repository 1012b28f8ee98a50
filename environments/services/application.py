"""An application: nodes of one process of the platform. Knows no engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from environments.platform import Delivery, Name, Platform, ProcessInput, ReadyCommand
from environments.secrets import TRUST
from environments.services.kind import (
    BACK,
    FRONT,
    Asked,
    Reference,
    Service,
    ServiceKind,
    ServiceOptions,
    Surroundings,
)
from environments.topology import (
    Attachments,
    Binding,
    CommandProbe,
    HttpProbe,
    Lifecycle,
    Node,
    Probe,
    Probes,
    Process,
    Resources,
    Role,
    SecretFile,
    SecretVariable,
    TcpProbe,
)
from foundation.documents import Location

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9-]*)\.([a-z]+)\}")


class ApplicationOptions(ServiceOptions):
    """Nodes that run one process of platform.yaml."""

    kind: Literal["application"]
    process: Name
    nodes: int = Field(default=1, ge=1, le=100)
    environment: dict[str, str] = Field(default={}, description="added to what platform.yaml sets")
    secrets: dict[str, Delivery] = Field(default={}, description="added to what platform.yaml gives")


def bind(name: str, options: ApplicationOptions, platform: Platform) -> Binding:
    process = platform.written.processes.get(options.process)
    if process is None:
        return Binding(host=name)
    health = process.ready if isinstance(process.ready, str) else None
    return Binding(host=name, port=process.port, health=health)


def references(options: ApplicationOptions, platform: Platform) -> list[Reference]:
    process = platform.written.processes.get(options.process)
    return [Reference(service=service, at=("process",)) for service in process.needs] if process else []


def problems(options: ApplicationOptions, platform: Platform) -> list[tuple[Location, str, list[str]]]:
    known = sorted(platform.written.processes)
    if options.process in known:
        return []
    what = f"platform {platform.name!r} has no process {options.process!r}"
    return [(("process",), what, known)]


def asks(options: ApplicationOptions, platform: Platform) -> list[Asked]:
    """Every {service.property} in its nodes' variables."""
    return [
        Asked(variable=variable, service=found[1], wanted=found[2])
        for variable, text in _environment(options, platform).items()
        for found in _PLACEHOLDER.finditer(text)
    ]


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
    return Node(
        name=node,
        service=service,
        process=Process(
            image=platform.image(process),
            command=process.command,
            environment={key: filled(text, surroundings.bindings) for key, text in environment.items()},
            stop_grace=process.stop_grace,
        ),
        attachments=Attachments(
            networks=(FRONT, BACK) if process.port else (BACK,),
            aliases=(service,),
            secrets=(*_files(delivered), *_trust(process, surroundings)),
            variables=_variables(delivered),
        ),
        resources=Resources(memory=options.memory),
        probes=Probes(ready=_ready(process)),
        lifecycle=process.lifecycle,
        needs=surroundings.nodes_of(process.needs),
    )


def filled(text: str, bindings: Mapping[str, Binding]) -> str:
    """`text` with every {service.property} replaced; what is no known binding is left as it stands."""
    known = {name: binding.properties() for name, binding in bindings.items()}
    return _PLACEHOLDER.sub(lambda found: known.get(found[1], {}).get(found[2], found[0]), text)


def _delivered(options: ApplicationOptions, platform: Platform) -> dict[str, Delivery]:
    """Secret -> how its nodes are given it."""
    process = platform.written.processes[options.process]
    return {**{name: platform.written.secrets[name] for name in process.secrets}, **options.secrets}


def _files(delivered: Mapping[str, Delivery]) -> tuple[SecretFile, ...]:
    return tuple(SecretFile(secret=name, path=how) for name, how in delivered.items() if isinstance(how, str))


def _variables(delivered: Mapping[str, Delivery]) -> tuple[SecretVariable, ...]:
    return tuple(
        SecretVariable(secret=name, variable=how.variable)
        for name, how in delivered.items()
        if not isinstance(how, str)
    )


def _trust(process: ProcessInput, surroundings: Surroundings) -> tuple[SecretFile, ...]:
    """The authority's certificate, where a service that the process needs serves TLS."""
    paths = {surroundings.bindings[service].trust for service in process.needs} - {None}
    return tuple(SecretFile(secret=TRUST.name, path=path) for path in sorted(filter(None, paths)))


def _ready(process: ProcessInput) -> Probe | None:
    if process.lifecycle is Lifecycle.ONCE:
        return None
    if isinstance(process.ready, ReadyCommand):
        return CommandProbe(command=process.ready.command)
    if process.port is None:
        return None
    return HttpProbe(port=process.port, path=process.ready) if process.ready else TcpProbe(port=process.port)


KIND = ServiceKind(
    options=ApplicationOptions,
    count=lambda options: options.nodes,
    bind=bind,
    describe=describe,
    references=references,
    problems=problems,
    asks=asks,
)
