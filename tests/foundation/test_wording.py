"""Mistakes are told in the words of the person who made them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from foundation import documents
from foundation.documents import Input
from foundation.errors import InputError
from foundation.unions import ByWord
from foundation.wording import said, shown


class One(Input):
    kind: Literal["one"]
    word: str = ""


class Two(Input):
    kind: Literal["two"]


class Plan(Input):
    name: str = "n"
    count: int = Field(default=1, ge=1)
    share: float | None = None
    needs: tuple[str, ...] = ()
    run: Annotated[tuple[str, ...], ByWord()] = ()
    one: One | None = None
    net: IPv4Network | None = None
    address: IPv4Address | None = None
    on: bool = True
    parts: dict[str, Annotated[One | Two, Field(discriminator="kind")]] = Field(default={})


def told(text: str) -> str:
    with pytest.raises(InputError) as caught:
        documents.validate(documents.parse(text, Path("p.yaml")), Plan)
    (problem,) = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "p.yaml:1: the document is empty"),
        ("- a", "p.yaml:1: the document: expected keys with values (`key: value`), got a list"),
        ("\nname: 50", "p.yaml:2: 'name': expected text, got 50; in quotes it is text: \"50\""),
        ("name: ~", "p.yaml:1: 'name': expected text, got nothing; in quotes it is text: \"\""),
        ("name: [a]", "p.yaml:1: 'name': expected text, got a list"),
        ("count: many", "p.yaml:1: 'count': expected a whole number, got 'many'"),
        ("count: 1.5", "p.yaml:1: 'count': expected a whole number, got 1.5"),
        ("count: true", "p.yaml:1: 'count': expected a number, got true"),
        ("share: false", "p.yaml:1: 'share': expected a number, got false"),
        ("count: 0", "p.yaml:1: 'count': must be 1 or more, got 0"),
        (
            "needs: database",
            "p.yaml:1: 'needs': expected a list, got 'database'; a list of one is [database]",
        ),
        ("needs: a b", "p.yaml:1: 'needs': expected a list, got 'a b'; a list of one is [\"a b\"]"),
        ("run: a b", "p.yaml:1: 'run': expected a list, got 'a b'; a list of its words is [a, b]"),
        (
            "run: 'a < b'",
            "p.yaml:1: 'run': expected a list, got 'a < b'; a list of its words is [a, \"<\", b]",
        ),
        (
            "run: a 'b c'",
            """p.yaml:1: 'run': expected a list, got "a 'b c'"; a list of its words is [a, "b c"]""",
        ),
        ("run: a 'b", """p.yaml:1: 'run': expected a list, got "a 'b"; a list of its words is [a, "'b"]"""),
        ("run: a", "p.yaml:1: 'run': expected a list, got 'a'; a list of one is [a]"),
        ("one: x", "p.yaml:1: 'one': expected keys with values (`kind: …`, also word), got 'x'"),
        ("net: x", "p.yaml:1: 'net': expected a range of IPv4 addresses such as 10.231.0.0/16, got 'x'"),
        ("address: 1.2", "p.yaml:1: 'address': expected an IPv4 address such as 192.0.2.11, got 1.2"),
        (
            "cou: 1",
            "p.yaml:1: unknown key 'cou' (did you mean 'count'? allowed: address, count, name, needs, net,"
            " on, one, parts, run, share)",
        ),
        ("needs: {a: b}", "p.yaml:1: 'needs': expected a list, got keys with values"),
        ("on: perhaps", "p.yaml:1: 'on': expected true or false, got 'perhaps'"),
        ("parts: many", "p.yaml:1: 'parts': expected keys with values (`key: value`), got 'many'"),
        ("parts: {a: {}}", "p.yaml:1: 'parts.a.kind' is missing (allowed: one, two)"),
        ("parts: {a: b}", "p.yaml:1: 'parts.a': expected keys with values (`kind: …`), got 'b'"),
        (
            "parts: {a: {kind: three}}",
            "p.yaml:1: 'parts.a.kind': unknown 'three' (allowed: one, two)",
        ),
        (
            "parts: {a: {kind: one, word: 7}}",
            "p.yaml:1: 'parts.a.word': expected text, got 7; in quotes it is text: \"7\"",
        ),
    ],
)
def test_a_mistake_names_its_place_and_what_could_stand_there(text: str, expected: str) -> None:
    assert told(text) == expected


def test_what_is_right_stays_right() -> None:
    plan = documents.validate(documents.parse("{count: 3, share: 1, on: false}", Path("p.yaml")), Plan)
    assert (plan.count, plan.share, plan.on) == (3, 1.0, False)


def test_a_value_that_is_long_is_cut() -> None:
    assert shown("9" * 400).endswith("9…")
    assert len(shown("9" * 400)) < 80


def test_what_we_know_no_better_is_said_as_the_end_of_a_sentence() -> None:
    assert said("Value error, Must be blue") == "must be blue"
    assert said("Input should be 'a' or 'b'") == "must be 'a' or 'b'"
