"""What tests of environments share: the engine, names of their own, one small environment that stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import docker
import pytest

from environments.docker_client import connect
from tests.environments.standing import Standing, brought_up, clear
from tests.environments.written import Services, application, definition

SHOP: Services = {
    "front": {"kind": "haproxy", "to": "web", "health": "/ready"},
    "web": application("web", nodes=2),
    "prepare": application("prepare"),
    "keeper": application("keeper"),
    "store": {"kind": "postgres", "memory": "128MiB"},
}


@pytest.fixture(scope="session")
def engine() -> Iterator[docker.DockerClient]:
    """The Docker Engine of this machine."""
    client = connect()
    yield client
    client.close()


@pytest.fixture
def new_name(engine: docker.DockerClient) -> Iterator[Callable[[], str]]:
    """Names of environments that nobody else has; what is left of them goes after the test."""
    given: list[str] = []

    def new() -> str:
        given.append(f"t-{uuid4().hex[:8]}")
        return given[-1]

    yield new
    for name in given:
        clear(engine, name)


@pytest.fixture(scope="session")
def shop(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """A balancer, two web nodes, a once-node, a database and one node that may read its password."""
    path = definition(tmp_path_factory.mktemp("shop"), SHOP)
    with brought_up(engine, path, prefix="t-shop") as standing:
        yield standing
