"""What `infra` refuses, and in which words: nothing is made before everything is known to be right."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docker
import pytest

from environments.containers import leases, removing
from foundation.errors import ExitCode
from infra import backend, engine
from tests.environments import commanding
from tests.environments.written import application, definition
from tests.infra.stacks import PASSPHRASE, Stacks

pytestmark = [pytest.mark.integration, pytest.mark.pulumi_engine]


@pytest.fixture
def alone(tmp_path: Path) -> str:
    """The smallest definition: one node."""
    return str(definition(tmp_path, {"web": application("web")}))


@pytest.fixture(scope="module")
def stack(stacks: Stacks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A stack of one node that stands."""
    path = definition(tmp_path_factory.mktemp("alone"), {"web": application("web")})
    with stacks.new() as name:
        up = stacks.run("up", str(path), "--name", name, "--yes")
        assert up.returncode == ExitCode.OK, up.stderr
        yield name
        destroyed = stacks.run("destroy", name, "--yes")
        assert destroyed.returncode == ExitCode.OK, destroyed.stderr


def test_another_passphrase_does_not_open_the_state(stacks: Stacks, stack: str) -> None:
    ended = stacks.run("status", stack, PULUMI_CONFIG_PASSPHRASE="another")
    assert ended.returncode == ExitCode.INPUT
    assert f"the passphrase does not open the state of '{stack}'" in ended.stderr


def test_a_passphrase_is_taken_from_a_file(stacks: Stacks, stack: str, tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE + "\n")
    others = {name: text for name, text in stacks.variables.items() if name != backend.PASSPHRASE}
    ended = replace(stacks, variables=others).run("status", stack, PULUMI_CONFIG_PASSPHRASE_FILE=str(file))
    assert ended.returncode == ExitCode.OK, ended.stderr


def test_without_a_passphrase_and_a_terminal_it_says_how_to_give_one(stacks: Stacks, stack: str) -> None:
    others = {name: text for name, text in stacks.variables.items() if name != backend.PASSPHRASE}
    ended = replace(stacks, variables=others).run("status", stack)
    assert ended.returncode == ExitCode.INPUT
    assert "the state is encrypted, and no passphrase was given" in ended.stderr
    assert "set PULUMI_CONFIG_PASSPHRASE_FILE" in ended.stderr


def test_nothing_is_done_before_it_is_confirmed(stacks: Stacks, alone: str) -> None:
    with stacks.new() as name:
        ended = stacks.run("up", alone, "--name", name)
        assert ended.returncode == ExitCode.INPUT
        assert "--yes agrees" in ended.stderr
        assert stacks.containers(name) == {}
        assert stacks.run("status", name).returncode == ExitCode.INPUT


def test_a_preview_of_what_was_never_there_leaves_no_stack(stacks: Stacks, alone: str) -> None:
    with stacks.new() as name:
        told = stacks.told("preview", alone, "--name", name)
        assert {each["op"] for each in told["changes"]} == {"create"}  # type: ignore[attr-defined]
        assert stacks.run("status", name).returncode == ExitCode.INPUT


def test_production_asks_for_its_name(stacks: Stacks, tmp_path: Path) -> None:
    path = definition(tmp_path, {"web": application("web")})
    path.write_text(f"{path.read_text()}\nclass: production\n")
    with stacks.new() as name:
        waived = ("--name", name, "--waive", "host-loss")
        ended = stacks.run("up", str(path), *waived, "--yes")
        assert ended.returncode == ExitCode.INPUT
        assert f"--confirm {name}" in ended.stderr
        wrong = stacks.run("up", str(path), "--name", name, "--confirm", "another")
        assert wrong.returncode == ExitCode.REFUSED
        assert stacks.containers(name) == {}


def test_a_stack_of_another_definition_has_the_name(stacks: Stacks, stack: str, tmp_path: Path) -> None:
    other = definition(tmp_path, {"web": application("web")}, name="other")
    ended = stacks.run("up", str(other), "--name", stack, "--yes")
    assert ended.returncode == ExitCode.INPUT
    assert f"the stack '{stack}' is of the definition 't' of hello, not of 'other' of hello" in ended.stderr
    assert f"peakproof infra destroy {stack}" in ended.stderr


