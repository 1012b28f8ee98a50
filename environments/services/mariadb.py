"""MariaDB: one leader. Knows no engine."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from environments.nodes import CommandProbe, Node, Probes, Process, Resources
from environments.platform import Platform
from environments.services.databases import (
    CERTIFICATE_FILE,
    DatabaseOptions,
    binding,
    certificate_files,
    database_of,
    led_by,
)
from environments.services.kind import MOST, Service, ServiceKind, Setting, Surroundings
from environments.services.stateful import attached, kept, password_file
from environments.topology import Binding
from foundation.units import Size

PORT = 3306
HOME = "/var/lib/mysql"
ADMINISTRATORS = ("root", "mysql")
_TLS = {
    "ssl_cert": CERTIFICATE_FILE,
    "ssl_key": CERTIFICATE_FILE,
    "tls_version": "TLSv1.3",
    "require_secure_transport": "on",
}
# Asked as the server's own administrator, over its socket, which opens together with the port.
SERVES = CommandProbe(command=("mariadb", "--connect-timeout=2", "-e", "SELECT 1"))


class MariadbOptions(DatabaseOptions):
    """A MariaDB database. `database` and `user` are the platform's name unless given."""

    kind: Literal["mariadb"]
    disk: Size | None = Field(
        default=None, ge=256 << 20, le=MOST, description="size of its disk; else its host's"
    )
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
    return binding(name, options, platform, port=PORT, scheme="mysql")


def describe(name: str, options: MariadbOptions, surroundings: Surroundings) -> Service:
    database, user = database_of(name, surroundings)
    (node,) = surroundings.members[name]
    return led_by(
        _leader(node, name, options, database, user),
        options,
        port=PORT,
        holds=f"the MariaDB database {database} of {user}",
        leads=SERVES,
    )


def _leader(node: str, service: str, options: MariadbOptions, database: str, user: str) -> Node:
    written = [f"--{key}={value}" for key, value in settings(options).items()]
    return Node(
        name=node,
        service=service,
        process=Process(
            image="mariadb",
            command=("start-mariadb", *written),
            environment={
                "MARIADB_DATABASE": database,
                "MARIADB_USER": user,
                "MARIADB_PASSWORD_FILE": password_file(service),
            },
            stop_grace=20.0,
        ),
        attachments=attached(service, secrets=certificate_files(service, options)),
        storage=kept(node, HOME),
        resources=Resources(memory=options.memory),
        probes=Probes(ready=SERVES),
    )


KIND = ServiceKind(options=MariadbOptions, count=lambda _: 1, bind=bind, describe=describe)
