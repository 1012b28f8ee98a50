"""A connection is made, or it is told at once why not and what to do."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from environments.docker_client import connect
from foundation.errors import Unavailable


def test_without_an_engine_it_is_told_in_under_a_second(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable, match="Docker Engine is not running") as caught:
        connect(f"unix://{tmp_path}/docker.sock")
    assert time.monotonic() - began < 1
    assert "systemctl start docker" in (caught.value.hint or "")


def test_an_engine_that_ended_without_removing_its_socket_is_not_running(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
    with pytest.raises(Unavailable, match="Docker Engine is not running"):
        connect(f"unix://{path}")


@contextmanager
def nobody() -> Iterator[None]:
    """Without root's power to open everything, where the tests run as root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_socket_that_this_user_may_not_open_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        path.chmod(0)
        with nobody(), pytest.raises(Unavailable, match="may not talk to Docker Engine"):
            connect(f"unix://{path}")


def test_a_host_that_refuses_is_told_in_under_a_second() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(Unavailable, match="Docker Engine is not running"):
        connect(f"tcp://127.0.0.1:{port}")
    assert time.monotonic() - began < 1


def test_the_host_named_in_the_environment_is_the_one_that_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/elsewhere.sock")
    with pytest.raises(Unavailable, match="not running"):
        connect()


@pytest.mark.integration
def test_the_version_is_the_engines() -> None:
    client = connect()
    assert client.api.api_version == client.version()["ApiVersion"]
    client.close()
