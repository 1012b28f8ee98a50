"""A stack from nothing to nothing, with the real engine: up, again, changed, touched by hand, destroyed."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from environments.containers.files import read
from foundation.errors import ExitCode
from tests.environments.written import Services, application, definition
from tests.infra.stacks import Stacks, ours

pytestmark = [pytest.mark.integration, pytest.mark.pulumi_engine]

SHOP: dict[str, dict[str, object]] = {
    "front": {"kind": "haproxy", "to": "web", "health": "/ready"},
    "web": application("web", nodes=2),
    "prepare": application("prepare"),
    "keeper": application("keeper"),
    "store": {"kind": "postgres", "memory": "128MiB"},
}
NODES = {"front-1", "web-1", "web-2", "prepare-1", "keeper-1", "store-1", "door-1"}


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A stack that stands, and what `up` said of it."""

    name: str
    definition: Path
    said: dict[str, Any]
    shown: str


def changed(folder: Path, service: str, **options: object) -> str:
    """The shop with options of one service changed, as a file."""
    services: Services = {**SHOP, service: {**SHOP[service], **options}}
    return str(definition(folder, services))


@pytest.fixture(scope="module")
def shop(stacks: Stacks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    path = definition(tmp_path_factory.mktemp("shop"), SHOP)
    with stacks.new() as name:
        up = stacks.run("up", str(path), "--name", name, "--yes", "--json")
        assert up.returncode == ExitCode.OK, up.stderr
        yield Shop(name=name, definition=path, said=json.loads(up.stdout), shown=up.stderr)


def test_up_from_nothing_makes_every_node_ready(shop: Shop) -> None:
    assert shop.said["nodes"] == {
        node: "ended with status 0" if node == "prepare-1" else "healthy" for node in NODES
    }
    front = shop.said["endpoints"]["front"]
    with urllib.request.urlopen(f"{front}/ready", timeout=5) as answer:  # noqa: S310 - our own door
        assert answer.status == 200


def test_up_shows_what_it_would_do_and_what_it_does(stacks: Stacks, shop: Shop) -> None:
    assert f"{shop.name}: definition t of hello, class test, on site laptop" in shop.shown
    assert "11 to create" in shop.shown
    assert "node store-1" in shop.shown
    assert "created after" in shop.shown
    assert f"{shop.name} is up after" in shop.shown
    assert f"is in file://{stacks.state}/peakproof/infra: keep both" in shop.shown


def test_a_second_up_changes_nothing(stacks: Stacks, shop: Shop) -> None:
    before = stacks.ids(shop.name)
    again = stacks.run("up", str(shop.definition), "--name", shop.name)
    assert again.returncode == ExitCode.OK, again.stderr
    assert "nothing to change" in again.stderr
    assert stacks.ids(shop.name) == before


def test_preview_says_the_same_and_changes_nothing(stacks: Stacks, shop: Shop) -> None:
    assert stacks.told("preview", str(shop.definition), "--name", shop.name)["changes"] == []


def test_no_secret_is_in_plain_text_in_the_state(stacks: Stacks, shop: Shop) -> None:
    content = read(stacks.containers(shop.name)["store-1"], "/run/secrets/store-password")
    assert content
    files = [path for path in stacks.state.rglob("*") if path.is_file()]
    assert any(shop.name in path.name for path in files)
    assert not [path for path in files if content in path.read_bytes()]


def test_nobody_else_may_read_the_state(stacks: Stacks, shop: Shop) -> None:
    assert shop.name
    assert (stacks.state / "peakproof" / "infra").stat().st_mode & 0o077 == 0


def test_status_shows_nodes_and_endpoints(stacks: Stacks, shop: Shop) -> None:
    assert stacks.told("status", shop.name) == shop.said


def test_a_changed_node_is_replaced_and_no_other(stacks: Stacks, shop: Shop, tmp_path: Path) -> None:
    before = stacks.ids(shop.name)
    larger = changed(tmp_path, "keeper", memory="80MiB")
    preview = stacks.told("preview", larger, "--name", shop.name)
    assert [(each["name"], each["op"]) for each in changes(preview)] == [("keeper-1", "replace")]
    assert stacks.told("up", larger, "--name", shop.name, "--yes")["nodes"] == shop.said["nodes"]
    after = stacks.ids(shop.name)
    assert {node for node in NODES if before[node] != after[node]} == {"keeper-1"}


def test_nodes_of_a_service_change_one_after_the_other(stacks: Stacks, shop: Shop, tmp_path: Path) -> None:
    larger = changed(tmp_path, "web", memory="80MiB")
    up = stacks.run("up", larger, "--name", shop.name, "--yes")
    assert up.returncode == ExitCode.OK, up.stderr
    web = stacks.containers(shop.name)
    ready = web["web-1"].attrs["State"]["Health"]["Log"][0]["End"]
    assert web["web-2"].attrs["Created"] > web["web-1"].attrs["State"]["StartedAt"]
    assert web["web-2"].attrs["Created"][:19] >= ready[:19]


def test_what_was_changed_by_hand_is_told_and_undone(stacks: Stacks, shop: Shop, tmp_path: Path) -> None:
    larger = changed(tmp_path, "web", memory="80MiB")
    stacks.told("up", larger, "--name", shop.name, "--yes")
    nodes = stacks.containers(shop.name)
    nodes["keeper-1"].remove(force=True, v=True)
    nodes["web-1"].stop(timeout=0)
    nodes["web-2"].update(mem_limit="70m", memswap_limit="70m")
    stacks.client.networks.get(f"peakproof-{shop.name}-front").disconnect(nodes["door-1"])
    drift = stacks.run("drift", shop.name, "--json")
    assert drift.returncode == ExitCode.DIFFERENT, drift.stderr
    told = json.loads(drift.stdout)
    assert {each["name"]: each["op"] for each in told["changes"]} == {
        "keeper-1": "delete", "web-1": "update", "web-2": "update",
    }  # fmt: skip
    assert told["off_a_network"] == ["door-1"]
    up = stacks.run("up", larger, "--name", shop.name, "--yes", "--json")
    assert up.returncode == ExitCode.OK, up.stderr
    assert json.loads(up.stdout)["nodes"] == shop.said["nodes"]
    assert stacks.run("drift", shop.name).returncode == ExitCode.OK


def test_every_change_leaves_a_line_that_says_who(stacks: Stacks, shop: Shop) -> None:
    lines = (stacks.state / "peakproof" / "infra" / "audit.jsonl").read_text().splitlines()
    ours_ = [line for line in map(json.loads, lines) if line["stack"] == shop.name]
    assert {line["command"] for line in ours_} == {"up"}
    assert [line["result"] for line in ours_][:2] == ["begun", "ok"]
    assert all("@" in line["who"] for line in ours_)


def test_destroy_leaves_nothing(stacks: Stacks, shop: Shop) -> None:
    destroyed = stacks.run("destroy", shop.name, "--yes")
    assert destroyed.returncode == ExitCode.OK, destroyed.stderr
    assert stacks.containers(shop.name) == {}
    assert stacks.client.networks.list(filters=ours(shop.name)) == []
    assert stacks.client.volumes.list(filters=ours(shop.name)) == []
    gone = stacks.run("status", shop.name)
    assert gone.returncode == ExitCode.INPUT
    assert f"there is no stack '{shop.name}'" in gone.stderr


def changes(document: dict[str, object]) -> list[dict[str, object]]:
    listed = document["changes"]
    assert isinstance(listed, list)
    return listed
