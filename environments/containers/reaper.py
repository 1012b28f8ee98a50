"""Starts the reaper: one container per Docker host that removes what has no valid lease, then itself."""

from __future__ import annotations

import contextlib
from pathlib import Path

import docker
from docker.errors import APIError, NotFound

from environments.containers import labels
from environments.containers.files import archive
from environments.docker_errors import mapped

AGENT = Path(__file__).resolve().parent.parent / "agent"
NAME = "peakproof-reaper"
SOCKET = "/var/run/docker.sock"
CONFLICT = 409


def ensure(client: docker.DockerClient, image: str) -> None:
    """A running reaper on this Docker host; the name makes it the only one."""
    with mapped("starting the reaper"):
        try:
            container = client.containers.get(NAME)
        except NotFound:
            _start(client, image)
            return
        if container.status != "running":
            with contextlib.suppress(NotFound, APIError):
                container.remove(force=True)
            _start(client, image)


def _start(client: docker.DockerClient, image: str) -> None:
    try:
        container = client.containers.create(
            image,
            command=["python3", "-u", "/agent/reaper.py"],
            name=NAME,
            labels={labels.OWNER: labels.ENV, labels.KIND: "reaper"},
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
