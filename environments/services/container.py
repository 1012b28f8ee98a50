"""Any image as a service: what Peakproof has no kind for needs no code of ours. Knows no engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from environments import placeholders, references
from environments.nodes import Attachments, File, Lifecycle, Mount, Node, Resources, Storage
from environments.placeholders import Text
from environments.platform import Platform
from environments.running import Deliveries, RunningInput
from environments.services import running
from environments.services.instead import OF_CONTAINER as INSTEAD
from environments.services.kind import (
    MOST,
    DiskSize,
    Reference,
    Service,
    ServiceKind,
    ServiceOptions,
    Surroundings,
)
from environments.topology import Binding, Endpoint, Role, SecretRef, Volume
from environments.words import AbsolutePath, Account, HostName, Name, Port
from foundation.documents import Input, Location, across
from foundation.units import Size


class VolumeInput(Input):
    """A volume of each node: what is on it outlives the process."""

    path: AbsolutePath
    size: DiskSize | None = Field(default=None, description="of its disk; else its host's")


class FileInput(Input):
    """A file, or every file of a folder, from beside the document."""

    file: str = Field(description="path from the folder of the document that says it")
    mode: Literal["0644", "0755"] = "0644"

    instead: ClassVar[Mapping[str, str]] = {"content": "the content stands at the path itself: `PATH: TEXT`"}


class EndpointInput(Input):
    """What this machine reaches at a loopback port."""

    port: Port
    protocol: Literal["http", "tcp"] = "http"


_SCHEMES: Mapping[str, Literal["postgresql", "mysql"]] = {"postgres": "postgresql", "mariadb": "mysql"}
"""Engine of a database -> how its URLs begin."""


class DatabaseInput(Input):
    """What makes an image a database that a rehearsal can fill and ask."""

    engine: Literal["postgres", "mariadb"]
    name: Account = Field(description="of the database that the image makes for `login`")


class ContainerOptions(ServiceOptions, RunningInput):
    """Nodes that run an image."""

    instead: ClassVar[Mapping[str, str]] = INSTEAD

    kind: Literal["container"]
    nodes: int = Field(default=1, ge=1, le=100)
    login: Account | None = Field(default=None, description="the user that others log in as")
    database: DatabaseInput | None = Field(default=None, description="it is one: its engine and its name")
    ports: tuple[Port, ...] = Field(default=(), description="further ones that others connect to")
    endpoints: dict[Name, Port | EndpointInput] | None = Field(
        default=None, description="name -> port that this machine reaches; `port`, unless said"
    )
    volumes: dict[Name, AbsolutePath | VolumeInput] = Field(default={})
    files: dict[AbsolutePath, str | FileInput] = Field(
        default={}, description="path -> content, or a file beside the document"
    )
    secrets: dict[str, Deliveries] = Field(
        default={}, description="secret -> how it is given; one called SERVICE.word, as itself, is made"
    )
    shared_memory: Size | None = Field(default=None, gt=0, le=MOST, description="size of the node's own")
    aliases: tuple[HostName, ...] = Field(default=(), description="further names that others reach it by")

    @model_validator(mode="after")
    def _nothing_twice(self) -> ContainerOptions:
        places: list[tuple[Location, str]] = [
            *((("volumes", name), each.path) for name, each in _volumes(self).items()),
            *((("tmpfs", number), path) for number, path in enumerate(self.tmpfs)),
        ]
        paths = [path for _, path in places]
        twice = [(at, path) for number, (at, path) in enumerate(places) if path in paths[:number]]
        if twice:
            raise across(*((at, f"two volumes or tmpfs at {path}") for at, path in twice))
        return self

    @model_validator(mode="after")
    def _a_database_is_reached(self) -> ContainerOptions:
        if self.database is None:
            return self
        wrong: list[tuple[Location, str]] = []
        if lacking := [key for key in ("port", "login") if getattr(self, key) is None]:
            said = f"a `database` is reached at its `port` by its `login`: say {_listed(lacking)}"
            wrong.append((("database",), said))
        if self.nodes != 1:
            wrong.append((("nodes",), "a `database` is one node: each would have data of its own"))
        if self.lifecycle is Lifecycle.ONCE:
            wrong.append((("lifecycle",), "a `database` stays: it cannot have the lifecycle `once`"))
        if self.endpoints == {}:
            said = "this machine always reaches a `database`, to fill and ask it: leave the key out"
            wrong.append((("endpoints",), said))
        if wrong:
            raise across(*wrong)
        return self


def _listed(keys: list[str]) -> str:
    return " and ".join(f"`{key}`" for key in keys)


def bind(name: str, options: ContainerOptions, _platform: Platform) -> Binding:
    database = options.database
    return Binding(
        host=name,
        port=options.port,
        ports=options.ports,
        scheme=_SCHEMES[database.engine] if database else None,
        name=database.name if database else None,
        user=options.login,
        health=running.health(options),
    )


def references_of(options: ContainerOptions, _platform: Platform) -> list[Reference]:
    return [Reference(service=service, at=("needs", number)) for number, service in enumerate(options.needs)]


def problems(options: ContainerOptions, platform: Platform) -> list[tuple[Location, str, list[str]]]:
    lack = platform.lacks(options.image)
    return [(("image",), f"{lack}; {references.hint(options.image)}", platform.folders())] if lack else []


def texts(options: ContainerOptions, _platform: Platform) -> list[Text]:
    """Its variables, its arguments and the texts around its secrets."""
    arguments = [
        Text(name=f"argument {text!r}", text=text, at=(key, number))
        for key, words in (("entrypoint", options.entrypoint), ("command", options.command))
        for number, text in enumerate(words)
    ]
    return [*running.variables(options.environment), *arguments, *running.templates(options.secrets)]


def describe(name: str, options: ContainerOptions, surroundings: Surroundings) -> Service:
    members = surroundings.members[name]
    return Service(
        nodes=tuple(_node(node, name, options, surroundings) for node in members),
        volumes=tuple(volume for node in members for volume in _kept(node, options)),
        secrets=tuple(SecretRef(name=each) for each in options.secrets if each.startswith(f"{name}.")),
        flows=surroundings.flows(name, options.needs),
        endpoints=_endpoints(name, options),
        roles=(Role(name=f"{name}.any", candidates=members),),
    )


def _node(node: str, service: str, options: ContainerOptions, surroundings: Surroundings) -> Node:
    bindings = surroundings.bindings
    said = options.model_copy(
        update={
            "command": tuple(placeholders.filled(text, bindings) for text in options.command),
            "entrypoint": tuple(placeholders.filled(text, bindings) for text in options.entrypoint),
        }
    )
    return Node(
        name=node,
        service=service,
        process=running.process(said, options.environment, surroundings),
        attachments=Attachments(
            networks=running.networks(options),
            aliases=(service, *options.aliases),
            files=_files(service, options, surroundings),
            secrets=tuple(running.secret_files(options.secrets, bindings)),
            variables=tuple(running.secret_variables(options.secrets, bindings)),
        ),
        storage=Storage(
            mounts=tuple(
                Mount(volume=f"{node}-{volume}", path=where.path)
                for volume, where in _volumes(options).items()
            ),
            tmpfs=options.tmpfs,
        ),
        resources=Resources(memory=options.memory, shared_memory=options.shared_memory),
        hardening=running.hardening(options),
        probes=running.probes(options),
        lifecycle=options.lifecycle,
        needs=surroundings.nodes_of(options.needs),
    )


def _volumes(options: ContainerOptions) -> dict[str, VolumeInput]:
    return {
        name: VolumeInput(path=said) if isinstance(said, str) else said
        for name, said in options.volumes.items()
    }


def _kept(node: str, options: ContainerOptions) -> tuple[Volume, ...]:
    """Its volumes: a newer version of the image may take them over, another image may not."""
    whose = f"what {references.repository(options.image)} keeps"
    return tuple(
        Volume(name=f"{node}-{name}", holds=f"{whose} at {volume.path}", size=volume.size)
        for name, volume in _volumes(options).items()
    )


def _files(service: str, options: ContainerOptions, surroundings: Surroundings) -> tuple[File, ...]:
    written = [File(path=path, content=said) for path, said in options.files.items() if isinstance(said, str)]
    modes = {path: int(said.mode, 8) for path, said in options.files.items() if isinstance(said, FileInput)}
    beside = surroundings.texts.get(service, {})
    return (*written, *(File(path=at, content=text, mode=_mode(at, modes)) for at, text in beside.items()))


def _mode(path: str, modes: dict[str, int]) -> int:
    """That of the file, or of the folder that it came with."""
    return next(mode for said, mode in modes.items() if path == said or path.startswith(f"{said}/"))


def _endpoints(name: str, options: ContainerOptions) -> tuple[Endpoint, ...]:
    said = _said_endpoints(name, options)
    if options.database is None or options.port is None:
        return said
    # Whoever fills it and asks it comes from this machine.
    own = Endpoint(name=name, target=name, port=options.port)
    return (*(each for each in said if each.name != name), own)


def _said_endpoints(name: str, options: ContainerOptions) -> tuple[Endpoint, ...]:
    if options.endpoints is None:
        protocol: Literal["http", "tcp"] = "http" if running.health(options) else "tcp"
        return (
            (Endpoint(name=name, target=name, port=options.port, protocol=protocol),) if options.port else ()
        )
    return tuple(
        Endpoint(name=each, target=name, port=said, protocol="http")
        if isinstance(said, int)
        else Endpoint(name=each, target=name, port=said.port, protocol=said.protocol)
        for each, said in options.endpoints.items()
    )


KIND = ServiceKind(
    options=ContainerOptions,
    count=lambda options: options.nodes,
    bind=bind,
    describe=describe,
    references=references_of,
    problems=problems,
    texts=texts,
    keys={"name": "database", "scheme": "database", "user": "login", "port": "port", "ports": "ports"},
)
