"""What tests of environments share: the engine, names of their own, one small environment that stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import docker
import pytest

from environments import environment
from environments.containers import removing
from environments.docker_client import connect
from environments.environment import Environment
from tests.environments import commanding
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
        removing.remove(engine, name)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An environment that the command brought up, and what the command said of it."""

    name: str
    definition: Path
    said: dict[str, object]
    attach: Callable[[], Environment]


@pytest.fixture(scope="session")
def shop(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """A balancer, two web nodes, a once-node, a database and one node that may read its password."""
    name = f"t-shop-{uuid4().hex[:6]}"
    path = definition(tmp_path_factory.mktemp("shop"), SHOP)
    up = commanding.run("env", "up", str(path), "--name", name, "--ttl", "30m", "--json")
    try:
        assert up.returncode == 0, up.stderr
        yield Standing(
            name=name,
            definition=path,
            said=json.loads(up.stdout),
            attach=lambda: environment.attach(engine, name),
        )
    finally:
        removing.remove(engine, name)
