"""The servers that integration tests share, brought up by the project's own engine: gone with the session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from environments import environment, holding, loading
from environments.containers import removing
from environments.containers.building import NodeEvent
from environments.docker_client import connect
from environments.environment import Environment
from environments.fleet import connected
from environments.images import silent
from environments.wanted import Wanted

_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where a server is and how to log in. Throw-away, so the password is plain."""

    host: str
    port: int
    user: str
    password: str

    def dsn(self, database: str) -> str:
        return f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}/{database}"

    def create_database(self, name: str) -> None:
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


@contextmanager
def running() -> Iterator[Environment]:
    """PostgreSQL and RabbitMQ for as long as the block lasts."""
    client = connect()
    wanted = Wanted(
        name=f"tests-{os.getpid()}",
        topology=loading.topology_of("./servers.yaml", beside=_HERE).topology,
        site=loading.site_of("laptop", beside=_HERE),
        folders={},
    )
    hosts = connected(wanted.site.engines, client)
    built = environment.prepare_images(wanted, hosts, silent)
    with holding.working_on(hosts, wanted.name, built["python"]):
        try:
            yield environment.up(wanted, hosts, built, _unwatched)
        finally:
            removing.remove(client, wanted.name)


def server(running: Environment, service: str) -> Server:
    """One of its servers, reached through the door."""
    host, port = running.address(service)
    binding = running.instance.topology.bindings[service]
    password = running.secret(f"{service}.password").reveal()
    return Server(host=host, port=port, user=binding.user or "", password=password)


def may_administer(running: Environment) -> None:
    """Lets the application's role do what tests need and no application may: make databases and roles."""
    role = running.instance.topology.bindings["database"].user
    statement = f'ALTER ROLE "{role}" SUPERUSER'
    status, output = (
        running.nodes["database-1"]
        .get_wrapped_container()
        .exec_run(["psql", "-qd", "postgres", "-c", statement])
    )
    assert status == 0, output


def _unwatched(_event: NodeEvent) -> None:
    """Nobody watches how the servers come up."""
