"""What stands on a site has its entry's port open, as long as it stands."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from environments.site import Site
from playbooks.deriving.firewall import openings
from playbooks.entries import OPEN, Published, entries, opened, published

TOLD = """\
staging 10.0.0.11:23456->8080/tcp, 10.0.0.100:23456->8080/tcp
staging 5432/tcp
qa 127.0.0.1:20001->8080/tcp, [::1]:20001->8080/tcp
shop 0.0.0.0:8080-8081->8080-8081/tcp, [::]:8080-8081->8080-8081/tcp
shop \n"""


def site(**variables: object) -> Site:
    hosts = {
        "a": {"docker": "ssh://a", "address": "10.0.0.11"},
        "b": {"docker": "ssh://b", "address": "10.0.0.12", "variables": {OPEN: ["443"]}},
    }
    described = {"site": "s", "hosts": hosts, "subnets": IPv4Network("10.9.0.0/16"), "variables": variables}
    return Site.model_validate({**described, "virtual_address": "10.0.0.100"})


def test_what_is_published_is_read_from_docker() -> None:
    assert list(published(TOLD)) == [
        Published(instance="staging", address="10.0.0.11", port="23456"),
        Published(instance="staging", address="10.0.0.100", port="23456"),
        Published(instance="qa", address="127.0.0.1", port="20001"),
        Published(instance="shop", address="0.0.0.0", port="8080-8081"),  # noqa: S104
    ]


def test_an_entry_is_what_is_reached_from_outside() -> None:
    assert entries(site(), published(TOLD)) == {"shop": ("8080-8081",), "staging": ("23456",)}


def test_its_port_is_open_on_every_host_also_on_one_that_says_its_own() -> None:
    made = opened(site(), ["23456"])
    for host, ports in {"a": {"23456"}, "b": {"443", "23456"}}.items():
        found = {each.port for each in openings(made, host) if each.why == "the entry for customers"}
        assert found == ports


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (["20000-49151"], ["20000-49151"]),
        (["443"], ["443", "23456"]),
        (["23456"], ["23456"]),
        (["23000-23400"], ["23000-23400", "23456"]),
    ],
)
def test_what_is_open_already_is_not_opened_twice(said: list[str], meant: list[str]) -> None:
    assert opened(site(**{OPEN: said}), ["23456"]).variables[OPEN] == meant


def test_where_nothing_stands_the_site_is_as_it_is_written() -> None:
    described = site()
    assert opened(described, []) is described
