"""Where no Docker Engine answers, every command says so at once, and what to do."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.environments.commanding import run_here

COMMANDS = [
    ("up", "laptop"), ("down", "laptop"), ("list",), ("status", "laptop"), ("logs", "laptop", "api-1"),
    ("extend", "laptop"), ("credentials", "laptop"), ("psql", "laptop"), ("open", "laptop"), ("prune",),
    ("shell", "laptop", "api-1"), ("exec", "laptop", "api-1", "--", "id"), ("restart", "laptop", "api-1"),
]  # fmt: skip


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: arguments[0])
def test_an_engine_that_is_not_there_is_told_with_what_to_do(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    answer = run_here("env", *arguments, env={"DOCKER_HOST": f"unix://{tmp_path}/nothing.sock"})
    assert answer.returncode == 69, answer.stderr
    assert "Docker Engine is not running" in answer.stderr
    assert "what to do: start it" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_engine_that_was_stopped_leaves_its_socket(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as stopped:
        stopped.bind(str(path))
    answer = run_here("env", "list", env={"DOCKER_HOST": f"unix://{path}"})
    assert answer.returncode == 69
    assert "Docker Engine is not running" in answer.stderr


def test_an_engine_on_a_port_that_nobody_listens_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    answer = run_here("env", "list", env={"DOCKER_HOST": f"tcp://127.0.0.1:{port}"})
    assert answer.returncode == 69
    assert f"connecting to DOCKER_HOST=tcp://127.0.0.1:{port}" in answer.stderr.replace("\n", " ")
    assert "what to do: " in answer.stderr
