"""A site's variables are held against what roles take, before anything is asked of a host."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation import documents
from playbooks import specs
from playbooks.specs import Option

SPECS = """
argument_specs:
  main:
    options:
      base_users:
        type: list
        elements: dict
        required: true
        options:
          name: {type: str, required: true}
          keys: {type: list, elements: str}
      base_time_zone: {type: str, default: Etc/UTC}
      base_reboots: {type: bool}
      base_level: {type: str, choices: [strict, usual]}
      base_limit: {type: int}
      base_token: {type: str, no_log: true}
      base_anything: {type: raw}
"""


@pytest.fixture
def known(tmp_path: Path) -> dict[str, Option]:
    path = tmp_path / "roles" / "base" / "meta" / "argument_specs.yml"
    path.parent.mkdir(parents=True)
    path.write_text(SPECS)
    return specs.read(tmp_path / "roles")


def found(known: dict[str, Option], variables: str, tmp_path: Path) -> list[str]:
    text = f"site: s\nhosts: {{a: {{docker: ssh://a}}}}\nvariables:\n  {variables}\n"
    return [problem.what for problem in specs.problems(documents.parse(text, tmp_path / "s.yaml"), known)]


def test_a_role_says_what_it_takes(known: dict[str, Option]) -> None:
    assert known["base_users"].required
    assert known["base_token"].secret
    assert known["base_level"].choices == ("strict", "usual")
    assert not known["base_limit"].required


@pytest.mark.parametrize(
    "right",
    [
        "base_users: [{name: anna, keys: [k]}]",
        "base_reboots: false",
        "base_limit: 3",
        "base_limit: '{{ ansible_processor_vcpus }}'",
        "base_level: strict",
        "base_anything: {what: ever}",
        "site_boxed: true",
    ],
)
def test_what_a_role_takes_is_no_problem(known: dict[str, Option], right: str, tmp_path: Path) -> None:
    assert found(known, right, tmp_path) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("base_users: anna", "'base_users': expected a list, got 'anna'"),
        ("base_users: [anna]", "'base_users[0]': expected keys with values, got 'anna'"),
        ("base_users: [{keys: []}]", "'base_users[0].name' is missing"),
        ("base_users: [{name: a, keys: [1]}]", "'base_users[0].keys[0]': expected text, got 1"),
        ("base_users: [{name: a, key: k}]", "unknown key 'base_users[0].key': did you mean 'keys'?"),
        ("base_reboots: 'no'", "'base_reboots': expected true or false, got 'no'"),
        ("site_boxed: perhaps", "'site_boxed': expected true or false, got 'perhaps'"),
        ("base_limit: true", "'base_limit': expected a whole number, got true"),
        ("base_limit: '3'", "'base_limit': expected a whole number, got '3'"),
        ("base_level: stirct", "'base_level': did you mean 'strict'? allowed: strict, usual, got 'stirct'"),
    ],
)
def test_a_variable_of_another_kind_is_told(
    known: dict[str, Option], wrong: str, told: str, tmp_path: Path
) -> None:
    (problem,) = found(known, wrong, tmp_path)
    assert problem.startswith(told)


def test_an_unknown_variable_is_told_at_its_line_with_what_was_meant(
    known: dict[str, Option], tmp_path: Path
) -> None:
    text = (
        "site: s\nvariables:\n  base_user: []\nhosts:\n  a:\n    docker: ssh://a\n    variables:\n"
        "      base_limits: 3\n      whatever: 1\n"
    )
    path = tmp_path / "s.yaml"
    problems = specs.problems(documents.parse(text, path), known)
    assert [problem.where for problem in problems] == [f"{path}:3", f"{path}:8", f"{path}:9"]
    assert "did you mean 'base_users'" in str(problems[0])
    assert "did you mean 'base_limit'" in str(problems[1])
    assert problems[2].what == "no role takes a variable 'whatever'"


def test_what_a_host_still_lacks_is_told_by_host_and_role(known: dict[str, Option]) -> None:
    hosts: dict[str, dict[str, object]] = {"a": {"base_users": []}, "b": {"base_limit": 1}}
    (problem,) = specs.missing(hosts, known)
    assert (problem.where, problem.what) == ("host b", "'base_users' is missing: the role base needs it")
    assert problem.hint == "write it below `variables` of the site (a list)"
