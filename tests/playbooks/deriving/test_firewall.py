"""What is open on a host is exactly what its site, the swarm and the flows of what is deployed need."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from environments.site import Site
from foundation.errors import InputError
from playbooks.deriving.firewall import Opening, openings, variables

A, B, C, VIRTUAL = "10.0.0.11", "10.0.0.12", "10.0.0.13", "10.0.0.100"
SSH = Opening(why="SSH for operators", port="22")


def site(hosts: Mapping[str, str | None], **more: object) -> Site:
    """A site of hosts with these addresses."""
    described = {name: {"docker": f"ssh://ops@{name}", "address": at} for name, at in hosts.items()}
    return Site.model_validate({"site": "s", "hosts": described, "subnets": "10.9.0.0/16", **more})


def three(**more: object) -> Site:
    return site({"a": A, "b": B, "c": C}, **more)


def ports(found: tuple[Opening, ...]) -> set[tuple[str, str]]:
    return {(opening.protocol, opening.port) for opening in found}


def test_a_host_alone_with_nothing_on_it_is_open_for_ssh_only() -> None:
    assert openings(site({"a": A}), "a") == (SSH,)


def test_ssh_is_open_where_sshd_listens_and_for_the_operators() -> None:
    said = {"firewall_operators": ["10.1.0.0/16", "fd00::/8"]}
    hosts = {"a": {"docker": "ssh://ops@a:2222"}}
    told = Site.model_validate({"site": "s", "hosts": hosts, "subnets": "10.9.0.0/16", "variables": said})
    assert openings(told, "a") == (
        Opening(why="SSH for operators", port="2222", sources=("10.1.0.0/16", "fd00::/8")),
    )


def test_the_site_can_say_where_sshd_listens_if_only_ssh_settings_know_it() -> None:
    told = site({"a": A}, variables={"firewall_ssh_port": 2222})
    assert openings(told, "a") == (Opening(why="SSH for operators", port="2222"),)


def test_what_a_host_says_counts_more_than_what_its_site_says() -> None:
    hosts = {"a": {"docker": "ssh://a", "variables": {"firewall_operators": ["10.2.0.1"]}}}
    written = {"site": "s", "hosts": hosts, "subnets": "10.9.0.0/16"}
    told = Site.model_validate({**written, "variables": {"firewall_operators": ["10.1.0.0/16"]}})
    assert [opening.sources for opening in openings(told, "a")] == [("10.2.0.1",)]


def test_the_swarm_is_open_to_the_other_hosts_and_to_nobody_else() -> None:
    swarm = [opening for opening in openings(three(), "a") if opening.why.startswith("swarm")]
    told = {("tcp", "2377"), ("tcp", "7946"), ("udp", "7946"), ("udp", "4789"), ("esp", "")}
    assert ports(tuple(swarm)) == told
    assert {opening.sources for opening in swarm} == {(B, C)}


def test_only_managers_are_open_for_the_swarms_control() -> None:
    two = site({"a": A, "b": B})
    assert ("tcp", "2377") in ports(openings(two, "a"))
    assert ("tcp", "2377") not in ports(openings(two, "b"))


@pytest.mark.parametrize(
    ("said", "more"),
    [
        ({}, {("esp", "")}),
        ({"swarm_encryption": "esp"}, {("esp", "")}),
        ({"swarm_encryption": "none"}, set()),
    ],
)
def test_overlays_are_open_as_they_are_encrypted(said: dict[str, str], more: set[tuple[str, str]]) -> None:
    plain = openings(three(variables={"swarm_encryption": "none"}), "b")
    assert ports(openings(three(variables=said), "b")) - ports(plain) == more


def test_overlays_are_open_at_the_port_that_the_swarm_has() -> None:
    found = ports(openings(three(variables={"swarm_port_of_data": 14789}), "a"))
    assert ("udp", "14789") in found
    assert ("udp", "4789") not in found


def test_vrrp_is_open_between_hosts_that_hold_an_address_together() -> None:
    vrrp = Opening(why="who holds the virtual address", protocol="vrrp", sources=(A, C))
    assert vrrp in openings(three(virtual_address=VIRTUAL), "b")
    assert vrrp not in openings(three(), "b")


def test_logs_reach_the_one_host_that_keeps_them() -> None:
    to_logs = Opening(why="logs over TLS", port="6514", sources=(A, B))
    assert to_logs in openings(three(), "c")
    assert ("tcp", "6514") not in ports(openings(three(), "a"))


def test_metrics_are_open_for_nobody_until_it_is_said_who_scrapes() -> None:
    assert ("tcp", "9100") not in ports(openings(three(), "a"))
    told = openings(three(variables={"firewall_scrapers": ["10.7.0.5"]}), "a")
    assert Opening(why="metrics for who scrapes", port="9100", sources=("10.7.0.5",)) in told


def test_customers_reach_an_entry_at_the_hosts_address_and_the_virtual_one() -> None:
    told = three(virtual_address=VIRTUAL, variables={"firewall_entry_ports": ["21234"]})
    assert Opening(why="the entry for customers", port="21234", at=(B, VIRTUAL)) in openings(told, "b")


def test_a_site_for_tests_may_open_the_ports_of_entries_to_come() -> None:
    told = site({"a": A}, variables={"firewall_entry_ports": ["20000-49151"], "firewall_customers": [B]})
    assert openings(told, "a") == (
        SSH,
        Opening(why="the entry for customers", port="20000-49151", sources=(B,), at=(A,)),
    )


def test_everything_is_written_as_the_role_takes_it() -> None:
    assert variables(site({"a": A})) == {
        "a": {
            "firewall_openings": [
                {"why": "SSH for operators", "protocol": "tcp", "port": "22", "sources": [], "at": []}
            ]
        }
    }


def test_hosts_that_the_others_know_by_no_address_are_all_named() -> None:
    with pytest.raises(InputError, match="cannot be made") as caught:
        variables(site({"a": None, "b": B, "c": None}))
    assert [problem.where for problem in caught.value.problems] == ["s: hosts: a", "s: hosts: c"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("firewall_operators", ["office"]),
        ("firewall_operators", "10.0.0.0/8"),
        ("firewall_customers", ["10.0.0.1/8"]),
        ("firewall_scrapers", [7]),
        ("firewall_entry_ports", ["0"]),
        ("firewall_entry_ports", ["443-80"]),
        ("firewall_entry_ports", ["70000"]),
        ("firewall_entry_ports", ["1-2-3"]),
        ("firewall_entry_ports", ["https; accept"]),
    ],
)
def test_settings_that_say_no_network_and_no_port_are_refused(name: str, value: object) -> None:
    with pytest.raises(InputError, match="cannot be made") as caught:
        variables(three(variables={name: value}))
    assert [problem.where for problem in caught.value.problems] == [f"s: variables: {name}"]
