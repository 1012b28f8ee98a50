"""What a Dockerfile's stages stand on."""

from __future__ import annotations

import pytest

from environments import dockerfiles

STAGES = """\
# FROM commented/out:1
FROM --platform=linux/amd64 golang:1.24 AS Build
RUN echo FROM nothing
from build AS test
FROM peakproof/base
COPY --from=build /x /x
"""


def test_every_from_is_found_with_its_line() -> None:
    found = dockerfiles.stages(STAGES)
    assert [(each.line, each.image, each.stage) for each in found] == [
        (2, "golang:1.24", "Build"), (4, "build", "test"), (5, "peakproof/base", ""),
    ]  # fmt: skip


def test_a_stage_is_no_base() -> None:
    assert [each.image for each in dockerfiles.bases(STAGES)] == ["golang:1.24", "peakproof/base"]


@pytest.mark.parametrize(
    ("text", "base"),
    [
        (STAGES, "peakproof/base"),
        ("FROM golang:1 AS a\nFROM a AS b\nFROM b", "golang:1"),
        ("FROM peakproof/base AS tools\nFROM scratch\nCOPY --from=tools /x /x", "scratch"),
        ("", ""),
    ],
)
def test_the_last_stage_stands_on_an_image_through_those_between(text: str, base: str) -> None:
    assert dockerfiles.base_of_last(text) == base


def test_bases_are_replaced_and_nothing_else() -> None:
    made = dockerfiles.rewritten(STAGES, {"peakproof/base": "peakproof/base:1", "golang:1.24": "x"})
    assert made == STAGES.replace("golang:1.24 AS", "x AS").replace("peakproof/base", "peakproof/base:1")
