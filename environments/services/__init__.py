"""The service kinds. One more is one module, its line in both lists below, its image folder and test."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from environments.services import application, container, haproxy, mariadb, postgres, rabbitmq, valkey
from environments.services.application import ApplicationOptions
from environments.services.container import ContainerOptions
from environments.services.haproxy import HaproxyOptions
from environments.services.kind import ServiceKind
from environments.services.mariadb import MariadbOptions
from environments.services.postgres import PostgresOptions
from environments.services.rabbitmq import RabbitmqOptions
from environments.services.valkey import ValkeyOptions

# Any: each kind takes its own options; `kind_of` pairs them by the discriminator.
KINDS: dict[str, ServiceKind[Any]] = {
    "application": application.KIND,
    "container": container.KIND,
    "haproxy": haproxy.KIND,
    "mariadb": mariadb.KIND,
    "postgres": postgres.KIND,
    "rabbitmq": rabbitmq.KIND,
    "valkey": valkey.KIND,
}

AnyOptions = Annotated[
    ApplicationOptions
    | ContainerOptions
    | HaproxyOptions
    | MariadbOptions
    | PostgresOptions
    | RabbitmqOptions
    | ValkeyOptions,
    Field(discriminator="kind"),
]
