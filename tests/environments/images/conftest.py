"""What the image tests share: the engine, images that are removed again, running containers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import docker
import pytest
from docker.errors import APIError

from environments.docker_client import connect
from environments.images import BuiltImage, Report, ensure, planned, silent
from tests.environments.images.running import Running, Start, create

Folder = Callable[..., Path]
Build = Callable[..., BuiltImage]


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
    """Makes an image's folder: the Dockerfile's lines, and other files as path=text."""

    def make(*dockerfile: str, into: str = "image", files: Mapping[str, str] | None = None) -> Path:
        path = tmp_path / into
        path.mkdir(exist_ok=True)
        (path / "Dockerfile").write_text("\n".join(dockerfile) + "\n")
        for file, text in (files or {}).items():
            (path / file).parent.mkdir(parents=True, exist_ok=True)
            (path / file).write_text(text)
        return path

    return make


@pytest.fixture
def build(client: docker.DockerClient, name: str) -> Iterator[Build]:
    """Builds the image `name` of a folder; what was built is removed when the test ends."""
    tags: list[str] = []

    def made(folder: Path, progress: Report = silent) -> BuiltImage:
        tags.append(planned([name], folders={name: folder})[name].tag)
        return ensure([name], folders={name: folder}, client=client, progress=progress)[name]

    yield made
    for tag in tags:
        with suppress(APIError):
            client.images.remove(tag)


@pytest.fixture(scope="module")
def start_once(client: docker.DockerClient) -> Iterator[Start]:
    """Starts containers that live as long as the module's tests."""
    yield from _starter(client)


@pytest.fixture
def start(client: docker.DockerClient) -> Iterator[Start]:
    """Starts containers that live as long as one test."""
    yield from _starter(client)


def _starter(client: docker.DockerClient) -> Iterator[Start]:
    created: list[Running] = []

    def start(image: str, **how: object) -> Running:
        tag = ensure([image], folders={}, client=client)[image].tag
        running = create(client, tag, **how)  # type: ignore[arg-type]
        created.append(running)
        running.container.start()
        return running

    yield start
    for running in created:
        running.container.remove(force=True, v=True)
