"""Sockets that wait for others are read with their addresses and processes, whoever asked for them."""

from __future__ import annotations

import pytest

from playbooks.listening import Listener, listeners

SS = """\
udp   UNCONN 0      0            0.0.0.0:4789       0.0.0.0:*
udp   UNCONN 0      0                  *:7946             *:*    users:(("dockerd",pid=511,fd=32))
tcp   LISTEN 0      128          0.0.0.0:22         0.0.0.0:*    users:(("sshd",pid=88,fd=6))
tcp   LISTEN 0      4096     127.0.0.1:9100     0.0.0.0:*    users:(("nginx",pid=7,fd=1),("nginx",pid=8,fd=2))
tcp   LISTEN 0      128             [::]:22            [::]:*    users:(("sshd",pid=88,fd=7))
udp   UNCONN 0      0      127.0.0.53%lo:53         0.0.0.0:*    users:(("systemd-resolve",pid=7,fd=9))
tcp   LISTEN 0      511       10.0.0.11:8443        0.0.0.0:*    users:(("two words",pid=9,fd=3))
"""


def test_who_listens_is_read_from_ss() -> None:
    assert list(listeners(SS)) == [
        Listener(protocol="udp", port=4789, address="0.0.0.0"),  # noqa: S104 - read, not listened at
        Listener(protocol="udp", port=7946, process="dockerd"),
        Listener(protocol="tcp", port=22, address="0.0.0.0", process="sshd"),  # noqa: S104 - likewise
        Listener(protocol="tcp", port=9100, address="127.0.0.1", process="nginx"),
        Listener(protocol="tcp", port=22, address="::", process="sshd"),
        Listener(protocol="udp", port=53, address="127.0.0.53", process="systemd-resolve"),
        Listener(protocol="tcp", port=8443, address="10.0.0.11", process="two words"),
    ]


def test_it_is_told_by_protocol_port_address_and_process() -> None:
    found = [str(each) for each in listeners(SS)]
    assert "tcp/22 at :: (sshd)" in found
    assert "udp/53 at 127.0.0.53 (systemd-resolve)" in found
    assert "udp/4789 at 0.0.0.0" in found


@pytest.mark.parametrize(
    ("address", "own"),
    [("127.0.0.53", True), ("::1", True), ("*", False), ("::", False), ("10.0.0.1", False)],
)
def test_what_only_the_host_itself_reaches_is_its_own(address: str, *, own: bool) -> None:
    assert Listener(protocol="tcp", port=80, address=address).own is own
