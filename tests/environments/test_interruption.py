"""A command that ends before its time leaves nothing: at once after Ctrl-C, after its lease when killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest

from environments import labels
from tests.environments.commanding import COMMAND, begin, eventually, left, run
from tests.environments.written import application, definition

pytestmark = pytest.mark.integration

Start = Callable[..., subprocess.Popen[str]]


def starts_node(engine: docker.DockerClient, name: str) -> bool:
    """Whether a node of the environment runs."""
    return bool(engine.containers.list(filters={**labels.ours(name, "node"), "status": "running"}))


def ended(process: subprocess.Popen[str]) -> str:
    """What the process said, once it is over."""
    return process.communicate(timeout=40)[1]


@pytest.fixture
def started() -> Iterator[Start]:
    """Begins processes, and ends those that the test left."""
    processes: list[subprocess.Popen[str]] = []

    def start(*program: str) -> subprocess.Popen[str]:
        processes.append(begin(*program))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def busy(
    engine: docker.DockerClient, started: Start, new_name: Callable[[], str], tmp_path: Path
) -> tuple[str, Path, subprocess.Popen[str]]:
    """An `up` in the middle of its work: more nodes than start at once, and none gets ready."""
    name = new_name()
    path = definition(tmp_path, {"deaf": application("deaf", nodes=9)})
    process = started(*COMMAND, "env", "up", str(path), "--name", name)
    eventually(lambda: starts_node(engine, name), within=60, what="a node of the environment runs")
    return name, path, process


def test_while_one_command_works_another_is_refused_and_ctrl_c_leaves_nothing(
    engine: docker.DockerClient, busy: tuple[str, Path, subprocess.Popen[str]]
) -> None:
    name, path, process = busy
    for other in (("up", str(path), "--name", name), ("down", name)):
        refused = run("env", *other)
        assert refused.returncode == 5, refused.stderr
        assert f"is being changed by process {process.pid} on" in refused.stderr
        assert "what to do: wait for it" in refused.stderr
    assert process.poll() is None, "the first is not disturbed"
    process.send_signal(signal.SIGINT)
    said = ended(process)
    assert process.returncode == 130, said
    assert "interrupted" in said
    assert "Traceback" not in said
    assert left(engine, name) == []


def test_a_command_that_was_killed_leaves_nothing_once_its_lease_is_over(
    engine: docker.DockerClient, started: Start, new_name: Callable[[], str], tmp_path: Path
) -> None:
    name = new_name()
    path = definition(tmp_path, {"web": application("web")})
    process = started(sys.executable, "-m", "tests.environments.building_by_hand", str(path), name, "6")
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n", ended(process)
    assert len(left(engine, name)) == 7
    process.kill()
    process.communicate()
    eventually(lambda: left(engine, name) == [], within=40, what="the reaper removed everything")


def test_a_lease_is_renewed_for_as_long_as_the_command_works(
    engine: docker.DockerClient, started: Start, new_name: Callable[[], str], tmp_path: Path
) -> None:
    name = new_name()
    path = definition(tmp_path, {"web": application("web")})
    process = started(sys.executable, "-m", "tests.environments.building_by_hand", str(path), name, "3")
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n", ended(process)
    seen: set[str] = set()

    def renewed_often() -> bool:
        seen.update(thing for thing in left(engine, name) if "-lease-" in thing)
        return len(seen) >= 5  # at a second each, it has outlived its first lease

    eventually(renewed_often, within=30, what="the lease was renewed four times")
    assert starts_node(engine, name)
    process.send_signal(signal.SIGINT)
    ended(process)
