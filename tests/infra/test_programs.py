"""The program of the laptop: what it declares, for whom, in which order, and what it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from environments.loading import topology_of
from environments.nodes import Lifecycle
from environments.site import Site
from foundation.errors import InputError, Unavailable
from foundation.secrets import Secret
from infra.comparing import compare
from infra.programs import program
from infra.recorded import CONTAINER, NETWORK, PROVIDER, VOLUME, Recorded, Value
from infra.recording import record
from infra.stack import Stack, described


def container(recorded: Sequence[Recorded], name: str) -> Recorded:
    return next(resource for resource in recorded if (resource.type, resource.name) == (CONTAINER, name))


def blocks(value: Value) -> list[dict[str, Value]]:
    assert isinstance(value, list)
    return value


def test_the_laptops_program_is_its_topology(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    assert compare(stack, recorded) == []


def test_every_node_network_and_volume_is_declared_once(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    topology = stack.instance.topology
    for kind, wanted in (
        (CONTAINER, stack.instance.nodes),
        (NETWORK, stack.instance.networks),
        (VOLUME, topology.volumes),
    ):
        declared = sorted(resource.name for resource in recorded if resource.type == kind)
        assert declared == sorted(one.name for one in wanted)


def test_env_can_tell_that_it_must_leave_everything_alone(recorded: tuple[Recorded, ...]) -> None:
    for resource in recorded:
        if resource.type in (CONTAINER, NETWORK, VOLUME):
            labels = {block["label"]: block["value"] for block in blocks(resource.inputs["labels"])}
            assert labels["peakproof.owner"] == "infra", resource.urn


def test_secrets_are_files_marked_secret_that_only_the_nodes_user_reads(
    stack: Stack, recorded: tuple[Recorded, ...]
) -> None:
    (upload,) = blocks(container(recorded, "database-1").inputs["uploads"])
    assert upload["content"] == stack.instance.secrets["database.password"]
    assert isinstance(upload["content"], Secret)
    assert upload["file"] == "/run/secrets/database-password"
    assert (upload["permissions"], upload["owner"]) == ("0400", "10001")


def test_a_node_is_created_after_the_nodes_that_it_needs(recorded: tuple[Recorded, ...]) -> None:
    before = {
        other.name
        for other in recorded
        if other.type == CONTAINER and other.urn in container(recorded, "worker-1").dependencies
    }
    assert before == {"database-1", "broker-1", "erp-1", "migrate-1"}


def test_a_once_node_is_waited_for_and_may_be_stopped(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    assert stack.instance.topology.node("migrate-1").lifecycle is Lifecycle.ONCE
    inputs = container(recorded, "migrate-1").inputs
    assert (inputs["attach"], inputs["mustRun"], inputs["restart"]) == (True, False, "no")


def test_what_needs_a_once_node_waits_for_its_success(recorded: tuple[Recorded, ...]) -> None:
    migrate = container(recorded, "migrate-1")
    assert container(recorded, "api-1").awaited["image"] == {migrate.urn}
    assert not container(recorded, "database-1").awaited["image"]


def test_a_once_node_that_fails_ends_the_program(stack: Stack) -> None:
    with pytest.raises(Unavailable, match="migrate-1 ended with status 3"):
        record(program(stack), stack="laptop", statuses={"migrate-1": 3})


def test_an_image_by_name_is_refused_because_it_would_be_replaced_at_every_up(stack: Stack) -> None:
    images = {**stack.instance.images, "haproxy": "peakproof/haproxy:1"}
    named = replace(stack, instance=replace(stack.instance, images=images))
    with pytest.raises(InputError, match=r"is a name \(peakproof/haproxy:1\), not an id"):
        record(program(named), stack="laptop")


def test_a_placement_that_cannot_be_is_refused(stack: Stack) -> None:
    nowhere = {**stack.instance.placement, "api-1": "nowhere"}
    with pytest.raises(InputError, match="placed on 'nowhere', which the site does not have"):
        record(program(replace(stack, instance=replace(stack.instance, placement=nowhere))), stack="laptop")


@pytest.fixture(scope="module")
def across() -> Stack:
    """The laptop's definition on a site of two hosts."""
    written = {
        "left": {"docker": "ssh://ops@left", "address": "192.0.2.1"},
        "right": {"docker": "ssh://ops@right"},
    }
    site = Site.model_validate({"site": "two", "hosts": written, "subnets": "10.240.0.0/16"})
    return described(topology_of("laptop", beside=Path()).topology, site)


def test_on_several_hosts_the_program_is_the_topology_too(across: Stack) -> None:
    assert compare(across, record(program(across), stack="laptop")) == []


