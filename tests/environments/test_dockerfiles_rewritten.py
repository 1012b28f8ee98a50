"""A Dockerfile up to one of its stages, with other values of its ARG, without what BuildKit alone knows."""

from __future__ import annotations

import pytest

from environments.dockerfiles import platform_arguments, until, with_arguments, without_buildkit

TEXT = "ARG V=1\nFROM a:$V AS Build\nRUN b\nFROM c\nRUN d\nFROM e AS last\nRUN f\n"


@pytest.mark.parametrize(
    ("target", "lines"), [("build", 3), ("BUILD", 3), ("0", 3), ("1", 5), ("last", 7), ("2", 7)]
)
def test_it_ends_with_its_stage(target: str, lines: int) -> None:
    assert until(TEXT, target) == "".join(f"{line}\n" for line in TEXT.splitlines()[:lines])


@pytest.mark.parametrize("target", ["none", "3", ""])
def test_a_stage_that_is_not_there_is_told_with_those_that_are(target: str) -> None:
    with pytest.raises(ValueError, match="there are: Build, last"):
        until(TEXT, target)


@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("ARG A", 'ARG A="x y"'),
        ("  arg A=1", 'ARG A="x y"'),
        ("ARG B=1", "ARG B=1"),
        ("ARG AA=1", "ARG AA=1"),
        ("RUN ARG A=1", "RUN ARG A=1"),
        ("ARG Q", 'ARG Q="\\"\\$\\\\"'),
    ],
)
def test_arguments_have_the_values_that_are_given(line: str, made: str) -> None:
    assert with_arguments(f"FROM a\n{line}\n", {"A": "x y", "Q": '"$\\'}) == f"FROM a\n{made}\n"


@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("FROM --platform=$BUILDPLATFORM a AS b", "FROM a AS b"),
        ("FROM --platform=${TARGETPLATFORM} a", "FROM a"),
        ("FROM --platform=linux/arm64 a", "FROM --platform=linux/arm64 a"),
        ("RUN --mount=type=cache,target=/x make", "RUN  make"),
        ("RUN --mount=target=/x,type=cache \\\n  make", "RUN  \\\n  make"),
        ("RUN --mount=type=secret,id=x make", "RUN --mount=type=secret,id=x make"),
        ("COPY --link --chown=1 a b", "COPY --chown=1 a b"),
        ("RUN echo --link x", "RUN echo --link x"),
        ('RUN <<EOF\nset -e\necho "$A"\nEOF', 'RUN ["/bin/sh", "-c", "set -e\\necho \\"$A\\""]'),
        ("RUN <<-'END'\n\tmake\n\tEND", 'RUN ["/bin/sh", "-c", "make"]'),
        ("RUN <<EOF\n#!/bin/x\nEOF", "RUN <<EOF\n#!/bin/x\nEOF"),
        ("RUN python3 <<EOF\nx\nEOF", "RUN python3 <<EOF\nx\nEOF"),
    ],
)
def test_what_buildkit_alone_knows_is_said_otherwise_where_it_can(line: str, made: str) -> None:
    assert without_buildkit(f"{line}\nRUN a\n") == f"{made}\nRUN a\n"


def test_the_platform_is_told_where_it_is_asked_for() -> None:
    text = "FROM a\nARG TARGETARCH\nRUN echo $TARGETARCH $BUILDPLATFORM\n"
    assert platform_arguments(text, "linux", "arm64") == {
        "TARGETARCH": "arm64",
        "BUILDPLATFORM": "linux/arm64",
    }
    assert platform_arguments("FROM a\n", "linux", "arm64") == {}
