"""A definition with mistakes: all of them at once, each with file, line and what is allowed."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from environments import loading
from environments.loading import Loaded
from environments.topology import EnvironmentClass
from foundation.errors import InputError, Problem
from tests.environments.written import PLATFORM

RIGHT = """\
definition: right
platform: {platform}
entry: front
services:
  front: {{kind: haproxy, to: web, health: /ready, memory: 64MiB}}
  web:   {{kind: application, process: web, nodes: 2}}
partners:
  shop: {{simulator: web}}
slo:
  - errors < 0.1%
"""


def load(folder: Path, text: str, name: str = "d.yaml") -> Loaded:
    path = folder / name
    path.write_text(textwrap.dedent(text).replace("$PLATFORM", str(PLATFORM)))
    return loading.topology_of(str(path), beside=folder)


def problems(folder: Path, text: str) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        load(folder, text)
    return list(caught.value.problems)


def only_problem(folder: Path, text: str) -> str:
    (problem,) = problems(folder, text)
    return str(problem)


def right() -> str:
    return RIGHT.format(platform=PLATFORM)


def test_a_right_definition_compiles(tmp_path: Path) -> None:
    topology = load(tmp_path, right()).topology
    assert [node.name for node in topology.nodes] == ["front-1", "web-1", "web-2"]
    assert topology.environment_class is EnvironmentClass.TEST


def test_an_unknown_key_of_a_service_says_what_was_meant(tmp_path: Path) -> None:
    told = only_problem(tmp_path, right().replace("nodes: 2", "noeds: 2"))
    assert f"{tmp_path}/d.yaml:6: unknown key" in told
    assert "did you mean 'nodes'?" in told


def test_an_unknown_key_of_the_definition_says_what_was_meant(tmp_path: Path) -> None:
    told = only_problem(tmp_path, right() + "partnres: {}\n")
    assert "d.yaml:11: unknown key 'partnres'" in told
    assert "did you mean 'partners'?" in told


def test_a_wrong_unit_names_value_and_units(tmp_path: Path) -> None:
    told = only_problem(tmp_path, right().replace("64MiB", "64Mb"))
    assert "d.yaml:5:" in told
    assert "'64Mb': its unit must be one of B, kB, MB, GB, TB, KiB, MiB, GiB, TiB" in told


def test_an_unknown_kind_names_the_kinds(tmp_path: Path) -> None:
    told = only_problem(tmp_path, right().replace("kind: haproxy", "kind: nginx"))
    assert "d.yaml:5:" in told
    assert "'services.front.kind': unknown 'nginx'" in told
    assert all(kind in told for kind in ("application", "haproxy", "postgres", "rabbitmq"))


def test_a_kind_nearly_right_says_which_was_meant(tmp_path: Path) -> None:
    told = only_problem(tmp_path, right().replace("kind: haproxy", "kind: haprox"))
    assert "did you mean 'haproxy'?" in told


def test_a_missing_key_names_the_line_of_its_service(tmp_path: Path) -> None:
    told = only_problem(tmp_path, right().replace("to: web, ", ""))
    assert "d.yaml:5:" in told
    assert "'services.front.to' is missing" in told


def test_an_unknown_process_says_which_the_platform_has(tmp_path: Path) -> None:
    told = only_problem(tmp_path, right().replace("process: web", "process: wbe"))
    assert "d.yaml:6: platform 'hello' has no process 'wbe'" in told
    assert "did you mean 'web'?" in told


@pytest.mark.parametrize(
    ("old", "new", "line", "name"),
    [
        ("to: web", "to: wbe", 5, "wbe"),
        ("entry: front", "entry: fornt", 3, "fornt"),
        ("simulator: web", "simulator: weeb", 8, "weeb"),
        ("process: web", "process: keeper", 6, "prepare"),
    ],
)
def test_a_reference_that_dangles_names_its_line(
    tmp_path: Path, old: str, new: str, line: int, name: str
) -> None:
    told = [str(problem) for problem in problems(tmp_path, right().replace(old, new))]
    assert any(f"d.yaml:{line}:" in each and repr(name) in each for each in told), told


def test_a_secret_of_a_service_that_is_not_there_dangles_too(tmp_path: Path) -> None:
    prepare = "  prepare: {kind: application, process: prepare}\n"
    text = right().replace("process: web", "process: keeper").replace("partners:", prepare + "partners:")
    told = only_problem(tmp_path, text)
    assert "d.yaml:6:" in told
    assert "'store.password'" in told


def test_a_balancer_cannot_stand_before_what_has_no_port(tmp_path: Path) -> None:
    told = only_problem(tmp_path, right().replace("process: web", "process: prepare"))
    assert "d.yaml:5:" in told
    assert "port" in told


def test_a_wrong_objective_names_its_line(tmp_path: Path) -> None:
    assert "d.yaml:10:" in only_problem(tmp_path, right().replace("errors < 0.1%", "errors are few"))


def test_a_wrong_name_says_what_a_name_is(tmp_path: Path) -> None:
    told = only_problem(tmp_path, right().replace("definition: right", "definition: Not Right"))
    assert "lower-case letters, digits and dashes" in told


def test_a_key_written_twice_is_refused(tmp_path: Path) -> None:
    assert "d.yaml:7: 'web' is written twice" in only_problem(
        tmp_path, right().replace("partners:", "  web: {kind: application, process: web}\npartners:")
    )


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = """\
    definition: all-wrong
    platform: $PLATFORM
    entry: nowhere
    color: blue
    services:
      front: {kind: haproxy, health: 3, to: web}
      web: {kind: application, process: web, memory: much, noeds: 2}
      other: {kind: nothing}
    """
    lines = [problem.where.rpartition(":")[2] for problem in problems(tmp_path, text)]
    assert sorted(lines) == ["3", "4", "6", "7", "7", "8"]


def test_all_dangling_references_are_told_at_once(tmp_path: Path) -> None:
    text = right().replace("to: web", "to: a").replace("simulator: web", "simulator: b")
    text = text.replace("entry: front", "entry: c").replace("process: web", "process: d")
    assert len(problems(tmp_path, text)) == 4


def test_services_that_wait_for_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "circle" / "app").mkdir(parents=True)
    (tmp_path / "circle/app/Dockerfile").write_text("FROM peakproof/python\n")
    (tmp_path / "circle/platform.yaml").write_text(
        "platform: circle\nprocesses:\n  a: {image: app, needs: [b]}\n  b: {image: app, needs: [a]}\n"
    )
    text = """\
    definition: d
    platform: circle
    entry: a
    services:
      a: {kind: application, process: a}
      b: {kind: application, process: b}
    """
    told = only_problem(tmp_path, text)
    assert "services wait for each other" in told
    assert "a -> b -> a" in told or "b -> a -> b" in told
    assert ":5:" in told or ":6:" in told


def test_an_unknown_platform_says_what_was_meant(tmp_path: Path) -> None:
    told = only_problem(tmp_path, right().replace(str(PLATFORM), "orderhubb"))
    assert "d.yaml:2: no platform 'orderhubb'" in told
    assert "did you mean 'orderhub'?" in told


# extends


def test_extends_merges_and_null_removes(tmp_path: Path) -> None:
    load(tmp_path, right(), "base.yaml")
    over = """\
    extends: base
    definition: smaller
    services:
      web: {nodes: 1}
    partners: null
    """
    topology = load(tmp_path, over).topology
    assert topology.definition == "smaller"
    assert [node.name for node in topology.nodes] == ["front-1", "web-1"]
    assert topology.partners == ()


def test_a_service_can_be_taken_out_of_what_is_extended(tmp_path: Path) -> None:
    load(tmp_path, right(), "base.yaml")
    told = [str(problem) for problem in problems(tmp_path, "extends: base\nservices: {front: null}\n")]
    assert told == [f"{tmp_path}/base.yaml:3: no service 'front' in the definition (allowed: web)"]


def test_a_mistake_in_what_is_extended_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(right().replace("nodes: 2", "noeds: 2"))
    told = only_problem(tmp_path, "extends: base\ndefinition: over\n")
    assert f"{tmp_path}/base.yaml:6:" in told


def test_extends_can_be_stacked(tmp_path: Path) -> None:
    load(tmp_path, right(), "base.yaml")
    load(tmp_path, "extends: base\ndefinition: middle\nservices: {web: {nodes: 3}}\n", "middle.yaml")
    topology = load(tmp_path, "extends: middle\ndefinition: top\n").topology
    assert len(topology.candidates["web.any"]) == 3


def test_a_path_in_what_is_extended_starts_beside_it(tmp_path: Path) -> None:
    (tmp_path / "bases").mkdir()
    (tmp_path / "bases" / "shop").symlink_to(PLATFORM.parent)
    (tmp_path / "bases" / "base.yaml").write_text(RIGHT.format(platform="./shop"))
    topology = load(tmp_path, "extends: bases/base.yaml\ndefinition: over\n").topology
    assert topology.platform == "hello"


@pytest.mark.parametrize(
    "files",
    [{"a": "a"}, {"a": "b", "b": "a"}, {"a": "b", "b": "c", "c": "b"}],
    ids=["itself", "each other", "further on"],
)
def test_extends_in_a_circle_is_refused_with_its_way(tmp_path: Path, files: dict[str, str]) -> None:
    for name, base in files.items():
        (tmp_path / f"{name}.yaml").write_text(f"definition: {name}\nextends: {base}\n")
    with pytest.raises(InputError, match="circle") as caught:
        loading.topology_of(str(tmp_path / "a.yaml"), beside=tmp_path)
    assert all(name in caught.value.what for name in files)
    assert str(caught.value.where).endswith(":2")


def test_extending_what_is_not_there_says_what_is(tmp_path: Path) -> None:
    told = only_problem(tmp_path, "definition: d\nextends: latpop\n")
    assert "d.yaml:2: no definition 'latpop'" in told
    assert "did you mean 'laptop'?" in told
