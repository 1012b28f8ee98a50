"""What fails or is killed in the middle: it says why, and the next `up` heals what it left."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from environments import wanted
from foundation.errors import ExitCode
from tests.environments import commanding
from tests.environments.written import Services, application, definition
from tests.infra.stacks import Stacks

pytestmark = [pytest.mark.integration, pytest.mark.pulumi_engine]

FOLLOWER: Services = {"prepare": application("prepare"), "follower": application("follower")}


def test_a_once_node_that_fails_stops_what_needs_it_and_says_why(stacks: Stacks, tmp_path: Path) -> None:
    failing = definition(tmp_path, {**FOLLOWER, "prepare": application("unprepared")}, entry="follower")
    with stacks.new() as name:
        up = ("infra", "up", str(failing), "--name", name, "--yes")
        ended = commanding.run(*up, env=stacks.environment())
        assert ended.returncode == ExitCode.UNAVAILABLE
        assert "error: prepare-1 ended with status 3" in ended.stderr
        assert "the reason stands here" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert "Exception ignored" not in ended.stderr
        assert "follower-1" not in stacks.containers(name)
        mended = str(definition(tmp_path, FOLLOWER, entry="follower"))
        nodes = stacks.told("up", mended, "--name", name, "--yes")["nodes"]
        assert nodes == {"prepare-1": "ended with status 0", "follower-1": "healthy"}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every node has three seconds to become ready."""
    patient = wanted.read

    def read(definition: str, *, site: str, name: str | None, beside: Path) -> wanted.Wanted:
        found = patient(definition, site=site, name=name, beside=beside)
        nodes = tuple(
            replace(node, probes=replace(node.probes, deadline=3.0)) for node in found.topology.nodes
        )
        return replace(found, topology=replace(found.topology, nodes=nodes))

    monkeypatch.setattr(wanted, "read", read)


@pytest.mark.usefixtures("impatient")
def test_a_node_that_is_never_ready_says_why_and_is_made_anew(stacks: Stacks, tmp_path: Path) -> None:
    deaf: Services = {"web": application("deaf")}
    with stacks.new() as name:
        ended = stacks.run("up", str(definition(tmp_path, deaf)), "--name", name, "--yes")
        assert ended.returncode == ExitCode.UNAVAILABLE
        assert "error: web-1 was not ready in time" in ended.stderr
        assert "sleeping" in ended.stderr
        again = stacks.told("preview", str(definition(tmp_path, deaf)), "--name", name)
        assert [(each["name"], each["op"]) for each in again["changes"]] == [("web-1", "replace")]  # type: ignore[attr-defined]


@contextmanager
def at_work(stacks: Stacks, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command in a process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for variable, text in stacks.environment().items():
            patch.setenv(variable, text)
        process = commanding.begin(*commanding.COMMAND, "infra", *arguments)
    with process:
        yield process
        process.kill()


def test_after_a_kill_the_next_up_heals(stacks: Stacks, tmp_path: Path) -> None:
    path = str(definition(tmp_path, {"web": application("web", nodes=2)}))
    with stacks.new() as name:
        with at_work(stacks, "up", path, "--name", name, "--yes") as up:
            commanding.eventually(lambda: stacks.containers(name), within=60, what="a first container")
            up.send_signal(signal.SIGKILL)
        healed = stacks.run("up", path, "--name", name, "--yes")
        assert healed.returncode == ExitCode.OK, healed.stderr
        states = {each.status for each in stacks.containers(name).values()}
        assert (len(stacks.containers(name)), states) == (2, {"running"})
        assert "nothing to change" in stacks.run("up", path, "--name", name).stderr


def test_what_a_dead_engine_left_is_made_anew_and_said(stacks: Stacks, tmp_path: Path) -> None:
    path = str(definition(tmp_path, {"web": application("web", nodes=2)}))
    with stacks.new() as name:
        with at_work(stacks, "up", path, "--name", name, "--yes") as up:
            commanding.eventually(lambda: stacks.containers(name), within=60, what="a first container")
            for process in (*children(up.pid), up.pid):
                os.kill(process, signal.SIGKILL)
        healed = stacks.run("up", path, "--name", name, "--yes")
        assert healed.returncode == ExitCode.OK, healed.stderr
        assert "is gone: its lock is removed" in healed.stderr
        assert "cut off" in healed.stderr
        assert stacks.run("destroy", name, "--yes").returncode == ExitCode.OK
        assert commanding.left(stacks.client, name) == []


def children(process: int) -> list[int]:
    """The processes that it started: here, the engine."""
    listed = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for path in listed for child in path.read_text().split()]
