"""What holds for every role: it says what it takes, has a tag, and nothing but Ansible's own modules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from environments import docker_policy
from playbooks.reference import SITE, read
from playbooks.specs import ROLES

NAMES = sorted(path.name for path in ROLES.iterdir() if path.is_dir())
KEYWORDS = {
    "name", "when", "loop", "loop_control", "register", "notify", "listen", "vars", "tags",
    "become", "become_user", "run_once", "delegate_to", "throttle", "changed_when", "failed_when",
    "check_mode", "no_log", "until", "retries", "delay", "ignore_unreachable", "ignore_errors",
    "block", "rescue", "always", "environment", "async", "poll", "any_errors_fatal", "diff",
    "timeout", "delegate_facts",
}  # fmt: skip


ELSEWHERE = {"patching": SITE.with_name("patch.yml")}
"""Roles that are no part of what a site is, with the playbook that has them."""


def plays(playbook: Path) -> list[Mapping[str, object]]:
    loaded: list[Mapping[str, object]] = yaml.safe_load(playbook.read_text())
    return loaded


def tasks(role: str) -> Iterator[tuple[Path, Mapping[str, object]]]:
    """Every task and handler of a role, those inside blocks too."""
    for path in [*(ROLES / role).glob("tasks/*.yml"), *(ROLES / role).glob("handlers/*.yml")]:
        for task in _flat(yaml.safe_load(path.read_text()) or []):
            yield path, task


def _flat(listed: list[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
    for task in listed:
        yield task
        for part in ("block", "rescue", "always"):
            inner = task.get(part, [])
            assert isinstance(inner, list)
            yield from _flat(inner)


@pytest.mark.parametrize("name", NAMES)
def test_a_role_says_what_it_takes(name: str) -> None:
    role = read()[name]
    assert role.summary
    assert all(option.get("description") for option in role.options.values())


@pytest.mark.parametrize("name", NAMES)
def test_every_variable_of_a_role_is_described_and_has_a_value_or_is_required(name: str) -> None:
    role = read()[name]
    assert role.defaults.keys() <= role.options.keys()
    required = {option for option, each in role.options.items() if each.get("required")}
    assert required | role.defaults.keys() == role.options.keys()
    assert not required & role.defaults.keys()


@pytest.mark.parametrize("name", NAMES)
def test_a_role_uses_what_comes_with_ansible_alone(name: str) -> None:
    for path, task in tasks(name):
        modules = [key for key in task if key not in KEYWORDS]
        assert all(module.startswith("ansible.builtin.") for module in modules), f"{path}: {modules}"


@pytest.mark.parametrize("name", NAMES)
def test_a_role_has_a_play_of_its_own_whose_tag_is_its_name(name: str) -> None:
    (play,) = (play for play in plays(ELSEWHERE.get(name, SITE)) if play.get("roles") == [name])
    assert play["hosts"] in ("hosts", "log_servers")
    assert play["tags"] == name


_OF_SETS = re.compile(r"\|\s*(?:difference|intersect|union|symmetric_difference)\(")


def expressions() -> Iterator[tuple[str, str]]:
    """File and each expression in which a set is worked out: in braces, or a whole condition."""
    for path in sorted(ROLES.glob("*/*/*")):
        text = path.read_text()
        conditions = re.findall(r"^\s*(?:when|that|changed_when|failed_when|- ):? ?(.*)$", text, re.MULTILINE)
        for expression in [*re.findall(r"\{\{(.*?)\}\}", text, re.DOTALL), *conditions]:
            if _OF_SETS.search(expression) and "{{" not in expression:
                yield str(path.relative_to(ROLES)), expression


def test_sets_are_counted_or_sorted_for_their_order_is_another_in_every_run() -> None:
    """Rendered as they come, a file on a host changes by itself and its service is restarted."""
    found = list(expressions())
    assert found
    unordered = [
        each for each in found if not re.search(r"\|\s*(length|sort)\b", _OF_SETS.split(each[1])[-1])
    ]
    assert unordered == []


def test_what_the_engine_says_of_logs_is_what_nodes_say() -> None:
    """Its defaults are added to every container: a difference would replace all nodes at every `infra up`."""
    daemon = yaml.safe_load((ROLES / "docker/vars/main.yml").read_text())["docker_daemon"]
    defaults = yaml.safe_load((ROLES / "docker/defaults/main.yml").read_text())
    assert daemon["log-driver"] == docker_policy.LOG_DRIVER
    assert daemon["log-opts"].keys() == docker_policy.LOG_OPTIONS.keys()
    said = (defaults["docker_log_size"], str(defaults["docker_log_files"]))
    assert said == (docker_policy.LOG_OPTIONS["max-size"], docker_policy.LOG_OPTIONS["max-file"])
