"""Databases of their own for each of the anonymiser's tests, on a real PostgreSQL server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from tests.servers import Server

MakeDatabase = Callable[[str], str]


@contextmanager
def databases(server: Server) -> Iterator[MakeDatabase]:
    """Makes a database that runs the given SQL first, and returns its DSN; all are dropped at the end."""
    made: list[str] = []

    def make(script: str) -> str:
        name = f"test_{uuid4().hex[:12]}"
        server.create_database(name)
        made.append(name)
        with psycopg.connect(server.dsn(name), autocommit=True) as connection:
            connection.execute(script.encode())
        return server.dsn(name)

    yield make
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as administration:
        for name in made:
            administration.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def shared_database(postgres_server: Server) -> Iterator[MakeDatabase]:
    """Databases that the tests of a module share: whoever uses one leaves it as it was."""
    with databases(postgres_server) as make:
        yield make


@pytest.fixture
def make_database(postgres_server: Server) -> Iterator[MakeDatabase]:
    """Databases of the test's own."""
    with databases(postgres_server) as make:
        yield make
