"""What this machine's network already uses."""

from __future__ import annotations

import socket
from ipaddress import IPv4Network

import pytest

from environments import machine

TABLE = """\
Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0
eth0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
docker0	000011AC	00000000	0001	0	0	0	0000FFFF	0	0	0
tun0	0500000A	00000000	0005	0	0	0	FFFFFFFF	0	0	0
"""


def test_routes_are_read_but_the_default_one() -> None:
    assert list(machine.routes(TABLE)) == [
        IPv4Network("192.0.2.0/24"), IPv4Network("172.17.0.0/16"), IPv4Network("10.0.0.5/32"),
    ]  # fmt: skip


HALVES = """\
Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
tun0	00000000	0100000A	0003	0	0	0	00000080	0	0	0
tun0	00000080	0100000A	0003	0	0	0	00000080	0	0	0
tun0	0000000A	00000000	0001	0	0	0	000000FF	0	0	0
"""


def test_the_halves_of_the_internet_are_no_network_in_particular_but_a_private_range_is() -> None:
    assert machine.routes_by_name(HALVES) == {"the route 10.0.0.0/8 of tun0": IPv4Network("10.0.0.0/8")}


def test_a_machine_without_routes_has_none() -> None:
    assert list(machine.routes("Iface\tDestination\n")) == []


def test_this_machines_own_routes_can_be_read() -> None:
    assert all(isinstance(route, IPv4Network) for route in machine.routes())


def test_a_free_port_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", machine.free_port())) as server:
        assert server.getsockname()[1] > 1023


def test_a_free_port_is_none_that_is_listened_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            socket.create_server(("127.0.0.1", port))
        assert machine.free_port() != port
