"""Testcontainers as a library alone: none of its own settings are read, and it logs in nowhere.

A company sets them for its own tests: a prefix for images, a registry's password, another engine. Our images
are built on this engine, and the client is the one that the command connected.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import docker

_SETTINGS = ("TC_", "TESTCONTAINERS_", "RYUK_", "DOCKER_AUTH_CONFIG", "HOME")


@contextmanager
def _unset() -> Iterator[None]:
    """Without the variables, and without the home folder in which Testcontainers' own file lies."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(_SETTINGS)}
    os.environ["HOME"] = os.devnull
    try:
        yield
    finally:
        del os.environ["HOME"]
        os.environ.update(hidden)


with _unset():  # they are read, and refused where they are no numbers, when the module is imported
    from testcontainers.core import container as _containers
    from testcontainers.core.docker_client import DockerClient


class _Client(DockerClient):
    """Testcontainers' client around one that is connected already."""

    # Any: what Testcontainers itself passes on to docker-py.
    def __init__(self, given: docker.DockerClient | None = None, **kwargs: Any) -> None:  # noqa: ANN401
        if given is None:
            super().__init__(**kwargs)
        else:
            self.client = given


# The base class makes its client itself, by this name.
_containers.DockerClient = _Client  # type: ignore[attr-defined]


class BareContainer(_containers.DockerContainer):
    """A Testcontainer of exactly that image, on exactly that engine."""

    def __init__(self, image: str, client: docker.DockerClient) -> None:
        super().__init__(image, docker_client_kw={"given": client})
        self.image = image
