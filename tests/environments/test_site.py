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
        ("0.0.0.0/0", "must be a private range"),
        ("224.0.0.0/8", "must be a private range"),
        ("10.231.0.0/25", "must be a private range of /24 or larger"),
        ("10.231.0.1/16", "expected a range of IPv4 addresses"),
        ("everywhere", "expected a range of IPv4 addresses"),
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


def written(folder: Path, hosts: str, more: str = "") -> Path:
    path = folder / "s.yaml"
    path.write_text(f"site: s\nhosts: {hosts}\nsubnets: 10.240.0.0/16\n{more}")
    return path


@pytest.mark.parametrize(
    ("hosts", "more", "line", "told"),
    [
        ("{lab: {docker: not a url}}", "", 2, "must be the URL of a Docker Engine"),
        (
            "{a: {docker: ssh://x}, b: {docker: ssh://x}}",
            "",
            2,
            "ssh://x is another host of the site already",
        ),
        ("{a: {}, b: {}}", "", 2, "this machine's own engine is another host of the site already"),
        ("{a: {}}", "pins: {database: b}\n", 4, "the site has no host 'b'"),
        ("{a: {memory: lots}}", "", 2, "a size such as"),
        ("{a: {address: everywhere}}", "", 2, "IPv4"),
    ],
)
def test_what_a_site_cannot_mean_is_told_with_its_line(
    tmp_path: Path, hosts: str, more: str, line: int, told: str
) -> None:
    with pytest.raises(InputError) as caught:
        site.load(written(tmp_path, hosts, more))
    (problem,) = caught.value.problems
    assert problem.where == f"{tmp_path / 's.yaml'}:{line}"
    assert told in problem.what


def test_a_host_is_its_own_failure_domain_unless_it_says_another(tmp_path: Path) -> None:
    loaded = site.load(
        written(
            tmp_path,
            "{a: {docker: ssh://a}, b: {docker: ssh://b, domain: rack}, c: {docker: ssh://c, domain: rack}}",
        )
    )
    assert loaded.domains == ("a", "rack")


@pytest.mark.parametrize(
    ("site_says", "host_says", "encrypted"),
    [
        ("", "", True),
        ("swarm_encryption: esp", "", True),
        ("swarm_encryption: none", "", False),
        ("", "swarm_encryption: none", False),
    ],
)
def test_hosts_encrypt_what_goes_between_them_unless_that_is_waived(
    tmp_path: Path, site_says: str, host_says: str, encrypted: bool
) -> None:
    hosts = f"{{a: {{docker: ssh://a}}, b: {{docker: ssh://b, variables: {{{host_says}}}}}}}"
    loaded = site.load(written(tmp_path, hosts, f"variables: {{{site_says}}}\n"))
    assert loaded.encrypted is encrypted


def test_a_site_without_a_host_is_none(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("site: s\nhosts: {}\nsubnets: 10.0.0.0/16\n")
    with pytest.raises(InputError):
        site.load(tmp_path / "s.yaml")


@pytest.mark.parametrize(
    ("written_as", "meant"),
    [("keys/config", "{folder}/keys/config"), ("/etc/box/ssh", "/etc/box/ssh"), ("~/box", "{home}/box")],
)
def test_ssh_settings_of_a_sites_own_go_with_its_engines(
    tmp_path: Path, written_as: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/root")
    hosts = "{a: {docker: ssh://o@a}, b: {docker: unix:///run/docker.sock}}"
    loaded = site.load(written(tmp_path, hosts, f"ssh_config: {written_as}\n"))
    path = meant.format(folder=tmp_path, home="/root")
    assert loaded.engines == {"a": f"ssh://o@a?config={path}", "b": "unix:///run/docker.sock"}
