"""Docker's networks never land where the site's own are."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import product

import pytest

from environments.site import Site
from foundation.errors import InputError
from playbooks.deriving.ranges import BRIDGES, OVERLAYS, docker, swarm
from playbooks.reference import read
from tests.playbooks.deriving.test_firewall import site, three


def bridges(described: Site) -> object:
    (variables, *_) = docker(described).values()
    return variables["docker_address_pools"]


def overlays(described: Site) -> object:
    (variables, *_) = swarm(described).values()
    return variables["swarm_address_pool"]


def test_a_site_that_is_elsewhere_gets_what_the_roles_have_by_themselves() -> None:
    roles = read()
    assert bridges(three()) == roles["docker"].defaults["docker_address_pools"]
    assert overlays(three()) == roles["swarm"].defaults["swarm_address_pool"]


@pytest.mark.parametrize(
    ("subnets", "base"), [("172.22.0.0/16", "172.28.0.0/14"), ("172.16.0.0/12", "192.168.128.0/17")]
)
def test_bridges_keep_off_the_networks_of_environments(subnets: str, base: str) -> None:
    assert bridges(three(subnets=subnets)) == [{"base": base, "size": 24}]


def test_overlays_keep_off_the_networks_of_hosts() -> None:
    assert overlays(site({"a": "10.200.7.11"})) == "10.128.0.0/12"


def test_the_virtual_address_counts_too() -> None:
    assert overlays(three(virtual_address="10.193.0.9")) == "10.128.0.0/12"


def test_every_host_gets_the_same() -> None:
    assert len({str(each) for each in [*docker(three()).values()]}) == 1
    assert swarm(three()).keys() == {"a", "b", "c"}


def test_where_nothing_is_free_it_is_said_which_variable_helps() -> None:
    with pytest.raises(InputError) as refused:
        swarm(three(subnets="10.0.0.0/8"))
    assert "swarm_address_pool" in str(refused.value.problems)


def test_who_names_a_range_is_asked_nothing() -> None:
    named = {"swarm_address_pool": "203.0.113.0/24", "docker_address_pools": []}
    told = three(subnets="10.0.0.0/8", variables=named)
    assert (swarm(told), docker(told)) == ({}, {})


def test_ranges_of_bridges_and_overlays_never_meet() -> None:
    met = [pair for pair in product(BRIDGES, OVERLAYS) if IPv4Network(pair[0]).overlaps(IPv4Network(pair[1]))]
    assert not met
