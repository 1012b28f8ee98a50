"""Two Docker Engines over SSH carry an environment together: killed, healed and cleaned like on one."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.request import urlopen
from uuid import uuid4

import docker
import psycopg
import pytest
import yaml
from docker.errors import DockerException
from docker.models.containers import Container
from pydantic import TypeAdapter
from requests.exceptions import RequestException

from environments import environment, labels, site
from environments.containers import removing
from environments.containers.injecting import Tools
from environments.environment import Environment
from environments.faults import AnyFault
from environments.faults.kind import FaultOptions
from tests.environments import commanding
from tests.environments.commanding import eventually, left
from tests.environments.conftest import SHOP
from tests.environments.hosts.boxed import Box, box
from tests.environments.written import definition

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("ssh") is None, reason="this machine has no ssh client"),
]
NAMES = ("east", "west")
LINE: TypeAdapter[FaultOptions] = TypeAdapter(AnyFault)


@pytest.fixture(scope="module")
def hosts(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """Two hosts; `ssh` finds them by name, as a person's own configuration would have it."""
    folder, monkey = tmp_path_factory.mktemp("box"), pytest.MonkeyPatch()
    with box(engine, folder, NAMES) as made:
        wrapper = folder / "bin" / "ssh"
        wrapper.parent.mkdir()
        wrapper.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {made.config} "$@"\n')
        wrapper.chmod(0o755)
        monkey.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")
        yield made
    monkey.undo()


