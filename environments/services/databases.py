"""What the kinds of databases with one leader share. Knows no engine."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from environments.nodes import CommandProbe, Node, SecretFile
from environments.platform import Platform
from environments.secrets import TRUST
from environments.services.kind import DiskSize, Memory, Service, ServiceOptions, Surroundings
from environments.services.stateful import served_by
from environments.topology import Binding, Role, SecretRef
from environments.words import Account

# One file holds the key and the chain: a server takes from it what each of its settings looks for.
CERTIFICATE_FILE = "/run/secrets/certificate.pem"
TRUST_FILE = "/run/secrets/trust.pem"


class DatabaseOptions(ServiceOptions):
    """What every database can be told. `database` and `user` are the platform's name unless given."""

    memory: Memory = 512 * 1024**2
    disk: DiskSize | None = None
    database: Account | None = None
    user: Account | None = None
    tls: bool = Field(default=False, description="nobody connects over the network without TLS")


def binding(
    name: str,
    options: DatabaseOptions,
    platform: Platform,
    *,
    port: int,
    scheme: Literal["postgresql", "mysql"],
) -> Binding:
    """How others reach the database `name`."""
    return Binding(
        host=name,
        port=port,
        scheme=scheme,
        name=options.database or platform.name,
        user=options.user or platform.name,
        trust=TRUST_FILE if options.tls else None,
    )


def database_of(name: str, surroundings: Surroundings) -> tuple[str, str]:
    """The database and the user that a database service is for."""
    bound = surroundings.bindings[name]
    assert bound.name is not None, "binding() names both"
    assert bound.user is not None, "binding() names both"
    return bound.name, bound.user


def certificate_files(service: str, options: DatabaseOptions) -> tuple[SecretFile, ...]:
    """What the leader is handed so that it can serve TLS, if it shall."""
    return (SecretFile(secret=_certificate(service), path=CERTIFICATE_FILE),) if options.tls else ()


def led_by(leader: Node, options: DatabaseOptions, *, port: int, holds: str, leads: CommandProbe) -> Service:
    """The service of one leader. `holds`: whose data it keeps; `leads` holds on whoever is the leader."""
    service = leader.service
    certificate = SecretRef(name=_certificate(service), kind="certificate", names=(service, leader.name))
    return served_by(
        leader,
        port=port,
        holds=holds,
        size=options.disk,
        role=Role(name=f"{service}.leader", candidates=(leader.name,), holds=leads),
        secrets=(certificate, TRUST) if options.tls else (),
    )


def _certificate(service: str) -> str:
    return f"{service}.certificate"
