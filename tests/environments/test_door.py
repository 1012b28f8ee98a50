"""The door: one listener an endpoint, forwarded as it is."""

from __future__ import annotations

import re

from environments import door
from environments.nodes import Published
from environments.topology import Endpoint

ENDPOINTS = (
    Endpoint(name="shop", target="balancer", port=8000, protocol="http"),
    Endpoint(name="store", target="store", port=5432),
)


def test_each_endpoint_has_a_port_of_the_door() -> None:
    node = door.describe(ENDPOINTS, ("front", "back"))
    assert node.attachments.published == (
        Published(endpoint="shop", port=10_000), Published(endpoint="store", port=10_001),
    )  # fmt: skip
    assert node.attachments.networks == ("edge", "front", "back")


def test_it_forwards_bytes_and_understands_nothing() -> None:
    config = door.config(ENDPOINTS)
    assert re.findall(r'bind "\$\{EDGE_ADDRESS\}(\S+)"\n    server target (\S+)', config) == [
        (":10000", "balancer:8000"), (":10001", "store:5432"),
    ]  # fmt: skip
    assert "mode tcp" in config
    assert "mode http" not in config


def test_it_listens_at_its_edge_address_and_to_itself_alone() -> None:
    hosts = {
        address.rpartition(":")[0] for address in re.findall(r'bind "?([^\s"]+)', door.config(ENDPOINTS))
    }
    assert hosts == {"${EDGE_ADDRESS}", "127.0.0.1"}


def test_the_order_of_endpoints_decides_its_ports_alone() -> None:
    forwards = [door.config(order) for order in (ENDPOINTS, ENDPOINTS[::-1])]
    assert forwards[0] != forwards[1]
    assert all(text.count("server target") == 2 for text in forwards)


def test_what_moves_has_a_port_of_its_own_that_leads_to_the_same() -> None:
    node = door.describe(ENDPOINTS, ("front",), 1, ENDPOINTS[0])
    assert node.attachments.published[-1] == Published(endpoint="shop", port=9_999, moving=True)
    shop, store = door.config(ENDPOINTS, ENDPOINTS[0]).split("listen ")[1:]
    assert 'bind "${EDGE_ADDRESS}:9999"' in shop
    assert "9999" not in store
