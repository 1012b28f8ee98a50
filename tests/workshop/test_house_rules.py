"""No committed file names a registry's host or a path of one machine, and the rule itself works."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import house_rules

# Put together here, so that this file keeps the rules it tests.
REGISTRIES = [
    "https://pypi" + ".org/simple",
    "deb." + "debian.org",
    "files.python" + "hosted.org",
    "ghcr" + ".io/x/y",
]
MACHINES = ["/home" + "/jo/src", "/Users" + "/jo", "/work" + "/main"]


def test_the_project_keeps_the_rules(root: Path) -> None:
    found = [breach for name, text in house_rules.texts(root) for breach in house_rules.breaches(name, text)]
    assert [str(breach) for breach in found] == []


@pytest.mark.parametrize("text", [*REGISTRIES, *MACHINES, "--index" + "-url https://mirror.example"])
def test_a_breach_is_told_with_its_line(text: str) -> None:
    [breach] = house_rules.breaches("a.txt", f"first\n{text}\n")
    assert str(breach).startswith("a.txt:2: ")


@pytest.mark.parametrize(
    "text", ["docker.io", "/home/app", "/var/lib/docker", "frame/work/flow", "deb822", "-e ."]
)
def test_what_only_looks_like_a_breach_is_left_alone(text: str) -> None:
    assert list(house_rules.breaches("a.txt", text)) == []


def test_only_long_modules_are_mentioned() -> None:
    assert house_rules.is_long("a.py", "\n" * 351)
    assert not house_rules.is_long("a.py", "\n" * 350)
    assert not house_rules.is_long("a.txt", "\n" * 351)
