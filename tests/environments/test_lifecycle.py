"""Up, up again, changed, looked at, extended and down, through the command."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import docker
import pytest
from docker.errors import NotFound

from environments.containers import leases
from environments.environment import Environment
from tests.environments.commanding import left, run, run_here
from tests.environments.conftest import SHOP
from tests.environments.standing import Standing
from tests.environments.written import application, definition

pytestmark = pytest.mark.integration

PASSWORD = "/run/secrets/store-password"
NODES = {"front-1", "web-1", "web-2", "prepare-1", "keeper-1", "store-1", "door-1"}


def ids(environment: Environment) -> dict[str, str]:
    return {name: str(node.get_wrapped_container().id) for name, node in environment.nodes.items()}


def in_node(environment: Environment, node: str, *command: str, user: str = "") -> str:
    container = environment.nodes[node].get_wrapped_container()
    status, output = container.exec_run(list(command), user=user)
    assert isinstance(output, bytes)
    assert status == 0, output
    return output.decode().strip()


def fetched(environment: Environment, endpoint: str) -> bytes:
    host, port = environment.address(endpoint)
    with urlopen(f"http://{host}:{port}/", timeout=5) as reply:
        return bytes(reply.read())


def test_up_says_what_it_brought_up(shop: Standing) -> None:
    assert shop.said["name"] == shop.name
    assert set(shop.said["nodes"]) == NODES  # type: ignore[call-overload]
    assert set(shop.said["endpoints"]) == {"front", "store"}  # type: ignore[call-overload]
    assert shop.said["seconds_left"] == 1800


def test_what_is_up_answers_at_its_endpoint(shop: Standing) -> None:
    assert fetched(shop.attach(), "front") == b"hello\n"


def test_nodes_know_each_other_by_node_and_service_name(shop: Standing) -> None:
    environment = shop.attach()
    by_node = in_node(environment, "keeper-1", "getent", "hosts", "store-1").split()[0]
    assert in_node(environment, "keeper-1", "getent", "hosts", "store").split()[0] == by_node
    webs = in_node(environment, "front-1", "getent", "ahostsv4", "web")
    assert len({line.split()[0] for line in webs.splitlines()}) == 2


def test_up_again_adopts_what_runs(shop: Standing) -> None:
    before = shop.attach()
    again = run("env", "up", str(shop.definition), "--name", shop.name, "--json")
    assert again.returncode == 0, again.stderr
    after = shop.attach()
    assert ids(after) == ids(before)
    assert after.instance.ports == before.instance.ports
    assert again.stderr.count("kept") == len(NODES)


def test_a_node_that_was_stopped_is_started_again(shop: Standing) -> None:
    before = shop.attach()
    stopped = before.nodes["web-2"].get_wrapped_container()
    stopped.kill()
    stopped.wait(timeout=20)
    again = run("env", "up", str(shop.definition), "--name", shop.name)
    assert again.returncode == 0, again.stderr
    after = shop.attach()
    assert ids(after) == ids(before)
    assert after.nodes["web-2"].status == "running"


def test_a_changed_definition_replaces_only_what_changed(shop: Standing) -> None:
    before = shop.attach()
    changed = definition(
        shop.definition.parent,
        {**SHOP, "keeper": application("keeper", environment={"HELLO_NAME": "you"})},
        file="changed",
    )
    assert run("env", "up", str(changed), "--name", shop.name).returncode == 0
    after = shop.attach()
    different = {name for name in NODES if ids(after)[name] != ids(before)[name]}
    assert different == {"keeper-1"}
    assert after.secret("store.password") == before.secret("store.password")
    assert in_node(after, "keeper-1", "cat", PASSWORD) == before.secret("store.password").reveal()


def test_a_service_that_is_no_longer_wanted_goes(shop: Standing) -> None:
    kept = {name: options for name, options in SHOP.items() if name != "keeper"}
    fewer = definition(shop.definition.parent, kept, file="fewer")
    assert run("env", "up", str(fewer), "--name", shop.name).returncode == 0
    assert set(shop.attach().nodes) == NODES - {"keeper-1"}
    assert run("env", "up", str(shop.definition), "--name", shop.name).returncode == 0
    assert set(shop.attach().nodes) == NODES


def test_a_secret_is_a_file_that_only_its_process_can_read(shop: Standing) -> None:
    environment = shop.attach()
    assert in_node(environment, "keeper-1", "stat", "-c", "%a %U", PASSWORD) == "400 app"
    assert in_node(environment, "store-1", "stat", "-c", "%a %U", PASSWORD) == "400 postgres"
    process = in_node(environment, "keeper-1", "sh", "-c", "stat -c %U /proc/1")
    assert process == "app"


def test_a_secret_is_nowhere_that_docker_tells(shop: Standing, engine: docker.DockerClient) -> None:
    environment = shop.attach()
    password = environment.secret("store.password").reveal()
    assert len(password) == 32
    told = [node.get_wrapped_container().attrs for node in environment.nodes.values()]
    wanted = {"label": [f"peakproof.instance={shop.name}"]}
    volumes = [volume.attrs for volume in engine.volumes.list(filters=wanted)]
    assert told
    assert volumes
    assert password not in json.dumps([told, volumes])


def test_a_secret_opens_the_database_it_is_for(shop: Standing) -> None:
    environment = shop.attach()
    url = f"postgresql://hello:{environment.secret('store.password').reveal()}@store/hello"
    assert in_node(environment, "store-1", "psql", "-tA", url, "-c", "select 6 * 7", user="postgres") == "42"


def test_ports_are_published_on_the_loopback_address_alone(shop: Standing) -> None:
    published = [
        binding["HostIp"]
        for node in shop.attach().nodes.values()
        for bindings in node.get_wrapped_container().ports.values()
        for binding in bindings or ()
    ]
    assert published == ["127.0.0.1", "127.0.0.1"]


def test_a_port_stays_when_the_door_is_restarted(shop: Standing) -> None:
    environment = shop.attach()
    door = environment.nodes["door-1"].get_wrapped_container()
    before = door.ports
    door.restart(timeout=2)
    door.reload()
    assert door.ports == before
    environment.nodes["door-1"].wait_until_ready()
    assert fetched(environment, "front") == b"hello\n"


def test_list_status_and_logs_say_what_stands(shop: Standing) -> None:
    listed = json.loads(run_here("env", "list", "--json").stdout)["environments"]
    (mine,) = [row for row in listed if row["name"] == shop.name]
    assert (mine["definition"], mine["nodes"], mine["running"]) == ("t", 7, 7), "what is done counts"
    assert 0 < mine["seconds_left"] <= 8 * 3600
    status = json.loads(run_here("env", "status", shop.name, "--json").stdout)
    assert status["nodes"]["web-1"] == "running"
    assert status["nodes"]["prepare-1"] == "done"
    logs = run_here("env", "logs", shop.name, "prepare-1", "-n", "1")
    assert logs.stdout == "the reason stands here\n"


def test_people_are_shown_the_same(shop: Standing) -> None:
    shown = run_here("env", "status", shop.name)
    assert shown.stdout == ""
    assert "web-1" in shown.stderr
    assert str(shop.attach().instance.ports["front"]) in shown.stderr
    assert shop.name in run_here("env", "list").stderr


def test_an_unknown_node_says_which_there_are(shop: Standing) -> None:
    logs = run_here("env", "logs", shop.name, "wbe-1")
    assert logs.returncode == 2
    assert "web-1" in logs.stderr


@pytest.mark.parametrize("command", [("status",), ("logs", "web-1"), ("extend",)])
def test_an_unknown_environment_is_an_input_error(command: tuple[str, ...]) -> None:
    verb, *rest = command
    answer = run_here("env", verb, "t-nobody", *rest)
    assert answer.returncode == 2
    assert "no environment 't-nobody' is up" in answer.stderr
    assert "env list" in answer.stderr


def test_a_lease_can_be_made_longer_and_shorter(shop: Standing, engine: docker.DockerClient) -> None:
    for ttl, seconds in (("3h", 10_800), ("20m", 1_200)):
        assert run_here("env", "extend", shop.name, "--ttl", ttl).returncode == 0
        lease = leases.newest(engine, shop.name)
        assert lease is not None
        assert lease.until - time.time() == pytest.approx(seconds, abs=30)


def test_up_leaves_a_longer_lease_and_says_so(shop: Standing) -> None:
    assert run_here("env", "extend", shop.name, "--ttl", "3h").returncode == 0
    said = run_here("env", "up", str(shop.definition), "--name", shop.name, "--ttl", "5m", "--json")
    assert json.loads(said.stdout)["seconds_left"] == pytest.approx(3 * 3600, abs=60)
    assert "`env extend` makes a lease shorter" in said.stderr


def test_down_of_nearly_a_name_says_which_stands(shop: Standing) -> None:
    said = run_here("env", "down", f"{shop.name}x")
    assert said.returncode == 0
    assert f"did you mean '{shop.name}'?" in said.stderr


def test_down_leaves_nothing(
    engine: docker.DockerClient, new_name: Callable[[], str], tmp_path: Path
) -> None:
    name = new_name()
    path = definition(
        tmp_path, {"store": {"kind": "postgres", "memory": "128MiB"}, "web": application("web")}
    )
    assert run("env", "up", str(path), "--name", name).returncode == 0
    assert len(left(engine, name)) > 6
    anonymous = [
        mount["Name"]
        for container in engine.containers.list(filters={"label": [f"peakproof.instance={name}"]})
        for mount in container.attrs["Mounts"]
        if mount["Type"] == "volume" and not mount["Name"].startswith("peakproof-")
    ]
    assert anonymous, "the image's VOLUME makes one a container"
    down = run("env", "down", name)
    assert down.returncode == 0
    assert left(engine, name) == []
    for volume in anonymous:
        with pytest.raises(NotFound):
            engine.volumes.get(volume)


def test_down_of_nothing_says_so_and_is_no_error() -> None:
    down = run_here("env", "down", "t-nobody")
    assert down.returncode == 0
    assert "nothing was there" in down.stderr
