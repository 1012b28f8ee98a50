"""What a stack remembers is read from its outputs, also by another version than the one that wrote them."""

from __future__ import annotations

from dataclasses import replace

from environments.topology import EnvironmentClass
from foundation.secrets import Secret
from infra import record
from infra.record import Record
from infra.stack import Stack

OUTPUTS: dict[str, object] = {
    "stack": {
        "name": "shop",
        "definition": "production",
        "platform": "orderhub",
        "class": "production",
        "digest": "31bc3b39e0de",
        "site": "berlin",
        "nodes": ["api-1", "store-1"],
        "endpoints": {"api": "http://127.0.0.1:20000"},
        "ports": {"api": 20000.0},  # the wire has only doubles
        "subnets": {"front": "10.231.0.0/26"},
        "addresses": {"front": {"api-1": "10.231.0.2"}},
        "placement": {"api-1": "local", "store-1": "other"},
        "engines": {"local": "", "other": "ssh://deploy@other"},
        "written by a later version": {"and": "not known here"},
    },
    "secrets": {"store-password": "swordfish"},
}


def read() -> Record:
    found = record.read(OUTPUTS)
    assert found is not None
    return found


def test_it_is_read_from_outputs() -> None:
    found = read()
    assert (found.name, found.definition, found.environment_class) == (
        "shop",
        "production",
        EnvironmentClass.PRODUCTION,
    )
    assert found.ports == {"api": 20_000}
    assert found.addresses == {"front": {"api-1": "10.231.0.2"}}
    assert found.placement == {"api-1": "local", "store-1": "other"}
    assert found.engines == {"local": None, "other": "ssh://deploy@other"}
    assert found.secrets == {"store-password": Secret("swordfish")}


def test_a_stack_without_outputs_was_never_brought_up() -> None:
    assert record.read({}) is None


def test_what_an_earlier_version_did_not_remember_is_nothing() -> None:
    stack = OUTPUTS["stack"]
    assert isinstance(stack, dict)
    earlier = {key: value for key, value in stack.items() if key not in ("addresses", "placement")}
    found = record.read({**OUTPUTS, "stack": earlier})
    assert found is not None
    assert (found.addresses, found.placement) == ({}, {})


def test_it_prints_no_secret() -> None:
    assert "swordfish" not in repr(read())


def test_it_supplies_another_topology_with_what_it_has(stack: Stack) -> None:
    made = Record.of(stack, "laptop")
    supplied = made.supplying(stack.instance.topology)
    assert (supplied.ports, supplied.subnets, supplied.secrets) == (
        stack.instance.ports,
        stack.instance.subnets,
        stack.instance.secrets,
    )
    assert supplied.images == {}


def test_other_secrets_ports_addresses_or_hosts_are_another_supply(stack: Stack) -> None:
    made = Record.of(stack, "laptop")
    assert made.same_supply(replace(made, digest="another", nodes=()))
    for other in (
        replace(made, secrets={}),
        replace(made, ports={}),
        replace(made, subnets={}),
        replace(made, engines={}),
    ):
        assert not made.same_supply(other)


def test_endpoints_are_addresses_that_people_can_open(stack: Stack) -> None:
    made = Record.of(stack, "laptop")
    assert made.endpoints["balancer"] == f"http://127.0.0.1:{stack.instance.ports['balancer']}"
