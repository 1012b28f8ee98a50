"""The program of the laptop: what it declares, for whom, in which order, and what it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from environments.topology import Lifecycle
from foundation.errors import InputError, Unavailable
from foundation.secrets import Secret
from infra.comparing import compare
from infra.programs import program
from infra.recorded import CONTAINER, NETWORK, VOLUME, Recorded, Value
from infra.recording import record
from infra.stack import Stack


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


@pytest.mark.parametrize(
    ("host", "message"), [("elsewhere", "bridge networks do not reach across hosts"), (None, "does not have")]
)
def test_a_placement_that_cannot_be_is_refused(stack: Stack, host: str | None, message: str) -> None:
    if host is None:
        placement = dict.fromkeys(stack.instance.placement, "nowhere")
    else:
        placement = {**stack.instance.placement, "api-1": host}
    with pytest.raises(InputError, match=message):
        record(program(replace(stack, instance=replace(stack.instance, placement=placement))), stack="laptop")


def test_the_engine_of_the_sites_host_is_the_providers(stack: Stack) -> None:
    remote = replace(stack, instance=replace(stack.instance, hosts={"local": "ssh://operator@host.example"}))
    assert compare(remote, record(program(remote), stack="laptop")) == []
    (difference,) = compare(stack, record(program(remote), stack="laptop"))
    assert (difference.attribute, difference.found) == ("engine", "ssh://operator@host.example")
