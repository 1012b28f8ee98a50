"""PostgreSQL: one leader. Standbys come with high availability. Knows no engine."""

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
    File,
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

PORT = 5432
DATA = "/var/lib/postgresql/data"
CERTIFICATE_FILE = "/run/secrets/certificate.pem"
TRUST_FILE = "/run/secrets/trust.pem"
HBA_FILE = "/etc/peakproof/pg_hba.conf"
# As in the image's own (images/postgres/pg_hba.conf), but over the network with TLS or not at all.
HBA = """\
local    all          postgres           peer
local    all          all                scram-sha-256
host     all          postgres  all      reject
host     replication  postgres  all      reject
hostssl  all          all       all      scram-sha-256
"""
# One file holds the key and the chain: PostgreSQL takes from it what it looks for.
_TLS = {
    "ssl": "on",
    "ssl_cert_file": CERTIFICATE_FILE,
    "ssl_key_file": CERTIFICATE_FILE,
    "ssl_min_protocol_version": "TLSv1.3",
    "hba_file": HBA_FILE,
}
# Asked as the server's own superuser, over its socket: a standby is in recovery, a leader is not.
LEADS = CommandProbe(command=("psql", "-d", "postgres", "-qAtc", "SELECT 1 / (NOT pg_is_in_recovery())::int"))


class PostgresOptions(ServiceOptions):
    """A PostgreSQL database. `database` and `user` are the platform's name unless given."""

    kind: Literal["postgres"]
    memory: Size = 512 * 1024**2
    disk: Size | None = Field(default=None, ge=64 * 1024**2, description="size of its disk; else its host's")
    database: Account | None = None
    user: Account | None = None
    tls: bool = Field(default=False, description="nobody connects over the network without TLS")
    settings: dict[str, Setting] = Field(default={}, description="server settings, as in postgresql.conf")

    @field_validator("user")
    @classmethod
    def _is_no_superuser(cls, user: str | None) -> str | None:
        if user == "postgres":
            raise ValueError("'postgres' is the superuser; the platform's own user must be another")
        return user


def settings(options: PostgresOptions) -> dict[str, str]:
    """Server settings: a quarter of the memory for shared buffers (PostgreSQL's own advice), then the user's.

    Durability is left as production has it: fsync and synchronous_commit stay on.
    """
    mebibytes = options.memory // 1024**2
    chosen = {"shared_buffers": f"{mebibytes // 4}MB", "effective_cache_size": f"{mebibytes // 2}MB"}
    return {**chosen, **(_TLS if options.tls else {}), **options.settings}


def bind(name: str, options: PostgresOptions, platform: Platform) -> Binding:
    return Binding(
        host=name,
        port=PORT,
        scheme="postgresql",
        name=options.database or platform.name,
        user=options.user or platform.name,
        trust=TRUST_FILE if options.tls else None,
    )


def describe(name: str, options: PostgresOptions, surroundings: Surroundings) -> Service:
    binding = surroundings.bindings[name]
    (node,) = surroundings.members[name]
    return Service(
        nodes=(_leader(node, name, options, binding),),
        volumes=(Volume(name=f"{node}-data", holds=_held(binding), size=options.disk),),
        secrets=_secrets(name, node, options),
        endpoints=(Endpoint(name=name, target=name, port=PORT),),
        roles=(Role(name=f"{name}.leader", candidates=(node,), holds=LEADS),),
    )


def _held(binding: Binding) -> str:
    return f"the PostgreSQL database {binding.name} of {binding.user}"


def _secrets(service: str, node: str, options: PostgresOptions) -> tuple[SecretRef, ...]:
    password = SecretRef(name=_secret(service))
    if not options.tls:
        return (password,)
    return (password, SecretRef(name=_certificate(service), kind="certificate", names=(service, node)), TRUST)


def _secret(service: str) -> str:
    return f"{service}.password"


def _certificate(service: str) -> str:
    return f"{service}.certificate"


def _tls_files(service: str, options: PostgresOptions) -> tuple[SecretFile, ...]:
    return (SecretFile(secret=_certificate(service), path=CERTIFICATE_FILE),) if options.tls else ()


def _leader(node: str, service: str, options: PostgresOptions, binding: Binding) -> Node:
    assert binding.name is not None
    assert binding.user is not None
    password = f"/run/secrets/{service}-password"
    written = [part for key, value in settings(options).items() for part in ("-c", f"{key}={value}")]
    return Node(
        name=node,
        service=service,
        process=Process(
            image="postgres",
            command=("start-postgres", *written),
            environment={
                "POSTGRES_DATABASE": binding.name,
                "POSTGRES_USER": binding.user,
                "POSTGRES_PASSWORD_FILE": password,
            },
            stop_grace=20.0,
        ),
        attachments=Attachments(
            networks=(BACK,),
            aliases=(service,),
            files=(File(path=HBA_FILE, content=HBA),) if options.tls else (),
            secrets=(SecretFile(secret=_secret(service), path=password), *_tls_files(service, options)),
        ),
        storage=Storage(mounts=(Mount(volume=f"{node}-data", path=DATA),)),
        resources=Resources(memory=options.memory, shared_memory=options.memory // 4),
        probes=Probes(
            ready=CommandProbe(
                command=("pg_isready", "-q", "-h", "127.0.0.1", "-U", binding.user, "-d", binding.name)
            )
        ),
    )


KIND = ServiceKind(options=PostgresOptions, count=lambda _: 1, bind=bind, describe=describe)
