"""The set-up of Docker, decided on a machine of its own: a container with stubs for apt and dockerd.

The stub dockerd answers like an engine. What Debian's real packages do is in test_bare_machine.py.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest
from docker.models.containers import Container

from environments.docker_client import connect
from environments.images import ensure

pytestmark = pytest.mark.integration

SCRIPTS = ("machine.sh", "docker-engine")
DOCKERD = """#!/usr/bin/python3
import os, socket
open("/var/run/docker.pid", "w").write(str(os.getpid()))
server = socket.socket(socket.AF_UNIX)
if os.path.exists("/var/run/docker.sock"): os.unlink("/var/run/docker.sock")
server.bind("/var/run/docker.sock")
os.chmod("/var/run/docker.sock", 0o660)
server.listen()
while True:
    client, _ = server.accept()
    client.recv(1000)
    client.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nOK")
    client.close()
"""
BROKEN_DOCKERD = "#!/bin/sh\necho 'failed to start: no cgroups'\nexit 1\n"
# Installing brings the dockerd that the test has laid out.
APT = """#!/bin/sh
echo "$@" >> /tmp/apt
case "$*" in *install*docker.io*)
    cp /tmp/dockerd /usr/local/sbin/dockerd
    cp /bin/true /usr/local/sbin/debootstrap;;
esac
"""
BROKEN_APT = "#!/bin/sh\necho 'E: Unable to locate package docker.io'\nexit 100\n"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the script said, and how it ended."""

    status: int
    said: list[str]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A throw-away machine; `set_up` runs scripts/docker-engine on it."""

    container: Container

    def put(self, path: str, text: str, mode: int = 0o755) -> None:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            member = tarfile.TarInfo(path.lstrip("/"))
            member.size, member.mode = len(text.encode()), mode
            archive.addfile(member, io.BytesIO(text.encode()))
        self.container.put_archive("/", packed.getvalue())

    def run(self, command: str, user: str = "root", **environment: str) -> Answer:
        status, output = self.container.exec_run(["bash", "-c", command], user=user, environment=environment)
        assert isinstance(status, int)
        assert isinstance(output, bytes)
        return Answer(status=status, said=output.decode().splitlines())

    def set_up(self, user: str = "root", **environment: str) -> Answer:
        return self.run("/project/scripts/docker-engine", user, **environment)

    def start_engine(self) -> None:
        """As a healthy machine has it: installed and running."""
        self.put("/usr/local/sbin/dockerd", DOCKERD)
        self.put("/usr/local/sbin/debootstrap", "#!/bin/sh\n")
        assert self.set_up().status == 0


@pytest.fixture(scope="module")
def image() -> str:
    """An image with bash and Python, but no engine."""
    return ensure(["python"], folders={}, client=connect())["python"].id


@pytest.fixture
def machine(image: str, root: Path) -> Iterator[Machine]:
    client: docker.DockerClient = connect()
    container = client.containers.run(
        image, ["sleep", "infinity"], detach=True, init=True, network_mode="none", user="root"
    )
    try:
        machine = Machine(container=container)
        for name in SCRIPTS:
            machine.put(f"/project/scripts/{name}", (root / "scripts" / name).read_text())
        machine.put("/usr/local/sbin/apt-get", APT)
        machine.put("/tmp/dockerd", DOCKERD)
        yield machine
    finally:
        container.remove(force=True, v=True)


def test_where_there_is_none_it_is_installed_and_started_and_a_second_run_is_silent(machine: Machine) -> None:
    first = machine.set_up()
    assert (first.status, len(first.said)) == (0, 2)
    assert first.said[0].startswith("setup: installing docker.io debootstrap debian-archive-keyring")
    assert first.said[1].startswith(
        "setup: starting Docker Engine (dockerd in the background, log in /var/log/"
    )
    assert machine.set_up() == Answer(status=0, said=[])


def test_what_is_installed_brings_no_more_than_it_needs(machine: Machine) -> None:
    machine.set_up()
    install = next(line for line in machine.run("cat /tmp/apt").said if "install" in line)
    assert {"--yes", "--no-install-recommends", "docker.io"} <= set(install.split())


def test_the_engine_outlives_the_shell_that_started_it(machine: Machine) -> None:
    machine.start_engine()
    [pid] = machine.run("cat /var/run/docker.pid").said
    [ids] = machine.run(f"cut -d' ' -f5,6 /proc/{pid}/stat").said
    assert ids.split() == [pid, pid], "a process group and a session of its own"
    open_files = "\n".join(machine.run(f"ls -l /proc/{pid}/fd").said)
    assert "0 -> /dev/null" in open_files
    assert open_files.count("/var/log/dockerd.log") == 2


@pytest.mark.parametrize("pid", ["1", "999999"], ids=["of another program", "of nobody"])
def test_a_stale_pid_file_is_no_obstacle(machine: Machine, pid: str) -> None:
    machine.put("/usr/local/sbin/dockerd", DOCKERD)
    machine.put("/var/run/docker.pid", pid)
    answer = machine.set_up()
    assert answer.status == 0
    assert f"setup: removing /var/run/docker.pid: process {pid} is not dockerd" in answer.said


def test_a_running_engine_is_left_alone(machine: Machine) -> None:
    machine.start_engine()
    before = machine.run("cat /var/run/docker.pid").said
    assert machine.set_up().said == []
    assert machine.run("cat /var/run/docker.pid").said == before


def test_a_user_who_may_not_install_is_told_what_to_do_in_one_line(machine: Machine) -> None:
    answer = machine.set_up("app")
    assert (answer.status, len(answer.said)) == (69, 1)
    assert "sudo apt-get install docker.io" in answer.said[0]


def test_a_user_who_may_not_start_a_stopped_engine_is_told_what_to_do_in_one_line(machine: Machine) -> None:
    machine.put("/usr/local/sbin/dockerd", DOCKERD)
    answer = machine.set_up("app")
    assert (answer.status, len(answer.said)) == (69, 1)
    assert "sudo systemctl start docker" in answer.said[0]


def test_a_user_outside_the_group_is_told_how_to_join_it(machine: Machine) -> None:
    machine.start_engine()
    answer = machine.set_up("app")
    assert (answer.status, len(answer.said)) == (69, 1)
    assert "sudo usermod --append --groups docker app" in answer.said[0]


def test_an_engine_that_ends_at_once_is_shown_with_its_last_lines(machine: Machine) -> None:
    machine.put("/usr/local/sbin/dockerd", BROKEN_DOCKERD)
    answer = machine.set_up()
    assert answer.status == 69
    assert "failed to start: no cgroups" in answer.said
    assert "did not come up" in answer.said[-1]


def test_a_package_that_cannot_be_installed_is_shown_with_what_apt_said(machine: Machine) -> None:
    machine.put("/usr/local/sbin/apt-get", BROKEN_APT)
    answer = machine.set_up()
    assert answer.status == 69
    assert "E: Unable to locate package docker.io" in answer.said
    assert "could not be installed" in answer.said[-1]


def test_an_engine_named_by_docker_host_is_never_replaced_by_another(machine: Machine) -> None:
    answer = machine.set_up(DOCKER_HOST="unix:///nowhere.sock")
    assert (answer.status, len(answer.said)) == (69, 1)
    assert "DOCKER_HOST=unix:///nowhere.sock" in answer.said[0]
    assert machine.run("cat /tmp/apt").status != 0


def test_an_engine_on_another_machine_is_its_owners(machine: Machine) -> None:
    assert machine.set_up(DOCKER_HOST="ssh://jo@build") == Answer(status=0, said=[])
