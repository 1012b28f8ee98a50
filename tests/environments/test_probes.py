"""Readiness is asked by a shell inside the node: the scripts are run here, against sockets of this test."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from environments import probes
from environments.machine import free_port
from environments.nodes import CommandProbe, HttpProbe, Probe, TcpProbe


class Answering(BaseHTTPRequestHandler):
    """Answers /STATUS with that status; what was asked is kept in the server."""

    def do_GET(self) -> None:
        self.server.asked.append(self.requestline)  # type: ignore[attr-defined]
        status = 200 if self.server.asked[2:] else int(self.path[1:4])  # type: ignore[attr-defined]
        self.send_response(status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def http_server() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        server.asked = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def asked_once(probe: Probe) -> int:
    """The status with which the question ends."""
    return subprocess.run(["bash", "-c", probes.question(probe)], capture_output=True, timeout=10).returncode


def waited(probe: Probe, deadline: float) -> int:
    return subprocess.run(probes.waiting(probe, deadline), capture_output=True, timeout=20).returncode


def test_a_port_that_accepts_is_ready() -> None:
    with http_server() as server:
        assert asked_once(TcpProbe(port=server.server_port)) == 0


def test_a_port_that_nobody_listens_on_is_not() -> None:
    assert asked_once(TcpProbe(port=free_port())) != 0


@pytest.mark.parametrize(
    ("path", "ready"), [("/200", True), ("/204", False), ("/404", False), ("/503", False)]
)
def test_a_path_is_ready_only_with_200(path: str, ready: bool) -> None:
    with http_server() as server:
        assert (asked_once(HttpProbe(port=server.server_port, path=path)) == 0) is ready


def test_a_path_is_asked_as_it_is_written() -> None:
    with http_server() as server:
        asked_once(HttpProbe(port=server.server_port, path="/200?a='b'&c=$HOME%20"))
        assert server.asked == ["GET /200?a='b'&c=$HOME%20 HTTP/1.0"]  # type: ignore[attr-defined]


def test_a_path_nobody_answers_is_not_ready() -> None:
    assert asked_once(HttpProbe(port=free_port(), path="/200")) != 0


@pytest.mark.parametrize(
    ("command", "ready"), [(("true",), True), (("false",), False), (("no-such-program",), False)]
)
def test_a_command_is_ready_with_status_0(command: tuple[str, ...], ready: bool) -> None:
    assert (asked_once(CommandProbe(command=command)) == 0) is ready


def test_a_commands_words_stay_words(tmp_path: Path) -> None:
    file = tmp_path / "a b; $(c)"
    assert asked_once(CommandProbe(command=("test", "-e", str(file)))) == 1
    file.touch()
    assert asked_once(CommandProbe(command=("test", "-e", str(file)))) == 0


def test_waiting_ends_as_soon_as_the_probe_holds() -> None:
    with http_server() as server:
        assert waited(HttpProbe(port=server.server_port, path="/503"), deadline=10) == 0
        assert len(server.asked) == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        (TcpProbe(port=80), ["tcp", "80"]),
        (HttpProbe(port=80, path="/a?b"), ["http", "80", "/a?b"]),
        (CommandProbe(command=("x", "a b")), ["command", "x", "a b"]),
    ],
)
def test_an_image_of_others_is_asked_by_a_program_of_ours_without_a_shell(
    probe: Probe, words: list[str]
) -> None:
    assert probes.waiting(probe, 60, foreign=True) == [probes.PROGRAM, "until", "60", *words]
    assert probes.once(probe, 3, foreign=True) == [probes.PROGRAM, "once", "3", *words]


def test_waiting_ends_at_the_deadline_with_its_own_status() -> None:
    assert waited(CommandProbe(command=("false",)), deadline=0.3) == 124


def test_waiting_ends_at_the_deadline_even_when_a_question_hangs() -> None:
    assert waited(CommandProbe(command=("sleep", "60")), deadline=0.3) == 124


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        (TcpProbe(port=5672), "port 5672 to accept connections"),
        (HttpProbe(port=80, path="/ok"), "GET :80/ok to answer 200"),
        (CommandProbe(command=("test", "-e", "/a b")), "`test -e '/a b'` to succeed"),
    ],
)
def test_what_is_waited_for_is_told_in_words(probe: Probe, words: str) -> None:
    assert probes.in_words(probe) == words
