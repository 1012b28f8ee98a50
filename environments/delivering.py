"""Which secrets a topology has, and what is wrong with who is given them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from environments.definition import Definition
from environments.nodes import Node
from environments.running import InEnvironment, InFile, each_of
from environments.secrets import completed, kept_apart
from environments.services.application import ApplicationOptions
from environments.services.container import ContainerOptions
from environments.services.kind import Service
from environments.topology import SecretRef
from foundation import documents
from foundation.documents import Location
from foundation.errors import Problem

_PASSWORDS = {"postgres": "POSTGRES_PASSWORD", "mariadb": "MARIADB_PASSWORD"}
"""Engine -> the variable by which the public image of it is given its user's password."""


def secrets(definition: Definition, services: Mapping[str, Service]) -> tuple[SecretRef, ...]:
    """Those that services make, what these are made from, and those that people give to a node here."""
    made = [secret for service in services.values() for secret in service.secrets]
    read = {secret for nodes in _read(services).values() for secret in nodes}
    given = [SecretRef(name=name, kind="given") for name in definition.written.secrets if name in read]
    return completed([*made, *given])


def problems(definition: Definition, services: Mapping[str, Service]) -> list[Problem]:
    """Every problem of secrets and of where they are put."""
    return [
        *_secret_problems(definition, services),
        *_database_problems(definition, services),
        *_delivery_problems(definition, services),
    ]


def _read(services: Mapping[str, Service]) -> dict[str, set[str]]:
    """Service -> the secrets that its nodes are given."""
    return {
        name: {secret for node in service.nodes for secret in node.attachments.known_secrets}
        for name, service in services.items()
    }


def _secret_problems(definition: Definition, services: Mapping[str, Service]) -> Iterator[Problem]:
    """Secrets that a node is to be given and nobody makes or gives; those that are given to nobody."""
    refs, given = secrets(definition, services), definition.written.secrets
    had = {ref.name for ref in refs} - set(kept_apart(refs))
    for name, wanted in _read(services).items():
        for secret in sorted(wanted - had):
            what = f"service {name!r} reads the secret {secret!r}, which no service of the definition makes"
            more = "" if "." in secret else " and `secrets` does not give"
            hint = documents.did_you_mean(secret, {*had, *given})
            yield definition.document.problem(_secret_at(definition, name, secret), f"{what}{more}", hint)
    known, read = definition.platform.written.secrets, set().union(*_read(services).values())
    for name in sorted(given.keys() - known.keys() - read):
        what = f"no process of {definition.platform.name!r} reads the secret {name!r}"
        hint = documents.did_you_mean(name, [secret for secret in {*known, *read} if "." not in secret])
        yield definition.document.problem(("secrets", name), what, hint)


def _database_problems(definition: Definition, services: Mapping[str, Service]) -> Iterator[Problem]:
    """Databases of images of others whose password nobody here would know."""
    for name, options in definition.written.services.items():
        own = f"{name}.password"
        if not isinstance(options, ContainerOptions) or options.database is None:
            continue
        if own not in {secret.name for secret in services[name].secrets}:
            what = (
                f"service {name!r} is a database, so its `secrets` must give it {own!r}: its user's password"
            )
            hint = f"such as `{own}: {{as: environment, variable: {_PASSWORDS[options.database.engine]}}}`"
            yield definition.document.problem(("services", name, "database"), what, hint)
        elif (said := (options.endpoints or {}).get(name)) is not None and options.port is not None:
            port = said if isinstance(said, int) else said.port
            if port != options.port:
                what = f"endpoint {name!r} is the database's own, at {options.port}, not at {port}"
                yield definition.document.problem(("services", name, "endpoints"), what, "rename it")


def _delivery_problems(definition: Definition, services: Mapping[str, Service]) -> Iterator[Problem]:
    """Two secrets at one place, variables with a secret that are set to something else too, lost files."""
    for name, service in services.items():
        node = service.nodes[0]
        yield from _lost(definition, name, node)
        places = [file.path for file in node.attachments.secrets]
        places += [each.variable for each in node.attachments.variables]
        for place in sorted(set(places)):
            if places.count(place) > 1 or place in node.process.environment:
                other = "a value" if place in node.process.environment else "another secret"
                what = f"service {name!r} is given a secret and {other} in the same place, {place}"
                yield definition.document.problem(_place_at(definition, name, place), what)


def _lost(definition: Definition, service: str, node: Node) -> Iterator[Problem]:
    """Files that a folder in memory would hide, and those that a read-only root has no folder for."""
    for path in [
        *(file.path for file in node.attachments.files),
        *(s.path for s in node.attachments.secrets),
    ]:
        at, above = PurePosixPath(path), set(map(str, PurePosixPath(path).parents))
        for folder in above & set(node.storage.tmpfs):
            what = f"service {service!r} is given {path}, which the `tmpfs` at {folder} would hide"
            yield definition.document.problem(_place_at(definition, service, path), what, "put it elsewhere")
        if node.hardening.read_only and str(at.parent) == "/":
            what = f"service {service!r} is given {path}: in the root of a read-only node nothing can be put"
            yield definition.document.problem(
                _place_at(definition, service, path), what, "put it into a folder"
            )


def _secret_at(definition: Definition, service: str, secret: str) -> Location:
    """Where the definition gives it; the service, where its platform does."""
    own = ("services", service, "secrets", secret)
    return own if own in definition.document.places else own[:2]


def _place_at(definition: Definition, service: str, place: str) -> Location:
    """Where the definition puts something at that path or in that variable, the last time."""
    options = definition.written.services[service]
    said = options.secrets if isinstance(options, ContainerOptions | ApplicationOptions) else {}
    given = [
        secret
        for secret, deliveries in said.items()
        if place in [how if isinstance(how, str) else _where(how) for how in each_of(deliveries)]
    ]
    if given:
        return _secret_at(definition, service, given[-1])
    return (
        ("services", service, "files", place)
        if isinstance(options, ContainerOptions)
        else ("services", service)
    )


def _where(how: InEnvironment | InFile) -> str:
    return how.path if isinstance(how, InFile) else how.variable
