"""The entry of what stands there may be open; what else a container publishes may not."""

from __future__ import annotations

from environments.site import Site
from playbooks.auditing.opened import opened, published

SITE = Site.model_validate(
    {
        "site": "one",
        "hosts": {"box-1": {"docker": "ssh://automation@box-1", "address": "10.0.0.1"}},
        "subnets": "10.231.0.0/16",
    }
)


def told(*places: dict[str, str], instance: str | None = "shop") -> dict[str, object]:
    """The section of an engine with one container that publishes there."""
    labels = {"peakproof.instance": instance} if instance else {}
    container = {"labels": labels, "host": {"PortBindings": {"8443/tcp": list(places), "9/tcp": None}}}
    return {"docker": {"value": {"containers": [container]}}}


ENTRY = {"HostIp": "10.0.0.1", "HostPort": "23456"}
LOOPBACK = {"HostIp": "127.0.0.1", "HostPort": "23457"}


def why(sections: dict[str, object]) -> dict[str, str]:
    """Port -> why it may be open."""
    return {each.port: each.why for each in opened(SITE, {"box-1": sections})["box-1"]}


def test_an_entry_that_stands_there_may_be_open() -> None:
    assert why(told(ENTRY, LOOPBACK)) == {"22": "SSH for operators", "23456": "the entry for customers"}


def test_what_is_not_ours_may_not_be_open() -> None:
    assert why(told(ENTRY, instance=None)) == {"22": "SSH for operators"}


def test_where_docker_was_not_looked_at_nothing_of_it_may_be_open() -> None:
    assert why({"docker": {"missing": "docker is not installed"}}) == {"22": "SSH for operators"}
    assert list(published({})) == []


def test_a_port_at_every_address_is_one_at_the_sites_too() -> None:
    (found,) = published(told({"HostIp": "", "HostPort": "80"}))
    assert (found.address, found.port, found.instance) == ("0.0.0.0", "80", "shop")  # noqa: S104 - read, not listened at
