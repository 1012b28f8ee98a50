"""Targets: loopback, the environment's own networks, what a person allowed. Everything else is refused."""

from __future__ import annotations

import pytest

from foundation.errors import InputError, Refused, Unavailable
from loadtests.targets import pinned


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
