"""What Testcontainers and Pulumi bring up of one definition is the same, but for named differences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import docker
import pytest

from environments import labels
from environments.containers import removing
from environments.containers.files import read
from tests.environments import commanding
from tests.environments.written import Secrets, application, definition
from tests.infra.stacks import Stacks

pytestmark = [pytest.mark.integration, pytest.mark.pulumi_engine]

SERVICES: dict[str, dict[str, object]] = {
    "keeper": application(
        "keeper",
        secrets={"token": "/run/secrets/token", "pin": {"as": "environment", "variable": "CARRIER_PIN"}},
    ),
    "prepare": application("prepare"),
    "store": {"kind": "postgres", "memory": "128MiB", "tls": True},
}
GIVEN: Secrets = {"token": {"file": "token"}, "pin": {"command": ["printf", "p1nned-Vb5Ht9"]}}
TOKEN, PIN = "t0ken-Zx7Qm2", "p1nned-Vb5Ht9"
SECRET_FILES = {
    "keeper-1": ("/run/secrets/token", "/run/secrets/store-password"),
    "store-1": ("/run/secrets/certificate.pem", "/run/secrets/store-password"),
}
DIFFERENCES: Mapping[str, str] = {
    "Config.AttachStderr": "who made it follows its output: `env` says so of all, the provider of once-nodes",
    "Config.AttachStdout": "the same; where the output goes is the log driver's",
    "Config.Healthcheck": "`infra` has Docker ask for as long as a node lives; `env` asks until it is ready",
    "Config.StopTimeout": "`env` says it when it stops a node; what stays must have it written down",
    "Config.Labels": "the owner, and the name of the instance",
    "HostConfig.RestartPolicy": "a crash in a test is to be seen; infrastructure comes back",
    "HostConfig.PidsLimit": "the provider has no limit on processes",
    "HostConfig.NetworkMode": "the provider joins networks after it made the container",
}
_ANONYMOUS = re.compile(r"(?<!sha256:)\b[0-9a-f]{64}\b")  # a volume that Docker named
# What is a container's own: who it is, when it was, where Docker put it.
_OWN = (
    "Id", "Created", "State", "Name", "HostnamePath", "HostsPath", "LogPath", "ResolvConfPath", "GraphDriver",
    "NetworkSettings", "ProcessLabel", "MountLabel", "ExecIDs", "RestartCount",
)  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The definition of both; the file of its token stands beside it."""
    folder = tmp_path_factory.mktemp("both")
    (folder / "token").write_text(f"{TOKEN}\n")
    return definition(folder, SERVICES, secrets=GIVEN)


@pytest.fixture(scope="module")
def both(stacks: Stacks, docker_engine: docker.DockerClient, written: Path) -> Iterator[tuple[str, str]]:
    """The names of an environment and of a stack of the same definition."""
    path = str(written)
    with stacks.new() as name:
        environment = f"{name}-env"
        try:
            up = commanding.run_here("env", "up", path, "--name", environment, "--ttl", "10m", env={})
            assert up.returncode == 0, up.stderr
            up = stacks.run("up", path, "--name", name, "--yes")
            assert up.returncode == 0, up.stderr
            yield environment, name
        finally:
            removing.remove(docker_engine, environment)


def test_containers_are_the_same_but_for_named_differences(
    docker_engine: docker.DockerClient, both: tuple[str, str]
) -> None:
    environment, stack = (nodes(docker_engine, name) for name in both)
    assert environment.keys() == stack.keys() == {"keeper-1", "prepare-1", "store-1", "door-1"}
    differing = {path for node in environment for path in differences(environment[node], stack[node])}
    assert differing == set(DIFFERENCES)


def test_networks_are_the_same(docker_engine: docker.DockerClient, both: tuple[str, str]) -> None:
    environment, stack = (networks(docker_engine, name) for name in both)
    assert environment.keys() == {"edge", "back", "front"} & environment.keys()
    assert environment == stack


@pytest.mark.parametrize("node", SECRET_FILES)
def test_secrets_are_files_that_the_same_user_alone_reads(
    docker_engine: docker.DockerClient, both: tuple[str, str], node: str
) -> None:
    asked = ["stat", "-c", "%n %a %u", *SECRET_FILES[node]]
    containers = [docker_engine.containers.get(f"peakproof-{name}-{node}") for name in both]
    shown = [str(container.exec_run(asked)[1]) for container in containers]
    assert shown[0].count(" 400 ") == len(SECRET_FILES[node])
    assert shown[0] == shown[1]


