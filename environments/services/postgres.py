"""PostgreSQL: one leader. Standbys come with high availability. Knows no engine."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from environments.nodes import CommandProbe, File, Node, Probes, Process, Resources
from environments.platform import Platform
from environments.services.databases import (
    CERTIFICATE_FILE,
    DatabaseOptions,
    binding,
    certificate_files,
    database_of,
    led_by,
)
from environments.services.kind import DiskSize, Service, ServiceKind, Setting, Surroundings
from environments.services.stateful import attached, kept, password_file
from environments.topology import Binding

PORT = 5432
DATA = "/var/lib/postgresql/data"
HBA_FILE = "/etc/peakproof/pg_hba.conf"
# As in the image's own (images/postgres/pg_hba.conf), but over the network with TLS or not at all.
HBA = """\
local    all          postgres           peer
local    all          all                scram-sha-256
host     all          postgres  all      reject
host     replication  postgres  all      reject
hostssl  all          all       all      scram-sha-256
"""
_TLS = {
    "ssl": "on",
    "ssl_cert_file": CERTIFICATE_FILE,
    "ssl_key_file": CERTIFICATE_FILE,
    "ssl_min_protocol_version": "TLSv1.3",
    "hba_file": HBA_FILE,
}
# Asked as the server's own superuser, over its socket: a standby is in recovery, a leader is not.
LEADS = CommandProbe(command=("psql", "-d", "postgres", "-qAtc", "SELECT 1 / (NOT pg_is_in_recovery())::int"))


class PostgresOptions(DatabaseOptions):
    """A PostgreSQL database. `database` and `user` are the platform's name unless given."""

    kind: Literal["postgres"]
    disk: DiskSize | None = Field(default=None, description="size of its disk; else its host's")
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
    return binding(name, options, platform, port=PORT, scheme="postgresql")


def describe(name: str, options: PostgresOptions, surroundings: Surroundings) -> Service:
    database, user = database_of(name, surroundings)
    (node,) = surroundings.members[name]
    return led_by(
        _leader(node, name, options, database, user),
        options,
        port=PORT,
        holds=f"the PostgreSQL database {database} of {user}",
        leads=LEADS,
    )


def _leader(node: str, service: str, options: PostgresOptions, database: str, user: str) -> Node:
    written = [part for key, value in settings(options).items() for part in ("-c", f"{key}={value}")]
    return Node(
        name=node,
        service=service,
        process=Process(
            image="postgres",
            command=("start-postgres", *written),
            environment={
                "POSTGRES_DATABASE": database,
                "POSTGRES_USER": user,
                "POSTGRES_PASSWORD_FILE": password_file(service),
            },
            stop_grace=20.0,
        ),
        attachments=attached(
            service,
            files=(File(path=HBA_FILE, content=HBA),) if options.tls else (),
            secrets=certificate_files(service, options),
        ),
        storage=kept(node, DATA),
        resources=Resources(memory=options.memory, shared_memory=options.memory // 4),
        probes=Probes(
            ready=CommandProbe(command=("pg_isready", "-q", "-h", "127.0.0.1", "-U", user, "-d", database))
        ),
    )


KIND = ServiceKind(options=PostgresOptions, count=lambda _: 1, bind=bind, describe=describe)
