"""MariaDB: one leader. Knows no engine."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from environments.platform import Platform
from environments.secrets import TRUST
from environments.services.kind import BACK, Service, ServiceKind, ServiceOptions, Setting, Surroundings
from environments.topology import (
    Attachments,
    Binding,
    CommandProbe,
    Endpoint,
    Mount,
    Node,
    Probes,
    Process,
    Resources,
    Role,
    SecretFile,
    SecretRef,
    Storage,
    Volume,
)
from environments.words import Account
from foundation.units import Size

PORT = 3306
HOME = "/var/lib/mysql"
CERTIFICATE_FILE = "/run/secrets/certificate.pem"
TRUST_FILE = "/run/secrets/trust.pem"
ADMINISTRATORS = ("root", "mysql")
# One file holds the key and the chain: each setting takes from it what it looks for.
_TLS = {
    "ssl_cert": CERTIFICATE_FILE,
    "ssl_key": CERTIFICATE_FILE,
    "tls_version": "TLSv1.3",
    "require_secure_transport": "on",
}
# Asked as the server's own administrator, over its socket, which opens together with the port.
SERVES = CommandProbe(command=("mariadb", "--connect-timeout=2", "-e", "SELECT 1"))


class MariadbOptions(ServiceOptions):
    """A MariaDB database. `database` and `user` are the platform's name unless given."""

    kind: Literal["mariadb"]
    memory: Size = 512 * 1024**2
    disk: Size | None = Field(default=None, ge=256 * 1024**2, description="size of its disk; else its host's")
    database: Account | None = None
    user: Account | None = None
    tls: bool = Field(default=False, description="nobody connects over the network without TLS")
    settings: dict[str, Setting] = Field(default={}, description="server settings, as in my.cnf")

    @field_validator("user")
    @classmethod
    def _is_no_administrator(cls, user: str | None) -> str | None:
        if user in ADMINISTRATORS:
            raise ValueError(f"{user!r} administers the server; the platform's own user must be another")
        return user


def settings(options: MariadbOptions) -> dict[str, str]:
    """Server settings: half of the memory for InnoDB's buffer pool, then the user's.

    The rest is for connections and the server itself, which has no other way to say that it needs more.
    Durability is left as production has it: every commit is on the disk.
    """
    chosen = {"innodb_buffer_pool_size": f"{options.memory // 2 // 1024**2}M"}
    return {**chosen, **(_TLS if options.tls else {}), **options.settings}


def bind(name: str, options: MariadbOptions, platform: Platform) -> Binding:
    return Binding(
        host=name,
        port=PORT,
        scheme="mysql",
        name=options.database or platform.name,
        user=options.user or platform.name,
        trust=TRUST_FILE if options.tls else None,
    )


def describe(name: str, options: MariadbOptions, surroundings: Surroundings) -> Service:
    binding = surroundings.bindings[name]
    (node,) = surroundings.members[name]
    held = f"the MariaDB database {binding.name} of {binding.user}"
    return Service(
        nodes=(_leader(node, name, options, binding),),
        volumes=(Volume(name=f"{node}-data", holds=held, size=options.disk),),
        secrets=_secrets(name, node, options),
        endpoints=(Endpoint(name=name, target=name, port=PORT),),
        roles=(Role(name=f"{name}.leader", candidates=(node,), holds=SERVES),),
    )


def _secrets(service: str, node: str, options: MariadbOptions) -> tuple[SecretRef, ...]:
    password = SecretRef(name=f"{service}.password")
    if not options.tls:
        return (password,)
    certificate = SecretRef(name=f"{service}.certificate", kind="certificate", names=(service, node))
    return (password, certificate, TRUST)


def _secret_files(service: str, password: str, options: MariadbOptions) -> tuple[SecretFile, ...]:
    certificate = SecretFile(secret=f"{service}.certificate", path=CERTIFICATE_FILE)
    return (
        SecretFile(secret=f"{service}.password", path=password),
        *((certificate,) if options.tls else ()),
    )


def _leader(node: str, service: str, options: MariadbOptions, binding: Binding) -> Node:
    assert binding.name is not None
    assert binding.user is not None
    password = f"/run/secrets/{service}-password"
    written = [f"--{key}={value}" for key, value in settings(options).items()]
    return Node(
        name=node,
        service=service,
        process=Process(
            image="mariadb",
            command=("start-mariadb", *written),
            environment={
                "MARIADB_DATABASE": binding.name,
                "MARIADB_USER": binding.user,
                "MARIADB_PASSWORD_FILE": password,
            },
            stop_grace=20.0,
        ),
        attachments=Attachments(
            networks=(BACK,), aliases=(service,), secrets=_secret_files(service, password, options)
        ),
        storage=Storage(mounts=(Mount(volume=f"{node}-data", path=HOME),)),
        resources=Resources(memory=options.memory),
        probes=Probes(ready=SERVES),
    )


KIND = ServiceKind(options=MariadbOptions, count=lambda _: 1, bind=bind, describe=describe)
