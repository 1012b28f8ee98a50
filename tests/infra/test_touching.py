"""What a hand changed is seen from one look at Docker: gone, stopped, set otherwise, off a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from infra import touching
from infra.recorded import CONTAINER, NETWORK, VOLUME
from infra.state import Known, State
from infra.touching import Seen, Standing


def known(name: str, type_: str, identity: str, inputs: Mapping[str, object] | None = None) -> Known:
    return Known(urn=f"urn::{name}", type=type_, id=identity, inputs=inputs or {}, failed=False)


INPUTS: dict[str, object] = {
    "name": "peakproof-shop-web-1",
    "restart": "unless-stopped",
    "memory": 64,
    "memorySwap": 64,
    "cpuShares": 1024,
    "mustRun": True,
    "networksAdvanced": [{"name": "peakproof-shop-front"}],
}
ONCE = {**INPUTS, "restart": "no", "mustRun": False}
SEEN = Seen(
    name="peakproof-shop-web-1",
    running=True,
    restart="unless-stopped",
    memory=64,
    memory_and_swap=64,
    cpu_weight=1024,
    networks=frozenset({"peakproof-shop-front"}),
)
STATE = State(
    resources=(
        known("web-1", CONTAINER, "c1", INPUTS),
        known("front", NETWORK, "n1"),
        known("data", VOLUME, "peakproof-shop-data"),
    ),
    unfinished=(),
    outputs={},
)
ALL = Standing(
    containers={"c1": SEEN}, networks=frozenset({"n1"}), volumes=frozenset({"peakproof-shop-data"})
)


def names(found: list[Known]) -> list[str]:
    return [each.name for each in found]


def test_what_stands_as_it_was_made_is_untouched() -> None:
    assert touching.touched(STATE, ALL) == []
    assert touching.parted(STATE, ALL) == []


@pytest.mark.parametrize(
    ("standing", "name"),
    [
        (replace(ALL, containers={}), "web-1"),
        (replace(ALL, networks=frozenset()), "front"),
        (replace(ALL, volumes=frozenset()), "data"),
    ],
)
def test_what_is_gone_was_touched(standing: Standing, name: str) -> None:
    assert names(touching.touched(STATE, standing)) == [name]


@pytest.mark.parametrize(
    "seen",
    [
        replace(SEEN, running=False),
        replace(SEEN, name="renamed"),
        replace(SEEN, restart="no"),
        replace(SEEN, memory=70),
        replace(SEEN, memory_and_swap=128),
        replace(SEEN, cpu_weight=2),
    ],
)
def test_a_node_that_was_stopped_or_set_otherwise_was_touched(seen: Seen) -> None:
    assert names(touching.touched(STATE, replace(ALL, containers={"c1": seen}))) == ["web-1"]


def test_a_once_node_that_has_ended_is_as_it_should_be() -> None:
    once = replace(STATE, resources=(known("migrate-1", CONTAINER, "c1", ONCE),))
    ended = replace(SEEN, running=False, restart="no")
    assert touching.touched(once, replace(ALL, containers={"c1": ended})) == []


@pytest.mark.parametrize("networks", [frozenset(), frozenset({"peakproof-shop-front", "bridge"})])
def test_a_node_taken_off_a_network_or_put_on_another_is_parted(networks: frozenset[str]) -> None:
    moved = replace(ALL, containers={"c1": replace(SEEN, networks=networks)})
    assert names(touching.parted(STATE, moved)) == ["web-1"]
    assert touching.touched(STATE, moved) == []


def test_a_node_that_is_gone_is_parted_from_nothing() -> None:
    assert touching.parted(STATE, replace(ALL, containers={})) == []
