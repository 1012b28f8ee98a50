"""A range that is used up: what takes it is named."""

from __future__ import annotations

from ipaddress import IPv4Network

from environments.containers.addressing import used_up

SITE = IPv4Network("10.199.78.0/24")


def test_what_takes_the_range_is_named_and_nothing_else() -> None:
    taken = {
        "the route 10.0.0.0/8 of tun0": IPv4Network("10.0.0.0/8"),
        "Docker's network peakproof-a-front": IPv4Network("10.199.78.64/26"),
        "Docker's network bridge": IPv4Network("172.17.0.0/16"),
    }
    said = used_up(SITE, 26, taken)
    assert "10.199.78.0/24, the site's range, has no room for one more network of a /26" in said.what
    assert "10.0.0.0/8 (the route 10.0.0.0/8 of tun0)" in said.what
    assert "10.199.78.64/26 (Docker's network peakproof-a-front)" in said.what
    assert "bridge" not in said.what.replace("peakproof", "")


def test_a_long_list_is_cut_and_says_so() -> None:
    taken = {f"Docker's network n{number}": SITE for number in range(20)}
    assert ", and 12 more" in used_up(SITE, 26, taken).what
