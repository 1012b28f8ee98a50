"""A bare Debian machine sets itself up with Debian's real packages. Needs apt's mirrors."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from docker.models.containers import Container

from environments.docker_client import connect
from environments.images import ensure

pytestmark = pytest.mark.prove

# What a Docker Engine inside a container needs, named one by one: --privileged is refused on some machines.
CAPABILITIES = ["SYS_ADMIN", "NET_ADMIN", "NET_RAW", "SYS_PTRACE", "SYS_NICE", "MKNOD", "AUDIT_WRITE"]


@pytest.fixture
def bare(root: Path) -> Iterator[Container]:
    """Debian with Python and nothing else, and the project's scripts in /project."""
    client = connect()
    image = ensure(["python"], folders={}, client=client)["python"].id
    made = client.api.create_container(
        image,
        ["sleep", "infinity"],
        user="root",
        volumes=["/var/lib/docker"],
        host_config=like_a_host(client),
    )
    container = client.containers.get(made["Id"])
    try:
        container.start()
        container.put_archive("/", packed(root / "scripts", "project/scripts"))
        yield container
    finally:
        container.remove(force=True, v=True)


def like_a_host(client: docker.DockerClient) -> dict[str, object]:
    """Rights of a whole machine; the paths that Docker hides from containers are open."""
    rights = client.api.create_host_config(
        init=True,
        cap_add=CAPABILITIES,
        security_opt=["seccomp=unconfined", "apparmor=unconfined"],
        device_cgroup_rules=["a *:* rwm"],
        binds=["/sys/fs/cgroup:/sys/fs/cgroup:rw"],
    )
    return {**rights, "MaskedPaths": [], "ReadonlyPaths": []}


def packed(folder: Path, name: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(folder, arcname=name)
    return buffer.getvalue()


def said(container: Container, command: str) -> list[str]:
    status, output = container.exec_run(["bash", "-c", command])
    assert isinstance(output, bytes)
    assert status == 0, output.decode()
    return output.decode().splitlines()


def test_debians_engine_is_installed_and_started_and_survives_a_crash(bare: Container) -> None:
    assert said(bare, "/project/scripts/docker-engine")[-1].startswith("setup: starting Docker Engine")
    assert said(bare, "/project/scripts/docker-engine") == []
    # As after a power cut: both processes gone, both pid files left.
    said(
        bare,
        "for file in /var/run/docker.pid /var/run/docker/containerd/*.pid; do kill -9 $(cat $file); done",
    )
    assert "setup: starting Docker Engine" in said(bare, "/project/scripts/docker-engine")[-1]
    assert said(bare, "/project/scripts/docker-engine") == []
