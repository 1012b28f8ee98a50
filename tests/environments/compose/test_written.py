"""YAML as it was written: texts, places, merges."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.compose.written import Items, Pairs, Text, Value, parse
from foundation.errors import InputError

HERE = Path("compose.yaml")


def text_at(value: Value, *steps: str | int) -> str:
    for step in steps:
        if isinstance(value, Pairs):
            value = value.entries[str(step)]
        elif isinstance(value, Items):
            value = value.items[int(step)]
    assert isinstance(value, Text)
    return value.text


@pytest.mark.parametrize("word", ["on", "22:22", "0777", "1.10", "1e3", "2024-01-01", "true", "0x10"])
def test_a_scalar_is_the_text_that_was_written(word: str) -> None:
    assert text_at(parse(f"key: {word}", HERE), "key") == word


def test_nothing_and_null_are_null_and_quotes_are_not() -> None:
    value = parse("a:\nb: ~\nc: null\nd: ''\n", HERE)
    assert isinstance(value, Pairs)
    assert [value.get(key) is None for key in "abcd"] == [True, True, True, False]


def test_every_key_and_value_knows_its_line() -> None:
    value = parse("services:\n  web:\n    image: x\n    ports:\n      - 80\n", HERE)
    assert isinstance(value, Pairs)
    services = value.entries["services"]
    assert isinstance(services, Pairs)
    web = services.entries["web"]
    assert isinstance(web, Pairs)
    assert str(web.at("ports")) == "compose.yaml:4"
    assert str(services.at("web")) == "compose.yaml:2"


def test_a_merge_brings_what_is_not_said_and_keeps_its_line() -> None:
    value = parse(
        "x-a: &a {image: one, user: u}\nx-b: &b {user: b, tty: t}\nweb:\n  <<: [*a, *b]\n  image: two\n", HERE
    )
    assert isinstance(value, Pairs)
    web = value.entries["web"]
    assert isinstance(web, Pairs)
    assert {key: text_at(web, key) for key in web.entries} == {"image": "two", "user": "u", "tty": "t"}
    assert (web.at("image").line, web.at("user").line) == (5, 1)


def test_a_merge_of_a_list_of_words_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        parse("web:\n  <<: word\n", HERE)
    assert "compose.yaml:2: `<<` takes a mapping" in str(caught.value.detail)


def test_tags_of_overrides_are_kept() -> None:
    value = parse("ports: !reset []\nimage: !override x\n", HERE)
    assert isinstance(value, Pairs)
    assert [each.tag for each in value.entries.values()] == ["!reset", "!override"]


@pytest.mark.parametrize(
    ("text", "where"),
    [("a: [1\nb: 2", "compose.yaml:2"), ("a: 1\na: 2\n", "compose.yaml"), ("\tb: 1", "compose.yaml:1")],
)
def test_what_is_not_yaml_is_told_with_its_line(text: str, where: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, HERE)
    assert caught.value.where == where


def test_aliases_that_grow_without_end_are_refused() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(InputError, match="aliases stand for"):
        parse("\n".join(rows), HERE)
