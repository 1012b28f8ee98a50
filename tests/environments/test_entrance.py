"""An entry that nobody hears is told, with what may be in the way."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from environments import entrance
from environments.instance import Instance
from environments.loading import site_of, topology_of
from foundation.errors import Unavailable
from infra.stack import described


@pytest.fixture
def laptop() -> Instance:
    """An instance whose entry is at a loopback port."""
    return described(topology_of("laptop", beside=Path()).topology, site_of("laptop", beside=Path())).instance


def at(instance: Instance, port: int) -> Instance:
    return replace(instance, ports={**instance.ports, instance.topology.entry: port})


def test_an_entry_that_accepts_connections_is_there(laptop: Instance) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        entrance.require(at(laptop, server.getsockname()[1]), within=5)


def test_nobody_at_the_address_is_told_with_where(laptop: Instance) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(Unavailable, match=rf"nobody answers at 127\.0\.0\.1:{port}, where") as error:
            entrance.require(at(laptop, port), within=0)
    assert "firewall" in str(error.value.hint)


def test_of_an_address_that_moves_it_is_asked_who_holds_it(laptop: Instance) -> None:
    moving = replace(at(laptop, 1), virtual_address="127.0.0.99")
    with pytest.raises(Unavailable, match=r"nobody answers at 127\.0\.0\.99:1") as error:
        entrance.require(moving, within=0)
    assert "does a host hold the virtual address" in str(error.value.hint)
