"""A real PostgreSQL server for the anonymiser's tests, and databases of their own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from tests.anonymizer.server import Server, running

MakeDatabase = Callable[[str], str]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def make_database(postgres_server: Server) -> Iterator[MakeDatabase]:
    """Makes a database that runs the given SQL first, and returns its DSN; all are dropped at the end."""
    made: list[str] = []

    def make(script: str) -> str:
        name = f"test_{uuid4().hex[:12]}"
        postgres_server.create_database(name)
        made.append(name)
        with psycopg.connect(postgres_server.dsn(name), autocommit=True) as connection:
            connection.execute(script.encode())
        return postgres_server.dsn(name)

    yield make
    with psycopg.connect(postgres_server.dsn("postgres"), autocommit=True) as administration:
        for name in made:
            administration.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
