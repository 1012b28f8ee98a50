"""Who shares the site's virtual address is derived from the site alone."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from playbooks.deriving.virtual_address import router, variables
from tests.playbooks.deriving.test_firewall import VIRTUAL, A, B, C, site, three


def test_every_host_shares_it_with_all_others() -> None:
    found = variables(three(virtual_address=VIRTUAL))
    assert {
        host: (each["virtual_address_own"], each["virtual_address_peers"]) for host, each in found.items()
    } == {
        "a": (A, [B, C]),
        "b": (B, [A, C]),
        "c": (C, [A, B]),
    }


def test_all_hosts_speak_of_the_same_address_and_router() -> None:
    found = variables(three(virtual_address=VIRTUAL)).values()
    assert {(each["virtual_address_address"], each["virtual_address_router"]) for each in found} == {
        (VIRTUAL, 100)
    }


def test_a_site_without_one_tells_the_role_nothing() -> None:
    assert variables(three()) == {}


def test_a_host_alone_has_it_alone() -> None:
    (found,) = variables(site({"a": A}, virtual_address=VIRTUAL)).values()
    assert found["virtual_address_peers"] == []


@pytest.mark.parametrize(("address", "number"), [("10.0.0.100", 100), ("10.0.1.0", 1), ("10.0.0.255", 255)])
def test_a_router_has_a_number_that_vrrp_allows(address: str, number: int) -> None:
    assert router(IPv4Address(address)) == number
