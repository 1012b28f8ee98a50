"""An instance: what it takes from its machine, what it keeps, and that its secrets are written nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import IPv4Network
from itertools import combinations, count
from pathlib import Path

import pytest

from environments import instance as instances
from environments.addresses import NoRange
from environments.door import images_of
from environments.instance import AnotherVersion, Instance, Supply, instantiate, updated
from environments.loading import topology_of
from environments.nodes import Node
from environments.site import Site
from environments.topology import SecretRef, Topology
from foundation.errors import Unavailable
from foundation.secrets import Secret

LAPTOP = topology_of("laptop", beside=Path()).topology
POOL = IPv4Network("10.231.0.0/16")
IMAGES: Mapping[str, str] = {name: f"sha256:{name}" for name in images_of(LAPTOP)}


def supply(first_port: int = 20_000, taken: tuple[IPv4Network, ...] = ()) -> Supply:
    return machine(count(first_port), taken)


def machine(ports: Iterator[int], taken: tuple[IPv4Network, ...] = ()) -> Supply:
    return Supply(
        site=Site.model_validate({"site": "local", "hosts": {"local": {}}, "subnets": POOL}),
        placement=dict.fromkeys((node.name for node in LAPTOP.nodes), "local"),
        images=IMAGES,
        taken=taken,
        free_port=lambda: next(ports),
    )


def laptop(topology: Topology = LAPTOP) -> Instance:
    return instantiate(topology, "mine", supply())


def test_an_instance_comes_back_from_its_json() -> None:
    instance = laptop()
    assert instances.from_json(instance.to_json(), instance.secrets) == instance


def test_an_instance_that_came_back_has_the_same_digests() -> None:
    back = instances.from_json(laptop().to_json(), {})
    assert back.topology.digest == LAPTOP.digest
    assert [node.digest for node in back.topology.nodes] == [node.digest for node in LAPTOP.nodes]


def test_its_json_holds_no_secret() -> None:
    instance = laptop()
    assert instance.secrets
    text = instance.to_json()
    json.loads(text)
    assert not any(secret.reveal() in text for secret in instance.secrets.values())


def test_an_instance_does_not_print_its_secrets() -> None:
    instance = laptop()
    assert not any(secret.reveal() in repr(instance) for secret in instance.secrets.values())


def test_every_endpoint_has_a_port_and_every_network_a_subnet_of_its_own() -> None:
    instance = laptop()
    assert set(instance.ports) == {"balancer", "database", "broker"}
    assert len(set(instance.ports.values())) == 3
    assert set(instance.subnets) == {"edge", "front", "back"}
    subnets = [IPv4Network(text) for text in instance.subnets.values()]
    assert not any(a.overlaps(b) for a, b in combinations(subnets, 2))


def test_a_port_that_is_offered_twice_is_taken_once() -> None:
    offered = iter([20_000, 20_000, 20_001, 20_000, 20_002])
    assert sorted(instantiate(LAPTOP, "mine", machine(offered)).ports.values()) == [20_000, 20_001, 20_002]


def test_every_secret_is_its_own() -> None:
    secrets = laptop().secrets
    assert set(secrets) == {"database.password", "broker.password"}
    assert secrets["database.password"] != secrets["broker.password"]


def test_what_an_instance_is_made_of_carries_its_name() -> None:
    assert laptop().resource("api-1") == "peakproof-mine-api-1"


def test_an_update_keeps_ports_subnets_and_secrets_of_what_stays() -> None:
    before = laptop()
    larger = replace(LAPTOP, secrets=(*LAPTOP.secrets, SecretRef(name="new.password")))
    after = updated(before, larger, supply(first_port=30_000))
    assert (after.ports, after.subnets) == (before.ports, before.subnets)
    assert {name: after.secrets[name] for name in before.secrets} == before.secrets
    assert set(after.secrets) - set(before.secrets) == {"new.password"}


def test_an_update_forgets_what_went() -> None:
    smaller = replace(LAPTOP, secrets=(), endpoints=LAPTOP.endpoints[:1])
    after = updated(laptop(), smaller, supply())
    assert after.secrets == {}
    assert len(after.ports) == 1


def test_an_update_asks_the_machine_for_nothing_that_stands() -> None:
    before = laptop()
    assert updated(before, LAPTOP, machine(iter(()), taken=(POOL,))) == before


def test_a_network_that_is_new_needs_a_range() -> None:
    before = replace(laptop(), subnets={"edge": "10.231.0.0/26"})
    with pytest.raises(NoRange) as caught:
        updated(before, LAPTOP, supply(taken=(POOL,)))
    assert caught.value.prefix == 26


def changed(**manifest: object) -> str:
    return json.dumps({**json.loads(laptop().to_json()), **manifest})


def topology_with(**more: object) -> str:
    return changed(topology={**json.loads(laptop().to_json())["topology"], **more})


@pytest.mark.parametrize(
    "text",
    [
        changed(written_by="another"),
        changed(format=instances.FORMAT + 1),
        changed(format=None),
        topology_with(new_thing=[]),
        topology_with(nodes=[{"name": "api-1"}]),
        '{"name": "mine"}',
    ],
    ids=["a field more", "a later format", "no format", "more in the topology", "less in a node", "nothing"],
)
def test_what_another_version_wrote_is_told_as_such(text: str) -> None:
    with pytest.raises(AnotherVersion, match="'mine' was made by another version") as caught:
        instances.from_json(text, {})
    assert "peakproof env down mine" in str(caught.value.hint)


def test_a_secret_that_no_node_holds_any_more_is_made_anew() -> None:
    found = instances.from_json(laptop().to_json(), {"broker.password": Secret("kept")})
    after = updated(found, LAPTOP, supply())
    assert after.secrets["broker.password"] == Secret("kept")
    assert after.secrets["database.password"].reveal()


def test_a_node_has_the_same_address_as_long_as_it_is_there() -> None:
    before = laptop()
    assert all(set(nodes) for nodes in before.addresses.values())
    fewer = replace(LAPTOP, nodes=tuple(node for node in LAPTOP.nodes if node.name != "api-1"))
    between = updated(before, fewer, supply())
    assert "api-1" not in between.addresses["front"]
    kept = {node: address for node, address in before.addresses["front"].items() if node != "api-1"}
    assert dict(between.addresses["front"]) == kept


def test_the_door_is_a_guest_on_every_network_and_on_the_edge_alone() -> None:
    instance = laptop()
    (guest,) = instance.guests
    assert guest.name == "door-1"
    assert [network.name for network in instance.networks] == ["edge", "front", "back"]
    assert set(instance.addresses["edge"]) == {"door-1"}
    assert instance.placement["door-1"] == "local"


def across() -> Instance:
    """The laptop's definition on three hosts, the database on the last."""
    addresses = {"a": None, "b": "192.0.2.2", "c": "192.0.2.3"}
    hosts = {name: {"docker": f"ssh://{name}", "address": each} for name, each in addresses.items()}
    site = Site.model_validate({"site": "three", "hosts": hosts, "subnets": POOL})
    at = {node.name: "c" if node.service == "database" else "a" for node in LAPTOP.nodes}
    return instantiate(LAPTOP, "mine", replace(supply(), site=site, placement=at))


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_manifest_says_whether_overlays_are_encrypted(encrypted: bool) -> None:
    instance = replace(across(), encrypted=encrypted)
    assert instances.from_json(instance.to_json(), instance.secrets) == instance


