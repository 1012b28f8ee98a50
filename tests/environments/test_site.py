"""A site says where: hosts and a private range of addresses."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path

import pytest

from environments import loading, site
from foundation.errors import InputError


def test_the_laptop_is_this_machine() -> None:
    laptop = loading.site_of("laptop", beside=Path())
    assert laptop.hosts["local"].docker is None
    assert laptop.subnets == IPv4Network("10.231.0.0/16")


@pytest.mark.parametrize(
    ("subnets", "told"),
    [
        ("8.8.0.0/16", "must be a private range"),
        ("10.231.0.0/25", "must be a private range of /24 or larger"),
        ("10.231.0.1/16", "not a valid IPv4 network"),
        ("everywhere", "not a valid IPv4 network"),
    ],
)
def test_a_range_that_will_not_do_names_its_line(tmp_path: Path, subnets: str, told: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(f"site: s\nhosts: {{local: {{}}}}\nsubnets: {subnets}\n")
    with pytest.raises(InputError) as caught:
        site.load(path)
    (problem,) = caught.value.problems
    assert problem.where == f"{path}:3"
    assert told in problem.what


def test_a_site_without_a_host_is_none(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("site: s\nhosts: {}\nsubnets: 10.0.0.0/16\n")
    with pytest.raises(InputError):
        site.load(tmp_path / "s.yaml")
