"""Where several types may stand, what is wrong is told once: by what was meant, or with all that may."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, WrapValidator

from foundation import documents
from foundation.documents import Input
from foundation.errors import InputError
from foundation.unions import Called, meant
from foundation.units import Size

Word = Annotated[str, Field(pattern="^/"), Called(words="a path such as /data")]


class Disk(Input):
    path: Word
    size: Size | None = Field(default=None, ge=64 * 1024**2)


class Variable(Input):
    how: Literal["variable"] = Field(alias="as")
    name: str


class Place(Input):
    how: Literal["file"] = Field(alias="as")
    path: Word


class Command(Input):
    command: tuple[str, ...]


class Asked(Input):
    path: Word
    port: int


Given = Word | Annotated[Variable | Place, Field(discriminator="how")]


def _disk(written: object, _handler: object) -> Disk:
    return Disk.model_validate(written)


class Plan(Input):
    disks: dict[str, Word | Disk] = Field(default={})
    given: dict[str, Given | tuple[Given, ...]] = Field(default={})
    ready: Word | Asked | Command | None = None
    ports: dict[str, int | Asked] = Field(default={})
    text: str | Disk = ""
    chosen: Annotated[Disk | Command | None, WrapValidator(_disk)] = None


def told(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        documents.validate(documents.parse(text, Path("p.yaml")), Plan)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\ndisks: {a: {path: /d, size: 5}}", "p.yaml:2: 'disks.a.size': expected a size such as"),
        ("disks: {a: {path: /d, size: 5MiB}}", "p.yaml:1: 'disks.a.size': must be 64MiB or more, got 5MiB"),
        ("disks: {a: {size: 1GiB}}", "p.yaml:1: 'disks.a.path' is missing"),
        ("disks: {a: [/d]}", "'disks.a': expected a path such as /data or {path, size}, got a list"),
        ("disks: {a: ~}", "'disks.a': expected a path such as /data or {path, size}, got nothing"),
        (
            "disks: {a: {paht: /d, path: /e}}",
            "unknown key 'disks.a.paht' (did you mean 'path'? allowed: path",
        ),
        ("given: {a: {as: variable}}", "'given.a.name' is missing"),
        ("given: {a: {as: vairable, name: x}}", "'given.a.as': unknown 'vairable' (did you mean 'variable'?"),
        ("given: {a: {name: x}}", "'given.a.as' is missing (allowed: file, variable)"),
        ("given: {a: {as: file, path: /x, name: y}}", "unknown key 'given.a.name' (allowed: as, path)"),
        (
            "given: {a: 7}",
            "'given.a': expected a path such as /data, {as: variable, name}, {as: file, path} or",
        ),
        ("\ngiven:\n  a:\n    - /x\n    - 7\n", "p.yaml:5: 'given.a.1': expected a path such as /data, {as"),
        ("given: {a: [/x, {as: file}]}", "'given.a.1.path' is missing"),
        (
            "ready: {command: mc ready}",
            "'ready.command': expected a list, got 'mc ready'; a list of one is",
        ),
        ("ready: {port: 80}", "'ready.path' is missing"),
        ("ready: {}", "'ready': expected a path such as /data, {path, port} or {command}, got keys with"),
        ("ready: true", "'ready': expected a path such as /data, {path, port} or {command}, got true"),
        ("ports: {a: x}", "'ports.a': expected a number or {path, port}, got 'x'"),
        ("ports: {a: true}", "'ports.a': expected a number or {path, port}, got true"),
        ("text: 7", "'text': expected text, got 7; in quotes it is text: \"7\""),
        ("text: true", "'text': expected text, got true; in quotes it is text: \"true\""),
        ("chosen: {size: 1GiB}", "'chosen.path' is missing"),
        ("chosen: {path: /x, szie: 1GiB}", "unknown key 'chosen.szie' (did you mean 'size'?"),
    ],
)
def test_one_mistake_is_told_once(text: str, expected: str) -> None:
    (only,) = told(text)
    assert expected in only


def test_two_mistakes_of_the_type_that_was_meant_are_both_told() -> None:
    assert [each.rpartition(": ")[2] for each in told("ready: {path: x, prot: 1, port: y}")] == [
        "string should match pattern '^/'",
        "expected a whole number, got 'y'",
        "path, port)",
    ]


def test_what_is_right_of_several_types_stays_right() -> None:
    text = "disks: {a: /d, b: {path: /e}}\ngiven: {a: [/x, {as: file, path: /y}]}\nready: /r\nports: {a: 1}"
    plan = documents.validate(documents.parse(text, Path("p.yaml")), Plan)
    assert (plan.disks["a"], plan.ready, plan.ports) == ("/d", "/r", {"a": 1})


def test_what_stands_beside_a_wrong_one_is_looked_at() -> None:
    text = "disks: {a: {path: /d, size: 1}, b: /e}"
    right, plan, _ = documents.partly(documents.parse(text, Path("p.yaml")), Plan)
    assert right.content == {"disks": {"a": {"path": "/d"}, "b": "/e"}}
    assert plan is not None


@pytest.mark.parametrize(
    ("value", "which"),
    [
        ("x", 0),
        ({"path": "/x"}, 1),
        ({"command": []}, 2),
        ({}, None),
        ({"x": 1}, None),
        ([], None),
        (7, None),
    ],
)
def test_the_type_whose_keys_fit_best_was_meant(value: object, which: int | None) -> None:
    assert meant([Word, Asked, Command], value) == which
