"""A platform's folder: what platform.yaml names must be there, and every mistake is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import platform
from environments.image_sources import ImageSource
from environments.platform import Platform
from foundation.errors import InputError

RIGHT = """\
platform: shop
secrets: {db.password: /run/secrets/db}
processes:
  web: {image: app, port: 80, ready: /ok, secrets: [db.password]}
"""


def load(folder: Path, text: str) -> Platform:
    (folder / "app").mkdir(exist_ok=True)
    (folder / "app" / "Dockerfile").write_text("FROM peakproof/python\n")
    (folder / "platform.yaml").write_text(text)
    return platform.load(folder / "platform.yaml")


def told(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(folder, text)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_a_right_platform_names_its_images(tmp_path: Path) -> None:
    right = load(tmp_path, RIGHT)
    assert right.image_sources(right.images()) == {"shop/app": ImageSource(folder=tmp_path / "app")}


STAGES = "FROM x AS dev\nRUN a\nFROM y\nRUN b\n"


def test_an_image_is_built_as_the_platform_says(tmp_path: Path) -> None:
    (tmp_path / "Stages").write_text(STAGES)
    text = "platform: shop\nimages: {web: {folder: ., dockerfile: Stages, target: dev, args: {A: 1}}}\n"
    built = load(tmp_path, text.replace("A: 1", "A: '1'"))
    (source,) = built.image_sources([built.image("web")]).values()
    assert source.text() == "FROM x AS dev\nRUN a\n"


@pytest.mark.parametrize(
    ("said", "lacks"),
    [
        ("{folder: nowhere}", "no Dockerfile in"),
        ("{dockerfile: Other}", "no Other in"),
        ("{dockerfile: Stages, target: prod}", "the Dockerfile has no stage 'prod'; there are: dev"),
    ],
)
def test_an_image_that_cannot_be_built_is_told_with_its_line(tmp_path: Path, said: str, lacks: str) -> None:
    (tmp_path / "Stages").write_text(STAGES)
    (line,) = told(tmp_path, f"platform: shop\nimages:\n  web: {said}\n")
    assert line.startswith(f"platform.yaml:3: {lacks}")


def test_a_platform_of_containers_alone_has_no_process(tmp_path: Path) -> None:
    assert load(tmp_path, "platform: shop\n").images() == frozenset()


@pytest.mark.parametrize("key", ["conservation", "journeys", "policy", "sample"])
def test_a_file_that_is_named_must_be_there(tmp_path: Path, key: str) -> None:
    (problem,) = told(tmp_path, RIGHT + f"{key}: nowhere.txt\n")
    assert problem.startswith("platform.yaml:5: no such file")


def test_an_image_folder_must_have_a_dockerfile(tmp_path: Path) -> None:
    (problem,) = told(tmp_path, RIGHT.replace("image: app", "image: ap"))
    assert problem.startswith("platform.yaml:4: no Dockerfile")


def test_an_unknown_secret_says_what_was_meant(tmp_path: Path) -> None:
    (problem,) = told(tmp_path, RIGHT.replace("[db.password]", "[db.pasword]"))
    assert problem.startswith("platform.yaml:4: unknown secret 'db.pasword'")
    assert "did you mean 'db.password'?" in problem


def test_a_ready_path_needs_a_port(tmp_path: Path) -> None:
    (problem,) = told(tmp_path, RIGHT.replace("port: 80, ", ""))
    assert problem.startswith("platform.yaml:4:")
    assert "`port`" in problem


def test_an_unknown_key_of_a_process_says_what_was_meant(tmp_path: Path) -> None:
    (problem,) = told(tmp_path, RIGHT.replace("image: app,", "image: app, comand: [x],"))
    assert "platform.yaml:4: unknown key 'processes.web.comand'" in problem
    assert "did you mean 'command'?" in problem


def test_mistakes_in_references_are_told_at_once(tmp_path: Path) -> None:
    text = RIGHT.replace("[db.password]", "[a, b]").replace("image: app", "image: ap") + "policy: none.yaml\n"
    assert len(told(tmp_path, text)) == 4
