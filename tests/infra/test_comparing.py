"""The comparison notices every way in which a program can differ from its topology, and tells no secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from environments.nodes import (
    Attachments,
    CommandProbe,
    File,
    Hardening,
    Lifecycle,
    Mount,
    Node,
    Probes,
    Process,
    Published,
    Resources,
    SecretFile,
    SecretVariable,
    Storage,
    TcpProbe,
)
from environments.topology import Network, Topology, Volume
from infra.checking import UNEXPRESSED
from infra.comparing import Difference, compare
from infra.programs import program
from infra.recorded import CONTAINER, NETWORK, VOLUME, Recorded, Value
from infra.recording import record
from infra.stack import Stack

SUBJECT = "api-1"


def attributes(differences: Sequence[Difference]) -> set[str]:
    """What differs, but the label that carries the node's digest: that one always tells."""
    return {difference.attribute for difference in differences} - {"labels"}


def with_node(stack: Stack, change: Callable[[Node], Node]) -> Stack:
    """The same stack, with one node of its topology changed."""
    nodes = tuple(change(node) if node.name == SUBJECT else node for node in stack.instance.topology.nodes)
    return with_topology(stack, replace(stack.instance.topology, nodes=nodes))


def with_topology(stack: Stack, topology: Topology) -> Stack:
    return replace(stack, instance=replace(stack.instance, topology=topology))


# Any: `replace` is called with one field of whichever value the path leads to.
def put(node: Node, path: str, value: Any) -> Node:  # noqa: ANN401
    """The node with the value at "attachments.files" replaced."""
    part, _, field = path.rpartition(".")
    if not part:
        return replace(node, **{field: value})
    return replace(node, **{part: replace(getattr(node, part), **{field: value})})


# A field of the topology's Node -> another value for it, and the attribute under which that is told.
CHANGES: Mapping[str, tuple[object, str]] = {
    "process.image": ("postgres", "image"),
    "process.command": (("true",), "command"),
    "process.entrypoint": (("/bin/other",), "entrypoint"),
    "process.user": ("1000", "user"),
    "process.working_dir": ("/work", "folder"),
    "process.init": (False, "init"),
    "process.foreign": (True, "probe"),
    "process.environment": ({"MODE": "other"}, "environment"),
    "process.stop_grace": (3.0, "stop grace"),
    "attachments.networks": (("front",), "networks"),
    "attachments.aliases": (("other",), "networks"),
    "attachments.files": ((File(path="/etc/one", content="1"),), "files"),
    "attachments.secrets": ((SecretFile(secret="broker.password", path="/run/x"),), "secret files"),
    "attachments.variables": (
        (SecretVariable(secret="broker.password", variable="PASSWORD"),),
        "secret variables",
    ),
    "attachments.published": ((Published(endpoint="broker", port=1),), "ports"),
    "storage.mounts": ((Mount(volume="broker-1-data", path="/data"),), "mounts"),
    "storage.tmpfs": (("/tmp",), "in memory"),
    "resources.memory": (64 * 1024**2, "memory"),
    "resources.shared_memory": (64 * 1024**2, "shared memory"),
    "resources.cpu_weight": (512, "cpu weight"),
    "hardening.capabilities": (("NET_BIND_SERVICE",), "capabilities"),
    "hardening.read_only": (True, "read-only"),
    "probes.ready": (CommandProbe(command=("true",)), "probe"),
    "probes.deadline": (7.0, "deadline"),
    "lifecycle": (Lifecycle.ONCE, "lifecycle"),
    "needs": (("database-1",), "needs"),
}
# What names a node is told as a missing and an extra node; `service` makes nothing of its own in an engine.
ELSEWHERE = {"name", "service"}


def leaves(value: type, at: str = "") -> Iterator[str]:
    parts = {
        "process": Process,
        "attachments": Attachments,
        "storage": Storage,
        "resources": Resources,
        "hardening": Hardening,
        "probes": Probes,
    }
    for field in fields(value):
        part = None if at else parts.get(field.name)
        if part is not None and is_dataclass(part):
            yield from leaves(part, f"{field.name}.")
        else:
            yield at + field.name


def test_every_field_of_a_node_is_compared_or_said_not_to_be() -> None:
    unexpressed = {f"hardening.{name}" for name in UNEXPRESSED}
    assert set(leaves(Node)) == set(CHANGES) | unexpressed | ELSEWHERE


@pytest.mark.parametrize("path", CHANGES)
def test_a_changed_field_of_the_topology_is_told(
    stack: Stack, recorded: tuple[Recorded, ...], path: str
) -> None:
    value, attribute = CHANGES[path]
    changed = with_node(stack, lambda node: put(node, path, value))
    differences = [one for one in compare(changed, recorded) if one.name == SUBJECT]
    assert attribute in attributes(differences)


