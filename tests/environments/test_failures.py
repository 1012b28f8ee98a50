"""Bad luck through the command: what failed, why, what to do; quickly, and nothing half-built stays."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import docker
import pytest
from docker.errors import NotFound

from environments.containers.node import NodeFailed
from environments.nodes import CommandProbe, Probes, TcpProbe
from tests.environments.commanding import left, run
from tests.environments.standing import Standing
from tests.environments.written import Services, application, definition

pytestmark = pytest.mark.integration

Up = Callable[[Services], subprocess.CompletedProcess[str]]


@pytest.fixture
def failing_up(engine: docker.DockerClient, new_name: Callable[[], str], tmp_path: Path) -> Up:
    """Brings up what cannot stand; whatever the reason, nothing of it may stay."""

    def up(services: Services) -> subprocess.CompletedProcess[str]:
        name = new_name()
        answer = run("env", "up", str(definition(tmp_path, services)), "--name", name)
        assert answer.returncode == 69, answer.stderr
        assert "Traceback" not in answer.stderr
        assert "what to do: " in answer.stderr
        assert left(engine, name) == []
        return answer

    return up


@pytest.mark.usefixtures("shop")  # its images are built: how long that takes is no matter of this test
@pytest.mark.parametrize(
    ("process", "status"), [("crash", 4), ("silent-crash", 5), ("unprepared", 3)],
    ids=["with a port", "without a probe", "once"],
)  # fmt: skip
def test_a_container_that_ends_at_once_shows_its_log_not_a_time_out(
    failing_up: Up, process: str, status: int
) -> None:
    began = time.monotonic()
    said = failing_up({process: application(process)}).stderr
    assert time.monotonic() - began < 40, "the probe's deadline was not waited for"
    assert f"{process}-1 ended" in said
    assert f"status {status}" in said
    assert "the reason stands here" in said


def test_a_node_that_ran_out_of_memory_is_told_so(failing_up: Up) -> None:
    said = failing_up({"hungry": application("hungry", memory="32MiB")}).stderr
    assert "hungry-1 ended" in said
    assert "out of memory" in said


def test_a_database_that_refuses_to_start_shows_its_own_words(failing_up: Up) -> None:
    said = failing_up({"store": {"kind": "postgres", "settings": {"work_mem": "plenty"}}}).stderr
    assert "store-1 ended" in said
    assert 'invalid value for parameter "work_mem": "plenty"' in said


def test_what_others_started_goes_too_when_one_fails(failing_up: Up) -> None:
    services = {
        "web": application("web", nodes=2),
        "deaf": application("deaf"),
        "crash": application("crash"),
    }
    began = time.monotonic()
    said = failing_up(services).stderr
    assert "crash-1 ended" in said
    assert time.monotonic() - began < 40, "nobody waited for the node that is deaf"


def test_a_node_that_does_not_get_ready_says_what_was_waited_for(
    engine: docker.DockerClient, shop: Standing
) -> None:
    environment = shop.attach()
    web = environment.instance.topology.node("web-1")
    deaf = replace(web, name="deaf-1", probes=Probes(ready=TcpProbe(port=9), deadline=0.5))
    with pytest.raises(NodeFailed, match=r"deaf-1: waited \d+ s for port 9 to accept") as caught:
        environment.start(deaf)
    assert any("serving" in line for line in caught.value.detail), "its log"
    with pytest.raises(NotFound):
        engine.containers.get(environment.instance.resource("deaf-1"))


def test_a_probe_may_read_the_node_s_own_secret_and_what_it_says_is_told(
    engine: docker.DockerClient, shop: Standing
) -> None:
    environment = shop.attach()
    keeper = environment.instance.topology.node("keeper-1")
    (secret,) = keeper.attachments.secrets
    ask = CommandProbe(command=("bash", "-c", f"test -r {secret.path} && echo can be read; false"))
    closed = replace(keeper, name="closed-1", probes=Probes(ready=ask, deadline=0.5))
    with pytest.raises(NodeFailed, match="; it says: can be read"):
        environment.start(closed)
    with pytest.raises(NotFound):
        engine.containers.get(environment.instance.resource("closed-1"))


PLATFORM = """\
platform: broken
processes:
  web: {image: app, port: 80}
"""
DEFINITION = """\
definition: broken
platform: broken
entry: web
services:
  web: {kind: application, process: web}
"""


def broken_platform(folder: Path) -> Path:
    """A platform whose image says thirty lines and then fails."""
    (folder / "broken" / "app").mkdir(parents=True)
    (folder / "broken/app/Dockerfile").write_text(
        "FROM peakproof/python\nRUN for n in $(seq 30); do echo said $n; done; exit 7\n"
    )
    (folder / "broken/platform.yaml").write_text(PLATFORM)
    path = folder / "broken.yaml"
    path.write_text(DEFINITION)
    return path


def test_an_image_that_cannot_be_built_shows_its_last_20_lines(
    engine: docker.DockerClient, new_name: Callable[[], str], tmp_path: Path
) -> None:
    name = new_name()
    answer = run("env", "up", str(broken_platform(tmp_path)), "--name", name)
    assert answer.returncode == 69, answer.stderr
    assert "the image broken/app could not be built" in answer.stderr
    said = [int(number) for number in re.findall(r"^ *said (\d+)$", answer.stderr, re.MULTILINE)]
    assert said == list(range(31 - len(said), 31)), "the last ones"
    assert 18 <= len(said) <= 20
    assert "what to do: " in answer.stderr
    assert left(engine, name) == []


@contextmanager
def listening_on(port: int) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", port)):
        yield


def test_a_port_that_was_taken_in_the_meantime_is_named(
    engine: docker.DockerClient, new_name: Callable[[], str], tmp_path: Path
) -> None:
    name = new_name()
    path = definition(tmp_path, {"front": {"kind": "haproxy", "to": "web"}, "web": application("web")})
    assert run("env", "up", str(path), "--name", name).returncode == 0
    before = left(engine, name)
    door = engine.containers.get(f"peakproof-{name}-door-1")
    ((binding,),) = [bindings for bindings in door.ports.values() if bindings]
    door.stop(timeout=2)
    with listening_on(int(binding["HostPort"])):
        answer = run("env", "up", str(path), "--name", name)
    assert answer.returncode == 69, answer.stderr
    assert "a port on this machine is taken (while starting door-1)" in answer.stderr
    assert binding["HostPort"] in answer.stderr
    assert "ss -ltnp" in answer.stderr
    standing = [thing for thing in before if "lease" not in thing and "manifest" not in thing]
    assert set(standing) <= set(left(engine, name)), "what stood before stays"
    assert run("env", "up", str(path), "--name", name).returncode == 0, "once the port is free again"