def test_each_host_has_a_provider_its_nodes_a_door_and_an_edge(across: Stack) -> None:
    recorded = record(program(across), stack="laptop")
    providers = {each.urn: each.name for each in recorded if each.type == PROVIDER}
    hosts = {
        each.name: providers[each.provider.rpartition("::")[0]] for each in recorded if each.type == CONTAINER
    }
    assert hosts == across.instance.placement
    assert {hosts["door-1"], hosts["door-2"]} == {"left", "right"}
    assert {each.name for each in recorded if each.type == NETWORK} == {
        "edge-left", "edge-right", "front", "back",
    }  # fmt: skip


def test_networks_across_hosts_are_overlays_that_a_manager_makes(across: Stack) -> None:
    recorded = record(program(across), stack="laptop")
    (front,) = [each.inputs for each in recorded if (each.type, each.name) == (NETWORK, "front")]
    assert (front["driver"], front["internal"], front["attachable"]) == ("overlay", True, True)
    (edge,) = [each.inputs for each in recorded if (each.type, each.name) == (NETWORK, "edge-left")]
    assert (edge["driver"], edge["internal"]) == ("bridge", False)


@pytest.mark.parametrize(("encrypted", "options"), [(True, {"encrypted": ""}), (False, {})])
def test_overlays_are_encrypted_unless_the_site_waives_it(
    across: Stack, encrypted: bool, options: dict[str, str]
) -> None:
    asked = replace(across, instance=replace(across.instance, encrypted=encrypted))
    recorded = record(program(asked), stack="laptop")
    assert compare(asked, recorded) == []
    made = {each.name: each.inputs.get("options") or {} for each in recorded if each.type == NETWORK}
    assert made["front"] == options
    assert "encrypted" not in made["edge-left"]  # type: ignore[operator]


def test_what_a_swarm_writes_into_an_overlays_options_changes_nothing(across: Stack) -> None:
    recorded = record(program(across), stack="laptop")
    ignored = {each.name: set(each.ignored) for each in recorded if each.type == NETWORK}
    assert ignored == {"front": {"options"}, "back": {"options"}, "edge-left": set(), "edge-right": set()}
    (front,) = [each.inputs for each in recorded if (each.type, each.name) == (NETWORK, "front")]
    (pool,) = blocks(front["ipamConfigs"])
    first = next(IPv4Network(str(pool["subnet"])).hosts())
    assert pool["gateway"] == str(first), "Docker would choose it, and tell it back as a difference"


def test_the_entry_is_published_at_its_hosts_address_and_the_rest_at_loopback(across: Stack) -> None:
    recorded = record(program(across), stack="laptop")
    doors = {name: blocks(container(recorded, name).inputs["ports"]) for name in ("door-1", "door-2")}
    assert sorted(str(port["ip"]) for port in doors["door-1"]) == ["127.0.0.1", "127.0.0.1", "192.0.2.1"]
    assert {port["ip"] for port in doors["door-2"]} == {"127.0.0.1"}


def test_the_entry_is_published_at_the_address_that_moves_too(across: Stack) -> None:
    moving = replace(across, instance=replace(across.instance, virtual_address="192.0.2.100"))
    recorded = record(program(moving), stack="laptop")
    assert compare(moving, recorded) == []
    for door, own in (("door-1", "192.0.2.1"), ("door-2", "127.0.0.1")):
        ports = blocks(container(recorded, door).inputs["ports"])
        entry = [port["ip"] for port in ports if port["external"] == moving.instance.ports["balancer"]]
        assert sorted(map(str, entry)) == sorted([own, "192.0.2.100"])


def test_the_engine_of_the_sites_host_is_the_providers(stack: Stack) -> None:
    remote = replace(stack, instance=replace(stack.instance, hosts={"local": "ssh://operator@host.example"}))
    assert compare(remote, record(program(remote), stack="laptop")) == []
    (difference,) = compare(stack, record(program(remote), stack="laptop"))
    assert (difference.attribute, difference.found) == ("engine", "ssh://operator@host.example")


def test_a_sites_own_ssh_settings_are_the_providers_too(stack: Stack) -> None:
    theirs = replace(
        stack, instance=replace(stack.instance, hosts={"local": "ssh://o@h?config=/etc/box/ssh"})
    )
    recorded = record(program(theirs), stack="laptop")
    (provider,) = [each.inputs for each in recorded if each.type == PROVIDER]
    assert (provider["host"], provider["sshOpts"]) == ("ssh://o@h", '["-F", "/etc/box/ssh"]')
    assert compare(theirs, recorded) == []
    others = replace(stack, instance=replace(stack.instance, hosts={"local": "ssh://o@h"}))
    assert [difference.attribute for difference in compare(others, recorded)] == ["ssh"]
