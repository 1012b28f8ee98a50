"""A document may say a thing twice; it may not stand for more than any machine can hold."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from foundation.documents import parse
from foundation.errors import InputError

PATH = Path("x.yaml")


def laughs(depth: int) -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for old, new in pairwise("abcdefghij"[:depth]):
        nine = ", ".join([f"*{old}"] * 9)
        lines.append(f"{new}: &{new} [{nine}]")
    return "\n".join(lines)


def test_aliases_of_aliases_are_refused_at_the_line_where_they_become_too_many() -> None:
    with pytest.raises(InputError, match="stand for") as caught:
        parse(laughs(9), PATH)
    assert caught.value.where == "x.yaml:6"


def test_a_thing_said_twice_is_no_problem() -> None:
    content = parse("a: &a [1, 2]\nb: *a\nc: {<<: &m {k: 1}, l: 2}\nd: *m\n", PATH).content
    assert content == {"a": [1, 2], "b": [1, 2], "c": {"k": 1, "l": 2}, "d": {"k": 1}}


def test_a_long_document_without_aliases_is_no_problem() -> None:
    text = "\n".join(f"- {number}" for number in range(3_000))
    assert parse(text, PATH).content == list(range(3_000))


def test_an_anchor_inside_itself_is_refused() -> None:
    with pytest.raises(InputError, match="an anchor inside itself"):
        parse("a: &a [*a]", PATH)


def test_a_nul_is_refused_with_its_line() -> None:
    with pytest.raises(InputError, match="NUL") as caught:
        parse('a: 1\nb: "x\\0y"\n', PATH)
    assert caught.value.where == "x.yaml:2"
