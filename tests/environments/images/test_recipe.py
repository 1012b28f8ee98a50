"""Recipes: tags follow from content, FROM is pointed at the parent's tag, and wrong Dockerfiles say where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from environments.images import catalogue, planned, refreshed
from environments.images.context import Context, ContextFile
from environments.images.recipe import ROOT, Recipe, recipes, root_tag
from foundation.errors import InputError

LINE = ["FROM debian:trixie-slim", "FROM peakproof/base", "FROM peakproof/python"]
CHAIN = dict(zip(("base", "python", "app"), LINE, strict=True))


def context(name: str, dockerfile: str, **files: str) -> Context:
    texts = {"Dockerfile": dockerfile, **files}
    return Context(
        folder=Path(name),
        files=tuple(ContextFile(path=path, mode=0o644, data=text.encode()) for path, text in texts.items()),
    )


def plan(dockerfiles: Mapping[str, str], *names: str, refreshed: str = "2026-01-01") -> dict[str, Recipe]:
    return recipes(
        names or dockerfiles,
        read=lambda name: context(name, dockerfiles[name]),
        known=dockerfiles,
        refreshed=refreshed,
    )


def test_all_that_an_image_stands_on_comes_before_it() -> None:
    assert list(plan(CHAIN, "app")) == ["base", "python", "app"]
    assert list(plan(CHAIN, "python", "app", "base")) == ["base", "python", "app"]


def test_only_what_is_asked_for_and_its_parents_are_planned() -> None:
    assert list(plan({**CHAIN, "other": LINE[1]}, "python")) == ["base", "python"]


def test_a_tag_has_the_name_and_twelve_digits() -> None:
    tag = plan({**CHAIN, "shop/app": LINE[2]})["shop/app"].tag
    assert re.fullmatch(r"peakproof/shop/app:[0-9a-f]{12}", tag)


def test_from_is_pointed_at_the_parents_tag_and_nothing_else_is_touched() -> None:
    made = plan(
        {"base": LINE[0], "app": "# FROM peakproof/x\nfrom  peakproof/base AS final\nRUN echo FROM y"}
    )
    assert (
        made["app"].dockerfile == f"# FROM peakproof/x\nFROM {made['base'].tag} AS final\nRUN echo FROM y\n"
    )


def test_the_base_stands_on_debian_under_the_tag_of_the_refresh_date() -> None:
    base = plan(CHAIN, "base")["base"]
    assert base.parents == (ROOT,)
    assert base.dockerfile == f"FROM {root_tag('2026-01-01')}\n"


def test_a_change_reaches_all_that_stands_on_it_and_nothing_else() -> None:
    before = plan({**CHAIN, "other": LINE[1]})
    after = plan({**CHAIN, "other": LINE[1], "python": f"{LINE[1]}\nRUN true"})
    assert [name for name in before if before[name].tag != after[name].tag] == ["python", "app"]


def test_another_refresh_date_gives_every_image_another_tag() -> None:
    before, after = plan(CHAIN), plan(CHAIN, refreshed="2026-02-01")
    assert all(before[name].tag != after[name].tag for name in CHAIN)


def test_requirements_are_part_of_the_recipe_and_of_its_tag() -> None:
    def app(requirements: str, dockerfile: str = f"{LINE[1]}\nCOPY site-packages /opt/p") -> Recipe:
        contexts = {
            "base": context("base", LINE[0]),
            "app": context("app", dockerfile, **{"requirements.txt": requirements}),
        }
        return recipes(["app"], read=contexts.__getitem__, known=contexts, refreshed="2026-01-01")["app"]

    assert app("x==1").requirements == "x==1"
    assert app("x==1").tag != app("x==2").tag
    assert plan(CHAIN)["app"].requirements is None
    assert app("x", dockerfile=f"{LINE[1]}\nCOPY requirements.txt /x").requirements is None


def test_images_in_a_circle_are_told_as_such() -> None:
    with pytest.raises(InputError, match="in a circle: a -> b -> a") as caught:
        plan({"a": "FROM peakproof/b", "b": "FROM peakproof/a"})
    assert caught.value.where == "b/Dockerfile:1"


def test_an_unknown_parent_is_told_with_its_line_and_the_nearest_name() -> None:
    with pytest.raises(InputError, match="there is no image 'pyhton'") as caught:
        plan({**CHAIN, "app": "# mine\nFROM peakproof/pyhton"})
    assert caught.value.where == "app/Dockerfile:2"
    assert caught.value.hint == "did you mean python?"


def test_an_unknown_name_is_told_with_all_there_are() -> None:
    with pytest.raises(InputError, match="there is no image 'zzz'") as caught:
        plan(CHAIN, "zzz")
    assert caught.value.hint == "there are: app, base, python"


def test_an_image_of_a_registry_is_refused_where_it_is_named() -> None:
    with pytest.raises(InputError, match="FROM nginx: no image registry is assumed") as caught:
        plan({**CHAIN, "app": "FROM nginx"})
    assert caught.value.where == "app/Dockerfile:1"
    assert "peakproof/python" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("dockerfile", "line"), [("RUN true", 1), ("FROM peakproof/base\nRUN true\nFROM peakproof/base", 3)]
)
def test_an_image_has_exactly_one_from(dockerfile: str, line: int) -> None:
    with pytest.raises(InputError, match="exactly one") as caught:
        plan({**CHAIN, "app": dockerfile})
    assert caught.value.where == f"app/Dockerfile:{line}"


def test_a_platforms_image_may_stand_on_any_and_have_several_stages() -> None:
    text = (
        "FROM golang:1.24 AS build\nRUN go build\nFROM peakproof/base\nCOPY --from=build /x /x\nFROM build\n"
    )
    made = plan({**CHAIN, "shop/app": text})
    app = made["shop/app"]
    assert (app.parents, app.foreign) == (("base",), ("golang:1.24",))
    assert app.dockerfile == text.replace("peakproof/base", made["base"].tag)


def test_nothing_of_ours_is_built_for_an_image_that_stands_on_none() -> None:
    made = plan({**CHAIN, "shop/app": "FROM scratch\nCOPY x /x"}, "shop/app")
    assert list(made) == ["shop/app"]
    assert made["shop/app"].parents == ()


def test_a_change_of_any_of_its_parents_reaches_an_image() -> None:
    text = "FROM peakproof/python AS a\nFROM peakproof/other\nCOPY --from=a /x /x"
    before = plan({**CHAIN, "other": LINE[1], "shop/app": text})
    after = plan({**CHAIN, "other": f"{LINE[1]}\nRUN true", "shop/app": text})
    assert before["shop/app"].tag != after["shop/app"].tag


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("FROM peakproof/base\nRUN true", False),
        ("FROM nginx:1", True),
        ("FROM peakproof/base AS a\nFROM peakproof/base", True),
        ("# syntax=docker/dockerfile:1\nFROM peakproof/base", True),
        ("FROM peakproof/base\nRUN --mount=type=cache,target=/x true", True),
        ("FROM peakproof/base\nCOPY <<EOF /x\nhi\nEOF", True),
    ],
)
def test_buildkit_is_wanted_for_what_is_more_than_one_stage_on_ours(text: str, wants: bool) -> None:
    assert plan({**CHAIN, "shop/app": text})["shop/app"].wants_buildkit is wants


@pytest.mark.parametrize("name", ["App", "a b", "/a", "a//b", "a:b"])
def test_a_name_that_docker_would_refuse_is_refused_before_docker(name: str) -> None:
    with pytest.raises(InputError, match="cannot be an image's name"):
        plan({**CHAIN, name: LINE[1]}, name)


def test_every_built_in_image_has_a_recipe() -> None:
    folders = catalogue()
    assert {"base", "python", "postgres", "rabbitmq", "haproxy", "generator"} <= set(folders)
    made = planned(folders, folders={})
    assert set(made) == set(folders)
    assert [recipe.name for recipe in made.values() if ROOT in recipe.parents] == ["base"]


def test_the_refresh_date_is_a_date() -> None:
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", refreshed())
