"""Network addresses: of the same version and prefix, one-to-one, and known by any of their spellings."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.transforms.base import Slot
from tests.anonymizer.transforms.applied import mask

CIDR = Slot(type="cidr")


@given(st.ip_addresses())
def test_an_address_becomes_one_of_its_version(address: object) -> None:
    [found] = mask("ip", [str(address)])
    assert ip_address(found or "").version == ip_address(str(address)).version


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_a_network_stays_a_network_of_its_size(number: int, prefix: int) -> None:
    before = ip_network((number, prefix), strict=False)
    [found] = mask("ip", [str(before)], slot=CIDR)
    assert ip_network(found or "").prefixlen == prefix, "host bits that are set would raise"


def test_a_host_keeps_the_length_of_its_network() -> None:
    found = mask("ip", ["192.168.7.9/24", "2001:db8:1::5/64"])
    assert [ip_interface(one or "").network.prefixlen for one in found] == [24, 64]


def test_ipv4_addresses_and_small_networks_stay_distinct() -> None:
    hosts = [f"10.{a}.{b}.7" for a in range(50) for b in range(100)]
    networks = [f"10.{a}.0.0/16" for a in range(256)]
    for values in (hosts, networks):
        assert len(set(mask("ip", values))) == len(values)


def test_an_ipv6_address_is_one_for_documentation_whatever_its_spelling() -> None:
    found = mask("ip", ["2A00:1450:4001::200e", "2a00:1450:4001:0:0:0:0:200e"])
    assert len(set(found)) == 1
    assert ip_address(found[0] or "") in ip_network("2001:db8::/32")


def test_hardware_addresses_are_one_to_one_whatever_their_spelling() -> None:
    assert len(set(mask("mac", ["08:00:2B:01:02:03", "08-00-2b-01-02-03", "0800.2b01.0203"]))) == 1
    many = [f"08:00:2b:01:{a:02x}:{b:02x}" for a in range(30) for b in range(100)]
    assert len(set(mask("mac", many))) == len(many)
    assert len(mask("mac", ["08:00:2b:ff:fe:01:02:03"])[0] or "") == 23


@given(st.integers(0, 2**32 - 1), st.integers(1, 32))
def test_no_ipv4_network_stays_where_it_was(number: int, prefix: int) -> None:
    before = str(ip_network((number, prefix), strict=False))
    assert mask("ip", [before], slot=CIDR) != [before]


@given(st.integers(0, 2**96 - 1), st.integers(33, 128))
def test_no_ipv6_network_stays_where_it_was_not_even_below_the_documentation_s_prefix(
    number: int, prefix: int
) -> None:
    before = str(ip_network(((0x20010DB8 << 96) + number, prefix), strict=False))
    assert mask("ip", [before], slot=CIDR) != [before]


def test_of_two_ipv6_networks_each_becomes_the_other_or_neither() -> None:
    both = ["2001:db8::/33", "2001:db8:8000::/33"]
    assert mask("ip", both, slot=CIDR) == both[::-1]


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0", "2000::/3", "2001::/16", "2001:db8::/32"])
def test_a_network_without_bits_of_its_own_can_only_stay(network: str) -> None:
    assert mask("ip", [network], slot=CIDR) == [network]


def test_what_is_no_address_keeps_its_shape() -> None:
    found = mask("ip", ["brak danych 7"])[0] or ""
    assert (found[4], found[11], found[12].isdigit()) == (" ", " ", True)
    assert found != "brak danych 7"
