"""A site becomes Ansible's hosts, groups and variables; nothing is asked of anybody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import IPv4Network

import pytest

from environments.site import Site
from foundation.errors import InputError
from foundation.secrets import Secret
from playbooks import inventory as inventories
from playbooks.grouping import groups
from playbooks.inventory import inventory


@pytest.fixture(autouse=True)
def _nothing_derived(monkeypatch: pytest.MonkeyPatch) -> None:
    """What each role derives is for its own tests."""
    monkeypatch.setattr(inventories, "DERIVED", {})


def site(hosts: Mapping[str, Mapping[str, object]], **more: object) -> Site:
    return Site.model_validate({"site": "s", "hosts": hosts, "subnets": IPv4Network("10.9.0.0/16"), **more})


def on(*names: str, **domains: str) -> Site:
    return site({name: {"docker": f"ssh://{name}", "domain": domains.get(name)} for name in names})


def test_a_host_is_reached_as_its_engine_is() -> None:
    made = inventory(
        site(
            {"a": {"docker": "ssh://ops@a.example:2222", "address": "192.0.2.1"}, "b": {"docker": "ssh://b"}},
            ssh_config="/etc/box/ssh config",
        )
    )
    assert made.hosts["a"] == {
        "ansible_host": "a.example",
        "ansible_user": "ops",
        "ansible_port": 2222,
        "ansible_ssh_common_args": '-F "/etc/box/ssh config"',
        "site_name": "s",
        "host_address": "192.0.2.1",
    }
    assert made.hosts["b"]["host_address"] == "b"
    assert "ansible_user" not in made.hosts["b"], "the person's own ssh settings say it"


def test_hosts_that_ansible_cannot_reach_are_all_named() -> None:
    described: dict[str, dict[str, object]] = {
        "a": {},
        "b": {"docker": "tcp://b:2375"},
        "c": {"docker": "ssh://c"},
    }
    with pytest.raises(InputError, match="a, b of the site 's' cannot be configured") as caught:
        inventory(site(described))
    assert [problem.where for problem in caught.value.problems] == ["host a", "host b"]


@pytest.mark.parametrize(
    ("names", "domains", "managers", "workers"),
    [
        ("a", {}, "a", ""),
        ("ab", {}, "a", "b"),
        ("abc", {}, "abc", ""),
        ("abcde", {}, "abc", "de"),
        ("abcde", {"a": "rack", "b": "rack", "c": "rack"}, "ade", "bc"),
        ("abcd", {"a": "x", "b": "x", "c": "y", "d": "y"}, "abc", "d"),
    ],
)
def test_managers_are_one_or_three_and_stand_apart(
    names: str, domains: Mapping[str, str], managers: str, workers: str
) -> None:
    found = groups(on(*names, **domains))
    assert found["hosts"] == tuple(names)
    assert found["swarm_managers"] == tuple(managers)
    assert found["swarm_workers"] == tuple(workers)
    assert found["log_servers"] == (names[-1],)


def test_what_is_written_counts_more_than_what_is_derived_and_a_hosts_more_than_its_sites(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    derived: dict[str, dict[str, object]] = {
        "a": {"role_one": 1, "role_two": 1, "role_three": 1},
        "b": {"role_key": Secret("k")},
    }
    monkeypatch.setattr(inventories, "DERIVED", {"role": lambda _site: derived})
    described: dict[str, dict[str, object]] = {
        "a": {"docker": "ssh://a", "variables": {"role_three": 3}},
        "b": {"docker": "ssh://b"},
    }
    made = inventory(site(described, variables={"role_two": 2, "role_three": 2}))
    assert {name: made.hosts["a"][name] for name in derived["a"]} == {
        "role_one": 1,
        "role_two": 2,
        "role_three": 3,
    }
    assert made.hosts["b"]["role_key"] == Secret("k")


def test_ansible_reads_every_host_once_and_groups_by_name() -> None:
    everything = json.loads(json.dumps(inventory(on("a", "b")).to_dict()))["all"]
    assert set(everything["hosts"]) == {"a", "b"}
    assert everything["children"]["swarm_workers"] == {"hosts": {"b": None}}
    assert everything["children"]["swarm_managers"] == {"hosts": {"a": None}}


def test_the_inventory_does_not_print_what_it_holds() -> None:
    made = inventory(site({"a": {"docker": "ssh://a"}}, variables={"role_token": "t0ken"}))
    assert "t0ken" not in repr(made)
