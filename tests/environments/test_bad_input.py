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
    "a size of 400 digits": "it is too large",
    "a NUL in a path": "t.yaml:3: a text with a NUL character in it",
    "a path too long": "File name too long",
    "links in a circle": "its links go in a circle",
    "aliases of aliases": "values",
    "a truth for a number": "'services.web.nodes': expected a number, got true",
    "nothing over a base": "'services' is missing",
    "a balancer of a database": "'store' is of kind postgres",
    "a line break in a path": "must be a path such as /health/ready",
    "the superuser": "'postgres' is the superuser",
    "a user with a quote": "must be at most 63 letters",
    "a database without a name": "must be at most 63 letters",
    "a broker's user with a line break": "must be at most 63 letters",
    "a number for a text": "'services.web.environment.PORT': expected text, got 8000; "
    'in quotes it is text: "8000"',
    "a word for a mapping": "'services': expected keys with values (`key: value`), got 'web'",
    "nothing at all": "the document is empty",
    "no kind": "'services.web.kind' is missing (allowed: application, container, haproxy,",
    "an unknown key beside": "extends",
}


def loop(folder: Path) -> Path:
    (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
    return folder / "loop.yaml"


def laughs(folder: Path) -> Path:
    """Nine lines that stand for more than a hundred million values."""
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    lines += [
        f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]" for old, new in zip("abcdefg", "bcdefgh", strict=True)
    ]
    return text(folder, "\n".join(lines) + "\n")


def text(folder: Path, content: str) -> Path:
    (folder / "t.yaml").write_text(content)
    return folder / "t.yaml"


def bare(folder: Path) -> Path:
    """A definition that leaves out what its base has."""
    written(folder).rename(folder / "base.yaml")
    return text(folder, "extends: ./base.yaml\ndefinition: t\nservices: ~\n")


STORE = {"kind": "postgres"}

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
    "a size of 400 digits": lambda folder: written(
        folder, services={"web": application("web", memory="9" * 400 + "GiB")}
    ),
    "a NUL in a path": lambda folder: text(folder, 'definition: t\n\nplatform: "./sh\\0op"\n'),
    "a path too long": lambda folder: written(folder, platform="./" + "x" * 300),
    "links in a circle": loop,
    "aliases of aliases": laughs,
    "a truth for a number": lambda folder: written(folder, services={"web": application("web", nodes=True)}),
    "nothing over a base": bare,
    "a balancer of a database": lambda folder: written(
        folder, entry="front", services={"front": {"kind": "haproxy", "to": "store"}, "store": STORE}
    ),
    "a line break in a path": lambda folder: written(
        folder,
        entry="front",
        services={
            "front": {"kind": "haproxy", "to": "web", "health": "/\n  stats enable"},
            "web": application("web"),
        },
    ),
    "the superuser": lambda folder: written(
        folder, services={"web": application("web"), "store": {**STORE, "user": "postgres"}}
    ),
    "a user with a quote": lambda folder: written(
        folder, services={"web": application("web"), "store": {**STORE, "user": "o'hara"}}
    ),
    "a database without a name": lambda folder: written(
        folder, services={"web": application("web"), "store": {**STORE, "database": ""}}
    ),
    "a broker's user with a line break": lambda folder: written(
        folder, services={"web": application("web"), "queue": {"kind": "rabbitmq", "user": "a\nb"}}
    ),
    "a number for a text": lambda folder: written(
        folder, services={"web": application("web", environment={"PORT": 8000})}
    ),
    "a word for a mapping": lambda folder: written(folder, services="web"),
    "nothing at all": lambda folder: text(folder, ""),
    "no kind": lambda folder: written(folder, services={"web": {"process": "web"}}),
    "an unknown key beside": lambda folder: written(folder, extend="laptop"),
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
        (("up", "laptop", "--ttl", "1ns"), "1m to 90d"),
        (("extend", "laptop", "--ttl", "99999999999999h"), "1m to 90d"),
        (("down", "a;b"), "lower-case letters"),
        (("down", "../x"), "lower-case letters"),
        (("down", ""), "lower-case letters"),
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
