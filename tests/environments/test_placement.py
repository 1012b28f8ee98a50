"""Placement: replicas apart, pins kept, memory that fits, what stands stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.loading import topology_of
from environments.nodes import Lifecycle
from environments.placement import losses, place, uncovered
from environments.site import Site
from foundation.errors import InputError

LAPTOP = topology_of("laptop", beside=Path()).topology
STAGING = topology_of("staging", beside=Path()).topology
GIB = 1024**3


def site(
    *hosts: str, memory: str | None = None, domains: dict[str, str] | None = None, **more: object
) -> Site:
    """A site of these hosts, each an engine of its own."""
    described = {
        host: {"docker": f"ssh://{host}", "memory": memory, "domain": (domains or {}).get(host)}
        for host in hosts
    }
    return Site.model_validate({"site": "s", "hosts": described, "subnets": "10.240.0.0/16", **more})


def without(where: Site) -> dict[str, tuple[str, ...]]:
    """Failure domain -> what is gone with it."""
    return uncovered(LAPTOP, where, place(LAPTOP, where).hosts)


def test_on_one_host_everything_stands_there() -> None:
    placed = place(LAPTOP, site("a"))
    assert set(placed.hosts) == {node.name for node in LAPTOP.nodes}
    assert set(placed.hosts.values()) == {"a"}


def test_one_failure_domain_covers_no_service() -> None:
    always = {node.service for node in LAPTOP.nodes if node.lifecycle is Lifecycle.ALWAYS}
    assert set(without(site("a"))["a"]) == always
    rack = site("a", "b", domains={"a": "rack", "b": "rack"})
    assert set(without(rack)["rack"]) == always
    (line,) = losses(LAPTOP, rack, place(LAPTOP, rack).hosts)
    assert line.startswith("with rack go api, balancer, ")


def test_replicas_stand_on_different_hosts_and_only_single_nodes_are_uncovered() -> None:
    three = site("a", "b", "c")
    placed = place(LAPTOP, three)
    assert placed.hosts["api-1"] != placed.hosts["api-2"]
    uncovered = {service for services in without(three).values() for service in services}
    assert "api" not in uncovered
    assert {"database", "broker", "balancer"} <= uncovered
    assert any(" go " in line and "database" in line for line in losses(LAPTOP, three, placed.hosts))


def test_a_domain_counts_more_than_a_host() -> None:
    racks = {"a": "left", "b": "left", "c": "right"}
    placed = place(LAPTOP, site("a", "b", "c", domains=racks))
    assert {racks[placed.hosts[name]] for name in ("api-1", "api-2")} == {"left", "right"}


def test_what_has_no_replica_stands_together_so_that_the_loss_of_one_domain_alone_stops_the_platform() -> (
    None
):
    assert len(without(site("a", "b", "c"))) == 1
    racks = {"a": "left", "b": "left", "c": "right"}
    assert len(without(site("a", "b", "c", domains=racks))) == 1


def test_what_has_no_replica_stands_apart_where_one_host_has_no_room_for_it() -> None:
    tight = site("a", "b", "c", memory="1536MiB")
    assert len(without(tight)) > 1
    assert {*place(LAPTOP, tight).hosts.values()} == {"a", "b", "c"}


def test_replicas_go_where_most_memory_is_left() -> None:
    placed = place(STAGING, site("a", "b", "c"))
    (full,) = uncovered(STAGING, site("a", "b", "c"), placed.hosts)
    assert {placed.hosts[f"worker-{number}"] for number in (1, 2)} == {"a", "b", "c"} - {full}


def test_of_staging_on_three_hosts_two_have_application_nodes_alone() -> None:
    three = site("a", "b", "c")
    assert list(uncovered(STAGING, three, place(STAGING, three).hosts).values()) == [
        ("balancer", "broker", "database", "erp")
    ]


@pytest.mark.parametrize("pinned", ["database", "database-1"])
def test_a_pin_is_kept(pinned: str) -> None:
    assert place(LAPTOP, site("a", "b", "c", pins={pinned: "c"})).hosts["database-1"] == "c"


def test_a_nodes_pin_counts_more_than_its_services() -> None:
    placed = place(LAPTOP, site("a", "b", pins={"api": "a", "api-2": "b"}))
    assert (placed.hosts["api-1"], placed.hosts["api-2"]) == ("a", "b")


def test_pins_of_what_is_not_there_are_told_all_at_once() -> None:
    with pytest.raises(InputError) as caught:
        place(LAPTOP, site("a", pins={"databse": "a", "apis": "a"}))
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == 2
    assert "did you mean 'database'?" in told[0]


def test_what_stands_stays_where_it_is() -> None:
    first = place(LAPTOP, site("a", "b"))
    assert place(LAPTOP, site("c", "a", "b"), first.hosts).hosts == first.hosts


def test_what_stood_on_a_host_that_is_gone_moves() -> None:
    moved = place(LAPTOP, site("b"), place(LAPTOP, site("a", "b")).hosts)
    assert set(moved.hosts.values()) == {"b"}


def test_a_pin_moves_what_stands() -> None:
    first = place(LAPTOP, site("a", "b"))
    other = "b" if first.hosts["database-1"] == "a" else "a"
    assert place(LAPTOP, site("a", "b", pins={"database": other}), first.hosts).hosts["database-1"] == other


def test_memory_that_does_not_suffice_says_what_is_missing_and_what_would_fit() -> None:
    with pytest.raises(InputError) as caught:
        place(LAPTOP, site("a", memory="1GiB"))
    (problem,) = caught.value.problems
    need = sum(node.resources.memory for node in LAPTOP.nodes)
    assert problem.where == "host a"
    assert "are missing" in problem.what
    assert "database-1" in problem.what
    assert f"{need / GIB:.1f}".removesuffix(".0") in str(problem.hint)


def test_a_full_host_is_passed_over() -> None:
    tight = Site.model_validate(
        {
            "site": "s",
            "hosts": {"a": {"memory": "1MiB"}, "b": {"docker": "ssh://b"}},
            "subnets": "10.240.0.0/16",
        }
    )
    assert set(place(LAPTOP, tight).hosts.values()) == {"b"}


@given(st.integers(1, 6), st.permutations(LAPTOP.nodes))
def test_the_same_nodes_in_any_order_are_all_placed_and_spread(count: int, order: list[object]) -> None:
    hosts = [f"h{number}" for number in range(count)]
    placed = place(LAPTOP, site(*hosts))
    assert placed == place(LAPTOP, site(*hosts)), "the same input, the same answer"
    assert len(order) == len(placed.hosts)
    assert len({placed.hosts[name] for name in ("api-1", "api-2")}) == min(2, count)
