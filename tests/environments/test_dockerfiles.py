"""A Dockerfile up to one of its stages, and with other values of its ARG."""

from __future__ import annotations

import pytest

from environments.dockerfiles import until, with_arguments

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
