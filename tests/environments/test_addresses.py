"""Addresses: subnets that overlap nothing, nodes that keep what they had, an end that is left to others."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from itertools import combinations, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments import addresses
from environments.addresses import NoRange
from foundation.errors import InputError

POOL = IPv4Network("10.231.0.0/16")
SMALL = IPv4Network("10.231.0.64/26")


def test_subnets_avoid_what_is_taken() -> None:
    taken = (IPv4Network("10.231.0.0/25"), IPv4Network("10.231.1.0/26"))
    first = list(islice(addresses.free_subnets(POOL, taken, 26), 3))
    assert [str(subnet) for subnet in first] == ["10.231.0.128/26", "10.231.0.192/26", "10.231.1.64/26"]


networks = st.builds(
    lambda address, prefix: IPv4Network((address, prefix), strict=False),
    st.integers(int(POOL.network_address) - 2**10, int(POOL.broadcast_address) + 2**10),
    st.integers(8, 32),
)


@given(st.lists(networks, max_size=6), st.integers(22, 26))
def test_a_free_subnet_never_overlaps_what_is_taken_nor_another(
    taken: list[IPv4Network], prefix: int
) -> None:
    free = list(islice(addresses.free_subnets(POOL, taken, prefix), 20))
    assert not any(subnet.overlaps(other) for subnet in free for other in taken)
    assert not any(a.overlaps(b) for a, b in combinations(free, 2))
    assert all(subnet.subnet_of(POOL) and subnet.prefixlen == prefix for subnet in free)


@pytest.mark.parametrize(("nodes", "prefix"), [(0, 26), (46, 26), (47, 25), (110, 25), (111, 24), (1006, 22)])
def test_a_subnet_is_as_large_as_its_nodes_need(nodes: int, prefix: int) -> None:
    assert addresses.prefix_for(nodes) == prefix
    assert nodes <= addresses.room(prefix)


def test_more_nodes_than_a_bridge_has_ports_have_no_subnet() -> None:
    with pytest.raises(ValueError, match="1007 nodes"):
        addresses.prefix_for(1007)


def test_two_words_seldom_mean_the_same_subnet() -> None:
    chosen = {addresses.chosen(POOL, (), 26, f"environment {number}") for number in range(30)}
    assert len(chosen) > 25
    assert addresses.chosen(POOL, (), 26, "qa") == addresses.chosen(POOL, (), 26, "qa")


def test_a_full_range_has_none() -> None:
    with pytest.raises(NoRange, match="no free /24"):
        addresses.chosen(POOL, (POOL,), 24, "qa")


def test_every_node_has_an_address_that_nobody_else_gets() -> None:
    assigned = addresses.fixed(SMALL, [f"web-{number}" for number in range(1, 47)], {})
    given = {IPv4Address(address) for address in assigned.values()}
    assert len(given) == 46
    assert SMALL.network_address + 1 not in given, "the gateway's"
    assert not any(address in addresses.visitors(SMALL) for address in given), "who joins takes one of those"
    assert all(address in SMALL for address in given)


@given(st.sets(st.sampled_from([f"n{number}" for number in range(40)])))
def test_what_stays_keeps_its_address(later: set[str]) -> None:
    before = addresses.fixed(SMALL, [f"n{number}" for number in range(0, 40, 2)], {})
    after = addresses.fixed(SMALL, sorted(later), before)
    assert all(after[node] == before[node] for node in later & before.keys())
    assert len(set(after.values())) == len(later)


def test_a_network_that_was_made_too_small_is_told() -> None:
    nodes = [f"web-{number}" for number in range(1, 49)]
    with pytest.raises(InputError, match="no address left for web-47, web-48") as caught:
        addresses.fixed(SMALL, nodes, {})
    assert "bring it up again" in str(caught.value.hint)