def test_the_entry_is_reached_at_a_hosts_address_or_at_the_one_that_moves() -> None:
    instance = across()
    port = instance.ports["balancer"]
    assert instance.published("balancer") == ("b", "192.0.2.2", port)
    moving = replace(instance, virtual_address="192.0.2.100")
    assert moving.published("balancer")[1:] == ("192.0.2.100", port)
    assert [entries_of(moving, door) for door in moving.guests] == [
        ["127.0.0.1", "192.0.2.100"], ["192.0.2.2", "192.0.2.100"], ["192.0.2.3", "192.0.2.100"],
    ]  # fmt: skip
    assert entries_of(instance, instance.guests[1]) == ["192.0.2.2"]


def entries_of(instance: Instance, door: Node) -> list[str]:
    """The addresses at which a door publishes the entry."""
    found = [each for each in door.attachments.published if each.endpoint == "balancer"]
    return [instance.published_at(door.name, each) for each in found]


def test_a_database_is_reached_through_the_door_of_its_own_host() -> None:
    instance = replace(across(), virtual_address="192.0.2.100")
    assert instance.published("database") == ("c", "127.0.0.1", instance.ports["database"])
    others = [each for each in instance.guests[2].attachments.published if each.endpoint != "balancer"]
    assert {instance.published_at("door-3", each) for each in others} == {"127.0.0.1"}


def test_a_range_that_is_used_up_says_what_to_do() -> None:
    with pytest.raises(Unavailable, match="no free /26") as caught:
        instantiate(LAPTOP, "mine", supply(taken=(POOL,)))
    assert "subnets" in str(caught.value.hint)
