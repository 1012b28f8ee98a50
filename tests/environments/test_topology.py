"""Equal meaning gives an equal digest: how something was written down does not count, what it says does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.loading import topology_of
from environments.nodes import (
    Attachments,
    CommandProbe,
    File,
    Hardening,
    HttpProbe,
    Lifecycle,
    Mount,
    Node,
    Probes,
    Process,
    Resources,
    SecretFile,
    Storage,
    TcpProbe,
)
from environments.topology import Topology

Value = TypeVar("Value")

LAPTOP = topology_of("laptop", beside=Path()).topology

NODE = Node(
    name="api-1",
    service="api",
    process=Process(image="app", command=("run", "--fast"), environment={"A": "1", "B": "2"}),
    attachments=Attachments(
        networks=("front", "back"),
        aliases=("api", "orders"),
        files=(File(path="/a", content="a"), File(path="/b", content="b")),
        secrets=(SecretFile(secret="s.password", path="/run/s"),),
    ),
    resources=Resources(memory=1024),
    probes=Probes(ready=TcpProbe(port=80)),
    needs=("db-1", "mq-1"),
)

# Each says something else than NODE.
DIFFERENT = {
    "name": replace(NODE, name="api-2"),
    "image": replace(NODE, process=replace(NODE.process, image="other")),
    "order of the command": replace(NODE, process=replace(NODE.process, command=("--fast", "run"))),
    "environment": replace(NODE, process=replace(NODE.process, environment={"A": "2", "B": "1"})),
    "network": replace(NODE, attachments=replace(NODE.attachments, networks=("front",))),
    "file": replace(NODE, attachments=replace(NODE.attachments, files=(File(path="/a", content="b"),))),
    "mode": replace(
        NODE, attachments=replace(NODE.attachments, files=(File(path="/a", content="a", mode=0o755),))
    ),
    "secret": replace(NODE, attachments=replace(NODE.attachments, secrets=())),
    "memory": replace(NODE, resources=replace(NODE.resources, memory=2048)),
    "volume": replace(NODE, storage=Storage(mounts=(Mount(volume="v", path="/v"),))),
    "capability": replace(NODE, hardening=Hardening(capabilities=("NET_ADMIN",))),
    "kind of probe": replace(NODE, probes=Probes(ready=HttpProbe(port=80, path="/"))),
    "order of the probe's command": replace(NODE, probes=Probes(ready=CommandProbe(command=("b", "a")))),
    "lifecycle": replace(NODE, lifecycle=Lifecycle.ONCE),
    "needs": replace(NODE, needs=("db-1",)),
}


@pytest.mark.parametrize("change", DIFFERENT)
def test_what_says_something_else_has_another_digest(change: str) -> None:
    others = [node.digest for name, node in DIFFERENT.items() if name != change]
    assert DIFFERENT[change].digest not in [NODE.digest, *others]


@pytest.mark.parametrize(
    "same",
    [
        replace(NODE, needs=("mq-1", "db-1")),
        replace(NODE, process=replace(NODE.process, environment={"B": "2", "A": "1"})),
        replace(NODE, attachments=replace(NODE.attachments, networks=("back", "front"))),
        replace(NODE, attachments=replace(NODE.attachments, files=NODE.attachments.files[::-1])),
    ],
    ids=["needs", "environment", "networks", "files"],
)
def test_the_order_of_what_is_a_set_does_not_count(same: Node) -> None:
    assert same.digest == NODE.digest


def test_a_digest_is_twelve_hex_digits() -> None:
    assert len(NODE.digest) == 12
    int(NODE.digest, 16)


def shuffled(topology: Topology, random: Random) -> Topology:
    """The same, every list of nodes, networks, flows, … in another order."""

    def mixed(values: tuple[Value, ...]) -> tuple[Value, ...]:
        return tuple(random.sample(values, len(values)))

    return replace(
        topology,
        nodes=mixed(topology.nodes),
        networks=mixed(topology.networks),
        volumes=mixed(topology.volumes),
        flows=mixed(topology.flows),
        endpoints=mixed(topology.endpoints),
        secrets=mixed(topology.secrets),
        roles=mixed(topology.roles),
        bindings=dict(mixed(tuple(topology.bindings.items()))),
    )


@given(st.randoms(use_true_random=False))
def test_the_order_in_which_a_topology_is_written_does_not_count(random: Random) -> None:
    assert shuffled(LAPTOP, random).digest == LAPTOP.digest


@given(st.sampled_from(LAPTOP.nodes), st.integers(1, 1 << 40))
def test_a_change_of_any_node_changes_the_topology(node: Node, memory: int) -> None:
    changed = replace(node, resources=replace(node.resources, memory=node.resources.memory + memory))
    others = tuple(each for each in LAPTOP.nodes if each is not node)
    assert replace(LAPTOP, nodes=(*others, changed)).digest != LAPTOP.digest


def test_a_node_is_found_by_its_name() -> None:
    assert LAPTOP.node("api-2").service == "api"
    with pytest.raises(KeyError):
        LAPTOP.node("api-3")