@pytest.fixture(scope="module")
def folder(hosts: Box, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the definition and the site lie."""
    folder = tmp_path_factory.mktemp("across")
    definition(folder, SHOP)
    described = {
        host.name: {"docker": host.url, **({"address": host.address} if host.name == "west" else {})}
        for host in hosts.hosts
    }
    written = {
        "site": "box",
        "hosts": described,
        "subnets": "10.229.0.0/16",
        "variables": {"swarm_encryption": "none"},  # this machine's kernel may have no ESP
        "pins": {"store": "east", "front": "west"},
    }
    (folder / "box.yaml").write_text(yaml.safe_dump(written))
    return folder


def up(folder: Path, name: str) -> str:
    """What the command said to people."""
    at = ("--site", str(folder / "box.yaml"), "--name", name)
    said = commanding.run("env", "up", str(folder / "t.yaml"), *at, "--ttl", "20m", within=300)
    assert said.returncode == 0, said.stderr
    return said.stderr


@pytest.fixture(scope="module")
def shop(engine: docker.DockerClient, folder: Path) -> Iterator[Environment]:
    """The shop on both hosts, as the command brought it up."""
    name = f"t-across-{uuid4().hex[:6]}"
    try:
        said = up(folder, name)
        assert "host loss not covered: with east go " in said
        assert all(f"images to {host}: done" in said for host in NAMES)
        yield environment.attach(engine, name)
    finally:
        with suppress(Exception):
            environment.down(engine, name)
        removing.remove(engine, name)


def answers(shop: Environment) -> bool:
    host, port = shop.address("front")
    with suppress(OSError), urlopen(f"http://{host}:{port}/ready", timeout=3) as reply:
        return bool(reply.status == 200)
    return False


def test_each_host_carries_its_part_and_home_carries_none(
    engine: docker.DockerClient, shop: Environment
) -> None:
    placement = shop.instance.placement
    assert (placement["store-1"], placement["front-1"]) == ("east", "west")
    assert {placement["web-1"], placement["web-2"]} == set(NAMES)
    for host, client in shop.fleet.hosts.items():
        standing = {
            c.labels["peakproof.node"]
            for c in client.containers.list(all=True)
            if c.labels.get("peakproof.node")
        }
        assert standing == {node for node, where in placement.items() if where == host}
    assert not [thing for thing in left(engine, shop.name) if "-web-" in thing or "-front-" in thing]


def test_the_entry_answers_at_the_address_of_its_host(hosts: Box, shop: Environment) -> None:
    west = hosts.hosts[1]
    assert shop.address("front") == (west.address, shop.instance.ports["front"])
    eventually(lambda: answers(shop), within=10, what="the front reaches web nodes on both hosts")


def test_the_database_is_reached_over_ssh(shop: Environment) -> None:
    with psycopg.connect(shop.dsn("store").reveal()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_nothing_inside_has_a_way_out(hosts: Box, shop: Environment) -> None:
    out = "timeout 2 bash -c 'exec 3<>/dev/tcp/192.0.2.1/80' 2>&1; ip route show default 2>/dev/null"
    said = hosts.hosts[0].run(
        "docker", "exec", shop.instance.resource("store-1"), "bash", "-c", f"{out}; true"
    )
    assert "default" not in said
    assert "unreachable" in said


def test_a_node_that_is_killed_on_another_host_comes_back_by_itself(shop: Environment) -> None:
    node = next(name for name in ("web-1", "web-2") if shop.instance.placement[name] == "east")
    fault = LINE.validate_python({"at": "0s", "kill": node})
    helper = shop.fault(fault, [node], tools(shop))
    helper.apply()
    eventually(helper.moments, within=20, what="the fault is in force")
    container = shop.nodes[node].get_wrapped_container()
    helper.end()
    helper.discard()
    assert [moment.did for moment in helper.moments()] == ["applied", "undone"]
    container.reload()
    assert container.status == "running"
    eventually(lambda: answers(shop), within=10, what="it serves as before")


def test_a_connection_that_breaks_is_made_anew(shop: Environment) -> None:
    of_threads = Path("/proc/self/task").glob("*/children")
    children = [child for each in of_threads for child in each.read_text().split()]
    connections = [int(each) for each in children if Path(f"/proc/{each}/comm").read_text() == "ssh\n"]
    assert connections
    for each in connections:
        os.kill(each, signal.SIGKILL)
    for client in shop.fleet.hosts.values():
        eventually(partial(pings, client), within=20, what="the engine is reached again")


def pings(client: docker.DockerClient) -> bool:
    with suppress(OSError, DockerException, RequestException):
        return bool(client.ping())
    return False


def test_a_host_that_dies_takes_its_nodes_with_it_and_comes_back_with_them(
    hosts: Box, shop: Environment, folder: Path
) -> None:
    before = running(shop.fleet.on("west"))
    options = LINE.validate_python({"at": "0s", "kill": "host.2"})
    helper = shop.host_fault(options, "west", site.load(folder / "box.yaml"), tools(shop))
    helper.apply()
    eventually(helper.moments, within=20, what="the fault is in force")
    west = hosts.hosts[1].container
    west.reload()
    assert west.status == "exited"
    assert not answers(shop)
    helper.end()
    assert [moment.did for moment in helper.moments()] == ["applied", "undone"], helper.moments()
    eventually(lambda: pings(shop.fleet.on("west")), within=30, what="the host is reached again")
    assert running(shop.fleet.on("west")) == before
    helper.discard()
    eventually(lambda: answers(shop), within=30, what="it serves as before")


def test_taken_down_while_a_host_is_away_it_is_brought_back_first(
    engine: docker.DockerClient, hosts: Box, shop: Environment, folder: Path
) -> None:
    options = LINE.validate_python({"at": "0s", "kill": "west"})
    helper = shop.host_fault(options, "west", site.load(folder / "box.yaml"), tools(shop))
    helper.apply()
    eventually(helper.moments, within=20, what="the fault is in force")
    removing.restore(engine, shop.name)
    west = hosts.hosts[1].container
    west.reload()
    assert west.status == "running"
    helper.discard()


def test_where_the_helper_dies_the_reaper_brings_the_host_back(
    engine: docker.DockerClient, hosts: Box, shop: Environment, folder: Path
) -> None:
    options = LINE.validate_python({"at": "0s", "kill": "west"})
    helper = shop.host_fault(options, "west", site.load(folder / "box.yaml"), tools(shop))
    helper.apply()
    eventually(helper.moments, within=20, what="the fault is in force")
    (container,) = engine.containers.list(filters=labels.ours(shop.name, "fault"))
    container.kill()
    west = hosts.hosts[1].container
    eventually(lambda: status(west) == "running", within=60, what="the reaper started the host again")
    helper.end()
    helper.discard()


def status(container: Container) -> str:
    container.reload()
    return str(container.status)


def running(client: docker.DockerClient) -> set[str]:
    return {str(each.id) for each in client.containers.list() if each.labels.get("peakproof.node")}


def tools(shop: Environment) -> Tools:
    return Tools(images={"python": shop.instance.images["python"]})


def test_up_again_changes_nothing(shop: Environment, folder: Path) -> None:
    before = {name: node.get_wrapped_container().id for name, node in shop.nodes.items()}
    up(folder, shop.name)
    again = environment.attach(shop.fleet.home, shop.name)
    assert {name: node.get_wrapped_container().id for name, node in again.nodes.items()} == before


def test_taken_down_it_leaves_nothing_on_any_host(engine: docker.DockerClient, shop: Environment) -> None:
    down = commanding.run("env", "down", shop.name)
    assert down.returncode == 0, down.stderr
    assert left(engine, shop.name) == []
    for client in shop.fleet.hosts.values():
        assert left(client, shop.name) == []
