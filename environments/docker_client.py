"""Connections to Docker Engines. Negotiates the API's version; starts and installs nothing."""

from __future__ import annotations

import os

import docker

from environments.docker_errors import mapped

CLIENT = "docker"
"""The command-line client of this machine."""
# A build step or a stop may keep silent for a while; an engine that says nothing for this long is not well.
_TIMEOUT_S = 120
# An environment's nodes start concurrently, each on a connection of its own.
_POOL = 32


def connect(url: str | None = None) -> docker.DockerClient:
    """A client of the engine at `url`, else at DOCKER_HOST, else of this machine's. SSH is forwarded before.

    Raises Unavailable at once where no engine answers.
    """
    # A DOCKER_HOST that leads astray is told as such: starting this machine's engine would not help.
    told = os.environ.get("DOCKER_HOST")
    with mapped(f"connecting to {url or (f'DOCKER_HOST={told}' if told else 'Docker Engine')}"):
        if url is None:
            return docker.from_env(timeout=_TIMEOUT_S, max_pool_size=_POOL)
        return docker.DockerClient(base_url=url, timeout=_TIMEOUT_S, max_pool_size=_POOL)


def socket_of(engine: docker.DockerClient) -> str | None:
    """The socket of an engine; None for one that DOCKER_HOST names otherwise, as the client reads it too.

    It is named to the command-line client because that has contexts of its own, which may lead elsewhere.
    """
    adapter = engine.api.get_adapter(engine.api.base_url)
    path: str | None = getattr(adapter, "socket_path", None)
    return path
