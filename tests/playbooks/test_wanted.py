"""What a person asks to be configured is checked as a whole before any host is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.lookup import PACKAGE
from foundation.errors import InputError
from playbooks import wanted

HOSTS = "hosts: {a: {docker: ssh://o@a, address: 192.0.2.1}, b: {docker: ssh://o@b, address: 192.0.2.2}}\n"


def site(folder: Path, more: str = "") -> str:
    path = folder / "s.yaml"
    path.write_text(f"site: s\n{HOSTS}subnets: 10.9.0.0/16\n{more}")
    return str(path)


def test_a_site_is_known_by_name_or_path(tmp_path: Path) -> None:
    assert wanted.read("box", beside=Path()).hosts == ("box-1", "box-2", "box-3")
    read = wanted.read(site(tmp_path), beside=Path(), limit=["b"], tags=["base", "docker"])
    assert (read.hosts, read.tags, read.playbook.name) == (("b",), ("base", "docker"), "site.yml")


def test_hosts_and_tags_that_are_not_there_are_told_together_with_what_was_meant(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        wanted.read(site(tmp_path), beside=Path(), limit=["a1"], tags=["dokcer"])
    assert [problem.where for problem in caught.value.problems] == ["--limit", "--tags"]
    assert "did you mean 'a'?" in str(caught.value.problems[0])
    assert "did you mean 'docker'?" in str(caught.value.problems[1])


def test_a_variable_that_no_role_takes_is_told_at_its_line(tmp_path: Path) -> None:
    path = site(tmp_path, "variables: {base_apt_proxi: 'http://p:1'}\n")
    with pytest.raises(InputError) as caught:
        wanted.read(path, beside=Path())
    (problem,) = caught.value.problems
    assert problem.where == f"{path}:4"
    assert "did you mean 'base_apt_proxy'?" in str(problem)


def test_the_entry_of_what_stands_there_is_open_on_every_host(tmp_path: Path) -> None:
    read = wanted.read(site(tmp_path), beside=Path())
    assert read.opened([]) is read
    for variables in read.opened(["23456"]).inventory.hosts.values():
        assert "'port': '23456'" in str(variables["firewall_openings"])


def test_every_role_of_the_site_has_its_own_name_as_a_tag() -> None:
    tags = wanted.tags_of(PACKAGE / "playbooks" / "site.yml")
    roles = {path.name for path in (PACKAGE / "playbooks" / "roles").iterdir() if path.is_dir()}
    assert tags <= roles
    assert "base" in tags