def test_a_stack_of_another_state_has_the_name(
    stacks: Stacks, stack: str, alone: str, tmp_path: Path
) -> None:
    before = stacks.ids(stack)
    ended = replace(stacks, state=tmp_path).run("up", alone, "--name", stack, "--yes")
    assert ended.returncode == ExitCode.REFUSED
    assert f"a stack '{stack}' stands here (1 container, 2 networks)" in ended.stderr
    assert "PULUMI_BACKEND_URL" in ended.stderr
    assert stacks.ids(stack) == before


def test_an_environment_has_the_name(stacks: Stacks, alone: str) -> None:
    with stacks.new() as name:
        leases.renew(stacks.client, name, 120)  # else the reaper may take it in this moment
        try:
            ended = stacks.run("up", alone, "--name", name, "--yes")
        finally:
            removing.remove(stacks.client, name)
        assert ended.returncode == ExitCode.REFUSED
        assert f"the name '{name}' is taken by `env`" in ended.stderr


def test_a_stack_has_the_name_of_an_environment(stack: str, alone: str) -> None:
    ended = commanding.run_here("env", "up", alone, "--name", stack, env={})
    assert ended.returncode == ExitCode.REFUSED
    assert f"the name '{stack}' is taken by `infra`" in ended.stderr
    assert f"peakproof infra destroy {stack}" in ended.stderr


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process of this machine that a command of ours might have started."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield process
        process.kill()


def lock(stacks: Stacks, stack: str, process: int) -> Path:
    """A lock as Pulumi writes it, of that process."""
    folder = stacks.state / "peakproof" / "infra" / ".pulumi" / "locks" / "organization" / "peakproof" / stack
    folder.mkdir(parents=True, exist_ok=True)
    held = {
        "pid": process,
        "username": "ann",
        "hostname": socket.gethostname(),
        "timestamp": "2026-11-29T10:00:00Z",
    }
    path = folder / "5f3c4a1e-0000-4000-8000-000000000000.json"
    path.write_text(json.dumps(held))
    return path


def test_a_locked_stack_says_who_holds_it(
    stacks: Stacks, stack: str, sleeper: subprocess.Popen[bytes]
) -> None:
    held = lock(stacks, stack, sleeper.pid)
    ended = stacks.run("destroy", stack, "--yes")
    held.unlink()
    assert ended.returncode == ExitCode.REFUSED
    assert f"stack '{stack}' is being changed: process {sleeper.pid} of ann" in ended.stderr


def test_without_the_plugin_it_says_which_one(
    stacks: Stacks, stack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = only_the_engine(tmp_path)
    monkeypatch.setenv("PATH", f"{only}:/usr/bin:/bin")
    ended = stacks.run(
        "status", stack, PULUMI_HOME=str(tmp_path / "home"), **{engine.ATTACHED: ""}, **OFFLINE
    )
    assert ended.returncode == ExitCode.UNAVAILABLE
    assert "Pulumi's Docker plugin 5.2.0 is not installed and cannot be downloaded" in ended.stderr
    assert "pulumi plugin install resource docker v5.2.0" in ended.stderr


def only_the_engine(folder: Path) -> Path:
    """A folder for PATH with the engine and no plugin."""
    found = shutil.which("pulumi")
    assert found
    (folder / "bin").mkdir()
    (folder / "bin" / "pulumi").symlink_to(found)
    return folder / "bin"


# Nobody answers there: what would be downloaded cannot be.
OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "GITHUB_TOKEN": ""}


def test_without_the_engine_it_says_what_to_install_and_asks_for_no_passphrase(
    stacks: Stacks, alone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    others = {name: text for name, text in stacks.variables.items() if name != backend.PASSPHRASE}
    without = replace(stacks, variables=others)
    ended = without.run("preview", alone, XDG_CACHE_HOME=str(tmp_path), **OFFLINE)
    assert ended.returncode == ExitCode.UNAVAILABLE
    assert "the Pulumi command is not on PATH and cannot be downloaded" in ended.stderr
    assert f"install Pulumi {engine.ENGINE} or newer" in ended.stderr


def test_without_docker_nothing_is_opened(stacks: Stacks, alone: str) -> None:
    ended = stacks.run("up", alone, "--yes", DOCKER_HOST="tcp://127.0.0.1:9")
    assert ended.returncode == ExitCode.UNAVAILABLE
    assert "Docker" in ended.stderr


def test_the_tests_leave_no_passphrase_behind(docker_engine: docker.DockerClient) -> None:
    assert docker_engine.ping()
    assert "PULUMI_CONFIG_PASSPHRASE" not in os.environ
