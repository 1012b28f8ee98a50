"""Every port that others could reach is one that a flow names, or a finding."""

from __future__ import annotations

import pytest

from playbooks.auditing.judging import Severity, Status
from playbooks.deriving.firewall import Opening
from tests.playbooks.auditing.given import answer, evidence, said

LISTENING = """\
tcp LISTEN 0      128    0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=10,fd=6))
tcp LISTEN 0      128       [::]:22    [::]:* users:(("sshd",pid=10,fd=7))
tcp LISTEN 0 4096 127.0.0.1:9100 0.0.0.0:* users:(("prometheus-node",pid=1174,fd=3))
udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:* users:(("systemd-resolve",pid=7,fd=9))
udp UNCONN 0 0 0.0.0.0:4789 0.0.0.0:*
tcp LISTEN 0 4096 10.232.0.11:8443 0.0.0.0:* users:(("docker-proxy",pid=99,fd=4))
"""
SSH = Opening(why="SSH for operators", port="22")
OVERLAYS = Opening(why="swarm: overlays", protocol="udp", port="4789")
ENTRY = Opening(why="the entry for customers", port="8440-8449")
DROPPING = {"nftables": [{"chain": {"family": "inet", "hook": "input", "type": "filter", "policy": "drop"}}]}


def test_ports_that_flows_name_are_told_with_their_reason() -> None:
    named = answer(evidence(listening=LISTENING, opened=(SSH, OVERLAYS, ENTRY)), "ports.named")
    assert named.status is Status.HOLDS
    assert "tcp/8443 at 10.232.0.11 (docker-proxy): the entry for customers" in named.facts


def test_a_port_that_no_flow_names_is_a_gate() -> None:
    named = answer(evidence(listening=LISTENING, opened=(SSH, OVERLAYS)), "ports.named")
    assert [(each.what, each.severity) for each in named.open] == [
        ("tcp/8443 at 10.232.0.11 (docker-proxy) listens, and no flow names it", Severity.HIGH)
    ]


def test_behind_a_firewall_that_drops_it_is_less_than_a_gate() -> None:
    given = evidence(listening=LISTENING, opened=(SSH, OVERLAYS), firewall=DROPPING)
    (found,) = answer(given, "ports.named").open
    assert found.severity is Severity.MEDIUM
    assert found.what.endswith("the firewall drops what is sent there")


def test_the_same_port_of_another_protocol_is_another() -> None:
    tcp = Opening(why="not it", protocol="tcp", port="4789")
    assert "udp/4789 at 0.0.0.0 listens, and no flow names it" in said(
        evidence(listening=LISTENING, opened=(SSH, tcp, ENTRY)), "ports.named"
    )


def test_what_is_open_and_served_by_nobody_is_told() -> None:
    logs = Opening(why="logs over TLS", port="6514")
    vrrp = Opening(why="who holds the virtual address", protocol="vrrp")
    found = said(evidence(listening=LISTENING, opened=(SSH, ENTRY, logs, vrrp)), "ports.served")
    assert found == ["tcp/6514 is open (logs over TLS), and nothing listens there"]


@pytest.mark.parametrize("check", ["ports.named", "ports.served"])
def test_without_flows_nothing_is_a_pass(check: str) -> None:
    assert answer(evidence(listening=LISTENING, opened=None), check).status is Status.NOT_LOOKED
