"""What an extra brings is written twice, and both places agree with what its room imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest

from foundation import extras
from foundation.errors import Unavailable
from tests.workshop.test_requirements import named

ROOMS: Mapping[str, tuple[str, ...]] = {  # what a room may import beside the command's own packages
    "foundation": ("anonymizer",),  # receipts, for those who have a database's driver
    "environments": (),
    "anonymizer": ("anonymizer", "spark"),
    "loadtests": ("loadtests",),
    "infra": ("infra",),
    "playbooks": ("hosts",),
    "peakproof": ("anonymizer", "loadtests"),
}
OURS = {*ROOMS, "docker_socket"}  # the last is what the helper in a container is given
OPTIONAL = {"morfeusz2"}  # not everywhere; who needs it says so


@pytest.fixture(scope="module")
def project(root: Path) -> Mapping[str, list[str]]:
    """Extra -> the distributions that pyproject.toml names; "" is what everybody gets."""
    read = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    return {"": read["dependencies"], **read["optional-dependencies"]}


def plain(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return found[0].lower().replace("_", "-")


def own(requirements: list[str]) -> set[str]:
    return {plain(each) for each in requirements} - {"peakproof"}


def closure(names: set[str], seen: set[str]) -> set[str]:
    """Distributions with all that they need here, whatever the markers say."""
    for name in names - seen:
        seen.add(name)
        try:
            needed = {plain(each) for each in requires(name) or () if "extra ==" not in each}
        except PackageNotFoundError:  # an extra that is not installed here
            continue
        closure(needed, seen)
    return seen


def imported(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((path, each.name.partition(".")[0]) for each in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield path, node.module.partition(".")[0]


def test_every_extra_is_known_by_modules_of_what_it_names(project: Mapping[str, list[str]]) -> None:
    assert extras.EXTRAS.keys() == project.keys() - {"", "all"}
    brought = packages_distributions()
    for extra, modules in extras.EXTRAS.items():
        found = {plain(brought.get(module, [module])[0]) for module in modules}
        assert found == own(project[extra]) - OPTIONAL, extra


def test_all_is_all(project: Mapping[str, list[str]]) -> None:
    assert project["all"] == [f"peakproof[{','.join(sorted(extras.EXTRAS))}]"]


def test_the_requirements_of_a_clone_are_those_of_the_distribution(
    project: Mapping[str, list[str]], root: Path
) -> None:
    builds = {"editables", "hatchling"}
    rehearsal = own([*project[""], *project["anonymizer"], *project["loadtests"]])
    assert named(root / "requirements/base.in") == rehearsal | builds
    assert own([*project["infra"], *project["hosts"]]) <= named(root / "requirements/dev.in")
    assert own(project["spark"]) == named(root / "requirements/spark.in")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_its_extra_brings(
    room: str, project: Mapping[str, list[str]], root: Path
) -> None:
    brought = packages_distributions()
    allowed = closure(own([*project[""], *(name for extra in ROOMS[room] for name in project[extra])]), set())
    foreign = {
        f"{path.relative_to(root)}: {name}"
        for path, name in imported(root / room)
        if name not in sys.stdlib_module_names | OURS
        and not {plain(each) for each in brought.get(name, [name])} & allowed
    }
    assert foreign == set()


def test_every_extra_is_documented(root: Path) -> None:
    told = re.findall(r"^\| `([a-z,]+)` \|", (root / "docs/install.md").read_text(), re.MULTILINE)
    assert set(told) == {*extras.EXTRAS, ",".join(extras.REHEARSAL), "all"}


def test_what_is_missing_is_said_with_how_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "locust", None)
    with pytest.raises(Unavailable, match=r"^load needs peakproof\[loadtests\]") as caught:
        extras.require("load", "loadtests")
    assert [*caught.value.detail] == ["of loadtests only these are missing: locust"]
    assert str(caught.value.hint).startswith("pip install 'peakproof[loadtests]'")
