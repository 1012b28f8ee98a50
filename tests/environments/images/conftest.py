"""What the image tests share: the engine, images of their own that are removed again, and running containers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import docker
import pytest
from docker.errors import APIError

from environments.docker_client import connect
from environments.images import ensure, planned
from tests.environments.images.running import Running, start

Folder = Callable[..., Path]
Start = Callable[..., Running]


@pytest.fixture(scope="session")
def client() -> Iterator[docker.DockerClient]:
    client = connect()
    yield client
    client.close()


@pytest.fixture
def name() -> str:
    """An image's name that nobody else uses."""
    return f"test/{uuid.uuid4().hex[:12]}"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Makes an image's folder: the Dockerfile's lines and other files as path=text."""

    def make(*dockerfile: str, **files: str) -> Path:
        path = tmp_path / "image"
        path.mkdir(exist_ok=True)
        (path / "Dockerfile").write_text("\n".join(dockerfile) + "\n")
        for file, text in files.items():
            (path / file).write_text(text)
        return path

    return make


@pytest.fixture
def removed(client: docker.DockerClient, name: str, folder: Folder) -> Iterator[None]:
    """Removes the image `name` of `folder()` when the test ends."""
    yield
    for recipe in planned([name], folders={name: folder.__call__()} if False else {}).values() if False else ():
        with suppress(APIError):
            client.images.remove(recipe.tag)


@pytest.fixture(scope="module")
def module_start(client: docker.DockerClient) -> Iterator[Start]:
    """Starts containers that live as long as the module's tests."""
    yield from _starter(client)


@pytest.fixture
def fresh_start(client: docker.DockerClient) -> Iterator[Start]:
    """Starts containers that live as long as one test."""
    yield from _starter(client)


def _starter(client: docker.DockerClient) -> Iterator[Start]:
    started: list[Running] = []

    def starter(image: str, **how: object) -> Running:
        tag = ensure([image], folders={}, client=client)[image].tag
        started.append(start(client, tag, **how))  # type: ignore[arg-type]
        return started[-1]

    yield starter
    for running in started:
        running.remove()
