"""The files of a project: which are read, what they are filled from, what they include and extend."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from environments.compose import finding, merging, reading
from environments.compose.reading import Project
from environments.compose.written import Pairs, Value
from foundation.errors import InputError
from tests.environments.compose.composed import beside

WEB = "services: {web: {image: web}}\n"


def read(folder: Path, files: Mapping[str, str], *names: str, **around: str) -> Project:
    """The project of these files, named, or of their folder."""
    beside(folder, files)
    return reading.read([folder / name for name in names] or [folder], around)


def at(project: Project, *steps: str) -> str:
    value: Value = project.tree
    for step in steps:
        assert isinstance(value, Pairs)
        value = value.entries[step]
    return merging.plain(value)


@pytest.mark.parametrize("name", finding.NAMES)
def test_a_folder_s_file_is_found_by_the_names_that_compose_knows(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, {name: WEB}).files == (tmp_path / name,)


def test_a_folder_s_override_is_merged_and_a_named_file_s_is_told(tmp_path: Path) -> None:
    files = {"compose.yaml": WEB, "compose.override.yaml": "services: {web: {tty: true}}\n"}
    assert at(read(tmp_path, files), "services", "web") == "{image: web, tty: true}"
    named = read(tmp_path, files, "compose.yaml")
    assert at(named, "services", "web") == "{image: web}"
    assert [str(note.place) for note in named.notes] == [f"{tmp_path}/compose.override.yaml:1"]


def test_several_files_are_merged_in_their_order(tmp_path: Path) -> None:
    files = {"compose.yaml": WEB, "b.yaml": "services: {web: {image: b}, db: {image: d}}\n"}
    project = read(tmp_path, files, "compose.yaml", "b.yaml")
    assert at(project, "services") == "{db: {image: d}, web: {image: b}}"
    assert project.notes == ()


def test_a_folder_s_files_are_those_that_compose_file_names(tmp_path: Path) -> None:
    files = {
        "compose.yaml": WEB,
        "a.yaml": "services: {web: {image: a, user: u}}",
        "b.yaml": "services: {web: {image: b}}",
        ".env": "COMPOSE_FILE=a.yaml:b.yaml\n",
    }
    assert at(read(tmp_path, files), "services", "web") == "{image: b, user: u}"
    assert at(read(tmp_path, {}, "compose.yaml"), "services", "web") == "{image: web}"


def test_a_folder_without_a_compose_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no Compose file in this folder") as caught:
        reading.read([tmp_path], {})
    assert "compose.yaml" in str(caught.value.hint)


def test_variables_come_from_the_command_and_then_from_dotenv(tmp_path: Path) -> None:
    files = {"compose.yaml": "services: {web: {image: '$NAME:$TAG'}}", ".env": "NAME=file\nTAG=${NAME}1\n"}
    assert at(read(tmp_path, files), "services", "web", "image") == "file:file1"
    assert at(read(tmp_path, files, NAME="own"), "services", "web", "image") == "own:own1"


def test_named_variable_files_are_read_instead_of_dotenv(tmp_path: Path) -> None:
    beside(
        tmp_path,
        {
            "compose.yaml": "services: {web: {image: '$A-$B'}}",
            ".env": "A=1",
            "x.env": "A=2\nB=2",
            "y.env": "B=3",
        },
    )
    found = reading.read([tmp_path], {}, env_files=[tmp_path / "x.env", tmp_path / "y.env"])
    assert at(found, "services", "web", "image") == "2-3"


def test_variables_that_must_be_set_are_told_all_at_once_and_where_they_may_be(tmp_path: Path) -> None:
    text = "services:\n  web:\n    image: ${TAG:?which one}\n    user: ${WHO?}\n"
    beside(tmp_path, {"compose.yaml": text, ".env.example": "TAG=1"})
    with pytest.raises(InputError) as caught:
        reading.read([tmp_path], {})
    assert [problem.where.rpartition(":")[2] for problem in caught.value.problems] == ["3", "4"]
    assert ".env.example" in str(caught.value.hint)


def test_a_variable_that_is_not_set_is_told_and_empty(tmp_path: Path) -> None:
    project = read(tmp_path, {"compose.yaml": "services: {web: {image: 'a:$TAG'}}"})
    assert at(project, "services", "web", "image") == "a:"
    assert [note.key for note in project.notes] == ["${TAG}"]


def test_the_variables_of_files_are_below_those_that_are_said(tmp_path: Path) -> None:
    files = {
        "compose.yaml": """
            services:
              web:
                image: web
                env_file: [a.env, {path: b.env, required: false}, {path: none.env, required: false}]
                environment: [C=said, PASSED, NOWHERE]
            """,
        "a.env": "A=1\nB=1\nC=1\n",
        "b.env": "B='$A'\n",
        ".env": "PASSED=on\n",
    }
    project = read(tmp_path, files)
    assert at(project, "services", "web", "environment") == "{A: 1, B: $A, C: said, PASSED: on}"
    assert [note.key for note in project.notes] == ["${NOWHERE}"]


def test_a_variable_file_that_is_missing_is_told_with_the_line_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, {"compose.yaml": "services:\n  web:\n    image: web\n    env_file: no.env\n"})
    assert [str(each) for each in caught.value.problems] == [
        f"{tmp_path}/compose.yaml:4: no such file: {tmp_path}/no.env"
    ]


def test_what_is_included_has_its_own_folder_and_variables(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "include: [shop/compose.yaml]\nservices: {web: {image: '${A:-none}'}}\n",
        "shop/compose.yaml": "services: {db: {image: 'db:$A', env_file: db.env}}\nvolumes: {data: {}}\n",
        "shop/db.env": "X=1\n",
        "shop/.env": "A=inner\n",
    }
    project = read(tmp_path, files)
    assert at(project, "services", "db") == "{environment: {X: 1}, image: db:inner}"
    assert at(project, "services", "web", "image") == "none"
    assert list(project.part("volumes").entries) == ["data"]
    assert at(read(tmp_path, {}, A="own"), "services", "db", "image") == "db:own"


def test_what_is_included_and_there_already_is_refused(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "include: [{path: b.yaml}]\n" + WEB,
        "b.yaml": "services: {web: {image: other}}\n",
    }
    with pytest.raises(InputError) as caught:
        read(tmp_path, files)
    assert "services.web is in" in str(caught.value.problems[0])


def test_a_circle_of_includes_is_refused(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "include: [b.yaml]\n" + WEB,
        "b.yaml": "include: [b.yaml]\nservices: {db: {image: x}}\n",
    }
    with pytest.raises(InputError) as caught:
        read(tmp_path, files)
    assert "circle" in str(caught.value.problems[0])


def test_a_service_extends_another_and_that_one_a_third_elsewhere(tmp_path: Path) -> None:
    files = {
        "compose.yaml": """
            services:
              web: {extends: base, environment: {B: "2"}}
              base: {extends: {file: common/base.yaml, service: root}, command: [serve]}
            """,
        "common/base.yaml": """
            services:
              root: {image: root, env_file: r.env, environment: {A: '1', B: '1'}, command: [x]}
            """,
        "common/r.env": "R=r\n",
    }
    project = read(tmp_path, files)
    assert (
        at(project, "services", "web") == "{command: [serve], environment: {A: 1, B: 2, R: r}, image: root}"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("services: {a: {extends: b}, b: {extends: a}}", "circle"),
        ("services: {a: {extends: bee}, be: {image: x}}", "did you mean 'be'"),
        ("services: {a: word}", "has no keys"),
        ("services: {}", "no services"),
        ("servises: {a: {image: b}}", "did you mean 'services'"),
        ("services: {a: {image: b, environment: word}}", "expected NAME: value"),
    ],
)
def test_what_is_no_compose_file_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, {"compose.yaml": text})
    assert told in "\n".join(map(str, caught.value.problems))


@pytest.mark.parametrize(
    ("folder", "text", "name"),
    [
        ("My_Shop", "", "my-shop"),
        ("2nd", "", "p-2nd"),
        ("x", "name: the-shop\n", "the-shop"),
        ("docker-compose", "", "docker-compose-env"),
        ("x", "name: platform\n", "platform-env"),
        ("x", "name: ${N:-n}\n", "n"),
    ],
)
def test_a_project_is_called_as_compose_calls_it(tmp_path: Path, folder: str, text: str, name: str) -> None:
    (tmp_path / folder).mkdir()
    assert read(tmp_path / folder, {"compose.yaml": text + WEB}).name == name
    assert read(tmp_path / folder, {}, COMPOSE_PROJECT_NAME="own").name == "own"