def test_a_node_at_another_host_or_address_is_told(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    elsewhere = dict.fromkeys(stack.instance.placement, "elsewhere")
    moved = replace(stack, instance=replace(stack.instance, placement=elsewhere))
    assert "host" in attributes([one for one in compare(moved, recorded) if one.name == SUBJECT])
    others = {name: dict.fromkeys(nodes, "10.9.9.9") for name, nodes in stack.instance.addresses.items()}
    readdressed = replace(stack, instance=replace(stack.instance, addresses=others))
    assert attributes([one for one in compare(readdressed, recorded) if one.name == SUBJECT]) == {"networks"}


Inputs = dict[str, Value]


def tampered(recorded: Sequence[Recorded], kind: str, of: str, /, **inputs: Value) -> list[Recorded]:
    """What was registered, with inputs of one resource replaced."""
    return [
        replace(resource, inputs={**resource.inputs, **inputs})
        if (resource.type, resource.name) == (kind, of)
        else resource
        for resource in recorded
    ]


PLANTED: Mapping[str, tuple[str, str, Inputs]] = {
    "name": (CONTAINER, "api-1", {"name": "api"}),
    "labels": (CONTAINER, "api-1", {"labels": [{"label": "peakproof.owner", "value": "env"}]}),
    "image": (CONTAINER, "api-1", {"image": "sha256:other"}),
    "command": (CONTAINER, "api-1", {"command": ["python3", "orderhub", "-m", "api"]}),
    "environment": (CONTAINER, "api-1", {"envs": ["A=1"]}),
    "hostname": (CONTAINER, "api-1", {"hostname": "api"}),
    "init": (CONTAINER, "api-1", {"init": False}),
    "stop grace": (CONTAINER, "api-1", {"stopTimeout": 1}),
    "grace on removal": (CONTAINER, "api-1", {"destroyGraceSeconds": 0}),
    "output kept": (CONTAINER, "migrate-1", {"logs": False}),
    "networks": (CONTAINER, "api-1", {"networksAdvanced": [{"name": "bridge", "aliases": ["api-1"]}]}),
    "resolver": (CONTAINER, "api-1", {"dns": ["9.9.9.9"]}),
    "files": (CONTAINER, "door-1", {"uploads": []}),
    "secret files": (CONTAINER, "api-1", {"uploads": []}),
    "ports": (CONTAINER, "api-1", {"ports": [{"internal": 8000}]}),
    "mounts": (CONTAINER, "database-1", {"volumes": [{"hostPath": "/etc", "containerPath": "/data"}]}),
    "memory": (CONTAINER, "api-1", {"memory": 1}),
    "memory and swap": (CONTAINER, "api-1", {"memorySwap": -1}),
    "shared memory": (CONTAINER, "database-1", {"shmSize": None}),
    "cpu weight": (CONTAINER, "api-1", {"cpuShares": 2}),
    "capabilities": (CONTAINER, "api-1", {"capabilities": {"drops": [], "adds": []}}),
    "privileges": (CONTAINER, "api-1", {"securityOpts": []}),
    "log": (CONTAINER, "api-1", {"logOpts": {}}),
    "lifecycle": (CONTAINER, "migrate-1", {"mustRun": True}),
    "probe": (CONTAINER, "api-1", {"healthcheck": {"tests": ["CMD-SHELL", "true"]}}),
    "deadline": (CONTAINER, "api-1", {"wait": False}),
    "internal": (NETWORK, "back", {"internal": False}),
    "subnet": (NETWORK, "back", {"ipamConfigs": []}),
    "driver": (NETWORK, "back", {"driver": "overlay"}),
    "options": (NETWORK, "back", {"options": {"com.docker.network.bridge.enable_ip_masquerade": "false"}}),
    "reserved": (NETWORK, "edge", {"ipamConfigs": []}),
}


@pytest.mark.parametrize("attribute", PLANTED)
def test_a_planted_difference_is_told(stack: Stack, recorded: tuple[Recorded, ...], attribute: str) -> None:
    kind, name, inputs = PLANTED[attribute]
    differences = compare(stack, tampered(recorded, kind, name, **inputs))
    assert (name, attribute) in {(one.name, one.attribute) for one in differences}
    assert json.dumps([one.to_dict() for one in differences])


@pytest.mark.parametrize(
    ("kind", "name", "inputs"),
    [
        (CONTAINER, "api-1", {"privileged": True}),
        (CONTAINER, "api-1", {"networkMode": "host"}),
        (CONTAINER, "api-1", {"mounts": [{"type": "bind", "source": "/", "target": "/host"}]}),
        (NETWORK, "back", {"ingress": True}),
        (VOLUME, "broker-1-data", {"driverOpts": {"device": "/"}}),
    ],
)
def test_an_argument_that_the_topology_never_asked_for_is_told(
    stack: Stack, recorded: tuple[Recorded, ...], kind: str, name: str, inputs: Inputs
) -> None:
    (found,) = compare(stack, tampered(recorded, kind, name, **inputs))
    assert (found.attribute, found.found) == ("other arguments", list(inputs))


def test_only_what_was_planted_is_told(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    assert compare(stack, tampered(recorded, CONTAINER, "api-1", memory=1)) == [
        Difference(kind="node", name="api-1", attribute="memory", wanted=384, found=1)
    ]


@pytest.mark.parametrize(
    ("kind", "name", "what"),
    [(CONTAINER, "relay-1", "node"), (NETWORK, "front", "network"), (VOLUME, "broker-1-data", "volume")],
)
def test_a_missing_resource_is_told(
    stack: Stack, recorded: tuple[Recorded, ...], kind: str, name: str, what: str
) -> None:
    rest = [resource for resource in recorded if (resource.type, resource.name) != (kind, name)]
    missing = Difference(kind=what, name=name, attribute="there", wanted="once", found="missing")
    assert missing in compare(stack, rest)


def test_an_extra_node_is_told(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    without = tuple(node for node in stack.instance.topology.nodes if node.name != "relay-1")
    smaller = with_topology(stack, replace(stack.instance.topology, nodes=without))
    assert [(one.name, one.wanted) for one in compare(smaller, recorded)] == [("relay-1", "missing")]


def test_extra_networks_and_volumes_are_told(stack: Stack) -> None:
    topology = stack.instance.topology
    larger = with_topology(
        stack,
        replace(
            topology,
            networks=(*topology.networks, Network(name="more")),
            volumes=(*topology.volumes, Volume(name="more")),
        ),
    )
    subnets = {**stack.instance.subnets, "more": "10.231.9.0/26"}
    addresses = {**stack.instance.addresses, "more": {"door-1": "10.231.9.2"}}
    larger = replace(larger, instance=replace(larger.instance, subnets=subnets, addresses=addresses))
    found = compare(stack, record(program(larger), stack="laptop"))
    others = [one for one in found if one.name != "door-1"]  # it stands on every network
    assert [(one.kind, one.name, one.wanted) for one in others] == [
        ("network", "more", "missing"),
        ("volume", "more", "missing"),
    ]


def test_a_resource_of_another_kind_is_told(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    stranger = Recorded(
        urn="urn:x", type="aws:s3/bucket:Bucket", name="bucket", inputs={}, parent="", component=False
    )
    (found,) = compare(stack, [*recorded, stranger])
    assert (found.name, found.found) == ("bucket", "aws:s3/bucket:Bucket")


def test_the_same_node_twice_is_told(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    again = next(resource for resource in recorded if resource.type == CONTAINER)
    (found,) = compare(stack, [*recorded, replace(again, urn=f"{again.urn}-again")])
    assert (found.name, found.found) == (again.name, "2 times")


def test_a_node_that_waits_for_nothing_is_told(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    careless = [
        replace(resource, dependencies=frozenset(), awaited={}) if resource.name == "api-1" else resource
        for resource in recorded
    ]
    assert attributes(compare(stack, careless)) == {"needs", "starts after success of", "made after"}


def test_a_component_that_is_not_finished_is_told(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    open_ended = [
        replace(resource, finished=False) if resource.component and resource.name == "laptop" else resource
        for resource in recorded
    ]
    (found,) = compare(stack, open_ended)
    assert (found.kind, found.attribute) == ("component", "outputs")


def test_a_resource_of_the_default_provider_is_told(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    anywhere = [
        replace(resource, provider="") if resource.type == VOLUME else resource for resource in recorded
    ]
    assert {one.found for one in compare(stack, anywhere)} == {"the default provider's"}


def test_two_probes_of_one_kind_are_not_the_same(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    other = with_node(stack, lambda node: put(node, "probes.ready", TcpProbe(port=8000)))
    (found,) = (one for one in compare(other, recorded) if one.attribute == "probe")
    assert found.wanted == {"kind": "tcp", "port": 8000, "foreign": False}
    assert found.found == {"kind": "http", "port": 8000, "path": "/health/ready", "foreign": False}


def test_a_secret_that_is_not_marked_is_told_and_not_shown(
    stack: Stack, recorded: tuple[Recorded, ...]
) -> None:
    value = stack.instance.secrets["database.password"].reveal()
    leaky = tampered(recorded, CONTAINER, "api-1", envs=[f"PASSWORD={value}"], command=[value])
    found = compare(stack, leaky)
    told = {one.attribute: one.found for one in found if one.kind == "resource"}
    assert told == {"envs[0]": "in the clear", "command[0]": "in the clear"}
    assert value not in json.dumps([one.to_dict() for one in found])
    assert value not in repr(found)


def test_a_secret_uploaded_without_its_mark_is_told(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    value = stack.instance.secrets["database.password"].reveal()
    upload: Inputs = {"file": "/run/secrets/database-password", "content": value, "permissions": "0400"}
    found = compare(stack, tampered(recorded, CONTAINER, "api-1", uploads=[upload]))
    assert {"files", "secret files", "uploads[0].content"} <= attributes(found)
    assert value not in repr(found)


def test_another_secret_in_its_place_is_told(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    upload: Inputs = {
        "file": "/run/secrets/database-password",
        "content": stack.instance.secrets["broker.password"],
        "permissions": "0400",
        "owner": "10001",
        "group": "10001",
    }
    (found,) = compare(stack, tampered(recorded, CONTAINER, "api-1", uploads=[upload]))
    assert "secret broker.password" in json.dumps(found.found)
