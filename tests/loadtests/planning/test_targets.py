"""Targets: loopback, the environment's own networks, what a person allowed. Everything else is refused."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import InputError, Refused, Unavailable
from loadtests.planning.targets import Target, pinned, reach


def resolve(host: str, _: int) -> list[str]:
    names = {
        "inside": ["10.201.0.5"],
        "outside": ["192.0.2.7"],
        "both": ["127.0.0.1", "192.0.2.7"],
        "mapped": ["::ffff:127.0.0.1"],
    }
    return names.get(host, [host])


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://[::1]:8080", "https://127.9.9.9/shop/", "http://mapped"]
)
def test_loopback_is_a_target(url: str) -> None:
    assert pinned(url, resolve=resolve).addresses


@pytest.mark.parametrize("host", ["outside", "inside", "192.0.2.7", "both", "169.254.169.254"])
def test_every_other_address_is_refused(host: str) -> None:
    with pytest.raises(Refused, match="refused") as refusal:
        pinned(f"http://{host}:80", resolve=resolve)
    assert refusal.value.exit_code == 5


def test_one_foreign_address_among_several_is_enough_to_refuse() -> None:
    with pytest.raises(Refused, match=r"192\.0\.2\.7"):
        pinned("http://both", resolve=resolve)


def test_the_environments_own_networks_are_targets() -> None:
    assert pinned("http://inside:8000", ["10.201.0.0/26"], resolve).addresses == ("10.201.0.5",)
    with pytest.raises(Refused):
        pinned("http://inside:8000", ["10.201.1.0/26"], resolve)


def test_a_host_that_a_person_allowed_by_name_is_a_target() -> None:
    assert pinned("http://outside", ["outside"], resolve).addresses == ("192.0.2.7",)
    with pytest.raises(Refused):
        pinned("http://outside", ["side"], resolve)


@pytest.mark.parametrize(
    "url",
    [
        "shop",
        "ftp://127.0.0.1",
        "http://",
        "http://127.0.0.1:x",
        "http://a:b@127.0.0.1",
        "http://127.0.0.1/?x=1",
    ],
)
def test_what_is_not_a_base_url_is_an_input_error(url: str) -> None:
    with pytest.raises(InputError):
        pinned(url, resolve=resolve)


def test_a_target_keeps_its_path_and_names_its_port() -> None:
    target = pinned("http://127.0.0.1/shop/", resolve=resolve)
    assert (target.prefix, target.port, target.url) == ("/shop", 80, "http://127.0.0.1:80/shop")


def test_a_name_without_an_address_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="cannot be resolved"):
        pinned("http://name.invalid")


@pytest.mark.parametrize(
    ("url", "port", "shown"),
    [
        ("http://127.0.0.1", 80, "http://127.0.0.1:80"),
        ("https://127.0.0.1", 443, "https://127.0.0.1:443"),
        ("https://127.0.0.1:80/", 80, "https://127.0.0.1:80"),
        ("http://[::1]:8080/a/b//", 8080, "http://[::1]:8080/a/b"),
        ("http://LOCALHOST.test:65535", 65535, "http://localhost.test:65535"),
        ("amqp://127.0.0.1", 5672, "amqp://127.0.0.1:5672"),
        ("amqps://127.0.0.1/", 5671, "amqps://127.0.0.1:5671"),
    ],
)
def test_a_url_without_a_port_has_its_schemes_own(url: str, port: int, shown: str) -> None:
    found = pinned(url, resolve=lambda _host, _port: ["::1"], schemes=("http", "https", "amqp", "amqps"))
    assert (found.port, found.url) == (port, shown)
    assert pinned(found.url, resolve=lambda _host, _port: ["::1"], schemes=(found.scheme,)) == found


def test_a_name_is_resolved_once_with_its_port() -> None:
    asked = []

    def once(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1", "::1"]

    assert pinned("https://shop/x", resolve=once).addresses == ("127.0.0.1", "::1")
    assert asked == [("shop", 443)]


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("127.0.0.1", True), ("127.255.255.255", True), ("128.0.0.1", False), ("::1", True), ("::2", False),
        ("::ffff:127.0.0.1", True), ("::ffff:10.0.0.1", False), (str(ipaddress.IPv4Address(0)), False),
        ("::", False),
        ("fe80::1%eth0", False), ("10.201.0.63", True), ("10.201.0.64", False), ("::ffff:10.201.0.63", True),
        ("fd00::7", True), ("fd01::7", False), ("203.0.113.9", True), ("203.0.113.8", False),
    ],
)  # fmt: skip
def test_only_loopback_and_what_was_allowed_is_inside(address: str, *, inside: bool) -> None:
    allowed = ["10.201.0.0/26", "fd00::/16", "203.0.113.9", "no-address"]
    if inside:
        assert pinned("http://shop", allowed, lambda _host, _port: [address]).addresses == (address,)
        return
    with pytest.raises(Refused) as refused:
        pinned("http://shop", allowed, lambda _host, _port: [address])
    assert address in refused.value.what
    assert "--allow shop" in str(refused.value.hint)


@given(st.ip_addresses())
def test_no_address_but_loopback_is_loaded_without_being_allowed(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    mapped = getattr(address, "ipv4_mapped", None) or address
    try:
        pinned("http://shop", resolve=lambda _host, _port: [str(address)])
        assert mapped.is_loopback
    except Refused:
        assert not mapped.is_loopback


def test_a_network_may_be_written_by_any_address_in_it() -> None:
    assert pinned("http://inside", ["10.201.0.9/26"], resolve).addresses == ("10.201.0.5",)


# Where a locustfile may connect to at all -------------------------------------------------------------------


def target(*addresses: str, host: str = "shop") -> Target:
    return Target(scheme="http", host=host, port=80, prefix="", addresses=addresses)


def test_a_locustfile_reaches_loopback_the_target_and_what_was_allowed_and_nothing_else() -> None:
    found = reach(target("192.0.2.7"), ["10.201.0.0/26", "both", "shop"], resolve)
    within = ["127.0.0.1", "::1", "::ffff:127.0.0.1", "192.0.2.7", "10.201.0.5", "10.201.0.63"]
    outside = ["192.0.2.8", "10.201.0.64", "169.254.169.254", "::2"]
    assert [address for address in within + outside if found.includes(address)] == within


def test_the_targets_own_name_is_not_resolved_again() -> None:
    def never(host: str, _: int) -> list[str]:
        raise AssertionError(host)

    assert reach(target("192.0.2.7"), ["shop", "10.0.0.0/8", "::1"], never).addresses == {"192.0.2.7"}


def test_a_target_is_on_this_machine_when_all_of_it_is() -> None:
    assert target("127.0.0.1", "::1").loopback
    assert not target("127.0.0.1", "192.0.2.7").loopback
