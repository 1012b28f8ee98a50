"""Starts the reaper: one container per Docker host that removes what has no valid lease, then itself."""

from __future__ import annotations

import contextlib
import time
from datetime import datetime
from pathlib import Path

import docker
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from environments import labels
from environments.containers.files import archive
from environments.docker_errors import mapped

AGENT = Path(__file__).resolve().parent.parent / "agent"
NAME = "peakproof-reaper"
VERSION = 4
"""Goes up when an older reaper would not do what this version's objects need: it is then replaced."""
SOCKET = "/var/run/docker.sock"
CONFLICT = 409
_TRIES = 5
_START_SECONDS = 20.0


def ensure(client: docker.DockerClient, image: str) -> None:
    """A running reaper on this Docker host; the name makes it the only one."""
    with mapped("starting the reaper"):
        for attempt in range(1, _TRIES + 1):
            try:
                _ensure_once(client, image)
            except NotFound:
                # Two commands may start it at once, and it goes by itself when there is nothing to do.
                if attempt == _TRIES:
                    raise
            else:
                return


def _ensure_once(client: docker.DockerClient, image: str) -> None:
    try:
        container = client.containers.get(NAME)
    except NotFound:
        _start(client, image)
        return
    if _is_current(container) and (container.status == "running" or _being_started(container)):
        return
    with contextlib.suppress(NotFound, APIError):
        container.remove(force=True, v=True)
    _start(client, image)


def _is_current(container: Container) -> bool:
    return int(container.labels.get(labels.VERSION, "1")) >= VERSION


def _being_started(container: Container) -> bool:
    """Whether another command has just made it; one that died over it is not waited for."""
    made = datetime.fromisoformat(container.attrs["Created"][:19] + "+00:00").timestamp()
    return bool(container.status == "created") and time.time() - made < _START_SECONDS


def _start(client: docker.DockerClient, image: str) -> None:
    try:
        container = client.containers.create(
            image,
            command=["python3", "-u", "/agent/reaper.py"],
            name=NAME,
            labels={labels.OWNER: labels.ENV, labels.KIND: "reaper", labels.VERSION: str(VERSION)},
            network_mode="none",
            user="0",
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            mem_limit="64m",
            init=True,
            restart_policy={"Name": "always"},
            volumes={SOCKET: {"bind": SOCKET, "mode": "rw"}},
        )
    except APIError as error:
        if error.status_code == CONFLICT:
            return  # another command was first
        raise
    container.put_archive("/", archive(agent_files(), owner=0))
    container.start()


def agent_files() -> list[tuple[str, bytes, int]]:
    """The programs that run beside the Docker socket: standard library only."""
    return [(f"/agent/{path.name}", path.read_bytes(), 0o644) for path in sorted(AGENT.glob("*.py"))]