def test_what_people_give_comes_to_both(docker_engine: docker.DockerClient, both: tuple[str, str]) -> None:
    for name in both:
        keeper = docker_engine.containers.get(f"peakproof-{name}-keeper-1")
        assert read(keeper, "/run/secrets/token") == TOKEN.encode()
        assert f"CARRIER_PIN={PIN}" in keeper.attrs["Config"]["Env"]


def test_a_stack_changes_only_where_what_people_give_has_changed(
    stacks: Stacks, both: tuple[str, str], written: Path
) -> None:
    """So passwords, certificates and their authority are made once and kept."""
    token = written.parent / "token"
    assert stacks.told("preview", str(written), "--name", both[1])["changes"] == []
    try:
        token.write_text("an0ther-Kd8Rw4")
        preview = stacks.run("preview", str(written), "--name", both[1], "--json")
    finally:
        token.write_text(f"{TOKEN}\n")
    changes = json.loads(preview.stdout)["changes"]
    assert [change["name"] for change in changes] == ["keeper-1"]
    assert not any(value in preview.stdout + preview.stderr for value in ("an0ther-Kd8Rw4", TOKEN))


def test_no_secret_of_any_kind_is_in_plain_text_in_the_state_or_in_what_docker_tells(
    stacks: Stacks, docker_engine: docker.DockerClient, both: tuple[str, str]
) -> None:
    """The variable that declares one is where Docker tells it, and the one place."""
    _, stack = both
    store = docker_engine.containers.get(f"peakproof-{stack}-store-1")
    pem, password = (read(store, path) for path in SECRET_FILES["store-1"])
    assert pem
    assert password
    values = [TOKEN, PIN, password.decode(), pem.decode().splitlines()[1]]
    keys = "PRIVATE KEY"  # the server's, and the authority's
    state = [path.read_text() for path in stacks.state.rglob("*") if path.is_file() and stack in path.name]
    assert state
    assert not [value for value in values if any(value in text for text in state)]
    assert not any(keys in text for text in state)
    told = json.dumps([each.attrs for each in docker_engine.containers.list(all=True, filters=of(stack))])
    assert [value for value in values if value in told] == [PIN]
    assert told.count(PIN) == 1


def nodes(client: docker.DockerClient, name: str) -> dict[str, dict[str, object]]:
    """Node -> what Docker says of it, flat, without what is its own."""
    listed = client.containers.list(all=True, filters=of(name), ignore_removed=True)
    return {
        each.labels[labels.NODE]: flat({k: v for k, v in each.attrs.items() if k not in _OWN}, name)
        for each in listed
        if labels.NODE in each.labels
    }


def flat(value: Any, instance: str, at: str = "") -> dict[str, object]:  # noqa: ANN401 - Docker's JSON
    """Two levels of keys; the instance's name is the same in both."""
    if isinstance(value, dict) and at.count(".") < 1:
        return {
            path: inner
            for key, each in value.items()
            for path, inner in flat(each, instance, f"{at}.{key}" if at else key).items()
        }
    return {at: without(value, instance)}


def without(value: Any, instance: str) -> object:  # noqa: ANN401 - Docker's JSON
    """The same without the instance's name; what is not set has one form, and sets have no order."""
    if isinstance(value, dict):
        value = {key: inner for key, inner in value.items() if key != "HostPort"}  # each has its own
        return {without(key, instance): without(inner, instance) for key, inner in value.items()} or None
    if isinstance(value, list):
        return sorted((without(inner, instance) for inner in value), key=str) or None
    if isinstance(value, str):
        return _ANONYMOUS.sub("ANONYMOUS", value.replace(instance, "NAME"))
    return value or None


def differences(one: Mapping[str, object], other: Mapping[str, object]) -> set[str]:
    return {path for path in {*one, *other} if one.get(path) != other.get(path)}


def networks(client: docker.DockerClient, name: str) -> dict[str, object]:
    """Network -> how it is closed, and where in its subnet what nobody has is."""
    found: dict[str, object] = {}
    for network in client.networks.list(filters=of(name)):
        attributes = network.attrs
        (pool,) = attributes["IPAM"]["Config"]
        subnet = IPv4Network(pool["Subnet"])
        reserved = {
            key: int(IPv4Network(text).network_address) - int(subnet.network_address)
            for key, text in (pool.get("AuxiliaryAddresses") or {}).items()
        }
        found[str(network.name).rpartition("-")[2]] = {
            "driver": attributes["Driver"],
            "internal": attributes["Internal"],
            "options": attributes["Options"],
            "size": subnet.prefixlen,
            "reserved": reserved,
        }
    return found


def of(name: str) -> dict[str, str | list[str] | bool]:
    return {"label": [f"{labels.INSTANCE}={name}"]}
