"""A fresh, migrated and seeded database for each test, and the platform's processes against it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from tests.platforms.orderhub.broker import Broker
from tests.platforms.orderhub.processes import APP, Processes
from tests.platforms.orderhub.servers import DatabaseServer, Server

sys.path.insert(0, str(APP))  # the app is its own root, as in its image

Database = psycopg.Connection[tuple[object, ...]]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def administration(postgres_server: DatabaseServer) -> Iterator[Database]:
    with psycopg.connect(postgres_server.dsn("postgres"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def empty_database(administration: Database) -> Iterator[str]:
    """The name of a database without a table."""
    yield from _database(administration, template="template1")


@pytest.fixture(scope="session")
def template(administration: Database, postgres_server: DatabaseServer) -> Iterator[str]:
    """The name of a migrated and seeded database that tests copy and never connect to."""
    from orderhub.migrate import migrate

    for name in _database(administration, template="template1"):
        migrate(postgres_server.dsn(name), APP / "migrations")
        with psycopg.connect(postgres_server.dsn(name)) as connection:
            connection.execute((Path(__file__).parent / "seed.sql").read_bytes())
        yield name


@pytest.fixture
def database(administration: Database, template: str) -> Iterator[str]:
    """The name of a database of this test's own, with the seed."""
    yield from _database(administration, template=template)


@pytest.fixture(scope="module")
def shared_database(administration: Database, template: str) -> Iterator[str]:
    """The name of a seeded database for the tests of one module that keep out of each other's way."""
    yield from _database(administration, template=template)


@pytest.fixture(scope="module")
def shared_processes(
    postgres_server: DatabaseServer, shared_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Processes]:
    """Processes on the shared database."""
    folder = tmp_path_factory.mktemp("shared")
    environment = environment_of(postgres_server, shared_database, folder)
    yield from _ended(Processes(environment=environment, folder=folder))


def _database(administration: Database, *, template: str) -> Iterator[str]:
    name = f"orderhub_{uuid4().hex[:12]}"
    administration.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    )
    yield name
    administration.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def db(postgres_server: DatabaseServer, database: str) -> Iterator[Database]:
    """A connection of the test to its database."""
    with psycopg.connect(postgres_server.dsn(database), autocommit=True) as connection:
        yield connection


@pytest.fixture
def database_environment(postgres_server: DatabaseServer, database: str, tmp_path: Path) -> dict[str, str]:
    """The variables that lead a process to the test's database."""
    return environment_of(postgres_server, database, tmp_path)


def environment_of(server: DatabaseServer, database: str, folder: Path) -> dict[str, str]:
    """The variables that lead a process to the database; its password becomes a file in the folder."""
    (folder / "database-password").write_text(server.password)
    return {
        "ORDERHUB_DATABASE_HOST": server.host,
        "ORDERHUB_DATABASE_PORT": str(server.port),
        "ORDERHUB_DATABASE_NAME": database,
        "ORDERHUB_DATABASE_USER": server.user,
        "ORDERHUB_DATABASE_PASSWORD_FILE": str(folder / "database-password"),
    }


@pytest.fixture
def processes(database_environment: dict[str, str], tmp_path: Path) -> Iterator[Processes]:
    """Processes that need the database only."""
    yield from _ended(Processes(environment=database_environment, folder=tmp_path))


@pytest.fixture
def broker(rabbitmq_server: Server) -> Iterator[Broker]:
    """The test's own queues on the shared broker."""
    broker = Broker(server=rabbitmq_server, prefix=f"test-{uuid4().hex[:12]}")
    yield broker
    broker.clear()


@pytest.fixture
def platform(
    database_environment: dict[str, str], rabbitmq_server: Server, broker: Broker, tmp_path: Path
) -> Iterator[Processes]:
    """Processes with database and broker; the queues are this test's own."""
    (tmp_path / "broker-password").write_text(rabbitmq_server.password)
    variables = {
        "ORDERHUB_BROKER_HOST": rabbitmq_server.host,
        "ORDERHUB_BROKER_PORT": str(rabbitmq_server.port),
        "ORDERHUB_BROKER_USER": rabbitmq_server.user,
        "ORDERHUB_BROKER_PASSWORD_FILE": str(tmp_path / "broker-password"),
        "ORDERHUB_BROKER_PREFIX": broker.prefix,
    }
    yield from _ended(Processes(environment={**database_environment, **variables}, folder=tmp_path))


def _ended(processes: Processes) -> Iterator[Processes]:
    try:
        yield processes
    finally:
        processes.end()
