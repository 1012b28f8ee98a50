"""A shop of its own for each test, and a server that tests may mistreat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from environments.docker_client import connect
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.postgres.own_servers import Own, postgres
from tests.anonymizer.postgres.shop import POLICY, ROWS, SCHEMA, Shop


@pytest.fixture
def shop(make_database: MakeDatabase, tmp_path: Path) -> Shop:
    (tmp_path / "policy.yaml").write_text(POLICY)
    source = make_database(SCHEMA + ROWS)
    return Shop(source=source, target=make_database(SCHEMA), policy=tmp_path / "policy.yaml")


@pytest.fixture(scope="session")
def own_server() -> Iterator[Own]:
    """A server beside the shared one: with little room in a table space, and ready to have standbys."""
    with postgres(connect()) as server:
        yield server
