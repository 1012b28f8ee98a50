"""Health checks ask a real server and understand its answer, with nothing but what a node's image has."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from environments.machine import free_port
from environments.nodes import CommandProbe, HttpProbe, Probe, TcpProbe
from environments.probes import PROGRAM
from infra.healthchecks import duration, healthcheck


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/ready" else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


def status(probe: Probe) -> int:
    """The exit status of the health check's command, run here as Docker would run it in the node."""
    first, *command = healthcheck(probe, 60.0, foreign=False).tests  # type: ignore[misc]  # Pulumi's Input of a list: a list here
    assert first == "CMD"
    return subprocess.run([str(part) for part in command], capture_output=True, timeout=10).returncode


def test_an_http_probe_holds_while_the_path_answers_200(port: int) -> None:
    assert status(HttpProbe(port=port, path="/ready")) == 0
    assert status(HttpProbe(port=port, path="/other")) != 0


def test_a_tcp_probe_holds_while_the_port_accepts(port: int) -> None:
    assert status(TcpProbe(port=port)) == 0
    assert status(TcpProbe(port=free_port())) != 0


def test_a_command_probe_is_the_command_itself() -> None:
    assert status(CommandProbe(command=("test", "-e", "/"))) == 0
    assert status(CommandProbe(command=("test", "-e", "/no such thing"))) == 1


def test_failures_before_the_deadline_do_not_count() -> None:
    assert healthcheck(TcpProbe(port=1), 90.0, foreign=False).start_period == "1m30s"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0s"), (0.25, "250ms"), (2, "2s"), (2.5, "2.5s"), (60, "1m0s"), (90, "1m30s"), (600, "10m0s"),
        (3600, "1h0m0s"), (3661.5, "1h1m1.5s"),
    ],
)  # fmt: skip
def test_a_duration_is_written_as_docker_reads_it_back(seconds: float, written: str) -> None:
    assert duration(seconds) == written


def test_an_image_of_others_is_asked_by_the_program_that_is_put_into_it() -> None:
    asked = healthcheck(HttpProbe(port=80, path="/ready"), 60.0, foreign=True).tests
    assert asked == ["CMD", PROGRAM, "once", "3", "http", "80", "/ready"]
