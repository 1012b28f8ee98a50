"""A real sandbox: bare hosts that SSH reaches, that come back when stopped, of which nothing is left."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import docker
import pytest

from foundation.errors import InputError, Refused
from playbooks import sandbox
from playbooks.sandbox.describing import HOST, LABEL, Sandbox, folder

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def engine() -> Iterator[docker.DockerClient]:
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture(scope="module")
def box(engine: docker.DockerClient) -> Iterator[Sandbox]:
    name = f"t-{uuid4().hex[:6]}"
    yield sandbox.up(engine, name, 2)
    sandbox.down(engine, name)


def said(box: Sandbox, host: str, command: str) -> str:
    """What a command prints there, by SSH as the sandbox's own settings have it."""
    done = subprocess.run(
        ["ssh", "-F", str(box.ssh_config), "-o", "BatchMode=yes", host, command],
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def containers(engine: docker.DockerClient, box: Sandbox) -> dict[str, str]:
    """Host -> the id of its container."""
    found = engine.containers.list(all=True, filters={"label": f"{LABEL}={box.name}"})
    return {one.labels[HOST]: str(one.id) for one in found if HOST in one.labels}


def test_a_host_is_bare_and_its_user_may_do_all(box: Sandbox) -> None:
    first, second = box.hosts
    assert said(box, first, "hostname") == first
    assert said(box, second, "sudo id -u") == "0"
    assert said(box, first, "command -v docker || echo none") == "none"
    failed = said(box, first, "systemctl is-system-running --wait || systemctl --failed --no-legend")
    assert failed == "running"


def test_the_machines_own_control_groups_stay_as_they_are(box: Sandbox) -> None:
    """A hierarchy more would be in the groups of every process here: see playbooks/sandbox/cgroups.py."""
    assert box.hosts
    mounted = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    known = {word for fields in mounted if fields[2] == "cgroup" for word in fields[3].split(",")}
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    used = {name for line in lines for name in line.split(":")[1].split(",") if name}
    assert used <= known


def test_root_does_not_log_in_and_a_stranger_is_not_trusted(box: Sandbox) -> None:
    first = next(iter(box.hosts))
    command = ["ssh", "-F", str(box.ssh_config), "-o", "BatchMode=yes"]
    root = subprocess.run([*command, f"root@{first}", "true"], capture_output=True, text=True, timeout=20)
    assert "Permission denied" in root.stderr
    other = ["-o", "UserKnownHostsFile=/dev/null", first, "true"]
    stranger = subprocess.run([*command, *other], capture_output=True, text=True, timeout=20)
    assert "Host key verification failed" in stranger.stderr


def test_hosts_reach_each_other_and_their_packages(box: Sandbox) -> None:
    first, second = box.hosts
    said(box, first, f"timeout 2 bash -c 'exec 3<>/dev/tcp/{box.hosts[second]}/22'")
    said(box, first, f"timeout 2 bash -c 'exec 3<>/dev/tcp/{box.packages}/3142'")


def test_up_again_keeps_what_runs_and_starts_what_is_stopped(
    engine: docker.DockerClient, box: Sandbox
) -> None:
    before, first = containers(engine, box), next(iter(box.hosts))
    said(box, first, "touch here")
    engine.containers.get(before[first]).kill()
    assert sandbox.up(engine, box.name, 2) == box
    assert containers(engine, box) == before
    assert said(box, first, "ls") == "here"


def test_half_of_one_is_refused_with_what_to_do(engine: docker.DockerClient, box: Sandbox) -> None:
    with pytest.raises(Refused, match=f"another sandbox {box.name} stands here") as caught:
        sandbox.up(engine, box.name, 3)
    assert caught.value.hint is not None
    assert f"sandbox down --name {box.name}" in caught.value.hint


@pytest.mark.parametrize(("name", "count"), [("a/b", 1), ("", 1), ("t", 0), ("t", 10)])
def test_what_cannot_be_made_is_told(engine: docker.DockerClient, name: str, count: int) -> None:
    with pytest.raises(InputError, match="no sandbox"):
        sandbox.up(engine, name, count)


def test_nothing_is_left_of_one_that_was_taken_down(engine: docker.DockerClient) -> None:
    name = f"t-{uuid4().hex[:6]}"
    made = sandbox.up(engine, name, 1)
    (container,) = containers(engine, made).values()
    attached = engine.containers.get(container).attrs["Mounts"]
    volumes = {mount["Name"] for mount in attached if mount["Type"] == "volume"}
    assert volumes, "a host's engine has a volume of its own"
    assert sandbox.down(engine, name) == 3
    assert containers(engine, made) == {}
    assert not engine.networks.list(names=[made.network])
    assert not {volume.name for volume in engine.volumes.list()} & volumes
    assert not folder(name).exists()
    assert sandbox.down(engine, name) == 0
