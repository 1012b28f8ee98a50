"""What a person wrote wrongly is answered with exit 2 before Docker is asked anything."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.environments.commanding import run, run_here
from tests.environments.written import PLATFORM, application, definition


class Engine:
    """Listens where the command looks for Docker, and notices whoever asks."""

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self.variables = {"DOCKER_HOST": f"tcp://127.0.0.1:{server.getsockname()[1]}"}

    def was_asked(self) -> bool:
        try:
            self._server.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def silent_engine() -> Iterator[Engine]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield Engine(server)


def written(folder: Path, **changes: object) -> Path:
    """A definition that is right but for the changes."""
    path = definition(folder, {"web": application("web")})
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **changes}))
    return path


TOLD = {
    "unknown key": "unknown key 'colour'",
    "wrong unit": "a size such as",
    "dangling reference": "did you mean 'web'?",
    "unknown process": "did you mean 'web'?",
    "unknown kind": "'nginx'",
    "missing key": "'services.web.process' is missing",
    "circle in extends": "goes in a circle",
    "no such platform": "no platform 'nowhere'",
    "no such file": "nothing.yaml",
    "a folder": "no definition",
}

WRONG: dict[str, Callable[[Path], Path]] = {
    "unknown key": lambda folder: written(folder, colour="blue"),
    "wrong unit": lambda folder: written(folder, services={"web": application("web", memory=64)}),
    "dangling reference": lambda folder: written(folder, entry="wbe"),
    "unknown process": lambda folder: written(folder, services={"web": application("wbe")}),
    "unknown kind": lambda folder: written(folder, services={"web": {"kind": "nginx"}}),
    "missing key": lambda folder: written(folder, services={"web": {"kind": "application"}}),
    "circle in extends": lambda folder: written(folder, extends="./t.yaml"),
    "no such platform": lambda folder: written(folder, platform="nowhere"),
    "no such file": lambda folder: folder / "nothing.yaml",
    "a folder": lambda folder: folder,
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_definition_is_answered_before_docker_is_asked(
    wrong: str, tmp_path: Path, silent_engine: Engine
) -> None:
    path = WRONG[wrong](tmp_path)
    answer = run_here("env", "up", str(path), env=silent_engine.variables)
    assert answer.returncode == 2, answer.stderr
    assert not silent_engine.was_asked()
    assert TOLD[wrong] in answer.stderr
    assert "Traceback" not in answer.stderr
    assert answer.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("up", "labtop"), "did you mean 'laptop'?"),
        (("up", "laptop", "--site", "cellar"), "no site 'cellar'"),
        (("up", "laptop", "--ttl", "8"), "a duration such as"),
        (("up", "laptop", "--ttl", "0s"), "--ttl"),
        (("up", "laptop", "--name", "Not A Name"), "lower-case letters"),
        (("up", "laptop", "--name", "../escape"), "lower-case letters"),
        (("extend", "laptop", "--ttl", "soon"), "a duration such as"),
        (("up",), "DEFINITION"),
        (("up", "laptop", "--colour"), "--colour"),
        (("logs", "laptop", "api-1", "-n", "0"), "--lines"),
        (("nothing",), "nothing"),
        (("check", "labtop"), "did you mean 'laptop'?"),
    ],
)
def test_a_wrong_word_is_answered_before_docker_is_asked(
    arguments: tuple[str, ...], told: str, silent_engine: Engine
) -> None:
    answer = run_here("env", *arguments, env=silent_engine.variables)
    assert answer.returncode == 2, answer.stderr
    assert told in answer.stderr
    assert not silent_engine.was_asked()


def test_all_mistakes_are_told_with_file_line_and_what_was_meant(
    tmp_path: Path, silent_engine: Engine
) -> None:
    path = tmp_path / "d.yaml"
    path.write_text(
        f"definition: d\nplatform: {PLATFORM}\nentry: web\nservices:\n"
        "  web: {kind: application, process: web, memroy: 1GiB}\n  db:  {kind: postgres, memory: 1Gb}\n"
    )
    answer = run("env", "up", str(path), env=silent_engine.variables, within=30)
    assert answer.returncode == 2
    assert not silent_engine.was_asked()
    assert f"{path}:5: unknown key 'services.web.memroy' (did you mean 'memory'?" in answer.stderr
    assert f"{path}:6: " in answer.stderr
    assert "2 problems" in answer.stderr


def test_checking_a_definition_asks_docker_nothing(silent_engine: Engine) -> None:
    answer = run_here("env", "check", "laptop", "--json", env=silent_engine.variables)
    assert answer.returncode == 0
    assert not silent_engine.was_asked()


def test_the_listener_notices_who_asks(silent_engine: Engine) -> None:
    with socket.create_connection(
        ("127.0.0.1", int(silent_engine.variables["DOCKER_HOST"].rpartition(":")[2]))
    ):
        assert silent_engine.was_asked()
