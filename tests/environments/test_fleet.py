"""A fleet: this machine's engine is home; what does not answer is named, all of it at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import docker
import pytest

from environments import fleet
from foundation.errors import Unavailable


@contextmanager
def engine_of_version(version: str, api: str) -> Iterator[str]:
    """The URL of something that answers like an engine of that version, and can nothing else."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"Version": version, "ApiVersion": api}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_an_engine_that_is_too_old_is_told() -> None:
    with (
        engine_of_version("19.03", "1.40") as url,
        pytest.raises(Unavailable, match=r"is 19\.03: too old") as told,
    ):
        fleet.connected({"cellar": url})
    assert "host cellar" in told.value.what
    assert "20.10" in str(told.value.hint)


def test_every_host_that_does_not_answer_is_named() -> None:
    with pytest.raises(Unavailable, match="2 hosts of the site do not answer: a, b") as told:
        fleet.connected({"a": "tcp://127.0.0.1:9", "b": "unix:///nowhere/docker.sock"})
    assert len(told.value.detail) == 2
    assert all("Docker" in line for line in told.value.detail)


@pytest.mark.integration
def test_the_one_host_of_a_laptop_is_home(engine: docker.DockerClient) -> None:
    found = fleet.connected({"local": None}, engine)
    assert found.home is found.on("local") is engine
    assert found.engines == (engine,)
    with pytest.raises(KeyError):
        found.on("elsewhere")
