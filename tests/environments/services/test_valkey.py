"""Valkey: one server with a volume, its password in a file, and room for data within its memory."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import docker
import pytest

from environments import environment
from environments.nodes import CommandProbe, SecretFile
from environments.services import valkey
from environments.topology import Binding, Endpoint, Volume
from foundation.errors import InputError
from tests.environments.commanding import run
from tests.environments.written import compiled, definition


def command(folder: Path, **options: object) -> tuple[str, ...]:
    topology = compiled(folder, {"cache": {"kind": "valkey", **options}}).topology
    return topology.node("cache-1").process.command


def test_it_is_one_server_whose_data_outlive_its_process(tmp_path: Path) -> None:
    topology = compiled(tmp_path, {"cache": {"kind": "valkey"}}).topology
    assert topology.candidates == {"cache.any": ("cache-1",)}
    assert topology.volumes == (Volume(name="cache-1-data", holds="the Valkey data of hello"),)
    assert topology.endpoints == (Endpoint(name="cache", target="cache", port=6379),)
    bound = Binding(host="cache", hosts=("cache-1",), port=6379, scheme="redis")
    assert topology.bindings["cache"] == bound


def test_its_password_is_a_file(tmp_path: Path) -> None:
    server = compiled(tmp_path, {"cache": {"kind": "valkey"}}).topology.node("cache-1")
    path = "/run/secrets/cache-password"
    assert server.attachments.secrets == (SecretFile(secret="cache.password", path=path),)
    assert server.process.environment == {"VALKEY_PASSWORD_FILE": path}
    assert server.probes.ready == CommandProbe(command=("valkey-client", "PING"))


def test_three_quarters_of_its_memory_are_for_data(tmp_path: Path) -> None:
    assert command(tmp_path, memory="256MiB") == ("start-valkey", "--maxmemory", "192mb")


@pytest.mark.parametrize(
    ("persistence", "written"),
    [("rdb", ()), ("aof", ("--appendonly", "yes")), ("none", ("--save", "", "--appendonly", "no"))],
)
def test_how_data_are_kept_is_chosen(tmp_path: Path, persistence: str, written: tuple[str, ...]) -> None:
    assert command(tmp_path, persistence=persistence)[3:] == written


def test_another_way_to_keep_them_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        command(tmp_path, persistence="disk")
    assert "persistence" in str(raised.value.problems)


def test_settings_that_are_given_win(tmp_path: Path) -> None:
    given = {"maxmemory": "8mb", "maxmemory-policy": "allkeys-lru", "lazyfree-lazy-eviction": True}
    words = command(tmp_path, settings=given)
    assert words[1:] == (
        "--maxmemory", "8mb", "--maxmemory-policy", "allkeys-lru", "--lazyfree-lazy-eviction", "yes"
    )  # fmt: skip
    assert valkey.PERSISTENCE["rdb"] == {}


@pytest.mark.integration
def test_whoever_has_the_password_is_served_and_what_was_written_survives_a_kill(
    tmp_path: Path, new_name: Callable[[], str], engine: docker.DockerClient
) -> None:
    name = new_name()
    services = {"cache": {"kind": "valkey", "persistence": "aof", "settings": {"appendfsync": "always"}}}
    up = run("env", "up", str(definition(tmp_path, services)), "--name", name, "--ttl", "1h")
    assert up.returncode == 0, up.stderr
    (told,) = json.loads(run("env", "credentials", name, "--json").stdout)["credentials"]
    assert told["url"] == f"redis://:{told['password']}@127.0.0.1:{told['port']}"
    assert answered(told, "SET kept 7") == ["+OK", "+OK"]
    container = environment.attach(engine, name).nodes["cache-1"].get_wrapped_container()
    container.kill()
    container.wait(timeout=30)
    assert run("env", "restart", name, "cache-1").returncode == 0
    assert answered(told, "GET kept") == ["+OK", "$1", "7"]


def answered(told: dict[str, object], command: str) -> list[str]:
    """What the server answers to a login and a command, through the door."""
    with socket.create_connection((str(told["host"]), int(str(told["port"]))), timeout=10) as client:
        client.sendall(f"AUTH {told['password']}\r\n{command}\r\nQUIT\r\n".encode())
        with client.makefile("r", encoding="utf-8", newline="\r\n") as lines:
            return [line.rstrip("\r\n") for line in lines][:-1]
