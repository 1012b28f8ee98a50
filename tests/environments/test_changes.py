"""A change that fails, is interrupted or killed leaves what stood; and nobody's data becomes another's."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen
from uuid import uuid4

import docker
import pytest

from environments import environment, images, labels
from environments.containers import leases, manifests, removing
from environments.environment import Environment
from tests.environments.commanding import COMMAND, begin, eventually, left, run, run_here
from tests.environments.written import Services, application, definition

pytestmark = pytest.mark.integration

STORE = {"kind": "postgres", "memory": "128MiB", "user": "clerk", "database": "orders"}
SHOP: Services = {
    "web": application("web", nodes=2),
    "front": {"kind": "haproxy", "to": "web", "health": "/ready"},
    "store": STORE,
}


def ids(environment: Environment) -> dict[str, str]:
    return {name: str(node.get_wrapped_container().id) for name, node in environment.nodes.items()}


def up(path: Path, name: str, *more: str) -> None:
    said = run("env", "up", str(path), "--name", name, "--ttl", "10m", *more)
    assert said.returncode == 0, said.stderr


def serves(running: Environment) -> bool:
    """Whether it answers; the balancer notices within a second that a server behind it is back."""
    host, port = running.address("front")
    with suppress(OSError), urlopen(f"http://{host}:{port}/ready", timeout=5) as reply:
        return bool(reply.status == 200)
    return False


@pytest.mark.parametrize("owner", ["nobody we know", "another environment"])
def test_a_container_that_has_a_node_s_name_is_named_with_its_owner(
    engine: docker.DockerClient, new_name: Callable[[], str], tmp_path: Path, owner: str
) -> None:
    name, other, path = new_name(), new_name(), definition(tmp_path, {"web": application("web")})
    image = images.ensure(["python"], folders={}, client=engine)["python"].id
    tags = labels.of(other, "node") if owner == "another environment" else {}
    taken = f"peakproof-{name}-web-1"
    leases.renew(engine, other, 600)
    stranger = engine.containers.create(image, name=taken, labels=tags, network_mode="none")
    try:
        said = run("env", "up", str(path), "--name", name)
        assert said.returncode == 5, said.stderr
        whose = f"belongs to the environment {other!r}" if tags else "is not peakproof's"
        assert f"the name {taken} is taken by a container that {whose}" in said.stderr
        stranger.reload()
    finally:
        stranger.remove(force=True, v=True)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the shop's definition: the same name from another one means another environment."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def shop(engine: docker.DockerClient, home: Path) -> Iterator[Environment]:
    """What stands before each test, and is to stand after it."""
    name = f"t-changes-{uuid4().hex[:6]}"
    try:
        up(definition(home, SHOP), name)
        yield environment.attach(engine, name)
    finally:
        removing.remove(engine, name)


def changed(folder: Path, process: str) -> Path:
    """Another process in place of the web nodes, one more service, and more memory for the store."""
    store = {**STORE, "memory": "160MiB"}
    more = {"also": {"kind": "rabbitmq", "memory": "256MiB"}} if process == "crash" else {}
    return definition(
        folder, {**SHOP, "web": application(process, nodes=2), "store": store, **more}, file="changed"
    )


def test_a_change_that_fails_leaves_everything_as_it_was(
    engine: docker.DockerClient, shop: Environment, home: Path
) -> None:
    things = left(engine, shop.name)
    began = time.monotonic()
    said = run("env", "up", str(changed(home, "crash")), "--name", shop.name)
    assert time.monotonic() - began < 40, "the balancer, which is kept, is not waited for in vain"
    assert said.returncode == 69, said.stderr
    assert "web-1" in said.stderr
    assert "put back" in said.stderr
    after = environment.attach(engine, shop.name)
    assert ids(after) == ids(shop)
    assert after.instance == shop.instance
    eventually(lambda: serves(after), within=5, what="it serves as before")
    assert len(left(engine, shop.name)) == len(things)


def test_a_change_that_is_interrupted_leaves_everything_as_it_was(
    engine: docker.DockerClient, shop: Environment, home: Path
) -> None:
    process = begin(*COMMAND, "env", "up", str(changed(home, "deaf")), "--name", shop.name)
    aside = f"peakproof-{shop.name}-web-1-before"
    eventually(lambda: aside in left(engine, shop.name), within=60, what="the change has begun")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)  # as timeout(1) does
    said = process.communicate(timeout=40)[1]
    assert process.returncode == 130, said
    after = environment.attach(engine, shop.name)
    assert ids(after) == ids(shop)
    eventually(lambda: serves(after), within=5, what="it serves as before")


def test_after_a_change_that_was_killed_the_next_up_finds_what_stood(
    engine: docker.DockerClient, shop: Environment, home: Path
) -> None:
    process = begin(*COMMAND, "env", "up", str(changed(home, "deaf")), "--name", shop.name)
    aside = f"peakproof-{shop.name}-web-1-before"
    eventually(lambda: aside in left(engine, shop.name), within=60, what="the change has begun")
    process.kill()
    process.communicate()
    removing.remove(engine, shop.name, kind="lock")  # it would be free when its lease is over, in a minute
    up(home / "t.yaml", shop.name)
    after = environment.attach(engine, shop.name)
    assert ids(after)["web-1"] == ids(shop)["web-1"]
    assert after.secret("store.password") == shop.secret("store.password")
    eventually(lambda: serves(after), within=5, what="it serves as before")
    assert [name for name in left(engine, shop.name) if name.endswith("-before")] == []


@pytest.mark.parametrize(
    ("option", "value"), [("database", "sales"), ("user", "cashier")], ids=["another name", "another user"]
)
def test_data_is_not_taken_for_another_database_s(
    engine: docker.DockerClient, shop: Environment, home: Path, option: str, value: str
) -> None:
    other = definition(home, {**SHOP, "store": {**STORE, option: value}}, file="other")
    said = run("env", "up", str(other), "--name", shop.name)
    assert said.returncode == 5, said.stderr
    assert "store-1-data holds the PostgreSQL database orders of clerk" in said.stderr
    assert f"peakproof env down {shop.name}" in said.stderr
    after = environment.attach(engine, shop.name)
    assert ids(after) == ids(shop)
    assert after.instance == shop.instance


def test_another_folder_s_environment_of_the_same_name_is_not_touched(
    engine: docker.DockerClient, shop: Environment, home: Path, tmp_path: Path
) -> None:
    up(definition(tmp_path, SHOP), shop.name)
    other = definition(tmp_path, {"web": application("web")})
    up(home / "t.yaml", shop.name)
    said = run("env", "up", str(other), "--name", shop.name)
    assert said.returncode == 5, said.stderr
    assert f"its definition is in {home}" in said.stderr
    assert ids(environment.attach(engine, shop.name)) == ids(shop)


def test_a_crash_is_told_from_work_that_is_done(
    engine: docker.DockerClient, shop: Environment, home: Path
) -> None:
    shop = environment.attach(engine, shop.name)
    crashed = shop.nodes["web-1"].get_wrapped_container()
    crashed.kill()
    crashed.wait(timeout=20)
    said = run_here("env", "status", shop.name, "--json")
    assert json.loads(said.stdout)["nodes"]["web-1"] == "crashed (137)"
    (row,) = [
        row
        for row in json.loads(run_here("env", "list", "--json").stdout)["environments"]
        if row["name"] == shop.name
    ]
    assert (row["running"], row["nodes"]) == (len(shop.nodes) - 1, len(shop.nodes))
    shop.nodes["web-2"].get_wrapped_container().remove(force=True, v=True)
    said = run_here("env", "list")
    assert f"{len(shop.nodes) - 2} of {len(shop.nodes)}" in said.stderr, "counted is what is wanted"
    up(home / "t.yaml", shop.name)
    assert len(environment.attach(engine, shop.name).nodes) == len(shop.nodes)


def test_an_environment_of_another_version_is_named_and_can_be_taken_down(
    engine: docker.DockerClient, new_name: Callable[[], str], tmp_path: Path
) -> None:
    name = new_name()
    up(definition(tmp_path, {"web": application("web")}), name)
    text = manifests.read(engine, name)
    assert text is not None
    (record,) = engine.volumes.list(filters={"label": f"peakproof.instance={name}", "name": "manifest"})
    tags = {**record.attrs["Labels"], "peakproof.manifest": json.dumps({**json.loads(text), "format": 99})}
    engine.volumes.create(f"{record.name}9", labels=tags)
    listed = run_here("env", "list")
    assert listed.returncode == 0, listed.stderr
    assert "made by another version" in listed.stderr
    for command in (("status", name), ("up", str(tmp_path / "t.yaml"), "--name", name)):
        said = run_here("env", *command)
        assert said.returncode == 5, said.stderr
        assert f"peakproof env down {name}" in said.stderr
    assert run("env", "down", name).returncode == 0
    assert left(engine, name) == []


def test_up_waits_for_what_it_keeps(
    engine: docker.DockerClient, new_name: Callable[[], str], tmp_path: Path
) -> None:
    name, path = new_name(), definition(tmp_path, {"web": application("late")})
    up(path, name)
    node = environment.attach(engine, name).nodes["web-1"].get_wrapped_container()
    ready = ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/ready')"]
    node.restart(timeout=0)
    assert node.exec_run(ready)[0] != 0, "the proof that this can fail"
    up(path, name)
    assert node.exec_run(ready)[0] == 0
    node.pause()
    up(path, name)
    node.reload()
    assert node.status == "running"


def test_what_stands_needs_no_free_range(new_name: Callable[[], str], tmp_path: Path) -> None:
    site = tmp_path / "small.yaml"
    site.write_text("site: small\nhosts: {local: {}}\nsubnets: 10.199.77.0/24\n")
    path = definition(tmp_path, {"web": application("web")})
    names = [new_name() for _ in range(3)]
    for name in names[:2]:
        up(path, name, "--site", str(site))
    up(path, names[0], "--site", str(site))
    said = run("env", "up", str(path), "--name", names[2], "--site", str(site))
    assert said.returncode == 69
    assert "10.199.77.0/24, the site's range, has no room" in said.stderr
    assert f"Docker's network peakproof-{names[0]}-back" in said.stderr
